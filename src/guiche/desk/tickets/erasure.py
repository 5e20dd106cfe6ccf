"""Forgetting whom a closed ticket was about: what happened, when and why stays proved.

Gone afterwards: every answer that is not one of a closed list, what was typed, the reading and the
reading of the new certificate, what the customer sent, pictures, addresses and texts of messages,
telephones and notes of attempts, search terms, the contents of events, what other desks said and
what was written about it.
The chain of the history still fits.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from guiche.desk import clock
from guiche.desk.intake.draft import Draft
from guiche.desk.intake.reading import Inspection
from guiche.desk.intake.whose import OPEN_CALL
from guiche.desk.messages.message import Message
from guiche.desk.people.user import User
from guiche.desk.portfolios import erasing
from guiche.desk.procedures.procedure import Procedure
from guiche.desk.procedures.table import ProcedureError
from guiche.desk.procedures.version import ProcedureVersion
from guiche.desk.promises.attempt import ContactAttempt
from guiche.desk.refusal import Refused
from guiche.desk.search.term import Term
from guiche.desk.tickets.event import Event
from guiche.desk.tickets.moves import OPEN, STATES
from guiche.desk.tickets.received import Received
from guiche.desk.tickets.ticket import Ticket

log = logging.getLogger(__name__)

TIME_IS_OVER = "Fim do prazo de guarda"
ON_REQUEST = "Pedido do titular dos dados"
_AT_ONCE = 200
"""Tickets of one sweep: the next one goes on."""
_KEYS = 1_000
"""Of one statement, which takes no more than 65,535 values."""
_CLOSED = tuple(state for state in STATES if state not in OPEN)
_IMPERSONAL = (
    "team", "due", "due_at", "paused", "reason", "result", "procedure", "to", "was", "undoes",
    "told", "closed_account", "stood",
)  # fmt: skip
"""What events may keep: names of teams and of who works there, times, answers of closed lists."""


class ErasureRefused(Refused):
    """The data of the ticket are still needed."""


@transaction.atomic
def erase(ticket: Ticket, reason: str, by: User | None = None) -> bool:
    """Erases the data of the person; False when they were erased before.

    Raises `ErasureRefused` while the ticket is open.
    """
    ticket.refresh_from_db()
    if ticket.erased_at:
        return False
    now, told = clock.now(), list(ticket.events.order_by("seq"))
    payload = {"reason": reason, "kept": [_kept(event) for event in told if _is_personal(event)]}
    if ticket.record("erased", by=by, payload=payload, at=now, origins=_CLOSED) is None:
        if ticket.erased_at:
            return False
        raise ErasureRefused(
            f"O chamado {ticket.spoken} está aberto ({ticket.state_label}). Encerre-o antes."
        )
    sent = ticket.received.values_list("reading", flat=True)
    readings = {ticket.inspection_id, ticket.proof_id, *sent}
    _reduce(ticket, now)
    _erase_around(ticket)
    ticket.links.update(customer={}, warning="")
    ticket.strays.update(why="")
    for event in told:
        event.deliveries.update(last_error="", choices={}, why="")
        if _is_personal(event):
            event.erase()
    drop_unused(readings)
    return True


def _reduce(ticket: Ticket, now: datetime) -> None:
    lists = _closed_lists(ticket)
    ticket.facts = {
        key: value for key, value in ticket.facts.items() if value in lists.get(key, ())
    }
    ticket.typed, ticket.inspection, ticket.proof = {}, None, None
    ticket.order_number, ticket.validation_at, ticket.erased_at = "", None, now
    ticket.save(
        update_fields=[
            "facts", "typed", "inspection", "proof", "order_number", "validation_at", "erased_at",
        ]
    )  # fmt: skip


def _closed_lists(ticket: Ticket) -> dict[str, tuple[str, ...]]:
    """The answers that may stay, by fact: none where its procedure can no longer be read."""
    procedure = _readable(ticket.procedure_version)
    return {fact.key: fact.answers for fact in procedure.facts} if procedure else {}


def _readable(version: ProcedureVersion) -> Procedure | None:
    """What the text says; None of an old one that is refused by now: it must not keep the data."""
    try:
        return version.procedure
    except ProcedureError as error:
        log.warning("procedure version %s is passed over: %s", version.pk, error)
        return None


def _erase_around(ticket: Ticket) -> None:
    """What other rows know of the person."""
    Draft.objects.filter(pk=ticket.submission_key).delete()
    ticket.images.all().delete()
    ticket.received.all().delete()
    messages = Message.objects.filter(ticket=ticket)
    messages.exclude(state=Message.State.SENT).update(state=Message.State.FAILED)
    messages.update(to="", body="", last_error="")
    for promise in ticket.promise.line:
        ContactAttempt.objects.filter(promise=promise).update(phone="", note="")


def _is_personal(event: Event) -> bool:
    """Whether its content may tell who the customer is: more than `_IMPERSONAL` is in it."""
    return any(value and key not in _IMPERSONAL for key, value in (event.payload or {}).items())


def _kept(event: Event) -> dict[str, Any]:
    """What of its content stays known, and sealed in the history, when the rest is gone."""
    payload = event.payload or {}
    return {"seq": event.seq, **{key: payload[key] for key in _IMPERSONAL if payload.get(key)}}


def drop_unused(readings: Iterable[int | None]) -> int:
    """Deletes those readings that nothing refers to any more; how many."""
    unused = Inspection.objects.filter(
        drafts=None, tickets=None, proved_tickets=None, receipts=None
    )
    return sum(unused.filter(pk__in=some).delete()[0] for some in _parted(filter(None, readings)))


def erase_closed_before(moment: datetime) -> int:
    """Erases the tickets that were closed before the moment and not reopened; how many."""
    due = Ticket.objects.filter(state__in=_CLOSED, moved_at__lte=moment, erased_at=None)
    return sum(_erased_safely(ticket) for ticket in due.order_by("moved_at")[:_AT_ONCE])


def _erased_safely(ticket: Ticket) -> bool:
    try:
        return erase(ticket, TIME_IS_OVER)
    except Refused:
        return False  # reopened meanwhile
    except Exception:
        # One ticket that cannot be erased must not keep the others; it is tried again.
        log.exception("ticket %s: not erased", ticket.pk)
        return False


def _parted(keys: Iterable[int]) -> Iterator[list[int]]:
    """Some at a time."""
    rest = iter(keys)
    while some := list(islice(rest, _KEYS)):
        yield some


_NUMBERS = ("holder__cpf", "holder__cnpj", "responsible__cpf")


@dataclass(frozen=True)
class Held:
    """What is held of one person or company, found by CPF or CNPJ."""

    tickets: tuple[Ticket, ...]
    calls: tuple[Draft, ...]
    """Not registered yet."""
    readings: tuple[int, ...]
    """The keys of all that name the number, in order."""
    portfolios: erasing.Held

    @classmethod
    def of(cls, number: str) -> "Held":
        """By the compact number: as customer, as holder, and as who answers for the certificate."""
        procedures = filter(None, map(_readable, ProcedureVersion.objects.all()))
        keys = {procedure.customer.document for procedure in procedures}
        told = Q(*(Q(**{f"facts__{key}": number}) for key in keys), _connector=Q.OR)
        told |= _naming(number, "inspection__") | _naming(number, "proof__")
        found = Term.objects.filter(kind=Term.Kind.DOCUMENT, term=number.encode())
        named = Inspection.objects.filter(_naming(number)).values_list("pk", flat=True)
        told |= Q(pk__in=Received.objects.filter(reading__in=named).values("ticket"))
        tickets = Ticket.objects.filter(told | _among(found, "ticket"), erased_at=None)
        calls = Draft.objects.filter(OPEN_CALL & (Q(inspection__in=named) | _among(found, "draft")))
        return cls(
            tuple(tickets.select_related("promise", "procedure_version").order_by("pk")),
            tuple(calls),
            tuple(named.order_by("pk")),
            erasing.Held.of(number),
        )

    def each_reading(self) -> Iterator[Inspection]:
        """The readings themselves."""
        for some in _parted(self.readings):
            yield from Inspection.objects.filter(pk__in=some).order_by("pk")

    def erase(self, by: User | None = None) -> list[ErasureRefused]:
        """Erases all of it but what is still needed; why, for each ticket that is."""
        refusals = []
        for ticket in self.tickets:
            try:
                erase(ticket, ON_REQUEST, by)
            except ErasureRefused as refused:
                refusals.append(refused)
        for call in self.calls:
            call.discard()
        drop_unused(self.readings)
        self.portfolios.erase()
        return refusals


def _naming(number: str, reading: str = "") -> Q:
    numbers = (Q(**{f"{reading}contract__{path}": number}) for path in _NUMBERS)
    return Q(*numbers, _connector=Q.OR)


def _among(found: QuerySet[Term], owner: str) -> Q:
    """Those that the index finds: tickets or calls."""
    return Q(pk__in=found.exclude(**{owner: None}).values(owner))
