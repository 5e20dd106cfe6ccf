"""A Qualitor that only pretends: both web-service transports on one state, and faults on demand.

No public Qualitor can be had. This one does what the vendor's manual pages and public clients show,
and misbehaves as networks and sites do:

>>> with Qualitor() as qualitor:
...     qualitor.faults.inject("addTicketByData", "hang_after")  # the next one
...     qualitor.url
'http://127.0.0.1:...'

`qualitor.desk` is what it holds, `qualitor.site` how it is set up, `qualitor.requests` what it was
asked, without passwords.
"""

import threading
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Self

from guiche.desk.doubles.qualitor.answering import Recorded
from guiche.desk.doubles.qualitor.faults import Faults
from guiche.desk.doubles.qualitor.http import Handler
from guiche.desk.doubles.qualitor.state import COMPANY, PASSWORD, USER, Desk, Site


def settings_at(url: str, password: str = PASSWORD) -> dict[str, str]:
    """What to configure for a double at that address, as it is typed."""
    return {
        "url": url,
        "company": COMPANY,
        "user": USER,
        "password": password,
        "customer": "1",
        "contact": "1",
        "ticket_type": "2",
        "locality": "1",
        "severity": "3",
        "origin": "1",
        "category": "346",
        "categories": "Certificado digital: conferir matrícula CEI = 345",
        "teams": "Relacionamento = 18",
        "infos": "phone_1 = 321\nphone_2 = 322\nemail = 323\nwanted_number = 324",
    }


class Server(ThreadingHTTPServer):
    """Many connections at once; a client that goes away is no news."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing: cutting connections is what this server is for."""


class Qualitor:
    """Starts on a free port of this machine, or on `port`; ends with its block or with `stop`."""

    def __init__(self, port: int = 0, site: Site | None = None) -> None:
        self.site = site or Site()
        self.desk = Desk(self.site)
        self.faults = Faults()
        self.requests: list[Recorded] = []
        self.stopping = threading.Event()
        handler = type("Bound", (Handler,), {"double": self})
        self._server = Server(("127.0.0.1", port), handler)
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def start(self) -> Self:
        """Serves from now on."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Ends, also what hangs."""
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def settings(self, **changed: str) -> dict[str, str]:
        """What to configure for this double, as it is typed; `changed` differs."""
        return {**settings_at(self.url, self.desk.password), **changed}

    def asked(self, operation: str) -> list[Recorded]:
        """The requests of one operation, in their order."""
        return [each for each in self.requests if each.operation == operation]

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.stop()
