"""How a ticket stands in each other desk: its number there, what differs, what is on its way."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from guiche.desk import clock
from guiche.desk.intake.facts import day_and_time
from guiche.desk.models import Connection, Delivery, Link, Ticket

_State, _Step = Delivery.State, Delivery.Step
_OPENING = (_Step.CUSTOMER, _Step.CREATE)


class Remark(NamedTuple):
    """One line: its tone ("": nothing is to be done), its words, and what the desk itself said."""

    tone: str
    words: str
    said: str = ""
    refused: bool = False
    """Whether a supervisor may have it tried again."""


@dataclass(frozen=True)
class Counterpart:
    """One other desk, as the page of the ticket shows it."""

    connection: Connection
    link: Link | None
    remarks: tuple[Remark, ...]

    @classmethod
    def all(cls, ticket: Ticket) -> "list[Counterpart]":
        """Of every desk that the ticket is, or shall be, in."""
        links = {link.connection_id: link for link in Link.of_ticket(ticket)}
        pending: dict[int, list[Delivery]] = {}
        rows = ticket.deliveries.select_related("connection").filter(open=True)
        for row in rows.order_by("connection_id", "pk"):
            pending.setdefault(row.connection_id, []).append(row)
        connections = {link.connection_id: link.connection for link in links.values()}
        connections |= {key: rows[0].connection for key, rows in pending.items()}
        return [
            cls(each, link, tuple(_remarks(ticket, each, link, pending.get(key, []))))
            for key, each in sorted(connections.items())
            for link in [links.get(key)]
        ]


def _remarks(
    ticket: Ticket, desk: Connection, link: Link | None, pending: list[Delivery]
) -> Iterator[Remark]:
    for row in pending:
        if row.state == _State.REJECTED:
            yield Remark("stop", _refused(row, link), row.last_error, refused=True)
        elif row.state == _State.UNKNOWN:
            done = "criado" if row.step == _Step.CREATE else "feito"
            words = f"Verificando: pode ter sido {done} ({row.get_step_display().lower()})."
            yield Remark("ask", words)
    yield from _waiting(desk, pending)
    if link:
        yield from _differences(ticket, link, on_the_way=bool(pending))


def _waiting(desk: Connection, pending: list[Delivery]) -> Iterator[Remark]:
    """What was not sent yet, and what it waits for."""
    waiting = [row for row in pending if row.state in (_State.WAITING, _State.SENDING)]
    if not waiting:
        return
    steps = ", ".join(row.get_step_display().lower() for row in waiting)
    refused = next((row for row in pending if _blocks(row)), None)
    if refused:
        yield Remark("no", f"Esperam por “{refused.get_step_display()}”: {steps}.")
        return
    if desk.stopped:
        words = f"O envio ao {desk} está parado (acesso recusado). A supervisão precisa acertá-lo."
        yield Remark("ask", words)
    elif _is_away(desk):
        yield Remark("ask", f"O {desk} não está respondendo. O que falta é enviado sozinho.")
    yield Remark("no", f"Na fila: {steps}.")


def _blocks(row: Delivery) -> bool:
    """Whether nothing follows until a person decides."""
    return row.state == _State.REJECTED and row.step in _OPENING


def _is_away(desk: Connection) -> bool:
    return bool(desk.failures or (desk.open_until and desk.open_until > clock.now()))


def _refused(row: Delivery, link: Link | None) -> str:
    """In the words of what it means for the ticket."""
    if row.step in _OPENING:
        return "Não foi aberto lá."
    if row.step == _Step.FORWARD and link and link.ref:
        return "Criado, não encaminhado. Encaminhe lá, ou espere que o envio seja repetido."
    return f"Não foi feito lá: {row.get_step_display().lower()}."


def _differences(ticket: Ticket, link: Link, *, on_the_way: bool) -> Iterator[Remark]:
    if link.gone_at:
        yield Remark("stop", f"Não é mais encontrado lá desde {day_and_time(link.gone_at)}.")
    elif link.closed_at and ticket.is_open:
        closed = day_and_time(link.closed_at)
        yield Remark("ask", f"Encerrado lá em {closed}, aberto aqui. Confira qual vale.")
    elif not ticket.is_open and not link.closed_at and not on_the_way and _read_since(ticket, link):
        yield Remark("ask", "Encerrado aqui, aberto lá. Confira qual vale.")
    if link.number_differs:
        told = f"O cliente foi informado de {ticket.desk_number}; lá o número é {link.number}."
        yield Remark("ask", told)
    for warning in link.warning.splitlines():
        yield Remark("", warning)


def _read_since(ticket: Ticket, link: Link) -> bool:
    """Whether it was seen there after the ticket was ended here; before, nobody can say."""
    return bool(link.read_at and link.read_at > ticket.moved_at)


@dataclass(frozen=True)
class Coming:
    """What became of the number that the customer shall be told, while it is not there."""

    state: str
    """`waiting`, `unknown`, `away`, `stopped`, `late`, `given`, `refused`; an open page changes
    when this does."""
    desk: str
    words: str
    said: str = ""

    @property
    def by_hand(self) -> bool:
        """Whether a person opens it there, for it does not go by itself."""
        return self.state == "refused"

    @property
    def asks_again(self) -> bool:
        """Whether the number may be there in a moment."""
        return self.state in ("waiting", "unknown", "away")

    @classmethod
    def of(cls, ticket: Ticket, *, patient: bool) -> "Coming | None":
        """None where the number is there, or none is to come; `patient`: asks no longer."""
        if ticket.desk_number or ticket.erased_at:
            return None
        rows = list(
            ticket.deliveries.filter(
                connection__active=True, connection__numbers=True, step__in=_OPENING
            )
            .select_related("connection")
            .order_by("connection_id", "pk")
        )
        rows = [row for row in rows if row.connection_id == rows[0].connection_id]
        return _coming(ticket, rows, patient=patient) if rows else None


def _coming(ticket: Ticket, rows: list[Delivery], *, patient: bool) -> Coming | None:
    desk, states = rows[0].connection, {row.state for row in rows}
    name = desk.name
    refused = next((row for row in rows if row.state == _State.REJECTED), None)
    if refused:
        words = f"Não foi aberto no {name}. Abra à mão, copiando abaixo, e anote o número."
        return Coming("refused", name, words, refused.last_error)
    if _State.DROPPED in states:
        return None
    link = Link.of(ticket, desk)
    if link and link.number:
        return Coming("given", name, f"No {name} o número é {link.number}.", link.warning)
    if desk.stopped:
        words = (
            f"O envio ao {name} está parado (acesso recusado). O protocolo acima vale, e o número "
            "chega quando a supervisão acertar o acesso; não abra outro."
        )
        return Coming("stopped", name, words, desk.last_error)
    if _State.UNKNOWN in states and not patient:
        words = (
            f"Não sabemos se o {name} recebeu o chamado. Estamos verificando antes de reenviar; "
            "não abra outro."
        )
        return Coming("unknown", name, words)
    if _is_away(desk):
        words = (
            f"O {name} não está respondendo. O protocolo acima vale, e o número chega sozinho; "
            "não abra outro."
        )
        return Coming("late" if patient else "away", name, words)
    if patient:
        words = f"O número do {name} ainda não chegou. O protocolo acima vale; não abra outro."
        return Coming("late", name, words)
    return Coming("waiting", name, f"Aguardando o número do {name}…")
