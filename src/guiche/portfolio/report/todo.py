"""What to do about one certificate, why, and by when: three short texts."""

from datetime import datetime
from typing import NamedTuple

from guiche.icpbrasil import Status
from guiche.portfolio.report.actions import Action, Urgency
from guiche.portfolio.report.people import People, Row
from guiche.portfolio.report.words import counted, day_of, verdict

_LONGEST_MESSAGE = 400
_WITHOUT = (Status.BLANK, Status.ABSENT)
_NEW_ONE = "Perguntar se o titular precisa do CEI; se precisa, emitir um novo com ele."


class Todo(NamedTuple):
    """The three texts."""

    what: str
    why: str
    until: str


def todo(action: Action, at: datetime, people: People) -> Todo:
    """Those of one action, as of the moment of the audit."""
    row = action.row
    if row["error_code"]:
        why = people.public(row["error_message"], _LONGEST_MESSAGE)
        return Todo("Resolver o problema e ler de novo.", why, "sem data")
    why = _why(row, at)
    end = day_of(row["not_after"])
    match action.urgency:
        case Urgency.NOW | Urgency.SOON:
            ended = bool(row["not_after"] and row["not_after"] < at)
            return Todo(_renewal(row), why, f"já: venceu em {end}" if ended else f"até {end}")
        case Urgency.CHECK:
            return Todo(_check(row), why, f"até {end}" if row["not_after"] else end)
        case Urgency.RENEWAL:
            return Todo(_NEW_ONE, why, f"até {end}, na renovação")
    return Todo("Confirmar se ainda é usado; se é, emitir outro.", why, f"venceu em {end}")


def _renewal(row: Row) -> str:
    if row["enrolment_status"] in _WITHOUT:
        return "Renovar, e pedir o CEI no novo se algum sistema o exige."
    if row["enrolment_status"] == Status.DOUBTFUL:
        return "Renovar, e conferir com o titular o CEI que vai no novo."
    return "Renovar."


def _check(row: Row) -> str:
    if row["enrolment_status"] == Status.UNREADABLE:
        return "Exportar de novo como .cer e ler outra vez."
    return "Perguntar ao titular qual é o CEI dele e comparar com o que está escrito."


def _why(row: Row, at: datetime) -> str:
    told = "" if row["enrolment_status"] == Status.NOT_APPLICABLE else verdict(row)
    return ". ".join(filter(None, (_ends(row, at), told))) + "."


def _ends(row: Row, at: datetime) -> str:
    """In days, where that is near."""
    if row["not_after"] is None:
        return ""
    days = (row["not_after"] - at).days
    if row["not_after"] < at:
        return f"Venceu há {counted(-days - 1, 'dia', 'dias')}" if days < -1 else "Venceu hoje"
    if days > 90:
        return ""
    return f"Vence em {counted(days, 'dia', 'dias')}" if days else "Vence em menos de um dia"
