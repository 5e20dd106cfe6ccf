"""The card of whoever calls back: all that one call needs, in the order it is needed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from guiche.desk.intake.facts import show_phone, whatsapp_url
from guiche.desk.models import ContactAttempt, Event, Ticket
from guiche.desk.promises.due_time import said


@dataclass(frozen=True)
class Phone:
    """A number to call: in E.164 for the link, formatted for the eye, and who answers it."""

    number: str
    text: str
    whose: str

    @property
    def whatsapp(self) -> str:
        """A conversation with a mobile phone, and no word of what it is about; "" with another."""
        return whatsapp_url(self.number)


@dataclass(frozen=True)
class Line:
    """A datum with its label; `missing` where the customer could not give it."""

    label: str
    text: str
    missing: bool = False


@dataclass(frozen=True)
class Card:
    """Whom to call and where, what was promised and said, what to ask for, what is missing."""

    customer: str
    document: str
    system: str
    who: str
    relation: str
    hour: str
    email: str
    phones: tuple[Phone, ...]
    next_try: str
    attempts: tuple[ContactAttempt, ...]
    wanted: tuple[Line, ...]
    cost: str
    documents: tuple[str, ...]
    solution: Line | None
    missing: tuple[Line, ...]

    @classmethod
    def of(cls, ticket: Ticket, history: Sequence[Event], now: datetime) -> "Card":
        """The card of a ticket, of any procedure: what it does not ask for is not there."""
        customer, shown = ticket.procedure.customer, ticket.shown
        again = ticket.promise.next_try if ticket.is_open else None
        systems = (fact.key for fact in ticket.procedure.facts if fact.type == "system")
        return cls(
            customer=ticket.customer,
            document=shown.get(customer.document, ""),
            system=shown.get(next(systems, ""), ""),
            who=shown.get(customer.requester) or ticket.customer,
            relation=shown.get(customer.relation, ""),
            hour=shown.get(customer.hour, ""),
            email=ticket.email,
            phones=tuple(_phones(ticket, history, shown)),
            next_try=said(again, now) if again else "",
            attempts=tuple(
                sorted(ticket.promise.attempts.all(), key=lambda each: (each.at, each.pk))
            ),
            wanted=tuple(line for key in customer.wanted for line in _lines(ticket, shown, key)),
            cost=ticket.cost,
            documents=tuple(ticket.documents),
            solution=next(_lines(ticket, shown, customer.solution), None),
            missing=tuple(Line(label, reason, missing=True) for label, reason in ticket.exits),
        )


def _phones(ticket: Ticket, history: Sequence[Event], shown: Mapping[str, str]) -> Iterator[Phone]:
    customer = ticket.procedure.customer
    keys = customer.phones
    owners = customer.whose or ("",) * len(keys)
    for key, owner in zip(keys, owners, strict=True):
        if (number := ticket.facts.get(key, "")) in ticket.phones:
            yield Phone(number, show_phone(number), shown.get(owner, ""))
    sent = (event for event in history if event.kind == "customer_phone")
    numbers = [(event.payload or {}).get("phone", "") for event in sent]
    for number in dict.fromkeys(filter(None, numbers)):
        if number not in ticket.phones:
            yield Phone(number, show_phone(number), "mandado pelo cliente")


def _lines(ticket: Ticket, shown: Mapping[str, str], key: str) -> Iterator[Line]:
    """The line of a fact, where the procedure names one and it was asked."""
    if key in ticket.facts:
        fact = ticket.procedure.fact(key)
        yield Line(fact.label, shown[key], fact.is_exit(ticket.facts[key]))
