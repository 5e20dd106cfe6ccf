"""What is about to go wrong, or has: asked of the rows themselves, as they stand now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from guiche.desk.connectors.connection import Connection
from guiche.desk.deliveries.delivery import Delivery
from guiche.desk.figures.choice import Choice
from guiche.desk.promises.attempt import ContactAttempt
from guiche.desk.promises.promise import Promise
from guiche.desk.site.site import Site
from guiche.desk.tickets.ticket import Ticket

SOON = timedelta(hours=2)
_LISTED = 6


@dataclass(frozen=True)
class Risk:
    """How many there are of each, and the tickets to begin with."""

    overdue: int
    """Run out, neither kept nor tried."""
    soon: int
    """Run out within `SOON`, and nobody has called."""
    unowned: int
    """Of those two, the ones that nobody has."""
    outside: int
    """Promised for a time at which the team is not at work."""
    unsure: int
    refused: int
    """Steps toward other desks that may have been taken; that were refused."""
    away: int
    """Other desks that do not answer, or refused the login."""
    tickets: tuple[Ticket, ...]

    @classmethod
    def of(cls, choice: Choice, now: datetime, site: Site | None = None) -> "Risk":
        """As it stands at `now`; five queries, and the tickets with their attempts."""
        site = site or Site.current()
        owed = Promise.objects.filter(_owed(), **choice.tickets("ticket__"))
        called = Exists(ContactAttempt.objects.filter(promise=OuterRef("pk")))
        near = owed.filter(due_at__lte=now + SOON)
        counted = near.annotate(called=called).aggregate(
            overdue=Count("pk", filter=Q(due_at__lte=now)),
            soon=Count("pk", filter=Q(due_at__gt=now, called=False)),
            unowned=Count("pk", filter=Q(ticket__owner=None) | Q(ticket__owner__is_active=False)),
        )
        return cls(
            **counted, **_deliveries(choice), away=Connection.away().count(),
            outside=_outside(owed, now, site), tickets=tuple(_first(choice, now)),
        )  # fmt: skip

    @property
    def more(self) -> int:
        """The tickets at risk beyond those that are listed."""
        return max(0, self.overdue + self.soon - len(self.tickets))

    @property
    def is_calm(self) -> bool:
        """Whether nothing of it needs anybody."""
        return not any(
            (self.overdue, self.soon, self.outside, self.unsure, self.refused, self.away)
        )


def _owed(path: str = "") -> Q:
    """A call is still owed, and its time runs."""
    ends = ("kept_at", "tried_at", "closed_at", "paused_at")
    return Q(**dict.fromkeys(f"{path}{name}" for name in ends))


def _outside(owed: QuerySet[Promise], now: datetime, site: Site) -> int:
    """Due times are quarters of an hour: few, however many promises there are."""
    if site.hours is None:
        return 0
    times = owed.filter(due_at__gt=now).values("due_at").order_by().annotate(many=Count("pk"))
    return sum(each["many"] for each in times if not site.hours.covers(each["due_at"]))


def _deliveries(choice: Choice) -> dict[str, int]:
    state = Delivery.State
    rows = Delivery.objects.filter(open=True, **choice.tickets("ticket__"))
    return rows.aggregate(
        unsure=Count("pk", filter=Q(state=state.UNKNOWN)),
        refused=Count("pk", filter=Q(state=state.REJECTED)),
    )


def _first(choice: Choice, now: datetime) -> QuerySet[Ticket]:
    """The longest overdue first, then what runs out next."""
    called = Exists(ContactAttempt.objects.filter(promise=OuterRef("promise")))
    near = Q(promise__due_at__lte=now) | Q(promise__due_at__lte=now + SOON) & ~called
    found = Ticket.listed().filter(_owed("promise__"), near, **choice.tickets())
    return found.order_by("promise__due_at", "pk")[:_LISTED]
