"""`/metrics`, on an address of its own: figures of the database, and what this machine counted."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.db import connections
from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer
from prometheus_client.multiprocess import MultiProcessCollector

from guiche.desk.health.figures import Figures

PATH = "/metrics"
_LONGEST_WAIT = 10.0

Start = Callable[..., Any]


class _Handler(WSGIRequestHandler):
    # Whoever connects and says nothing holds a thread no longer than this.
    timeout = _LONGEST_WAIT

    def log_message(self, *_: Any) -> None:
        """Nothing: it is asked every few seconds."""


@contextmanager
def served(host: str, port: int, folder: str) -> Iterator[int]:
    """Within the block a thread answers; the port. `folder` is where the web processes count.

    `OSError` says that the port is taken.
    """
    registry = CollectorRegistry()
    registry.register(Figures())
    MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    server = make_server(host, port, _Application(registry), ThreadingWSGIServer, _Handler)
    thread = Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


class _Application:
    """Nothing but the metrics, and no connection to the database left behind by the thread."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._metrics = make_wsgi_app(registry)

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH:
            start("404 Not Found", [("Content-Type", "text/plain")])
            return [b"/metrics\n"]
        try:
            body: Iterable[bytes] = self._metrics(environ, start)
            return body
        finally:
            connections.close_all()
