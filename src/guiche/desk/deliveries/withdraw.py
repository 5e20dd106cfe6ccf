"""What was undone before a desk was told of it is never told."""

from typing import Any

from guiche.desk import clock
from guiche.desk.deliveries.delivery import Delivery
from guiche.desk.people.user import User
from guiche.desk.tickets.event import Event

_WHY = "Desfeito antes de ser enviado."


def withdraw(event: Event, by: User, **_: Any) -> bool:
    """Drops the steps of the event that nobody took yet; False where a desk has, or may have, one.

    A worker takes a step by the same kind of UPDATE, so that of the two one finds it gone.
    """
    state, rows = Delivery.State, Delivery.objects.filter(event=event)
    rows.filter(state=state.WAITING, unsure=False).update(
        state=state.DROPPED, open=False, done_at=clock.now(), ended_by=by, why=_WHY
    )
    return not rows.exclude(state=state.DROPPED).exists()
