"""The sending loop: claims what is due, hands it to threads, writes down what came of it.

Any number of these may run, on any machines, over one database. One that dies loses nothing: what
it had claimed is looked up by another once its lease is over.

Only the loop itself writes; the threads read and send. So a worker has one writer, which SQLite
wants, and many attempts are confirmed in one transaction.
"""

import logging
import os
import queue
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any, NamedTuple
from uuid import uuid4

from django.db import close_old_connections, connections, transaction

from guiche.desk import clock
from guiche.desk.connectors.connection import Connection
from guiche.desk.connectors.connector import Connector, DeliveryError, Outcome
from guiche.desk.connectors.settings import SettingsRefused
from guiche.desk.deliveries.attempt import Attempt, Result
from guiche.desk.deliveries.confirm import confirm
from guiche.desk.deliveries.delivery import Delivery
from guiche.desk.deliveries.link import Link

log = logging.getLogger(__name__)

THREADS = 16
LEASE = timedelta(seconds=30)
"""Renewed while a worker lives, so it bounds how long a dead one delays its steps, not a call."""
IDLE_SECONDS = 0.1
_JUMP_SECONDS = 20.0
_OURS = "O Guichê falhou neste envio. O registro do serviço diz onde; será tentado de novo."


class _Ended(NamedTuple):
    attempt: Attempt
    connection: Connection
    result: Result | None
    """None: our own mistake."""


class Dispatcher:
    """One sending worker. `lease` is short in tests; `owner` names it in the rows."""

    def __init__(
        self, *, threads: int = THREADS, lease: timedelta = LEASE, owner: str = ""
    ) -> None:
        self.owner = owner or f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid4().hex[:8]}"
        self._threads, self._lease = threads, lease
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="delivery")
        self._ended: queue.SimpleQueue[_Ended | None] = queue.SimpleQueue()
        self._under_way = 0
        self._connectors: dict[int, tuple[int, Connector[Any]]] = {}
        self._renewed = time.monotonic()
        self._offset = self._clock_offset()

    # The loop

    def run(self, stop: Event, idle_seconds: float = IDLE_SECONDS) -> None:
        """Sends until `stop` is set, then ends what is under way."""
        try:
            while not stop.is_set():
                self._try_round(idle_seconds)
            self.finish()
        finally:
            self._pool.shutdown()
            for _, connector in self._connectors.values():
                connector.close_down()
            connections.close_all()

    def wake(self) -> None:
        """Something may be due; safe to call from any thread."""
        self._ended.put(None)

    def round(self, wait_seconds: float = 0.0) -> bool:
        """One round: confirm, claim, send; waits for news when there was none. Whether any was."""
        now = clock.now()
        self._watch_clock()
        self._keep_lease()
        confirmed = self._confirm_all(self._news(0.0))
        claimed = sum(self._claim(each) for each in Connection.open_for_work(now))
        if not confirmed and not claimed and wait_seconds:
            confirmed = self._confirm_all(self._news(wait_seconds))
        return bool(confirmed or claimed)

    def finish(self) -> None:
        """Waits for what is under way, and confirms it."""
        while self._under_way:
            self._keep_lease()
            self._confirm_all(self._news(self._lease.total_seconds() / 3))

    def _try_round(self, idle_seconds: float) -> None:
        close_old_connections()
        try:
            self.round(idle_seconds)
        except Exception:
            # The database may be restarting. What was sent and not confirmed is looked up later.
            log.exception("deliveries: the round failed; trying again")
            time.sleep(1)

    # Sending

    def _claim(self, connection: Connection) -> int:
        room = self._threads - self._under_way
        try:
            connector = self._connector(connection)
        except SettingsRefused as refused:
            self._give_up(connection, refused)
            return 0
        now = clock.now()
        most = 1 if connection.in_trouble else connector.at_once
        most = min(room, most - Delivery.under_way(connection, now))
        if most <= 0:
            return 0
        claimed = Delivery.claim(connection, self.owner, now, self._lease, most)
        links = {
            link.ticket_id: link
            for link in Link.objects.filter(
                connection=connection, ticket__in=[each.ticket_id for each in claimed]
            )
        }
        for delivery in claimed:
            attempt = Attempt(delivery, connector, links.get(delivery.ticket_id), self._may_write)
            self._under_way += 1
            self._pool.submit(self._send, attempt, connection)
        return len(claimed)

    def _send(self, attempt: Attempt, connection: Connection) -> None:
        result: Result | None = None
        try:
            result = attempt.run()
        except Exception:
            log.exception("delivery %s: %s failed", attempt.delivery.pk, attempt.delivery.step)
        finally:
            connections.close_all()
            self._ended.put(_Ended(attempt, connection, result))

    def _connector(self, connection: Connection) -> Connector[Any]:
        """One for each connection, made anew when its settings change."""
        version, connector = self._connectors.get(connection.pk, (0, None))
        if connector is None or version != connection.version:
            # The old one may be at work in a thread; it ends with its last attempt.
            connector = connection.connect()
            self._connectors[connection.pk] = connection.version, connector
        return connector

    @staticmethod
    def _give_up(connection: Connection, refused: SettingsRefused) -> None:
        error = DeliveryError(str(refused), Outcome.RETRY, pause=timedelta(minutes=1))
        connection.failed(error, clock.now())

    # Confirming

    def _news(self, wait_seconds: float) -> Iterator[_Ended]:
        """What has ended; waits for the first, takes the rest that is there."""
        wait = wait_seconds
        while True:
            try:
                ended = self._ended.get(timeout=wait) if wait else self._ended.get_nowait()
            except queue.Empty:
                return
            wait = 0.0
            if ended is not None:
                yield ended

    def _confirm_all(self, news: Iterator[_Ended]) -> int:
        ended = list(news)
        self._under_way -= len(ended)
        if ended:
            with transaction.atomic():
                for each in ended:
                    self._confirm(each)
        return len(ended)

    def _confirm(self, ended: _Ended) -> None:
        now = clock.now()
        if ended.result is not None:
            try:
                confirm(ended.attempt, ended.result, ended.connection, now)
                return
            except Exception:
                log.exception("delivery %s: not confirmed", ended.attempt.delivery.pk)
        ended.attempt.delivery.poisoned(_OURS, now)

    # The lease, and the clock that it is counted by

    def _keep_lease(self) -> None:
        third = self._lease.total_seconds() / 3
        if self._under_way and time.monotonic() - self._renewed > third:
            Delivery.renew(self.owner, clock.now() + self._lease)
        elif self._under_way:
            return
        self._renewed = time.monotonic()

    def _may_write(self) -> bool:
        """A process that stood still for longer than its lease has lost what it claimed."""
        return time.monotonic() - self._renewed < self._lease.total_seconds() * 0.8

    def _watch_clock(self) -> None:
        offset = self._clock_offset()
        if abs(offset - self._offset) > _JUMP_SECONDS:
            log.warning("the clock was set by %.0f seconds", offset - self._offset)
            for pk, (_, connector) in self._connectors.items():
                Delivery.clock_jumped(pk, clock.now(), connector.lag)
        self._offset = offset

    @staticmethod
    def _clock_offset() -> float:
        return clock.now().timestamp() - time.monotonic()
