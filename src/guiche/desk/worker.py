"""What happens without anybody asking: promises watched, e-mails sent, retention carried out."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event

from django.db import close_old_connections, connections

from guiche.desk import clock, retention
from guiche.desk.health.heartbeat import Heartbeat
from guiche.desk.messages.outbox import send_due
from guiche.desk.promises.watch import watch

log = logging.getLogger(__name__)

_PAUSE = 5.0
_SWEEP_EVERY = timedelta(hours=1)


def work_once() -> None:
    """One round of everything."""
    watch(clock.now())
    send_due(clock.now())
    retention.sweep(clock.now())


def work_until(stop: Event, pause: float = _PAUSE) -> None:
    """Rounds until `stop` is set. A round that fails is logged, and the next one is tried."""
    next_sweep = clock.now()
    while not stop.is_set():
        close_old_connections()
        _try(Heartbeat.beat)
        _try(watch)
        _try(send_due)
        if clock.now() >= next_sweep:
            _try(retention.sweep)
            next_sweep = clock.now() + _SWEEP_EVERY
        stop.wait(pause)
    connections.close_all()


def _try(round_: Callable[[datetime], object]) -> None:
    try:
        round_(clock.now())
    except Exception:
        # The database may be restarting. A worker that dies of it would watch no promise.
        log.exception("%s failed; trying again", round_.__name__)
