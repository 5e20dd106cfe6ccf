"""The sending loop: claims what is due, hands it to threads, writes down what came of it.

Any number of these may run, on any machines, over one database. One that dies loses nothing: what
it had claimed is looked up by another once its lease is over.

Only the loop itself writes; the threads send. So a worker has one writer, which SQLite wants, and
many attempts are confirmed in one transaction.
"""

import logging
import os
import queue
import socket
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from threading import Event
from typing import Any, NamedTuple
from uuid import uuid4

from django.conf import settings
from django.db import close_old_connections, connections, transaction

from guiche.desk import clock
from guiche.desk.connectors.connection import Connection
from guiche.desk.connectors.connector import Connector, DeliveryError
from guiche.desk.connectors.opened import Opened
from guiche.desk.connectors.registry import connector_class
from guiche.desk.deliveries.attempt import Attempt, NotBegun, Result
from guiche.desk.deliveries.confirm import confirm
from guiche.desk.deliveries.crew import Crew
from guiche.desk.deliveries.delivery import Delivery
from guiche.desk.deliveries.heartbeat import EVERY, Heartbeat
from guiche.desk.deliveries.host_clock import HostClock, jumped
from guiche.desk.deliveries.link import Link
from guiche.desk.logs.context import about

log = logging.getLogger(__name__)

THREADS = 16
_HOST = socket.gethostname()[:40]
_SECONDS_TO_FINISH = 8.0
_AHEAD = 8
"""So many times of what is sent at once are held by a worker that is alone at a desk, once it has
proved itself: of what one holds that dies, all is looked up before it is sent."""
_PROVEN = 16
"""With each so many steps that it took, it may hold once more as many."""
_WELL_STOCKED, _GATHERS = 2, 0.1
"""With more than so many steps a thread, it lets results gather for so many seconds: to write down
many at once costs little more than one."""


class _Ended(NamedTuple):
    attempt: Attempt
    connection: Connection
    result: Result | None
    """None: our own mistake."""


class Dispatcher:
    """One sending worker, `owner` in the rows; `monotonic` is in seconds, and never set."""

    def __init__(
        self,
        opened: Opened | None = None,
        *,
        threads: int = THREADS,
        lease: timedelta | None = None,
        owner: str = "",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.owner = owner or f"{_HOST}:{os.getpid()}:{uuid4().hex[:8]}"
        self.opened = opened or Opened()
        self._threads, self._monotonic = threads, monotonic
        # Renewed while a worker lives: it bounds how long a dead one delays its steps, not a call.
        self._lease = settings.DELIVERY_LEASE if lease is None else lease
        self._crew = Crew(threads)
        self._ended: queue.SimpleQueue[_Ended | None] = queue.SimpleQueue()
        self._under_way = self._taken = 0
        self._resting: set[int] = set()
        """Connections of which a whole desk's trouble was seen since something was claimed."""
        self._held: dict[int, int] = {}
        """Row and attempt of what was claimed, and is still ours as far as is known."""
        self._unwritten: list[_Ended] = []
        self._renewed = self._monotonic()
        self._beat = float("-inf")
        self._offset: float | None = None
        """None before the clock was looked at."""

    # The loop

    def run(self, stop: Event, idle_seconds: float) -> None:
        """Sends until `stop` is set, then confirms what ends within some seconds.

        What does not is looked up by the next worker.
        """
        while not stop.is_set():
            close_old_connections()
            try:
                self._beat_now_and_then()
                self.round(idle_seconds)
            except Exception:
                # The database may be restarting. What was sent and not confirmed is looked up.
                log.exception("deliveries: the round failed; trying again")
                stop.wait(1)
        self.finish(_SECONDS_TO_FINISH)
        self._crew.dismiss()
        Heartbeat.leave(self.owner)
        connections.close_all()

    def wake(self) -> None:
        """Something may be due; safe to call from any thread."""
        self._ended.put(None)

    def round(self, wait_seconds: float = 0.0) -> bool:
        """One round: confirm, claim, send; waits for news when there was none. Whether any was."""
        self._watch_clock()
        self._keep_lease()
        if self._under_way > _WELL_STOCKED * self._threads:
            time.sleep(_GATHERS)
        news = self._confirm_all(self._news(0.0))
        claimed = sum(self._claim(each) for each in Connection.open_for_work(clock.now()))
        if not news and not claimed and wait_seconds:
            news = self._confirm_all(self._news(wait_seconds))
        return bool(news or claimed)

    def finish(self, seconds: float = float("inf")) -> None:
        """Waits for what is under way, and confirms it."""
        ends = self._monotonic() + seconds
        while self._under_way and self._monotonic() < ends:
            self._keep_lease()
            self._confirm_all(self._news(min(1.0, seconds)))

    # Sending

    def _claim(self, connection: Connection) -> int:
        now, room = clock.now(), self._ahead * self._threads - self._under_way
        if not room or self._was_set(now):
            return 0
        # Who is idle only reads, and often.
        if not self._under_way and not Delivery.due(connection, now).exists():
            return 0
        connector = self.opened.of(connection)
        if connector is None or self._crew.ready(connection.pk) >= self._enough(connector):
            return 0
        claimed = self._claim_rows(connection, connector.at_once, room, now)
        if not claimed:
            return 0
        self._resting.discard(connection.pk)
        links = Link.of_all(connection, [each.ticket_id for each in claimed])
        for delivery in claimed:
            link = links.get(delivery.ticket_id)
            attempt = Attempt(delivery, connector, link, partial(self._may_write, delivery))
            self._under_way += 1
            self._held[delivery.pk] = delivery.attempts
            work = partial(self._send, attempt, connection)
            self._crew.do(work, connection.pk, connector.at_once)
        return len(claimed)

    @property
    def _ahead(self) -> int:
        return min(_AHEAD, 1 + self._taken // _PROVEN)

    def _enough(self, connector: Connector[Any]) -> int:
        """So many steps that wait for a thread last while others are written down."""
        return connector.at_once * max(1, self._ahead // 2)

    @transaction.atomic
    def _claim_rows(
        self, connection: Connection, at_once: int, room: int, now: datetime
    ) -> list[Delivery]:
        """One worker at a time, so that a desk sees no more at once than it is to bear.

        Who is alone at it holds more than that, and some are ready while it writes.
        """
        locked = connection.locked(now)
        if locked is None:
            return []
        owners = Delivery.under_way(locked, now)
        bears = 1 if locked.in_trouble else at_once
        if bears > 1 and all(owner == self.owner for owner in owners):
            bears *= self._ahead
        most = min(room, bears - len(owners))
        return Delivery.claim(locked, self.owner, now, self._lease, most) if most > 0 else []

    def _send(self, attempt: Attempt, connection: Connection) -> None:
        result: Result | None = None
        try:
            with about(attempt.delivery.ticket.spoken):
                resting = connection.pk in self._resting
                result = NotBegun() if resting else attempt.run()
            if isinstance(result, DeliveryError) and result.everywhere:
                self._resting.add(connection.pk)
        except Exception:
            log.exception("delivery %s: %s failed", attempt.delivery.pk, attempt.delivery.step)
        finally:
            self._ended.put(_Ended(attempt, connection, result))
            connections.close_all()

    # Confirming

    def _news(self, wait_seconds: float) -> Iterator[_Ended]:
        """What has ended; waits for the first, takes the rest that is there."""
        while True:
            try:
                ended = (
                    self._ended.get(timeout=wait_seconds)
                    if wait_seconds
                    else self._ended.get_nowait()
                )
            except queue.Empty:
                return
            wait_seconds = 0.0
            if ended is not None:
                yield ended

    def _confirm_all(self, news: Iterator[_Ended]) -> int:
        """What cannot be written, because the database is away, is written in a later round."""
        ended = self._unwritten = [*self._unwritten, *news]
        if ended:
            with transaction.atomic():
                for connection, some in _by_desk(ended):
                    confirm([(each.attempt, each.result) for each in some], connection, clock.now())
        self._unwritten = []
        self._under_way -= len(ended)
        self._taken += len(ended)
        for each in ended:
            if self._is_held(each.attempt.delivery):
                del self._held[each.attempt.delivery.pk]
        return len(ended)

    # The lease, and the clock that it is counted by

    def _keep_lease(self) -> None:
        third = self._lease.total_seconds() / 3
        began = self._monotonic()
        if self._held and began - self._renewed > third:
            # Only these: what was claimed and never sent, or sent and never written, is let go.
            self._held = Delivery.renew(self.owner, self._held, clock.now() + self._lease)
        elif self._held:
            return
        self._renewed = began

    def _may_write(self, delivery: Delivery) -> bool:
        """A process that stood still for longer than its lease has lost what it claimed."""
        fresh = self._monotonic() - self._renewed < self._lease.total_seconds() * 0.8
        return fresh and self._is_held(delivery)

    def _is_held(self, delivery: Delivery) -> bool:
        return self._held.get(delivery.pk) == delivery.attempts

    def _beat_now_and_then(self) -> None:
        if self._monotonic() - self._beat >= EVERY.total_seconds():
            Heartbeat.beat(self.owner, clock.now())
            if self._offset is not None:
                HostClock.keep(_HOST, self._offset)
            self._beat = self._monotonic()

    def _watch_clock(self) -> None:
        """Also of a clock that was set while no worker watched it: how it stood is kept."""
        now = clock.now()
        if self._was_set(now):
            with transaction.atomic():
                before = self._offset_known()
                if before is None or jumped(before, self._offset_at(now)):
                    if before is not None:
                        log.warning("the clock was set: what is unsure waits anew")
                    self._wait_anew(now)
        self._offset = self._offset_at(now)

    def _was_set(self, now: datetime) -> bool:
        return self._offset is None or jumped(self._offset, self._offset_at(now))

    def _offset_known(self) -> float | None:
        if self._offset is not None:
            return self._offset
        kept = HostClock.of(_HOST)
        return kept.offset if kept else None

    def _wait_anew(self, now: datetime) -> None:
        for connection in Connection.known():
            connector = self.opened.of(connection) or connector_class(connection.kind)
            wait = connector.lag + settings.DELIVERY_LONGEST_CALL
            Delivery.clock_jumped(connection, now, wait, self._lease)
            connection.clock_jumped(now)
        HostClock.keep(_HOST, self._offset_at(now))

    def _offset_at(self, now: datetime) -> float:
        return now.timestamp() - self._monotonic()


def _by_desk(ended: list[_Ended]) -> Iterator[tuple[Connection, list[_Ended]]]:
    of: dict[int, list[_Ended]] = {}
    for each in ended:
        of.setdefault(each.connection.pk, []).append(each)
    for some in of.values():
        yield some[0].connection, some
