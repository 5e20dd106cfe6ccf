"""Whatever a provider answers: certificates, or an error in words; never anything else."""

import base64
import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates import e_cnpj, e_cpf
from certificates import pem as armoured
from guiche.sources import CloudAnswerError, CloudRefusedError, SourceError
from guiche.sources.psc.answer import MAX_SLOTS, certificates_of, object_of

ANA, PADARIA = e_cpf().der(), e_cnpj().der()
BARE = base64.b64encode(ANA).decode()

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=12,
)
forms = st.sampled_from(
    [armoured(ANA), BARE, BARE.rstrip("="), armoured(ANA).replace("\n", "\r\n"), f" {BARE}\n"]
)
certificates = st.text(max_size=200) | st.binary(max_size=300).map(
    lambda data: base64.b64encode(data).decode()
)
slots = st.fixed_dictionaries(
    {"alias": values, "certificate": values | certificates}
) | st.dictionaries(st.sampled_from(["alias", "certificate", "x"]), values)


@given(st.binary(max_size=400) | values.map(lambda value: json.dumps(value).encode()))
def test_any_body(body: bytes) -> None:
    with contextlib.suppress(CloudAnswerError):
        assert isinstance(object_of(body, "BirdID"), dict)


@given(st.dictionaries(st.sampled_from(["status", "certificates"]), values | st.lists(slots)))
def test_any_object(answered: dict[str, Any]) -> None:
    with contextlib.suppress(SourceError):
        assert certificates_of(answered, "BirdID").found


@given(st.lists(slots | values, max_size=5), forms, st.lists(slots | values, max_size=5))
def test_a_good_one_is_found_among_any_others(
    before: list[Any], good: str, after: list[Any]
) -> None:
    slots = [*before, {"alias": "titular", "certificate": good}, *after]
    reading = certificates_of({"status": "S", "certificates": slots}, "BirdID")
    assert ANA in [each.der for each in reading.found]
    places = [each.source.index for each in reading.found]
    places += [each.source.index for each in reading.errors]
    assert sorted(places) == list(range(len(places)))


def test_an_answer_as_the_norm_prints_it_with_its_mistakes_mended() -> None:
    body = json.dumps({"status": "S", "certificates": [{"alias": "a", "certificate": BARE}]})
    for written in (body, f"\ufeff{body}", f"\n {body}\n"):
        reading = certificates_of(object_of(written.encode(), "VIDaaS"), "VIDaaS")
        assert reading.found[0].der == ANA


def test_a_status_is_told_in_any_letters_and_may_be_missing() -> None:
    slots = [{"certificate": BARE}]
    assert certificates_of({"certificates": slots}, "SafeID").found[0].der == ANA
    for status in ("N", "n", " N "):
        with pytest.raises(CloudRefusedError):
            certificates_of({"status": status, "certificates": slots}, "SafeID")


def test_one_that_is_damaged_loses_no_other() -> None:
    cut = base64.b64encode(PADARIA[:-40]).decode()
    key = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"
    slots = [{"alias": str(n), "certificate": c} for n, c in enumerate((cut, key, BARE, "bom dia"))]
    reading = certificates_of({"status": "S", "certificates": slots}, "BirdID")
    assert [each.source.index for each in reading.found] == [2]
    assert [(each.source.index, each.code) for each in reading.errors] == [
        (0, "damaged"), (1, "no_certificate"), (3, "no_certificate"),
    ]  # fmt: skip


def test_a_chain_in_one_slot() -> None:
    slots = [{"alias": "a", "certificate": armoured(ANA) + armoured(PADARIA)}]
    found = certificates_of({"status": "S", "certificates": slots}, "BirdID").found
    assert [each.der for each in found] == [ANA, PADARIA]


def test_bounds() -> None:
    many = [{"alias": "a", "certificate": BARE}] * (MAX_SLOTS + 1)
    found = certificates_of({"status": "S", "certificates": many}, "BirdID").found
    assert len(found) == MAX_SLOTS
    with pytest.raises(CloudAnswerError):
        object_of(b"[" * 900_000, "BirdID")
    with pytest.raises(CloudAnswerError):
        object_of(b'{"status": ' + b"9" * 900_000 + b"}", "BirdID")
