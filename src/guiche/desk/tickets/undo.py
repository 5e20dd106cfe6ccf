"""Undoing what was done by mistake: for some minutes, by the one who did it.

The history keeps both. What no other desk was told of yet is never told, and “Desfeito” is all that
is left of it; where a desk was told, or is being told, the move that leads back is made and goes
there in its order, as any other.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from guiche.desk import clock
from guiche.desk.people.user import User
from guiche.desk.refusal import Refused
from guiche.desk.tickets.event import ATTACHED, AlreadyRecorded, Event, undoing
from guiche.desk.tickets.hands import HANDS
from guiche.desk.tickets.moves import CANCELLED, MOVES, RESOLVED
from guiche.desk.tickets.ticket import Ticket

UNDO_FOR = timedelta(minutes=10)
REASON = "Feito por engano"

# Kind of event -> the kind that leads back from it, for desks that were told.
_BACK = {
    "waiting": "resumed",
    "resumed": "waiting",
    "returned": "forwarded_again",
    "forwarded_again": "returned",
    "resolved": "reopened",
    "cancelled": "reopened",
    "handed_over": "handed_over",
}
_CLOSINGS = {RESOLVED: "resolved", CANCELLED: "cancelled"}
_UNDOABLE = {
    "attempted", *(rule.event for rule in MOVES.values()), *(hand.event for hand in HANDS.values()),
}  # fmt: skip


class UndoRefused(Refused):
    """What was done can no longer be undone so."""


class _Told(Exception):
    """Some of what follows has left the desk: nothing of it is taken back."""


def undoable(ticket: Ticket, by: User, now: datetime) -> Event | None:
    """What this person did last and may undo now, where nobody did anything after it."""
    acts = ticket.events.filter(by__isnull=False).exclude(kind=ATTACHED)
    last = acts.order_by("seq").last()
    if last is None or ticket.erased_at or last.by_id != by.pk or last.kind not in _UNDOABLE:
        return None
    payload = last.payload or {}
    # A version from before there was undoing kept nothing of how it was.
    known = last.kind == "attempted" or "was" in payload
    return last if known and not payload.get("undoes") and until(last) > now else None


def until(event: Event) -> datetime:
    """The end of the time in which it may be undone."""
    return event.at + UNDO_FOR


@transaction.atomic
def undo(ticket: Ticket, seq: int, by: User, form: UUID | None = None) -> Event:
    """Takes the ticket back to how it was before the event of that `seq`.

    Raises `UndoRefused` where it is too late or not theirs to undo, `AlreadyRecorded` for a form
    that was sent before.
    """
    Ticket.objects.select_for_update().get(pk=ticket.pk)  # nobody does anything after it meanwhile
    ticket.refresh_from_db()
    if form and ticket.events.filter(form=form).exists():
        raise AlreadyRecorded
    now = clock.now()
    event = undoable(ticket, by, now)
    if event is None or event.seq != seq:
        minutes = UNDO_FOR.seconds // 60
        raise UndoRefused(
            f"Isto não pode mais ser desfeito: passaram {minutes} minutos, ou já se fez outra "
            "coisa no chamado. Use as ações da página."
        )
    was: Mapping[str, Any] = (event.payload or {}).get("was", {})
    told = not _taken_back(event, by)
    also = {name: value for name, value in was.items() if name not in ("state", "answered_at")}
    also["answered_at"] = _answered_at(ticket, was)
    payload = {
        "undoes": {"seq": seq, "kind": event.kind, "state": was.get("state")},
        **(_for_desks(was) if told else {}),
        **_restore_promise(ticket, event),
    }
    undone: Event | None = ticket.record(
        _kind(event, was) if told else "undone", by=by, payload=payload, at=now,
        origins=(ticket.state,), target=was.get("state"), form=form, also=also,
    )  # fmt: skip
    if undone is None:
        raise UndoRefused("Os dados deste chamado foram apagados, e nada mais muda nele.")
    return undone


def _answered_at(ticket: Ticket, was: Mapping[str, Any]) -> datetime | None:
    """The mark of the customer's last answer: to do and undo something was not to act on it."""
    before = was.get("answered_at")
    return ticket.answered_at or (datetime.fromisoformat(before) if before else None)


def _kind(event: Event, was: Mapping[str, Any]) -> str:
    if event.kind == "reopened":
        return _CLOSINGS[was["state"]]
    return _BACK.get(event.kind, "undone")


def _for_desks(was: Mapping[str, Any]) -> dict[str, Any]:
    """What desks that were told have to hear as well."""
    team = {"team": was["team"]} if "team" in was else {}
    return {"told": True, "reason": REASON, **team}


def _taken_back(event: Event, by: User) -> bool:
    """Whether all that follows from the event was taken back; else none of it was."""
    try:
        with transaction.atomic():
            answers = undoing.send(Ticket, event=event, by=by)
            if not all(answer for _, answer in answers):
                raise _Told
    except _Told:
        return False
    return True


def _restore_promise(ticket: Ticket, event: Event) -> dict[str, str]:
    """Of what the event did to the promise nothing stays; what is said of it."""
    promise = ticket.promise
    if event.kind == "attempted" and event.by:
        promise.take_back(event.at, event.by)
    elif event.kind in ("resolved", "cancelled"):
        promise.reopen(event.at)
    elif event.kind == "reopened" and promise.previous:
        ticket.promise = promise.previous
        ticket.save(update_fields=["promise"])
        promise.delete()
    stood = (event.payload or {}).get("stood")
    return ticket.promise.stand_again(stood) if stood else {}
