"""What misbehaves is ended in time, and delays nobody."""

import resource
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from desk.acceptor.clients import REQUEST, SECONDS, Client, answer, rest
from desk.acceptor.conftest import opened
from guiche.desk.acceptor import port, visit
from guiche.desk.acceptor.identity import Identity
from guiche.desk.acceptor.room import FROM_ONE_ADDRESS, IN_ALL
from guiche.desk.acceptor.visit import HANDSHAKE_SECONDS, MAX_HEAD

SOON = 1.0
HALF_OPEN, SILENT = 50, 10_000


@contextmanager
def hurried(*deadlines: str) -> Iterator[None]:
    """These, sooner: what is tested is that there are some."""
    with pytest.MonkeyPatch.context() as patch:
        for each in deadlines:
            patch.setattr(visit, f"{each}_SECONDS", 0.3)
        yield


def seconds_of(call: Callable[[], Any]) -> float:
    began = time.monotonic()
    call()
    return time.monotonic() - began


@contextmanager
def connected(
    client: Client, count: int, said: bytes = b"", addresses: int = 1
) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        froms = (f"127.0.{n % addresses // 250}.{n % addresses % 250 + 1}" for n in range(count))
        sockets = [stack.enter_context(client.tcp(each)) for each in froms]
        for each in sockets:
            if said:
                each.sendall(said)
        yield sockets


@pytest.mark.timed
def test_the_deadline_of_a_handshake_is_three_seconds(client: Client) -> None:
    assert HANDSHAKE_SECONDS == 3
    with client.tcp() as connection:
        connection.sendall(client.hello())
        assert 2.5 < seconds_of(lambda: rest(connection)) < 4


@pytest.mark.timed
@pytest.mark.parametrize("said", ["hello", "nothing"])
def test_half_open_handshakes_do_not_delay_the_next_client(
    client: Client, said: str, record_property: Callable[[str, object], None]
) -> None:
    with connected(client, HALF_OPEN, client.hello() if said == "hello" else b""):
        waited = seconds_of(lambda: client.told(client.authority.valid))
    assert waited < SOON
    record_property("counted", f"{HALF_OPEN} half open, next client {waited:.3f} s")


def test_more_from_one_address_than_it_may_have_make_room(client: Client) -> None:
    with connected(client, FROM_ONE_ADDRESS + 10) as sockets:
        assert client.told()["PATH_INFO"] == "/c/abc"
        for oldest in sockets[:11]:
            assert rest(oldest) == b""


@pytest.mark.timed
@pytest.mark.parametrize(("addresses", "stay"), [(1, FROM_ONE_ADDRESS), (5000, IN_ALL)])
def test_ten_thousand_silent_connections_leave_the_port_answering(
    client: Client, addresses: int, stay: int, record_property: Callable[[str, object], None]
) -> None:
    """Those that cannot stay are closed: whoever made them sees that there is a limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < SILENT + 2000:
        pytest.skip(f"o sistema só deixa abrir {hard} arquivos")
    resource.setrlimit(resource.RLIMIT_NOFILE, (SILENT + 2000, hard))
    try:
        with connected(client, SILENT, addresses=addresses) as sockets:
            waited = seconds_of(lambda: client.told(client.authority.valid))
            closed = sum(is_closed(each) for each in sockets)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert closed >= SILENT - stay
    # Not at once: the system may have let the knock of the next one drop, and it knocks again.
    assert waited < 10
    record_property("counted", f"{SILENT} silent, {closed} closed, next client {waited:.3f} s")


def is_closed(connection: socket.socket) -> bool:
    connection.settimeout(0)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


@pytest.mark.parametrize(
    "said", [b"", b"\x16", b"\x16\x03\x01\x02\x00\x01"], ids=["nothing", "a byte", "a beginning"]
)
def test_a_handshake_that_stops_is_ended(client: Client, said: bytes) -> None:
    with hurried("HANDSHAKE"), client.tcp() as connection:
        connection.sendall(said)
        assert rest(connection) == b""
    assert client.told()["PATH_INFO"] == "/c/abc"


def test_a_client_that_goes_in_the_middle_leaves_nothing(client: Client) -> None:
    for _ in range(3):
        with client.tcp() as connection:
            connection.sendall(client.hello())
            connection.recv(1)
    assert client.told()["PATH_INFO"] == "/c/abc"


def test_a_request_that_trickles_is_ended_however_busy_it_looks(client: Client) -> None:
    with hurried("REQUEST"), client.tls() as connection:
        began = time.monotonic()
        ended = False
        connection.settimeout(0.05)
        for byte in REQUEST * 20:
            try:
                connection.sendall(bytes([byte]))
                ended = connection.recv(1) == b""
            except TimeoutError:
                continue
            except OSError:
                ended = True
            if ended:
                break
        assert ended
        assert time.monotonic() - began < 30  # all of it takes longer


def test_a_connection_that_asks_nothing_more_is_ended(client: Client) -> None:
    with client.tls() as connection, hurried("REQUEST"):
        connection.sendall(REQUEST)
        assert answer(connection)[0] == 200
        assert rest(connection) == b""


def test_a_desk_that_does_not_answer_holds_no_connection(
    identity: Identity, client: Client, tmp_path: Path
) -> None:
    free = Event()

    def stuck(_environ: Any, start: Callable[..., Any]) -> list[bytes]:
        free.wait(SECONDS)
        start("200 OK", [])
        return []

    with opened(identity, stuck) as here:
        other = Client(here.number, client.authority, tmp_path)
        with hurried("ANSWER"), other.tls() as connection:
            connection.sendall(REQUEST)
            assert rest(connection) == b""
        free.set()


@pytest.mark.parametrize("line", [b"GET /c/abc HTTP/1.1\r\nHost: localhost\r\n", b"GET /"])
def test_a_head_has_its_limit(client: Client, line: bytes) -> None:
    with client.tls() as connection:
        connection.sendall(line + b"X-Longo: " + b"x" * (MAX_HEAD + 1))
        assert answer(connection)[0] == 431
        assert rest(connection) == b""


@pytest.mark.parametrize(
    "said",
    [
        b"POST /c/abc HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\na=b",
        b"POST /c/abc HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=b",
        b"\x00\x01\x02\r\n\r\n",
        b"GET /c/abc HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    ],
    ids=["body", "chunks", "binary", "two hosts"],
)
def test_what_is_no_request_of_a_page_is_refused(client: Client, said: bytes) -> None:
    with client.tls() as connection:
        connection.sendall(said)
        assert answer(connection)[0] == 400
        assert rest(connection) == b""


def test_plain_http_is_told_so(client: Client) -> None:
    with client.tcp() as connection:
        connection.sendall(REQUEST)
        said = rest(connection).decode()
    assert said.startswith("HTTP/1.1 400 ")
    assert "https://" in said


@pytest.mark.parametrize("said", [b"\x80\x2e\x01\x00\x02", b"SSH-2.0-x\r\n", b"\x16" + b"x" * 4000])
def test_any_other_words_are_ended(client: Client, said: bytes) -> None:
    with client.tcp() as connection:
        connection.sendall(said)
        rest(connection)
    assert client.told()["PATH_INFO"] == "/c/abc"


def test_one_connection_serves_a_page_and_its_parts(client: Client) -> None:
    with client.tls(client.authority.valid) as connection:
        for _ in range(3):
            connection.sendall(REQUEST)
            assert answer(connection)[0] == 200
        connection.sendall(REQUEST.replace(b"GET", b"HEAD"))
        assert answer(connection, b"HEAD")[:2] == (200, b"")


def test_two_requests_in_one_breath_are_answered_in_turn(client: Client) -> None:
    with client.tls() as connection:
        connection.sendall(REQUEST + REQUEST.replace(b"abc", b"def"))
        connection.settimeout(SECONDS)
        said = b""
        while said.count(b"HTTP/1.1 200") < 2 or not said.endswith(b"}"):
            said += connection.recv(65536)
    assert said.index(b"/c/abc") < said.index(b"/c/def")


def test_a_desk_that_fails_says_so_and_nothing_more(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with client.tls() as connection:
        connection.sendall(REQUEST.replace(b"/c/abc", b"/falha"))
        status, body, _ = answer(connection)
    assert status == 500
    assert b"ZeroDivision" not in body
    assert "no answer" in caplog.text


@pytest.mark.parametrize(
    "header",
    ["X-Guiche-Front", "X-Guiche-Certificate", "X-Forwarded-Proto", "X-Forwarded-For",
     "X-Request-ID", "Cookie", "Authorization"],
)  # fmt: skip
def test_no_header_of_a_proxy_comes_in_from_outside(client: Client, header: str) -> None:
    forged = REQUEST.replace(b"\r\n\r\n", f"\r\n{header}: forjado\r\n\r\n".encode())
    with client.tls() as connection:
        connection.sendall(forged)
        assert b"forjado" not in answer(connection)[1]


def test_an_answer_that_nobody_takes_is_given_up(
    identity: Identity, client: Client, tmp_path: Path
) -> None:
    def endless(_environ: Any, start: Callable[..., Any]) -> list[bytes]:
        start("200 OK", [])
        return [b"x" * 30_000_000]

    with opened(identity, endless) as here:
        other = Client(here.number, client.authority, tmp_path)
        with other.tls() as connection, hurried("ANSWER", "REQUEST"):
            connection.sendall(REQUEST)
            deadline = time.monotonic() + SECONDS
            while len(here.room) and time.monotonic() < deadline:
                time.sleep(0.02)
            assert len(here.room) == 0


def test_whoever_is_being_answered_is_answered_before_the_end(
    identity: Identity, client: Client, tmp_path: Path
) -> None:
    asked, free = Event(), Event()

    def slow(_environ: Any, start: Callable[..., Any]) -> list[bytes]:
        asked.set()
        free.wait(SECONDS)
        start("200 OK", [])
        return [b"ok"]

    with opened(identity, slow) as here:
        other = Client(here.number, client.authority, tmp_path)
        with other.tls() as connection, other.tls() as idle:
            connection.sendall(REQUEST)
            assert asked.wait(SECONDS)
            here.stop()
            assert rest(idle) == b""
            free.set()
            assert answer(connection) == (200, b"ok", False)


def test_a_certificate_that_was_renewed_is_shown_without_being_asked(
    identity: Identity, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port, "_RENEW_SECONDS", 0.05)
    with opened(identity) as here:
        other = Client(here.number, client.authority, tmp_path)
        assert shown(other) == client.authority.server.der
        fresh = client.authority.another_server()
        fresh.write(tmp_path, "server")
        deadline = time.monotonic() + SECONDS
        while shown(other) != fresh.der:
            assert time.monotonic() < deadline


def shown(client: Client) -> bytes:
    with client.tls() as connection:
        return connection.getpeercert(binary_form=True) or b""
