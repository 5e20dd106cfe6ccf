"""How a ticket stands, in the words of its customer. Nothing here tells who anybody is."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from guiche.desk.promises.attempt import ContactAttempt, Result
from guiche.desk.promises.due_time import noted, said
from guiche.desk.promises.promise import PromiseState
from guiche.desk.tickets.moves import CANCELLED, RESOLVED, RETURNED, WAITING
from guiche.desk.tickets.ticket import Ticket

_CALL_US = "Se ainda precisa de ajuda, ligue e diga o protocolo."
_DONE = (PromiseState.KEPT, PromiseState.KEPT_LATE)


@dataclass(frozen=True)
class Standing:
    """One sentence at the size of a verdict, what follows from it, and how it looks."""

    heading: str
    text: str
    tone: str
    icon: str
    due: str = ""
    """Until when the return was promised, while that still holds: `terça, 24/11, às 14h30`."""

    @classmethod
    def of(cls, ticket: Ticket, now: datetime) -> "Standing":
        """As the ticket stands at `now`."""
        if ticket.state == RESOLVED:
            day = f"{timezone.localtime(ticket.moved_at):%d/%m/%Y}"
            return cls("Resolvido", f"Seu atendimento terminou em {day}. {_CALL_US}", "yes", "yes")
        if ticket.state == CANCELLED:
            return cls("Encerrado", f"Este atendimento foi encerrado. {_CALL_US}", "no", "no")
        if ticket.state == WAITING:
            return _waiting(ticket)
        if ticket.state == RETURNED:
            return _returned(ticket, now)
        return _forwarded(ticket, now)


def _waiting(ticket: Ticket) -> Standing:
    # To undo a “Retomado” leaves one too, with no reason that the customer is waited for.
    waits = ticket.events.filter(kind="waiting", payload__undoes__isnull=True)
    event = waits.order_by("-seq").first()
    reason = ((event.payload or {}) if event else {}).get("reason", "")
    noted_down = f" Está anotado: “{reason}”." if reason else ""
    text = f"O {ticket.team} segue assim que você responder.{noted_down}"
    return Standing("Esperamos você", text, "ask", "ask")


def _returned(ticket: Ticket, now: datetime) -> Standing:
    due = _due(ticket, now)
    text = "O Suporte confere uma informação antes da ligação. Você não precisa fazer nada agora."
    return Standing("Estamos conferindo um dado", text, "no", "clock", due)


def _forwarded(ticket: Ticket, now: datetime) -> Standing:
    state, team = ticket.promise.state(now), ticket.team
    if state in _DONE and (kept := ticket.promise.kept_at):
        text = f"O {team} falou com você {said(kept, now)} e segue com o que foi combinado."
        return Standing("Já falamos com você", text, "yes", "yes")
    attempts = ticket.promise.attempts.order_by("at", "pk")
    if last := attempts.last():
        return _tried(ticket, last, now)
    if state is PromiseState.OVERDUE:
        text = (
            f"Prometemos {ticket.promise.written}, e ainda não houve retorno. Desculpe. "
            "Seu atendimento está entre os primeiros da fila."
        )
        return Standing("O prazo passou", text, "stop", "alert")
    verb = "ligar" if ticket.phones else "responder"
    heading = f"O {team} vai {verb} {ticket.promise.spoken(now)}"
    return Standing(heading, "Não precisa abrir outro chamado.", "no", "clock", _due(ticket, now))


def _tried(ticket: Ticket, last: ContactAttempt, now: datetime) -> Standing:
    """What became of the last call, and when the next one comes."""
    moment = _moment(last.at, now)
    phone = f" no telefone com final {last.phone[-4:]}" if last.phone else ""
    if last.result == Result.LEFT_MESSAGE:
        heading = f"Ligamos {moment} e deixamos recado"
    elif last.result == Result.WRONG_NUMBER:
        heading = f"Ligamos {moment}, e o número parece errado"
    else:
        heading = f"Ligamos {moment} e não conseguimos falar"
    again = last.next_at if last.next_at and last.next_at > now else None
    coming = f"Vamos tentar de novo {said(again, now)}." if again else "Vamos tentar de novo."
    text = f"Foi{phone}. {coming}" if phone else coming
    if last.result == Result.WRONG_NUMBER:
        text = f"{text} Mande outro telefone, abaixo."
    return Standing(heading, text, "ask", "phone", _due(ticket, now))


def _due(ticket: Ticket, now: datetime) -> str:
    return noted(ticket.promise.due_at) if now < ticket.promise.due_at else ""


def _moment(at: datetime, now: datetime) -> str:
    """`às 10h12` of today, else with its day."""
    local, today = timezone.localtime(at), timezone.localtime(now)
    return said(at, now) if local.date() != today.date() else noted(at).rpartition(", ")[2]
