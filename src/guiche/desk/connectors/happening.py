"""One event of a ticket as a program is told of it: no customer in it, no words of people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from guiche.desk.tickets.moves import FORWARDED, MOVES

if TYPE_CHECKING:
    from guiche.desk.tickets.event import Event

_TARGETS: Mapping[str, str] = {
    "forwarded": FORWARDED,
    **{rule.event: rule.target for rule in MOVES.values()},
}


@dataclass(frozen=True)
class Happening:
    """`id` is the same however often it is told: `G4821703657.5`, the fifth event of the ticket."""

    id: str
    content: dict[str, Any]


def happening_of(event: "Event") -> Happening:
    """What is told of an event; `state` is null where the event moved nothing, and of an undoing
    the one that it led back to."""
    ticket = event.ticket
    payload = event.payload or {}
    undone = payload.get("undoes")
    state = undone.get("state") if undone else _TARGETS.get(event.kind)
    due_at = ticket.promise.ends_at
    return Happening(
        f"{ticket.key}.{event.seq}",
        {
            "type": f"ticket.{event.kind}",
            "at": event.at.isoformat(),
            "ticket": {
                "number": ticket.number,
                "key": ticket.key,
                "team": ticket.team,
                "due_at": due_at.isoformat() if due_at else None,
            },
            "event": {
                "seq": event.seq,
                "kind": event.kind,
                "label": event.label,
                "state": state,
                "reason": payload.get("reason") or None,
                "result": payload.get("result") or None,
            },
        },
    )
