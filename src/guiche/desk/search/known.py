"""What the desk already has of the customer of a call, said before a second ticket is made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from guiche.desk.intake.draft import Draft
from guiche.desk.intake.whose import OPEN_CALL
from guiche.desk.search import spelling
from guiche.desk.search.term import Term
from guiche.desk.tickets.moves import OPEN
from guiche.desk.tickets.ticket import Ticket

_MOST = 5


@dataclass(frozen=True)
class Known:
    """Open tickets of the same CPF or CNPJ, those of the same telephone alone, other calls."""

    same_customer: tuple[Ticket, ...] = ()
    same_phone: tuple[Ticket, ...] = ()
    calls: tuple[Draft, ...] = ()

    @property
    def mark(self) -> str:
        """Equal for what says the same: a page sends back the one that it shows."""
        tickets = (f"{each.number}-{each.state}" for each in self.same_customer + self.same_phone)
        return " ".join([*tickets, *(f"{each.pk}-{each.by_id}" for each in self.calls)])

    @classmethod
    def of(cls, draft: Draft, values: Mapping[str, str]) -> "Known":
        """What is known beside the call itself, and beside those of the same batch.

        `values` are the answers of the call as they stand.
        """
        if not draft.is_open:
            return cls()
        customer = draft.procedure.customer
        document = spelling.document(values[customer.document])
        forms = [spelling.phone(values[phone]) for phone in customer.phones]
        # Without DDD half of Brazil has the same number.
        phones = [form[0] for form in forms if len(form) > 1]
        of_document = _alike(Term.Kind.DOCUMENT, [document])
        of_phone = _alike(Term.Kind.PHONE, phones)
        calls = tuple(_calls(draft, of_document | of_phone))
        # Most customers have no ticket: one short question, and none of the long ones.
        if not (of_document | of_phone).filter(ticket__isnull=False).exists():
            return cls(calls=calls)
        # The holder of a ticket's certificate may be somebody else than its customer.
        same = [each for each in _tickets(draft, of_document) if _document(each) == document]
        others = [each for each in _tickets(draft, of_phone) if each not in same]
        return cls(tuple(same), tuple(others), calls)


def open_call_of(document: str) -> Draft | None:
    """The latest call of this CPF or CNPJ that is open."""
    found = _alike(Term.Kind.DOCUMENT, [document]).filter(ticket__isnull=True).values("draft")
    calls = Draft.objects.filter(OPEN_CALL, pk__in=found).select_related("by")
    return calls.order_by("-updated_at").first()


def open_of(documents: Iterable[str], batch: UUID | None) -> dict[str, Ticket]:
    """The latest open ticket of each CPF or CNPJ that has one, less those of the batch itself."""
    found = _alike(Term.Kind.DOCUMENT, documents).filter(ticket__isnull=False).values("ticket")
    tickets = Ticket.listed().filter(pk__in=found, state__in=OPEN)
    if batch:
        siblings = Draft.objects.filter(batch=batch).values("pk")
        tickets = tickets.exclude(submission_key__in=siblings)
    return {_document(ticket): ticket for ticket in tickets.order_by("pk")}


def _alike(kind: Term.Kind, terms: Iterable[str]) -> "QuerySet[Term]":
    return Term.objects.filter(kind=kind, term__in=[term.encode() for term in terms if term])


def _document(ticket: Ticket) -> str:
    return ticket.facts.get(ticket.procedure.customer.document, "")


def _tickets(draft: Draft, alike: "QuerySet[Term]") -> "QuerySet[Ticket]":
    found = alike.filter(ticket__isnull=False).values("ticket")
    tickets = Ticket.listed().filter(pk__in=found, state__in=OPEN)
    if draft.batch:
        siblings = Draft.objects.filter(batch=draft.batch).values("pk")
        tickets = tickets.exclude(submission_key__in=siblings)
    return tickets.order_by("-pk")[:_MOST]


def _calls(draft: Draft, alike: "QuerySet[Term]") -> "QuerySet[Draft]":
    found = alike.filter(ticket__isnull=True).values("draft")
    calls = Draft.objects.filter(OPEN_CALL, pk__in=found)
    beside = Q(batch=None) | ~Q(batch=draft.batch) if draft.batch else Q()
    return (
        calls.filter(beside)
        .exclude(pk=draft.pk)
        .select_related("by")
        .defer("typed", "offered")
        .order_by("-updated_at")[:_MOST]
    )
