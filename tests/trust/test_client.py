"""The door to the network: where it goes, and that nothing holds it."""

import socket
import time

import pytest

from guiche.trust.client import HOSTS, Client, client_of, is_public
from guiche.trust.request import ClientError, Request
from loopback import Behaviour, content, endless, serving, silent, trickling
from ports import free_port

HERE = ("127.0.0.1", "localhost")


def client(**options: object) -> Client:
    wanted = {"private": True, "seconds": 60.0, "max_bytes": 1 << 20} | options
    return Client(HERE, **wanted)  # type: ignore[arg-type]


def refusal(url: str, by: Client | None = None) -> ClientError:
    with pytest.raises(ClientError) as caught:
        (by or client()).fetch(Request(url))
    return caught.value


def test_a_get_and_a_post() -> None:
    with serving(content(b"lista")) as door:
        assert client().fetch(Request(door.url + "ac.crl")) == b"lista"
        assert (
            client().fetch(Request(door.url, b"pergunta", "application/ocsp-request")) == b"lista"
        )
    assert door.heard == ["GET /ac.crl HTTP/1.1", "POST / HTTP/1.1"]


@pytest.mark.parametrize(
    "url",
    [
        "http://exemplo.com/ac.crl",
        "http://icpbrasil.gov.br.exemplo.com/",
        "http://exemplogov.br/",
        "http://exemplo.com#.gov.br/",
        "http://exemplo.com\\.gov.br/",
        "http://acraiz.icpbrasil.gov.br@exemplo.com/",
        "http://user:x@acraiz.icpbrasil.gov.br/",
        "http://acraiz.icpbrasil.gov.br:22/",
        "http://acraiz.icpbrasil.gov.br:99999/",
        "http://acraiz.icpbrasil.gov.br/\r\nX: y",
        "http://acraiz.icpbrasil.gov.br/ x",
        "ftp://acraiz.icpbrasil.gov.br/",
        "ldap://acraiz.icpbrasil.gov.br/",
        "file:///etc/passwd",
        "http://[::1/",
        "http://",
        "//acraiz.icpbrasil.gov.br/",
        "",
    ],
)
def test_what_is_not_of_the_list_is_not_asked(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert refusal(url, Client()).code == "not_allowed"


@pytest.mark.parametrize(
    "numbers",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["169.254.169.254"],
        ["::1"],
        ["fd00::1"],
        ["::ffff:192.168.0.1"],
        ["64:ff9b::7f00:1"],
        ["0.0.0.0"],
        ["224.0.0.1"],
        ["200.160.2.3", "127.0.0.1"],
    ],
)
def test_a_name_that_leads_inside_is_not_followed(
    numbers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(*_: object, **__: object) -> list[object]:
        return [(0, 0, 0, "", (number, 80)) for number in numbers]

    def connect(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert refusal("http://acraiz.icpbrasil.gov.br/", Client()).code == "private_address"


def test_the_number_that_was_judged_is_the_one_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """**The name changes between the look and the connection** (DNS rebinding)."""
    answers = iter([["200.160.2.3"], ["127.0.0.1"]])
    reached: list[object] = []

    def resolve(*_: object, **__: object) -> list[object]:
        return [(0, 0, 0, "", (number, 80)) for number in next(answers)]

    def connect(address: object, *_: object, **__: object) -> None:
        reached.append(address)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert refusal("http://acraiz.icpbrasil.gov.br/", Client()).code == "unreachable"
    assert reached == [("200.160.2.3", 80)]


def test_a_redirect_is_not_followed() -> None:
    moved = content(b"", "302 Found", "Location: http://127.0.0.1:1/")
    with serving(moved) as door:
        assert refusal(door.url).code == "redirect"
    assert len(door.heard) == 1


def test_an_error_of_the_server_is_told() -> None:
    with serving(content(b"", "503 Service Unavailable")) as door:
        error = refusal(door.url)
    assert error.code == "http_status"
    assert "503" in error.message


@pytest.mark.parametrize(
    "behaviour",
    [
        silent,
        trickling(b""),
        trickling(b"HTTP/1.1 200 OK\r\nX: "),
        trickling(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
        trickling(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ],
    ids=["silent", "first line", "headers", "body", "chunks"],
)
def test_an_answer_that_never_ends_is_left_at_the_deadline(behaviour: Behaviour) -> None:
    with serving(behaviour) as door:
        begun = time.monotonic()
        error = refusal(door.url, client(seconds=0.4))
        assert time.monotonic() - begun < 30
    # A line that makes no sense may be refused before the time is over.
    assert error.code in ("too_slow", "unreachable")


def test_more_than_is_taken_is_left() -> None:
    with serving(content(b"x" * 200_000)) as door:
        assert refusal(door.url, client(max_bytes=100_000)).code == "too_large"
        assert len(client(max_bytes=200_000).fetch(Request(door.url))) == 200_000


def test_a_flood_is_left_at_the_limit() -> None:
    with serving(endless) as door:
        assert refusal(door.url).code == "too_large"


def test_a_server_that_is_away_is_told() -> None:
    assert refusal(f"http://127.0.0.1:{free_port()}/").code == "unreachable"


def test_a_name_that_does_not_exist_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert refusal("http://nada.gov.br/", Client()).code == "unreachable"


def test_proxies_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with serving(content(b"direto")) as door:
        assert client().fetch(Request(door.url)) == b"direto"


def test_the_list_of_hosts_is_settable() -> None:
    assert client_of({}).hosts == HOSTS
    assert not client_of({}).private
    environ = {
        "GUICHE_TRUST_HOSTS": "ac.exemplo.com.br, LCR.exemplo.net.",
        "GUICHE_TRUST_PRIVATE": "1",
    }
    assert client_of(environ).hosts[-2:] == ("ac.exemplo.com.br", "lcr.exemplo.net")
    assert client_of(environ).private


def test_public_numbers() -> None:
    assert all(map(is_public, ["8.8.8.8", "2804:14c::1", "::ffff:8.8.8.8"]))
    inner = [
        "100.64.0.1",
        "192.0.0.8",
        "192.88.99.1",
        "fe80::1%eth0",
        "fec0::1",
        "5f00::1",
        "::10.0.0.1",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b:1::a00:1",
        "2001:0:7f00:1::",
        "2001:db8::1",
        "2002:a00:1::",
    ]
    assert [number for number in inner if is_public(number)] == []
    assert is_public("64:ff9b::808:808")
