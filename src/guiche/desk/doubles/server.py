"""A desk on loopback that holds tickets in memory, and goes wrong in the ways that desks do.

A double gives `answer` and `creates`; here are the socket and the faults that all desks share.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self
from urllib.parse import parse_qsl, urlsplit

STORED = ("hang_after", "cut", "error_after", "truncated", "twice")
NOT_STORED = ("hang_before", "html", "busy", "overloaded", "redirect", "down", "refused")


@dataclass(frozen=True)
class Request:
    """A call that came in; the names of its headers are in small letters."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON; `ValueError` where it is none."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What goes back: JSON, or `body` as bytes with a type of their own."""

    status: int
    content: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    @property
    def encoded(self) -> bytes:
        """The bytes of the body."""
        if self.body is not None:
            return self.body
        return json.dumps(self.content, ensure_ascii=False).encode()


HTML = Answer(200, body="<!DOCTYPE html><title>Manutenção</title>".encode(),
              headers={"Content-Type": "text/html; charset=utf-8"})  # fmt: skip


class Double:
    """A desk that is started with `with`; `url` is where it listens."""

    faults: ClassVar[tuple[str, ...]] = (*STORED, *NOT_STORED)
    """What `fail` takes; a double adds those of its own desk."""
    hangs_for: float = 60.0
    """Seconds for which an answer is withheld."""
    delay: float = 0.0
    """Seconds that every answer takes, as one over a network does."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.calls: list[str] = []
        self._armed: list[tuple[str, str]] = []
        self._stopped = threading.Event()
        self._server: ThreadingHTTPServer | None = None

    def answer(self, request: Request) -> Answer:
        """What the desk says to a call, and what it then holds; called by one thread at a time."""
        raise NotImplementedError

    def creates(self, request: Request) -> bool:
        """Whether this is the call that opens a ticket: the one that goes wrong."""
        raise NotImplementedError

    def refusal(self) -> Answer:
        """A final refusal in the form of this desk, with the words “Categoria inválida”."""
        raise NotImplementedError

    def fail(self, fault: str, call: str = "") -> None:
        """The next call that creates goes wrong in this way; `KeyError` for a fault unknown here.

        `hang_after`, `cut`, `error_after`, `truncated`: the ticket is stored and the answer lost.
        `twice`: two are stored, and one is answered. `hang_before`, `html`, `busy` (`Retry-After`
        7), `overloaded` (429 without), `redirect`, `down`, `refused`: nothing is stored. With
        `call`, `POST /path`, another call than the one that creates goes wrong.
        """
        if fault not in self.faults:
            raise KeyError(fault)
        with self.lock:
            self._armed.append((fault, call))

    def _due(self, request: Request) -> str:
        """The fault for this call, which is used up by it; "" for none."""
        for index, (fault, call) in enumerate(self._armed):
            sent = f"{request.method} {request.path}"
            if sent == call if call else self.creates(request):
                del self._armed[index]
                return fault
        return ""

    def failed(self, request: Request, fault: str) -> Answer | None:
        """The answer to a call that goes wrong; None where there is none to give."""
        if fault == "hang_before":
            self._stopped.wait(self.hangs_for)
            return None
        if fault in NOT_STORED:
            return self._not_stored(fault)
        with self.lock:
            answer = self.answer(request)
            if fault == "twice":
                self.answer(request)
        if fault == "hang_after":
            self._stopped.wait(self.hangs_for)
        if fault in ("hang_after", "cut"):
            return None
        return Answer(500, {"error": "Internal Server Error"}) if fault == "error_after" else answer

    def _not_stored(self, fault: str) -> Answer:
        plain = {"Content-Type": "text/plain"}
        answers = {
            "busy": Answer(429, {"error": "Too Many Requests"}, {"Retry-After": "7"}),
            "overloaded": Answer(429, {"error": "Too Many Requests"}),
            "redirect": Answer(302, headers={"Location": "/login"}, body=b""),
            "down": Answer(503, headers=plain, body=b"Service Unavailable"),
            "html": HTML,
        }
        return answers.get(fault) or self.refusal()

    def respond(self, request: Request) -> tuple[Answer | None, bool]:
        """The answer, and whether only half of it arrives."""
        if self.delay:
            self._stopped.wait(self.delay)
        with self.lock:
            self.calls.append(f"{request.method} {request.path}")
            if not (fault := self._due(request)):
                return self.answer(request), False
        return self.failed(request, fault), fault == "truncated"

    def start(self, port: int = 0) -> Self:
        """Listens on loopback, on any free port where none is given."""
        handler = type("Handler", (_Handler,), {"double": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Lets go of withheld answers, and of the port."""
        self._stopped.set()
        if self._server:
            self._server.shutdown()
            self._server.server_close()

    @property
    def url(self) -> str:
        """Its address, once it was started."""
        if self._server is None:
            raise RuntimeError("start it first")
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        return self if self._server else self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Handler(BaseHTTPRequestHandler):
    double: ClassVar[Double]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        parts, length = urlsplit(self.path), int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) < length:  # who called was killed meanwhile, and asked for nothing
            self.close_connection = True
            return
        request = Request(
            self.command,
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            body,
        )
        answer, is_half = self.double.respond(request)
        self.close_connection = answer is None
        if answer is not None:
            self._send(answer, is_half)

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815  the names of http.server

    def _send(self, answer: Answer, is_half: bool) -> None:  # noqa: FBT001
        body = answer.encoded
        body = body[: len(body) // 2] if is_half else body
        headers = {"Content-Type": "application/json; charset=utf-8", **answer.headers}
        headers["Content-Length"] = str(len(body))
        lines = [f"HTTP/1.1 {answer.status} {_phrase(answer.status)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        # In one piece: head and body apart would each wait for an acknowledgement.
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: a double is used in tests, and what it is sent may be personal."""


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase
