"""Stands in front of a real HTTP server, and lets one chosen request go wrong."""

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import urlsplit

NOT_FORWARDED = {
    "busy": (429, {"Retry-After": "7", "Content-Type": "application/json"}, b'{"message":"Calma"}'),
    "down": (503, {"Content-Type": "text/html"}, b"<h1>Service Unavailable</h1>"),
    "html": (200, {"Content-Type": "text/html"}, b"<h1>Entre com sua senha</h1>"),
}
"""What a balancer or a login page says in the server's place."""
ERROR = (500, {"Content-Type": "application/json"}, json.dumps({"message": "Ops"}).encode())
_OWN = {"connection", "transfer-encoding", "content-length", "keep-alive", "date", "server"}

Answer = tuple[int, dict[str, str], bytes]


class Fault(NamedTuple):
    """`kind` as in `Bench.fail`; for `refused`, `rewrite` makes of the body what is refused."""

    kind: str
    method: str
    path: str
    rewrite: Callable[[bytes], bytes]


class Proxy:
    """`url` is where it listens; `between` is called once, before the next request of a method."""

    def __init__(self, target: str) -> None:
        self._target = urlsplit(target)
        self._fault: Fault | None = None
        self._between: tuple[str, Callable[[], object]] | None = None
        # One at a time: whoever asks next sees what a request did whose answer is withheld.
        self._forwarding = threading.Lock()
        self.url = ""

    def fail(
        self, kind: str, method: str, path: str, rewrite: Callable[[bytes], bytes] = bytes
    ) -> None:
        """The next request of this method whose path ends so goes wrong, and no other."""
        self._fault = Fault(kind, method, path, rewrite)

    def before_next(self, method: str, act: Callable[[], object]) -> None:
        """Somebody else is quicker: `act` runs before the next request of this method."""
        self._between = (method, act)

    def _fault_of(self, method: str, path: str) -> Fault:
        fault = self._fault
        if fault and fault.method == method and urlsplit(path).path.endswith(fault.path):
            self._fault = None
            return fault
        return Fault("", method, path, bytes)

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer | None:
        """What is said in the end; None says nothing at all."""
        if self._between and self._between[0] == method:
            (_, act), self._between = self._between, None
            act()
        fault = self._fault_of(method, path)
        if fault.kind in NOT_FORWARDED:
            return NOT_FORWARDED[fault.kind]
        if fault.kind == "hang_before":
            return None
        sent = fault.rewrite(body) if fault.kind == "refused" else body
        code, said, content = self._forward(method, path, headers, sent)
        half = content[: len(content) // 2]
        match fault.kind:
            case "hang_after":
                return None
            case "error_after":
                return ERROR
            case "truncated":
                return code, said, half
            case "cut":
                return code, {**said, "Content-Length": str(len(content))}, half
        return code, said, content

    def _forward(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        with self._forwarding:
            server = http.client.HTTPConnection(str(self._target.netloc), timeout=60)
            try:
                server.request(method, path, body or None, {**headers, "Connection": "close"})
                reply = server.getresponse()
                kept = {k: v for k, v in reply.getheaders() if k.lower() not in _OWN}
                return reply.status, kept, reply.read()
            finally:
                server.close()


@contextmanager
def proxy(target: str) -> Iterator[Proxy]:
    """Forwards to `target` for as long as the block lasts."""
    state = Proxy(target)

    class Request(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Quiet."""

        def pass_on(self) -> None:
            with suppress(ConnectionError):  # the client gave up
                self.converse()

        def converse(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {k: v for k, v in self.headers.items() if k.lower() not in _OWN}
            answer = state.answer(self.command, self.path, headers, body)
            if answer is None:
                self.rfile.read(1)  # until the client gives up and closes
                return
            code, said, content = answer
            self.send_response(code)
            for name, value in {"Content-Length": str(len(content)), **said}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = pass_on  # noqa: N815  names of http.server

    with ThreadingHTTPServer(("127.0.0.1", 0), Request) as server:
        server.daemon_threads = True
        state.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield state
        finally:
            server.shutdown()
