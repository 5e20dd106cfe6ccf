"""One day counted from the rows themselves: what the figures mean.

| kind    | each                       | `what`                 | `which`        |
|---------|----------------------------|------------------------|----------------|
| state   | ticket                     | its state              |                |
| promise | promise, replaced ones too | name of its state      |                |
| contact | ticket that was spoken of  | quarters of an hour    |                |
| issuer  | ticket                     | authority of its reading | verdict      |
| profile | ticket                     | profile of its reading | verdict        |
| source  | ticket                     | where it was read      |                |
| missing | datum that was not had     | the question           | the way out    |
| again   | ticket whose customer had one within `AGAIN` before |  |             |
| ended   | call without a ticket      | the reason             |                |
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Min
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.utils import timezone

from guiche.desk.figures.again import earlier, readable
from guiche.desk.figures.tally import LONGEST, Key, Tally
from guiche.desk.intake.draft import Draft
from guiche.desk.promises.promise import Promise
from guiche.desk.tickets.ticket import Ticket

QUARTER = timedelta(minutes=15)
NOT_READ, ERASED, FOREIGN, UNKNOWN = "not_read", "erased", "foreign", "unknown"
"""In place of a verdict, a profile, an issuer or a source."""

_AT_ONCE = 500
_READ = {
    "issuer": ("issuer", "name"), "holder": ("holder", "name"), "profile": ("profile",),
    "source": ("source", "kind"), "icp_brasil": ("icp_brasil",),
}  # fmt: skip
"""What is asked of the contract of a reading, and where it stands there."""
_Kind = Tally.Kind
_NUMBER = re.compile(r"\d{6}")


@dataclass(frozen=True)
class Count:
    """What there is of one day at a moment, and when that changes though nothing happens."""

    counts: dict[Key, int]
    changes_at: datetime | None

    @classmethod
    def of(cls, day: date, now: datetime) -> "Count":
        """Counts a day as it stands at `now`."""
        begin, end = bounds(day)
        tickets = list(_tickets(begin, end))
        promises = _promises(tickets)
        again = earlier(tickets, begin, end)
        counts: Counter[Key] = Counter()
        for ticket in tickets:
            chain = promises[ticket.pk]
            counts.update(_of_ticket(ticket, chain, now, again=ticket.pk in again))
        counts.update(_of_calls(begin, end))
        return cls(dict(counts), _changes_at(promises.values(), now))


def bounds(day: date) -> tuple[datetime, datetime]:
    """When a day begins and ends at the desk."""
    zone = timezone.get_default_timezone()
    begin, end = (datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))
    return begin, end


def first_day() -> date | None:
    """The day of the first ticket or ended call; None where there is none."""
    opened = Ticket.objects.aggregate(first=Min("opened_at"))["first"]
    ended = Draft.objects.aggregate(first=Min("ended_at"))["first"]
    moments = [moment for moment in (opened, ended) if moment]
    return timezone.localdate(min(moments)) if moments else None


def _tickets(begin: datetime, end: datetime) -> Iterator[Any]:
    """Each with the few words of its reading that are counted."""
    words = {f"read_{name}": _word(path) for name, path in _READ.items()}
    return (
        Ticket.objects.filter(opened_at__gte=begin, opened_at__lt=end)
        .select_related("promise", "inspection")
        .prefetch_related("procedure_version")  # one, and large, for many tickets
        .annotate(**words)
        .only(
            "state", "team", "facts", "opened_at", "erased_at", "promise", "inspection__status",
            "procedure_version",
        )
        .iterator(chunk_size=_AT_ONCE)
    )  # fmt: skip


def _word(path: Sequence[str]) -> KeyTextTransform:
    *outer, last = path
    found: Any = "inspection__contract"
    for name in outer:
        found = KeyTransform(name, found)
    return KeyTextTransform(last, found)


def _promises(tickets: Sequence[Ticket]) -> dict[int, list[Promise]]:
    """Of each ticket the promises that were made, the last first."""
    found = {ticket.pk: [ticket.promise] for ticket in tickets}
    while before := {
        chain[-1].previous_id: pk for pk, chain in found.items() if chain[-1].previous_id
    }:
        for promise in Promise.objects.filter(pk__in=before):
            found[before.pop(promise.pk)].append(promise)
    return found


def _changes_at(chains: Iterable[Sequence[Promise]], now: datetime) -> datetime | None:
    running = [chain[0] for chain in chains if not chain[0].kept_at and not chain[0].closed_at]
    moments = [at for each in running for at in (each.warn_at, each.due_at) if at > now]
    return min(moments, default=None)


def _of_ticket(
    ticket: Any, chain: Sequence[Promise], now: datetime, *, again: bool
) -> Iterator[Key]:
    where = ticket.team, ticket.procedure_version.slug
    yield Key(*where, _Kind.STATE, ticket.state)
    for promise in chain:
        yield Key(*where, _Kind.PROMISE, promise.state(now).name.lower())
    contacts = [promise.kept_at for promise in chain if promise.kept_at]
    if contacts:
        yield Key(*where, _Kind.CONTACT, str(quarters(min(contacts) - ticket.opened_at)))
    status = _verdict(ticket)
    yield Key(*where, _Kind.ISSUER, _issuer(ticket, status), status)
    unsaid = UNKNOWN if ticket.inspection else status
    yield Key(*where, _Kind.PROFILE, ticket.read_profile or unsaid, status)
    yield Key(*where, _Kind.SOURCE, ticket.read_source or unsaid)
    procedure = readable(ticket.procedure_version)
    for fact in procedure.facts if procedure else ():
        if fact.is_exit(answer := ticket.facts.get(fact.key, "")):
            yield Key(*where, _Kind.MISSING, fact.label[:LONGEST], answer[:LONGEST])
    if again:
        yield Key(*where, _Kind.AGAIN)


def quarters(span: timedelta) -> int:
    """Quarters of an hour, the last one begun; 1 at least.

    >>> quarters(timedelta(minutes=16)), quarters(timedelta())
    (2, 1)
    """
    return max(1, -(-span // QUARTER))


def _verdict(ticket: Any) -> str:
    if ticket.inspection:
        return str(ticket.inspection.status)
    return ERASED if ticket.erased_at else NOT_READ


def _issuer(ticket: Any, status: str) -> str:
    """The name of an authority of ICP-Brasil: elsewhere it may be a person's."""
    if not ticket.inspection:
        return status
    name = ticket.read_issuer or ""
    foreign = ticket.read_icp_brasil != "true" or name == ticket.read_holder
    if not name or foreign or _NUMBER.search(name):
        return FOREIGN
    return str(name[:LONGEST])


def _of_calls(begin: datetime, end: datetime) -> Iterator[Key]:
    ended = Draft.objects.filter(ended_at__gte=begin, ended_at__lt=end)
    rows = ended.prefetch_related("procedure_version").only("ended_reason", "procedure_version")
    for call in rows:
        procedure = readable(call.procedure_version)
        team = procedure.team if procedure else ""
        yield Key(team, call.procedure_version.slug, _Kind.ENDED, call.ended_reason[:LONGEST])
