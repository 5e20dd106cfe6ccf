"""What a ticket and a call are found by, written when they change and in the same transaction."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction

from guiche.desk.intake.reading import Inspection
from guiche.desk.procedures.procedure import Procedure
from guiche.desk.rows import insert
from guiche.desk.search import spelling
from guiche.desk.search.term import Term

if TYPE_CHECKING:
    from guiche.desk.intake.answers import Answers
    from guiche.desk.intake.draft import Draft
    from guiche.desk.tickets.event import Event
    from guiche.desk.tickets.ticket import Ticket

Key = tuple[str, bytes]
"""Kind and term."""


def key(kind: Term.Kind, text: str) -> Key:
    """As it stands in the index."""
    return kind.value, text.encode()[: spelling.LONGEST]


def keys_of(
    procedure: Procedure, answers: Mapping[str, str], inspection: Inspection | None
) -> set[Key]:
    """What a call or ticket with these answers, cleaned or as typed, is found by."""
    customer, held = procedure.customer, inspection.data if inspection else {}

    def said(*facts: str) -> Iterator[str]:
        for fact in filter(None, facts):
            answer = answers.get(fact, "")
            if not procedure.fact(fact).is_exit(answer):
                yield answer

    documents = (*said(customer.document), held.get("document", ""))
    names = (*said(customer.name, customer.requester), held.get("name", ""))
    emails = (*said(customer.email), held.get("email", ""))
    phones = said(*customer.phones)
    keys = {
        *(key(Term.Kind.DOCUMENT, spelling.document(each)) for each in documents),
        *(key(Term.Kind.PHONE, form) for each in phones for form in spelling.phone(each)),
        *(key(Term.Kind.NAME, word) for each in names for word in spelling.words(each)),
        *(key(Term.Kind.EMAIL, spelling.email(each)) for each in emails),
        key(Term.Kind.FINGERPRINT, inspection.sha256 if inspection else ""),
    }
    return {(kind, term) for kind, term in keys if term}


def keys_of_ticket(ticket: "Ticket") -> set[Key]:
    """What a ticket is found by; an erased one by its number in the other desk alone."""
    keys = _keys_of_number(ticket)
    if ticket.erased_at:
        return keys
    return keys | keys_of(ticket.procedure, ticket.facts, ticket.inspection)


def index_ticket(ticket: "Ticket") -> None:
    """Makes the index say what the ticket now does."""
    _write(keys_of_ticket(ticket), ticket=ticket)


def _keys_of_number(ticket: "Ticket") -> set[Key]:
    number = spelling.number(ticket.desk_number)
    return {key(Term.Kind.NUMBER, number)} if number else set()


def index_call(draft: "Draft", answers: "Answers | None" = None) -> None:
    """Makes the index say what the call now does: nothing, once it is over.

    `answers` are those of the call as it stands, where they were made already.
    """
    keys = set()
    if draft.is_open:
        values = (answers or draft.answers()).values
        keys = keys_of(draft.procedure, values, draft.inspection)
    _write(keys, draft=draft)


def follow(events: "Sequence[Event]", **_: Any) -> None:
    """Keeps the index of tickets current, in the transaction that writes the events."""
    new: list[Term] = []
    for event in events:
        ticket = event.ticket
        if event.kind == "submitted":
            new += _rows(keys_of_ticket(ticket), ticket=ticket)
        elif event.kind == "numbered" and (event.payload or {}).get("previous", "?"):
            _write(_keys_of_number(ticket), ticket=ticket, kind=Term.Kind.NUMBER)
        elif event.kind == "numbered":
            new += _rows(_keys_of_number(ticket), ticket=ticket)
        elif event.kind == "erased":
            ticket.terms.exclude(kind=Term.Kind.NUMBER).delete()
    insert(new)


@transaction.atomic(savepoint=False)
def _write(keys: set[Key], **of: Any) -> None:
    """Adds what is missing and takes away what is too much of these rows: mostly nothing."""
    rows, there, gone = Term.objects.filter(**of), set(), []
    if not keys:
        rows.delete()
        return
    for row in rows:
        known = row.kind, bytes(row.term)
        # Two writers at once may have left a term twice.
        if known in keys and known not in there:
            there.add(known)
        else:
            gone.append(row.pk)
    if gone:
        rows.filter(pk__in=gone).delete()
    insert(_rows(keys - there, **of))


def _rows(keys: set[Key], **of: Any) -> list[Term]:
    return [Term(**{**of, "kind": kind, "term": term}) for kind, term in sorted(keys)]
