"""On PostgreSQL: told by the database that a delivery waits, the moment it is committed."""

import logging
from collections.abc import Callable
from threading import Event

import psycopg
from django.db import connection as database

from guiche.desk.deliveries.enqueue import CHANNEL

log = logging.getLogger(__name__)

_SECONDS = 2.0


def listen(stop: Event, wake: Callable[[], None]) -> None:
    """Calls `wake` for each notice until `stop` is set; a lost connection is made anew.

    Nothing depends on it: what waits is also asked for now and then.
    """
    while not stop.is_set():
        try:
            _listen(stop, wake)
        except psycopg.Error as error:
            log.warning("listening was cut (%s); trying again", type(error).__name__)
            stop.wait(_SECONDS)


def _listen(stop: Event, wake: Callable[[], None]) -> None:
    parameters = database.get_connection_params()
    known = {key: parameters[key] for key in parameters if key not in ("context", "cursor_factory")}
    with psycopg.connect(**known, autocommit=True) as connection:
        connection.execute(f"LISTEN {CHANNEL}")
        while not stop.is_set():
            for _ in connection.notifies(timeout=_SECONDS, stop_after=1):
                wake()
