"""From a request of HTTP to the desk (WSGI, PEP 3333), and back to an answer."""

import sys
from collections.abc import Callable, Iterable
from http import HTTPStatus
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

import h11

PRESENTED = "guiche.presented"
"""In the environment of a request: the certificate and what was sent with it, DER each. No header
can make it: those are `HTTP_…`.
"""

# What the desk looks at. Headers by which a proxy speaks come from outside here, and nobody set
# them; a cookie belongs to the pages.
_HEADERS = frozenset(
    name.encode()
    for name in (
        "accept", "accept-encoding", "accept-language", "host", "if-modified-since",
        "if-none-match", "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "user-agent",
    )
)  # fmt: skip

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Answer(NamedTuple):
    """What is sent back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @classmethod
    def plain(cls, status: int, words: str) -> "Answer":
        """A line of text, for what no page of the desk answers; the connection ends with it."""
        body = f"{words}\n".encode()
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Connection", "close"),
        ]
        return cls(status, headers, body)

    def event(self) -> h11.Response:
        """Its head."""
        reason = HTTPStatus(self.status).phrase
        return h11.Response(status_code=self.status, headers=self.headers, reason=reason)


def environ(
    request: h11.Request, *, address: str, own: tuple[str, int], presented: tuple[bytes, ...]
) -> dict[str, Any]:
    """The request as the desk takes it, without a body. `own` is where it came to."""
    target, _, query = request.target.partition(b"?")
    headers = {name: value for name, value in request.headers if name in _HEADERS}
    return {
        "REQUEST_METHOD": request.method.decode("ascii"),
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(target).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "CONTENT_LENGTH": "",
        "SERVER_NAME": own[0],
        "SERVER_PORT": str(own[1]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": address,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        PRESENTED: presented,
        **{
            f"HTTP_{name.decode('ascii').upper().replace('-', '_')}": value.decode("latin-1")
            for name, value in headers.items()
        },
    }


def called(app: App, asked: dict[str, Any]) -> Answer:
    """What the desk answers, whole."""
    began: list[tuple[int, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
        began.append((int(status.split(" ", 1)[0]), headers))

    result = app(asked, start)
    try:
        body = b"".join(result)
    finally:
        if close := getattr(result, "close", None):
            close()
    status, headers = began[-1]
    if not any(name.lower() == "content-length" for name, _ in headers):
        headers = [*headers, ("Content-Length", str(len(body)))]
    return Answer(status, headers, body)
