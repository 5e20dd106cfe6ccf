"""The rows, gathered for Django; each lives in the folder of its noun."""

from guiche.desk.api.answered import Answered
from guiche.desk.api.token import ApiToken, ServiceAccount
from guiche.desk.cloud.application import PscApplication
from guiche.desk.cloud.attempt import PscAttempt
from guiche.desk.connectors.change import ConnectionChange
from guiche.desk.connectors.connection import Connection
from guiche.desk.deliveries.delivery import Delivery
from guiche.desk.deliveries.heartbeat import Heartbeat
from guiche.desk.deliveries.host_clock import HostClock
from guiche.desk.deliveries.link import Link
from guiche.desk.deliveries.stray import Stray
from guiche.desk.figures.digest import Digest, DigestMail
from guiche.desk.figures.tally import Counted, Stale, Tally
from guiche.desk.intake.draft import Draft
from guiche.desk.intake.image import Image
from guiche.desk.intake.reading import Inspection
from guiche.desk.messages.message import Message
from guiche.desk.people.login import Login
from guiche.desk.people.record import Record
from guiche.desk.people.remembered import Remembered
from guiche.desk.people.team import Membership
from guiche.desk.people.user import User
from guiche.desk.portal.case_link import CaseLink
from guiche.desk.portal.guess import Guess
from guiche.desk.portfolios.line import Line
from guiche.desk.portfolios.portfolio import Portfolio
from guiche.desk.procedures.version import ProcedureVersion
from guiche.desk.promises.attempt import ContactAttempt
from guiche.desk.promises.promise import Promise
from guiche.desk.search.term import Term
from guiche.desk.site.site import SiteVersion
from guiche.desk.tickets.event import Event
from guiche.desk.tickets.presence import Presence
from guiche.desk.tickets.received import Received
from guiche.desk.tickets.ticket import Ticket

__all__ = [
    "Answered",
    "ApiToken",
    "CaseLink",
    "Connection",
    "ConnectionChange",
    "ContactAttempt",
    "Counted",
    "Delivery",
    "Digest",
    "DigestMail",
    "Draft",
    "Event",
    "Guess",
    "Heartbeat",
    "HostClock",
    "Image",
    "Inspection",
    "Line",
    "Link",
    "Login",
    "Membership",
    "Message",
    "Portfolio",
    "Presence",
    "ProcedureVersion",
    "Promise",
    "PscApplication",
    "PscAttempt",
    "Received",
    "Record",
    "Remembered",
    "ServiceAccount",
    "SiteVersion",
    "Stale",
    "Stray",
    "Tally",
    "Term",
    "Ticket",
    "User",
]
