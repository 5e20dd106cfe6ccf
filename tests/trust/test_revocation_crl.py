"""CRLs: from files and from a server on loopback; what they tell, and what they do not."""

import base64
import gc
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.signing import (
    NOW,
    Signer,
    crl_point,
    ec_key,
    ed448_key,
    private_pem,
    rsa_key,
)
from guiche.icpbrasil import Certificate
from guiche.trust import Cache, Online, Revocation, Status, Trust, check
from guiche.trust.client import Client
from guiche.trust.request import ClientError, Request
from guiche.trust.revocation import Failed
from guiche.trust.revocation.crl import RevocationList
from hierarchies import anchors, codes, told, usual
from hierarchies.lists import crl, revoking
from loopback import Behaviour, Door, content, endless, serving, silent
from sources import openssl
from sources.openssl import needs_openssl

DAY = timedelta(days=1)
HERE = ("127.0.0.1",)
LEAF = usual().issuing.leaf()


def above() -> list[bytes]:
    """That the two authorities are not revoked."""
    return [crl(usual().root), crl(usual().policy)]


def checked(*lists: bytes, der: bytes = LEAF, at: datetime = NOW) -> Trust:
    return check(der, anchors(), at=at, revocation=Revocation([*lists, *above()]))


def why(trust: Trust) -> str:
    return trust.revocation[0].why


def test_a_certificate_that_no_list_names_is_good() -> None:
    trust = checked(crl(usual().issuing))
    assert told(trust) == (Status.TRUSTED, [])
    assert [each.state.value for each in trust.revocation] == ["good"] * 3
    assert trust.to_dict()["revocation"][0] == {
        "name": "ANA EXEMPLO DA SILVA:11144477735",
        "status": "good",
        "source": "crl",
        "why": None,
        "date": None,
        "reason": None,
        "this_update": "2026-11-25T11:00:00Z",
        "next_update": "2026-11-25T17:00:00Z",
    }


def test_a_revoked_certificate_says_when_and_why() -> None:
    trust = checked(revoking(usual().issuing, LEAF, NOW - 3 * DAY, "keyCompromise"))
    assert told(trust) == (Status.REVOKED, ["revoked"])
    assert "22/11/2026 (chave comprometida)" in trust.findings[0].message
    assert trust.to_dict()["revocation"][0]["reason"] == "keyCompromise"


def test_a_revocation_without_a_reason() -> None:
    trust = checked(revoking(usual().issuing, LEAF, NOW - 3 * DAY))
    assert told(trust) == (Status.REVOKED, ["revoked"])
    assert "22/11/2026." in trust.findings[0].message


def test_one_on_hold() -> None:
    trust = checked(revoking(usual().issuing, LEAF, NOW - 3 * DAY, "certificateHold"))
    assert told(trust) == (Status.REVOKED, ["on_hold"])


def test_a_revocation_after_the_moment_asked_for_leaves_it_good() -> None:
    listed = revoking(usual().issuing, LEAF, NOW - 3 * DAY, "superseded")
    trust = checked(listed, at=NOW - 10 * DAY)
    assert told(trust) == (Status.TRUSTED, ["revoked_later"])
    assert "substituído" in trust.findings[0].message


def test_a_key_that_was_stolen_before_counts_from_then() -> None:
    listed = revoking(
        usual().issuing, LEAF, NOW - 3 * DAY, "keyCompromise", invalid_since=NOW - 20 * DAY
    )
    assert checked(listed, at=NOW - 10 * DAY).status is Status.REVOKED


def test_a_revoked_authority_takes_all_below_it() -> None:
    root, policy, issuing = usual()
    lists = [crl(root), revoking(policy, issuing.der, NOW - DAY, "cACompromise"), crl(issuing)]
    trust = check(LEAF, anchors(), at=NOW, revocation=Revocation(lists))
    assert told(trust) == (Status.REVOKED, ["ca_revoked"])
    assert "AC Exemplo RFB G1" in trust.findings[0].message


# --- nothing told --------------------------------------------------------------------------------


def test_without_a_list_of_the_issuer_nothing_is_known() -> None:
    trust = checked()
    assert told(trust) == (Status.COULD_NOT_TELL, ["revocation_unknown"])
    assert why(trust) == "no_answer"
    assert "--crl" in trust.findings[0].message


def test_an_authority_that_nothing_tells_of_is_not_passed_over() -> None:
    trust = check(LEAF, anchors(), at=NOW, revocation=Revocation([crl(usual().issuing)]))
    assert told(trust) == (Status.COULD_NOT_TELL, ["revocation_unknown"] * 2)


def test_a_stale_list_says_nothing_good() -> None:
    old = crl(usual().issuing, this_update=NOW - 9 * DAY, next_update=NOW - 2 * DAY)
    trust = checked(old)
    assert (trust.status, why(trust)) == (Status.COULD_NOT_TELL, "stale")
    assert "23/11/2026" in trust.findings[0].message
    # The two above have no list of then, which is told of each.
    assert checked(old, at=NOW - 3 * DAY).revocation[0].state == "good"


def test_a_stale_list_still_tells_a_revocation_and_not_a_hold() -> None:
    stale = {"this_update": NOW - 9 * DAY, "next_update": NOW - 2 * DAY}
    listed = revoking(usual().issuing, LEAF, NOW - 10 * DAY, "superseded", **stale)
    assert checked(listed).status is Status.REVOKED
    held = revoking(usual().issuing, LEAF, NOW - 10 * DAY, "certificateHold", **stale)
    assert (checked(held).status, why(checked(held))) == (Status.COULD_NOT_TELL, "stale")


def test_a_list_from_after_the_end_says_nothing() -> None:
    """Authorities drop from their lists what has expired (RFC 5280, 5)."""
    leaf = usual().issuing.leaf(not_after=NOW - 30 * DAY)
    trust = checked(crl(usual().issuing), der=leaf, at=NOW - 40 * DAY)
    assert (trust.status, why(trust)) == (Status.COULD_NOT_TELL, "after_expiry")


def test_an_expired_path_stays_so_and_a_revoked_one_is_revoked() -> None:
    leaf = usual().issuing.leaf(not_after=NOW - 30 * DAY)
    trust = checked(crl(usual().issuing), der=leaf)
    assert told(trust) == (Status.EXPIRED_PATH, ["expired", "revocation_unknown"])
    listed = revoking(usual().issuing, leaf, NOW - 40 * DAY, "superseded")
    assert told(checked(listed, der=leaf)) == (Status.REVOKED, ["expired", "revoked"])


def test_a_list_signed_by_another_is_not_believed() -> None:
    for state in (crl(usual().issuing, key=ec_key("thief")), revoking(
        usual().issuing, LEAF, NOW - DAY, key=ec_key("thief")
    )):  # fmt: skip
        trust = checked(state)
        assert (trust.status, why(trust)) == (Status.COULD_NOT_TELL, "wrong_signer")


def test_a_list_of_another_authority_is_not_of_this_one() -> None:
    other = usual().root.authority("AC Outra")
    serial = Certificate.read(LEAF).serial
    trust = checked(crl(other, [(serial, NOW - DAY, "")]))
    assert (trust.status, why(trust)) == (Status.COULD_NOT_TELL, "no_answer")


@pytest.mark.parametrize(
    "data", [b"", b"nada", b"\x30\x82\xff\xff", b"-----BEGIN X509 CRL-----\n!"]
)
def test_a_damaged_list(data: bytes) -> None:
    trust = checked(data)
    assert (trust.status, why(trust)) == (Status.COULD_NOT_TELL, "unreadable")


def test_a_damaged_list_hides_no_other() -> None:
    assert checked(b"nada", crl(usual().issuing)).status is Status.TRUSTED


def point(**options: object) -> tuple[x509.ExtensionType, bool]:
    wanted: dict[str, object] = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**(wanted | options)), True  # type: ignore[arg-type]


URL = "http://lcr.exemplo.gov.br/ac.crl"
POINTS = (crl_point(URL),)


def named(url: str) -> list[x509.GeneralName]:
    return [x509.UniformResourceIdentifier(url)]


@pytest.mark.parametrize(
    ("extension", "reason"),
    [
        (point(only_contains_user_certs=True), ""),
        (point(full_name=named(URL)), ""),
        (point(full_name=named("http://lcr.exemplo.gov.br/outra.crl")), "partial"),
        (point(full_name=named(URL[:-1])), "partial"),
        (point(full_name=named(URL.removeprefix("http://"))), "partial"),
        (point(full_name=named(f"{URL}2")), "partial"),
        (point(full_name=[x509.DNSName(URL)]), "partial"),
        (point(full_name=named("ldap://x/y") + named(URL)), ""),
        (point(only_contains_ca_certs=True), "partial"),
        (point(only_contains_attribute_certs=True), "partial"),
        (point(only_some_reasons=frozenset([x509.ReasonFlags.key_compromise])), "partial"),
        (point(indirect_crl=True), "partial"),
        ((x509.DeltaCRLIndicator(1), True), "partial"),
        ((x509.CRLNumber(7), False), ""),
        ((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0"), True), "partial"),
    ],
)
def test_only_a_list_that_covers_a_certificate_makes_it_good(
    extension: tuple[x509.ExtensionType, bool], reason: str
) -> None:
    leaf = usual().issuing.leaf(extensions=POINTS)
    trust = checked(crl(usual().issuing, extensions=[extension]), der=leaf)
    assert trust.status is (Status.COULD_NOT_TELL if reason else Status.TRUSTED)
    assert why(trust) == reason


def test_a_list_may_be_of_any_point_of_the_certificate_also_of_one_that_is_not_asked() -> None:
    last = "ldap://lcr.exemplo.gov.br/cn=9"
    urls = (*(f"http://lcr.exemplo.gov.br/{count}.crl" for count in range(9)), last)
    leaf = usual().issuing.leaf(extensions=(crl_point(*urls),))
    listed = crl(usual().issuing, extensions=[point(full_name=named(last))])
    assert told(checked(listed, der=leaf)) == (Status.TRUSTED, [])


def test_what_a_partial_list_names_is_revoked_and_what_an_indirect_one_names_is_not() -> None:
    some = point(only_some_reasons=frozenset([x509.ReasonFlags.key_compromise]))
    listed = revoking(usual().issuing, LEAF, NOW - DAY, "keyCompromise", extensions=[some])
    assert checked(listed).status is Status.REVOKED
    # A number in it may be a certificate of another authority.
    indirect = revoking(usual().issuing, LEAF, NOW - DAY, extensions=[point(indirect_crl=True)])
    assert checked(indirect).status is Status.COULD_NOT_TELL


SIGNED = revoking(
    usual().issuing,
    LEAF,
    NOW - DAY,
    "superseded",
    extensions=[point(only_contains_user_certs=True)],
)


@given(at=st.integers(0, len(SIGNED) - 1), octet=st.integers(0, 255))
@settings(max_examples=300, deadline=None)
def test_a_mutated_list_never_makes_a_revoked_one_good(at: int, octet: int) -> None:
    trust = checked(SIGNED[:at] + bytes([octet]) + SIGNED[at + 1 :])
    assert trust.status in (Status.REVOKED, Status.COULD_NOT_TELL)


def test_a_list_in_pem() -> None:
    data = base64.encodebytes(crl(usual().issuing))
    pem = b"-----BEGIN X509 CRL-----\n" + data + b"-----END X509 CRL-----\n"
    assert checked(pem).status is Status.TRUSTED


@pytest.mark.parametrize("key", [rsa_key("lists"), ed448_key("lists")])
def test_lists_of_every_algorithm(key: object) -> None:
    root = Signer.root(key=key)  # type: ignore[arg-type]
    leaf = root.leaf()
    trust = check(leaf, anchors(root=root), at=NOW, revocation=Revocation([crl(root)]))
    assert told(trust) == (Status.TRUSTED, [])


def test_a_list_of_fifty_thousand() -> None:
    entries = [(10**6 + n, NOW - DAY, "") for n in range(50_000)]
    serial = Certificate.read(LEAF).serial
    assert checked(crl(usual().issuing, entries)).status is Status.TRUSTED
    listed = crl(usual().issuing, [*entries, (serial, NOW - DAY, "")])
    assert checked(listed).status is Status.REVOKED


@needs_openssl
def test_a_list_that_openssl_writes(tmp_path: Path) -> None:
    issuing = usual().issuing
    serial = Certificate.read(LEAF).serial
    (tmp_path / "key.pem").write_bytes(private_pem(issuing.key))
    (tmp_path / "ca.der").write_bytes(issuing.der)
    (tmp_path / "index.txt").write_text(
        f"R\t270302120000Z\t261101120000Z,keyCompromise\t{serial:X}\tunknown\t/CN=x\n"
    )
    (tmp_path / "ca.cnf").write_text(
        f"[ca]\ndefault_ca=x\n[x]\ndatabase={tmp_path}/index.txt\ndefault_md=sha256\n"
    )
    openssl.run("x509", "-inform", "DER", "-in", f"{tmp_path}/ca.der", "-out", f"{tmp_path}/ca.pem")
    text = openssl.run(
        "ca", "-gencrl", "-config", f"{tmp_path}/ca.cnf", "-keyfile", f"{tmp_path}/key.pem",
        "-cert", f"{tmp_path}/ca.pem", "-crldays", "3650",
    )  # fmt: skip
    trust = checked(text)
    assert told(trust) == (Status.REVOKED, ["revoked"])
    assert "01/11/2026 (chave comprometida)" in trust.findings[0].message


def test_few_lists_are_kept_in_memory_whoever_signed_them() -> None:
    def in_memory() -> list[RevocationList]:
        gc.collect()
        # Asked for its class, what stands for another object may say that it is gone.
        return [each for each in gc.get_objects() if type(each) is RevocationList]

    root = Signer.root(key=ec_key("thief"))
    lists = [crl(root, extensions=[(x509.CRLNumber(count), False)]) for count in range(5)]
    others = in_memory()
    checked(*lists)
    assert len(in_memory()) - len(others) <= 2


# --- from a server -------------------------------------------------------------------------------


def online(**options: object) -> Online:
    wanted = {"private": True, "seconds": 60.0, "max_bytes": 1 << 20} | options
    return Online(Client(HERE, **wanted), seconds=600)  # type: ignore[arg-type]


def asked(door: Door, by: Online | None = None) -> Trust:
    leaf = usual().issuing.leaf(extensions=(crl_point(door.url + "ac.crl"),))
    revocation = Revocation(above(), online=by or online())
    return check(leaf, anchors(), at=NOW, revocation=revocation)


@pytest.fixture
def good() -> Iterator[Door]:
    with serving(content(crl(usual().issuing))) as door:
        yield door


def test_the_list_is_fetched_from_where_the_certificate_says(good: Door) -> None:
    assert told(asked(good)) == (Status.TRUSTED, [])
    assert good.heard == ["GET /ac.crl HTTP/1.1"]


def test_without_being_asked_nothing_goes_out(good: Door) -> None:
    leaf = usual().issuing.leaf(extensions=(crl_point(good.url),))
    assert check(leaf, anchors(), at=NOW).status is Status.TRUSTED
    check(leaf, anchors(), at=NOW, revocation=Revocation(above()))
    assert good.heard == []


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (silent, "too_slow"),
        (endless, "too_large"),
        (content(b"x" * (2 << 20)), "too_large"),
        (content(b"", "302 Found", "Location: http://exemplo.com/"), "redirect"),
        (content(b"", "404 Not Found"), "http_status"),
        (content(b"<html>"), "unreadable"),
        (content(crl(usual().issuing, key=ec_key("thief"))), "wrong_signer"),
        (
            content(crl(usual().issuing, this_update=NOW - 9 * DAY, next_update=NOW - 2 * DAY)),
            "stale",
        ),
    ],
)
def test_a_server_that_does_not_tell(behaviour: Behaviour, reason: str) -> None:
    with serving(behaviour) as door:
        trust = asked(door, online(seconds=0.5 if behaviour is silent else 60))
    assert told(trust) == (Status.COULD_NOT_TELL, ["revocation_unknown"])
    assert why(trust) == reason


def test_a_certificate_that_says_no_address() -> None:
    leaf = usual().issuing.leaf(extensions=(crl_point("ldap://x/y"),))
    revocation = Revocation(online=online())
    trust = check(leaf, anchors(), at=NOW, revocation=revocation)
    assert (trust.status, why(trust)) == (Status.COULD_NOT_TELL, "no_address")


def test_an_address_that_is_not_of_the_list_is_told() -> None:
    leaf = usual().issuing.leaf(extensions=(crl_point("http://exemplo.com/ac.crl"),))
    revocation = Revocation(above(), online=Online(Client()))
    trust = check(leaf, anchors(), at=NOW, revocation=revocation)
    assert (trust.status, why(trust)) == (Status.COULD_NOT_TELL, "not_allowed")
    assert "GUICHE_TRUST_HOSTS" in trust.findings[0].message


def test_a_server_that_failed_is_not_waited_for_again() -> None:
    with serving(silent) as door:
        by = online(seconds=1)
        assert [why(asked(door, by)) for _ in range(3)] == ["too_slow"] * 3
    assert len(door.heard) == 1


def test_a_silent_server_is_waited_for_once_whatever_is_asked_there() -> None:
    with serving(silent) as door:
        by = online(seconds=1)
        for name in ("a.crl", "b.crl", "ocsp?x"):
            with pytest.raises(ClientError):
                by.ask(Request(door.url + name))
    assert len(door.heard) == 1


def test_what_is_missing_at_one_address_may_be_at_the_next() -> None:
    with serving(content(b"", "404 Not Found")) as door:
        by = online()
        for name in ("a.crl", "a.crl", "b.crl"):
            with pytest.raises(ClientError):
                by.ask(Request(door.url + name))
    assert door.heard == ["GET /a.crl HTTP/1.1", "GET /b.crl HTTP/1.1"]


def test_all_questions_have_one_time_and_who_gets_the_rest_of_it_is_not_blamed() -> None:
    failed = Failed()
    client = Client((*HERE, "localhost"), private=True, seconds=2)
    by = Online(client, seconds=3, failed=failed)
    with serving(silent) as first, serving(silent) as second:
        begun = monotonic()
        for url in (first.url, second.url, second.url, second.url):
            with pytest.raises(ClientError) as caught:
                by.ask(Request(url))
            assert caught.value.code == "too_slow"
        assert monotonic() - begun < 30
        assert len(second.heard) == 1
        assert failed.of(first.url)
        assert not failed.of(second.url)


def test_without_time_an_earlier_answer_still_tells(good: Door, tmp_path: Path) -> None:
    client, cache = Client(HERE, private=True), Cache(tmp_path)
    assert why(asked(good, Online(client, cache, seconds=0))) == "too_slow"
    asked(good, Online(client, cache))
    assert asked(good, Online(client, cache, seconds=0)).status is Status.TRUSTED
    assert len(good.heard) == 1


def test_who_failed_is_remembered_for_a_while_by_scheme_host_and_port() -> None:
    now = [0.0]
    failed = Failed(60, clock=lambda: now[0])
    failed.add("http://lcr.exemplo.gov.br/a.crl", ClientError("unreachable", "não respondeu."))
    assert failed.of("http://LCR.exemplo.gov.br.:80/b.crl")
    assert not failed.of("https://lcr.exemplo.gov.br/a.crl")
    assert not failed.of("http://lcr.exemplo.gov.br:443/a.crl")
    assert not failed.of("http://[::1/")
    now[0] = 60
    assert not failed.of("http://lcr.exemplo.gov.br/a.crl")


def test_an_answer_is_kept_for_a_while(good: Door, tmp_path: Path) -> None:
    now = [1_000_000.0]
    cache = Cache(tmp_path / "answers", longest=3600, clock=lambda: now[0])

    def by() -> Online:
        return Online(Client(HERE, private=True), cache)

    for _ in range(3):
        assert asked(good, by()).status is Status.TRUSTED
    assert len(good.heard) == 1
    now[0] += 3601
    assert asked(good, by()).status is Status.TRUSTED
    assert len(good.heard) == 2
    assert len(list((tmp_path / "answers").iterdir())) == 1


def test_only_what_is_authentic_is_kept(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "answers")
    with serving(content(crl(usual().issuing, key=ec_key("thief")))) as door:
        assert why(asked(door, Online(Client(HERE, private=True), cache))) == "wrong_signer"
    assert not (tmp_path / "answers").exists()


def test_a_kept_answer_that_grew_stale_is_asked_for_anew(good: Door, tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    leaf = usual().issuing.leaf(extensions=(crl_point(good.url),))
    for at in (NOW, NOW + 30 * DAY):
        by = Online(Client(HERE, private=True), cache)
        trust = check(leaf, anchors(), at=at, revocation=Revocation(above(), online=by))
    assert why(trust) == "stale"
    assert len(good.heard) == 2


def test_a_folder_that_cannot_be_written_keeps_nothing_and_breaks_nothing(
    good: Door, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    by = Online(Client(HERE, private=True), Cache(tmp_path / "file" / "below"))
    assert asked(good, by).status is Status.TRUSTED
    assert codes(asked(good, by)) == []
