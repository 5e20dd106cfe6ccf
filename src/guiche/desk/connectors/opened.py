"""The connectors of one process: one for each connection, made anew when its settings change."""

from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from guiche.desk import clock
from guiche.desk.connectors.connection import Connection
from guiche.desk.connectors.connector import Connector, DeliveryError, Outcome
from guiche.desk.connectors.settings import SettingsRefused

_UNREADABLE_PAUSE = timedelta(minutes=1)


class Opened:
    """May be asked from several threads."""

    def __init__(self) -> None:
        self._connectors: dict[int, tuple[int, Connector[Any]]] = {}
        self._put_off: dict[int, datetime] = {}
        self._lock = Lock()

    def put_off(self, connection: Connection, until: datetime) -> None:
        """It refused what nothing waits for, a list of all: it is not asked before."""
        self._put_off[connection.pk] = until

    def is_due(self, connection: Connection, now: datetime) -> bool:
        """Whether it may be asked that again."""
        until = self._put_off.get(connection.pk)
        return until is None or until <= now

    def of(self, connection: Connection) -> Connector[Any] | None:
        """The connector; None where the settings cannot be used, which the connection then says."""
        with self._lock:
            version, connector = self._connectors.get(connection.pk, (0, None))
            if connector is None or version != connection.version:
                # The old one may be at work in a thread; it ends with its last call.
                connector = self._made(connection)
            return connector

    def _made(self, connection: Connection) -> Connector[Any] | None:
        try:
            connector = connection.connect()
        except SettingsRefused as refused:
            error = DeliveryError(str(refused), Outcome.RETRY, pause=_UNREADABLE_PAUSE)
            connection.failed(error, clock.now())
            return None
        self._connectors[connection.pk] = connection.version, connector
        return connector

    def close(self) -> None:
        """Ends their network connections."""
        with self._lock:
            for _, connector in self._connectors.values():
                connector.close_down()
            self._connectors.clear()
