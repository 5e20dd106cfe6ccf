"""What a line of the list says, in the words of the report, with people masked."""

from datetime import datetime

from guiche.portfolio.report.actions import Action
from guiche.portfolio.report.people import People
from guiche.portfolio.report.todo import todo
from guiche.portfolio.report.words import STATUSES, UNKNOWN, counted, kind

_PEOPLE = People()


def said(action: Action, at: datetime) -> dict[str, str]:
    """The texts of one action, as of the moment of the reading."""
    row, told = action.row, todo(action, at, _PEOPLE)
    nobody = "Arquivo não lido" if row["error_code"] else "Titular não informado"
    status = row["enrolment_status"]
    return {
        "who": _PEOPLE.name(row) or nobody,
        "document": _PEOPLE.document(row),
        "responsible": _PEOPLE.responsible(row),
        "kind": kind(row),
        "issuer": _PEOPLE.public(row["issuer_name"]),
        "verdict": STATUSES.get(status, UNKNOWN) if status else STATUSES["error"],
        "what": told.what,
        "why": told.why,
        "until": told.until,
        "copies": counted(action.copies, "cópia", "cópias") if action.copies else "",
    }
