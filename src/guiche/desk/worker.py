"""What happens without anybody asking.

Loops in one process: deliveries are sent by the main one, which is woken when something waits;
promises, e-mails, what comes home from other desks and retention are seen to by a second, for none
of them may keep a delivery waiting; portfolios, which take minutes, are read by a third; on
PostgreSQL another one listens for the waking.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Thread

from django.db import close_old_connections, connection, connections

from guiche.desk import clock, retention
from guiche.desk.connectors.opened import Opened
from guiche.desk.deliveries.dispatch import Dispatcher
from guiche.desk.deliveries.home import read_due
from guiche.desk.deliveries.listen import listen
from guiche.desk.deliveries.reconcile import reconcile_due
from guiche.desk.figures import keep
from guiche.desk.figures.digest import send_digests
from guiche.desk.messages.outbox import send_due
from guiche.desk.portfolios.work import work_all
from guiche.desk.promises.watch import watch

log = logging.getLogger(__name__)

_PAUSE = 5.0
_SWEEP_EVERY = timedelta(hours=1)
# A database that does not wake us is asked often; the other for what waits for its time alone.
_ASK_EVERY, _ASK_EVERY_IF_WOKEN = 0.2, 0.5


def work_once() -> None:
    """One round of everything."""
    opened, now = Opened(), clock.now()
    watch(now)
    send_due(now)
    keep.begin(now)
    keep.count_due(now)
    send_digests(now)
    dispatcher = Dispatcher(opened)
    while dispatcher.round():
        dispatcher.finish()
    read_due(opened, now)
    reconcile_due(opened, now)
    work_all(Event())
    retention.sweep(now)
    opened.close()


def work_until(stop: Event, pause: float = _PAUSE) -> None:
    """Rounds until `stop` is set. A round that fails is logged, and the next one is tried."""
    opened = Opened()
    dispatcher = Dispatcher(opened)
    woken = connection.vendor == "postgresql"
    threads = [
        Thread(target=_keep_house, args=(stop, opened, pause), name="house", daemon=True),
        Thread(target=_read_portfolios, args=(stop, pause), name="portfolios", daemon=True),
    ]
    if woken:
        listener = partial(listen, stop, dispatcher.wake)
        threads.append(Thread(target=listener, name="listener", daemon=True))
    for thread in threads:
        thread.start()
    dispatcher.run(stop, _ASK_EVERY_IF_WOKEN if woken else _ASK_EVERY)
    for thread in threads:
        thread.join(_PAUSE)
    opened.close()


def _keep_house(stop: Event, opened: Opened, pause: float) -> None:
    next_sweep = clock.now()
    rounds = (
        watch, send_due, partial(read_due, opened), partial(reconcile_due, opened),
        keep.count_due, send_digests,
    )  # fmt: skip
    _try(keep.begin)
    while not stop.is_set():
        close_old_connections()
        for each in rounds:
            _try(each)
        if clock.now() >= next_sweep:
            _try(retention.sweep)
            next_sweep = clock.now() + _SWEEP_EVERY
        stop.wait(pause)
    connections.close_all()


def _read_portfolios(stop: Event, pause: float) -> None:
    while not stop.is_set():
        close_old_connections()
        _try(lambda _: work_all(stop))
        stop.wait(pause)
    connections.close_all()


def _try(round_: Callable[[datetime], object]) -> None:
    try:
        round_(clock.now())
    except Exception:
        # The database may be restarting. A worker that dies of it would watch no promise.
        log.exception("%s failed; trying again", getattr(round_, "__name__", round_))
