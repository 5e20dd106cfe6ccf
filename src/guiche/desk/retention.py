"""What is kept for how long, carried out.

| what                                                  | kept                           |
|-------------------------------------------------------|--------------------------------|
| certificate (DER, enciphered)                         | 90 days from the reading       |
| picture (enciphered)                                  | 90 days from its arrival       |
| call that was never submitted, or what is left of one | 7 days from its last change    |
| reading that belongs to no call and no ticket         | 7 days                         |
| who the customer of a ticket is                       | `KEEP_TICKETS` from its closing |
| reason of a call that needed no ticket                | `KEEP_TICKETS` from its end    |
| portfolio: its table, list and certificates           | `KEEP_PORTFOLIOS` from its end |
| link of a call, which tells of nobody                 | 7 days from its end            |
| address and words of an e-mail to a customer          | 90 days                        |
| digest of the figures to a supervisor                 | 7 days                         |
| that somebody has a ticket open                       | a minute from the last sign    |
| try of a protocol on the page of customers            | 1 day                          |
| answer to a program's request, enciphered             | 2 days                         |
| login                                                 | until it ends                  |
| refused logins, codes that were used                  | minutes                        |
| who saw, gave or erased what; changes of accounts     | 5 years                        |

docs/lgpd.md says the same to whoever answers for it.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from guiche.desk.api.answered import KEPT as ANSWER_KEPT
from guiche.desk.api.answered import Answered
from guiche.desk.figures import digest
from guiche.desk.figures.keep import forget_ended
from guiche.desk.intake import genuine
from guiche.desk.intake.draft import DRAFT_KEPT, Draft
from guiche.desk.intake.image import Image
from guiche.desk.intake.reading import Inspection
from guiche.desk.messages import folder
from guiche.desk.messages.message import KEPT, Message
from guiche.desk.people.login import Login
from guiche.desk.people.record import RECORDS_KEPT, Record
from guiche.desk.people.remembered import Remembered
from guiche.desk.portal import guess
from guiche.desk.portal.case_link import CaseLink
from guiche.desk.portal.guess import Guess
from guiche.desk.portfolios import portfolio
from guiche.desk.tickets import erasure
from guiche.desk.tickets.presence import Presence

log = logging.getLogger(__name__)


STEPS: Mapping[str, Callable[[datetime], int]] = {
    "certificates": lambda now: Inspection.objects.filter(der_expires_at__lte=now).update(
        sealed_der=None, der_expires_at=None
    ),
    "images": lambda now: Image.objects.filter(expires_at__lte=now).delete()[0],
    "tries of a protocol": lambda now: Guess.objects.filter(at__lte=now - guess.DAY).delete()[0],
    "links": lambda now: CaseLink.objects.filter(expires_at__lte=now - DRAFT_KEPT).delete()[0],
    # Of an unfinished call its pictures and links go too, and are not counted as calls.
    "drafts": lambda now: (
        Draft.objects.filter(updated_at__lte=now - DRAFT_KEPT, ended_at=None)
        .delete()[1]
        .get("desk.Draft", 0)
    ),
    "readings": lambda now: Inspection.objects.filter(
        created_at__lte=now - DRAFT_KEPT,
        drafts=None,
        tickets=None,
        proved_tickets=None,
        receipts=None,
    ).delete()[0],
    "e-mails": lambda now: Message.forget(Message.ended().filter(created_at__lte=now - KEPT)),
    "e-mail files": lambda now: folder.delete_before(now - KEPT),
    "digests": digest.forget_old,
    "tickets": lambda now: erasure.erase_closed_before(now - settings.KEEP_TICKETS),
    "ended calls": lambda now: forget_ended(now - settings.KEEP_TICKETS),
    "portfolios": lambda now: portfolio.forget_before(now - settings.KEEP_PORTFOLIOS),
    "answers of the API": lambda now: Answered.objects.filter(
        created_at__lte=now - ANSWER_KEPT
    ).delete()[0],
    # Which certificate an authority was asked about names its holder.
    "answers of authorities": lambda _: genuine.answers().drop_old(),
    "presences": Presence.forget,
    # By the machine's time: see people/login.py.
    "logins": lambda _: (
        Login.forget(timezone.now())
        + Session.objects.filter(expire_date__lte=timezone.now()).delete()[0]
    ),
    "refused logins": lambda _: Remembered.forget(timezone.now()),
    "records": lambda now: Record.objects.filter(at__lte=now - RECORDS_KEPT).delete()[0],
}
"""What is deleted or erased of what has run its time, in this order, and how much of it."""


def sweep(now: datetime) -> dict[str, int]:
    """Carries out each step at `now`; how much of it was done, which the log keeps as proof.

    A step that fails is logged, is not in the answer, and keeps none of the others.
    """
    done = {}
    for what, step in STEPS.items():
        try:
            done[what] = step(now)
        except Exception:
            log.exception("retention: %s failed; trying again at the next sweep", what)
    if told := [f"{count} {what}" for what, count in done.items() if count]:
        log.info("retention: %s", ", ".join(told))
    return done
