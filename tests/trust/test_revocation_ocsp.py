"""OCSP against OpenSSL's responder, and the ways in which an answer is worth nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates import der as asn1
from certificates import oids
from certificates.certificate import extension
from certificates.signing import Signer, access, crl_point
from guiche.trust import Online, Revocation, Status, Trust, check
from guiche.trust.client import Client
from guiche.trust.link import Link
from guiche.trust.revocation import ocsp
from guiche.trust.revocation.addresses import MOST, crl_points, responders
from hierarchies import anchors, told, usual
from hierarchies.lists import crl
from hierarchies.responder import Responder, delegate
from loopback import Behaviour, content, endless, serving, silent, trickling
from sources.openssl import needs_openssl

DAY = timedelta(days=1)
# The responder's clock is the machine's, so these certificates live around today.
NOW = datetime.now(UTC).replace(microsecond=0)
DATES: dict[str, Any] = {"not_before": NOW - 30 * DAY, "not_after": NOW + 300 * DAY}
OCSP = "1.3.6.1.5.5.7.48.1"

pytestmark = needs_openssl


@pytest.fixture
def responder(tmp_path: Path) -> Responder:
    """One that the authority made its own."""
    return Responder(tmp_path, usual().issuing, delegate(usual().issuing))


def leaf_at(url: str, *more: object) -> bytes:
    parts: Any = (access(OCSP, url), *more)
    return usual().issuing.leaf(extensions=parts, **DATES)


def above() -> list[bytes]:
    dates = {"this_update": NOW - DAY, "next_update": NOW + 30 * DAY}
    return [crl(signer, **dates) for signer in usual()[:2]]  # type: ignore[arg-type]


def asked(der: bytes, at: datetime | None = None, *lists: bytes, seconds: float = 60) -> Trust:
    client = Client(("127.0.0.1",), private=True, seconds=seconds, max_bytes=1 << 20)
    online = Online(client, seconds=600)
    revocation = Revocation([*above(), *lists], online=online)
    return check(der, anchors(), at=at or datetime.now(UTC), revocation=revocation)


def at_hand(der: bytes, *responses: bytes, at: datetime | None = None) -> Trust:
    revocation = Revocation(above(), responses)
    return check(der, anchors(), at=at or datetime.now(UTC), revocation=revocation)


def answer_to(der: bytes, by: Responder) -> bytes:
    """An answer as a file: what the responder says to our own question."""
    question = ocsp.request(Link(der), Link(usual().issuing.der))
    assert question
    return by.answer(question)


def why(trust: Trust) -> str:
    assert told(trust) == (Status.COULD_NOT_TELL, ["revocation_unknown"])
    return trust.revocation[0].why


def test_a_good_certificate(responder: Responder) -> None:
    with responder.serving() as door:
        leaf = leaf_at(door.url)
        responder.knows(leaf)
        trust = asked(leaf)
    assert told(trust) == (Status.TRUSTED, [])
    assert trust.revocation[0].source == "ocsp"
    assert door.heard == ["POST / HTTP/1.1"]


def test_a_revoked_certificate_says_when_and_why(responder: Responder) -> None:
    with responder.serving() as door:
        leaf = leaf_at(door.url)
        responder.knows(leaf, f"{NOW - 5 * DAY:%y%m%d120000Z},keyCompromise")
        trust = asked(leaf)
    assert told(trust) == (Status.REVOKED, ["revoked"])
    assert f"{NOW - 5 * DAY:%d/%m/%Y} (chave comprometida)" in trust.findings[0].message


def test_an_answer_of_the_authority_itself(tmp_path: Path) -> None:
    issuing = usual().issuing
    responder = Responder(tmp_path, issuing, issuing)
    with responder.serving() as door:
        leaf = leaf_at(door.url)
        responder.knows(leaf)
        assert told(asked(leaf)) == (Status.TRUSTED, [])


def test_an_answer_from_a_file(responder: Responder) -> None:
    leaf = leaf_at("http://ocsp.exemplo.gov.br/")
    responder.knows(leaf)
    answer = answer_to(leaf, responder)
    assert told(at_hand(leaf, answer)) == (Status.TRUSTED, [])
    # An answer about another certificate says nothing of this one.
    other = usual().issuing.leaf(serial=0x0BAD, **DATES)
    assert why(at_hand(other, answer)) == "no_answer"
    # Nor does it from the day on when a newer one must be there.
    assert why(at_hand(leaf, answer, at=datetime.now(UTC) + timedelta(minutes=90))) == "stale"


def test_a_revocation_after_the_moment_asked_for(responder: Responder) -> None:
    leaf = leaf_at("http://ocsp.exemplo.gov.br/")
    responder.knows(leaf, f"{NOW - 5 * DAY:%y%m%d120000Z},superseded")
    trust = at_hand(leaf, answer_to(leaf, responder), at=NOW - 10 * DAY)
    assert told(trust)[1][0] == "revoked_later"


def test_a_certificate_that_the_responder_does_not_know(responder: Responder) -> None:
    with responder.serving() as door:
        assert why(asked(leaf_at(door.url))) == "responder_unknown"


def test_a_question_that_is_refused() -> None:
    leaf = leaf_at("http://ocsp.exemplo.gov.br/")
    try_later = bytes.fromhex("30030a0103")
    assert why(at_hand(leaf, try_later)) == "responder_refused"


@pytest.mark.parametrize(
    "signer",
    [
        delegate(usual().issuing, purpose=oids.CLIENT_AUTH),
        delegate(usual().policy),
        Signer.root("Raiz de Outros"),
    ],
    ids=["not made a responder", "of another authority", "a stranger"],
)
def test_an_answer_signed_by_the_wrong_one(signer: Signer, tmp_path: Path) -> None:
    responder = Responder(tmp_path, usual().issuing, signer)
    leaf = leaf_at("http://ocsp.exemplo.gov.br/")
    responder.knows(leaf)
    assert why(at_hand(leaf, answer_to(leaf, responder))) == "wrong_signer"


def test_a_stolen_certificate_of_a_responder_without_its_key(tmp_path: Path) -> None:
    own = delegate(usual().issuing)
    thief = Signer(own.subject, own.key, own.der, own.spki)
    responder = Responder(tmp_path, usual().issuing, thief)
    leaf = leaf_at("http://ocsp.exemplo.gov.br/")
    responder.knows(leaf)
    answer = answer_to(leaf, responder)
    signature = answer.rindex(own.der) - 40
    damaged = answer[:signature] + bytes([answer[signature] ^ 1]) + answer[signature + 1 :]
    assert why(at_hand(leaf, damaged)) in ("wrong_signer", "unreadable")


def test_a_responder_that_may_be_revoked_itself_is_looked_up(tmp_path: Path) -> None:
    responder = Responder(tmp_path, usual().issuing, delegate(usual().issuing, no_check=False))
    with responder.serving() as door:
        leaf = leaf_at(door.url)
        responder.knows(leaf)
        assert why(asked(leaf)) == "responder_unchecked"
        fresh = crl(usual().issuing, this_update=NOW - DAY, next_update=NOW + DAY)
        assert told(asked(leaf, None, fresh)) == (Status.TRUSTED, [])
        named = crl(
            usual().issuing, [(0x0C59, NOW - DAY, "")], this_update=NOW - DAY, next_update=NOW + DAY
        )
        # That list is complete, and tells of the certificate itself what the responder may not.
        assert told(asked(leaf, None, named)) == (Status.TRUSTED, [])
        assert asked(leaf, None, named).revocation[0].source == "crl"


@pytest.mark.parametrize("serial", [0, -5, 1 << 200])
def test_an_odd_serial_number_breaks_nothing(serial: int, responder: Responder) -> None:
    data = crl(usual().issuing, this_update=NOW - DAY, next_update=NOW + DAY)
    with responder.serving() as door:
        parts: Any = (access(OCSP, door.url),)
        leaf = usual().issuing.leaf(extensions=parts, serial=serial, **DATES)
        trust = asked(leaf, None, data)
    assert trust.status in (Status.TRUSTED, Status.COULD_NOT_TELL, Status.NOT_VERIFIABLE)


def test_where_ocsp_fails_the_list_tells() -> None:
    data = crl(usual().issuing, this_update=NOW - DAY, next_update=NOW + DAY)
    with serving(silent) as silence, serving(content(data)) as lists:
        leaf = leaf_at(silence.url, crl_point(lists.url))
        trust = asked(leaf, seconds=2)  # for each of the two
    assert told(trust) == (Status.TRUSTED, [])
    assert trust.revocation[0].source == "crl"


@pytest.mark.parametrize(
    ("behaviour", "reasons"),
    [
        (silent, {"too_slow"}),
        (trickling(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"), {"too_slow"}),
        (endless, {"too_large"}),
        (content(b"x" * (2 << 20)), {"too_large"}),
        (content(b"", "500 Internal Server Error"), {"http_status"}),
        (content(b"\x30\x03\x0a\x01\x03"), {"responder_refused"}),
        (content(b"\x30\x03\x0a\x01"), {"unreadable"}),
        (content(b""), {"unreadable"}),
    ],
)
def test_a_responder_that_does_not_tell(behaviour: Behaviour, reasons: set[str]) -> None:
    seconds = 0.5 if "too_slow" in reasons else 60
    with serving(behaviour) as door:
        assert why(asked(leaf_at(door.url), seconds=seconds)) in reasons


@pytest.fixture(scope="module")
def real_answer(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    leaf = leaf_at("http://ocsp.exemplo.gov.br/")
    responder = Responder(
        tmp_path_factory.mktemp("ocsp"), usual().issuing, delegate(usual().issuing)
    )
    responder.knows(leaf, f"{NOW - 5 * DAY:%y%m%d120000Z},superseded")
    return leaf, answer_to(leaf, responder)


@given(place=st.floats(0, 1, exclude_max=True), octet=st.integers(0, 255))
@settings(max_examples=300, deadline=None)
def test_a_mutated_answer_never_makes_a_revoked_one_good(
    place: float, octet: int, real_answer: tuple[bytes, bytes]
) -> None:
    leaf, answer = real_answer
    at = int(place * len(answer))
    trust = at_hand(leaf, answer[:at] + bytes([octet]) + answer[at + 1 :])
    assert trust.status in (Status.REVOKED, Status.COULD_NOT_TELL)


def test_addresses() -> None:
    url = "http://lcr.exemplo.gov.br/ac.crl"
    link = Link(leaf_at("http://ocsp.exemplo.gov.br/", crl_point(url)))
    assert crl_points(link) == [url]
    assert responders(link) == ["http://ocsp.exemplo.gov.br/"]

    def points(count: int) -> bytes:
        names = [
            asn1.explicit(0, asn1.explicit(0, asn1.implicit(6, b"http://x"))) for _ in range(count)
        ]
        return asn1.sequence(*map(asn1.sequence, names))

    many = extension(oids.CRL_POINTS, points(50))
    assert len(crl_points(Link(leaf_at("http://x", many)))) == MOST
    cut = extension(oids.CRL_POINTS, asn1.sequence(points(1)[2:], b"\x30\x20"))
    assert crl_points(Link(leaf_at("http://x", cut))) == []
