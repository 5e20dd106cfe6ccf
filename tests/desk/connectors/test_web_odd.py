"""Answers that no desk should give: each means something, and none costs more than its bounds."""

import gzip
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from guiche.desk.connectors.connector import DeliveryError, Outcome
from guiche.desk.connectors.web import Web

_WORDS = "Ação".encode()
_RAW = zlib.compressobj(wbits=-15)
_PACKED = {
    "gzip": gzip.compress(_WORDS),
    "deflate": zlib.compress(_WORDS),
    "x-raw": _RAW.compress(_WORDS) + _RAW.flush(),
}


class _Odd(BaseHTTPRequestHandler):
    """`/gzip` and such are compressed; `/422/hex` is a refusal in that charset."""

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        kind = self.path.rpartition("/")[2]
        body = _PACKED.get(kind, b"Recusado")
        self.send_response(422 if "/422/" in self.path else 200)
        if "/422/" in self.path:
            self.send_header("Content-Type", f"text/plain; charset={kind}")
        elif kind == "bomb":
            body = gzip.compress(bytes(64 * 1024 * 1024), 1)
            self.send_header("Content-Encoding", "gzip")
        else:
            self.send_header("Content-Encoding", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Odd)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    web = Web(f"http://127.0.0.1:{server.server_port}")
    yield web
    web.close()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("path", ["/gzip", "/deflate", "/x-raw"])
def test_what_is_compressed_unasked_is_read(web: Web, path: str) -> None:
    assert web.call("GET", path, writes=False).content == _WORDS


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.RETRY])
@pytest.mark.parametrize("path", ["/bomb", "/br"])
def test_what_cannot_be_unpacked_or_has_no_end_is_no_answer(
    web: Web, path: str, outcome: Outcome
) -> None:
    with pytest.raises(DeliveryError) as refused:
        web.call("GET", path, writes=outcome is Outcome.UNKNOWN)
    assert (refused.value.outcome, refused.value.everywhere) == (outcome, True)


@pytest.mark.parametrize("charset", ["hex", "zlib_codec", "idna", "undefined", "nenhum"])
def test_a_refusal_in_a_charset_that_is_none_is_still_read(web: Web, charset: str) -> None:
    with pytest.raises(DeliveryError, match="Recusado") as refused:
        web.call("GET", f"/422/{charset}", writes=True)
    assert refused.value.outcome is Outcome.REJECTED
