"""Whatever the bytes are: an answer, soon, and never a "sem CEI" that the damage invented."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates import CEI, ZEROS, Certificate, Person, e_cnpj, e_cpf, pf_2024
from certificates import der as asn1
from certificates.certificate import extension, other_name, rdn, signed
from certificates.oids import SUBJECT_ALT_NAME
from certificates.profiles import ANA, JOSE
from guiche.icpbrasil import Enrolment, Inspection, OtherName, Status, inspect, inspect_fields
from soon import PATIENCE, soon, within
from vectors import files

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
PERSON = "2.16.76.1.3.1"
VECTORS = [files.load(path)[0] for path in files.paths()]
SAYS_NO = {Status.BLANK, Status.ABSENT, Status.NOT_APPLICABLE}

spacious = settings(max_examples=300, deadline=None)


def is_an_answer(reading: Inspection) -> bool:
    said = json.dumps(reading.to_dict(None), ensure_ascii=False).encode()
    spoken = reading.headline and reading.explanation
    silent = reading.nis.status is Status.NOT_APPLICABLE
    worded = bool(reading.nis_words) is not silent
    return bool(said and spoken) and worded and reading.enrolment.status in Status


TAGS = st.integers(0, 255)


def structures(inside: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    content = st.lists(inside, max_size=6).map(b"".join)
    return st.one_of(
        st.builds(asn1.tlv, TAGS, content),
        st.builds(asn1.indefinite, TAGS, content),
        st.builds(asn1.sequence, content),
    )


# Something of the shape of DER, down to a few levels.
ELEMENTS = st.recursive(st.builds(asn1.tlv, TAGS, st.binary(max_size=20)), structures)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A vector after some accidents: octets changed, lost, doubled, or taken from another one."""
    some_vector = st.integers(0, len(VECTORS) - 1)
    der = VECTORS[draw(some_vector)]
    for _ in range(draw(st.integers(1, 4))):
        start, size = draw(st.integers(0, len(der))), draw(st.integers(0, 40))
        lost = der[start : start + size]
        donor = VECTORS[draw(some_vector)]
        taken = draw(st.integers(0, len(donor)))
        spliced = st.sampled_from([b"", lost * 2, donor[taken : taken + size]])
        der = der[:start] + draw(spliced | st.binary(max_size=8)) + der[start + size :]
    return der


@spacious
@given(st.binary(max_size=400) | ELEMENTS)
@soon
def test_any_bytes_get_an_answer(der: bytes) -> None:
    reading = inspect(der, at=AT)
    assert is_an_answer(reading)
    assert reading.enrolment.status is Status.UNREADABLE
    assert reading.nis.status is Status.UNREADABLE


@spacious
@given(mutated())
@soon
def test_any_accident_gets_an_answer(der: bytes) -> None:
    assert is_an_answer(inspect(der, at=AT))


@spacious
@given(
    st.lists(
        st.builds(
            OtherName,
            st.none() | st.sampled_from([PERSON, "2.16.76.1.3.6"]) | st.text(max_size=20),
            st.none() | st.integers(0, 255),
            st.binary(max_size=60) | st.text("0123456789 ", max_size=14).map(str.encode),
        ),
        max_size=5,
    )
)
@soon
def test_any_pasted_values_get_an_answer(values: list[OtherName]) -> None:
    reading = inspect_fields(values)
    assert is_an_answer(reading)
    assert reading.nis.status not in {Status.ABSENT, Status.NOT_APPLICABLE}
    if PERSON not in {value.oid for value in values}:
        assert reading.nis.status is Status.UNREADABLE


@pytest.mark.parametrize("made", [e_cnpj(), e_cnpj(ZEROS), pf_2024()], ids=["cei", "zeros", "none"])
def test_no_truncated_certificate_says_no(made: Certificate) -> None:
    der = made.der()
    read = [inspect(der[:size]) for size in range(len(der))]
    assert {reading.enrolment.status for reading in read} == {Status.UNREADABLE}
    assert {reading.nis.status for reading in read} == {Status.UNREADABLE}


def accidents(octet: int) -> Iterator[int]:
    """What becomes of one octet when a bit turns over or a counter is one off."""
    others = {octet ^ 1 << bit for bit in range(8)} | {0, 0xFF, octet - 1, octet + 1}
    yield from others & set(range(256)) - {octet}


def inspect_damaged(der: bytes, *where: range) -> Iterator[tuple[int, int, Inspection]]:
    """Offset, octet and reading of each accident in these places."""
    for at in chain(*where):
        for octet in accidents(der[at]):
            yield at, octet, inspect(der[:at] + bytes([octet]) + der[at + 1 :])


def read_damaged(der: bytes, *where: range) -> Iterator[tuple[int, int, Enrolment]]:
    """Offset, octet and verdict of each accident in these places."""
    for at, octet, reading in inspect_damaged(der, *where):
        yield at, octet, reading.enrolment


def san_of(made: Certificate) -> range:
    """Where the SAN extension stands in the certificate."""
    san = extension(SUBJECT_ALT_NAME, made.general_names()).der
    start = made.der().index(san)
    return range(start, start + len(san))


BOTH = pytest.mark.parametrize("profile", [e_cnpj, e_cpf])


@BOTH
def test_damage_elsewhere_never_hides_the_number(profile: Callable[[str], Certificate]) -> None:
    der, san = profile(CEI).der(), san_of(profile(CEI))
    assert not [
        (at, octet, verdict)
        for at, octet, verdict in read_damaged(der, range(san.start), range(san.stop, len(der)))
        if verdict.status is not Status.UNREADABLE and verdict.number != CEI
    ]


@BOTH
def test_damage_elsewhere_leaves_zeros_zeros(profile: Callable[[str], Certificate]) -> None:
    der, san = profile(ZEROS).der(), san_of(profile(ZEROS))
    assert not [
        (at, octet, verdict)
        for at, octet, verdict in read_damaged(der, range(san.start), range(san.stop, len(der)))
        if verdict.status not in {Status.UNREADABLE, Status.BLANK}
    ]


def beside(made: Certificate, value: str) -> tuple[range, ...]:
    """In the SAN, but neither in its OID nor in the entry of that value."""
    der, san = made.der(), san_of(made)
    oid = der.index(asn1.oid(SUBJECT_ALT_NAME), san.start)
    (entry,) = (part.der for part in made.names or () if value.encode() in part.der)
    field = der.index(entry)
    return range(san.start, oid + 2), range(oid + 5, field), range(field + len(entry), san.stop)


@BOTH
def test_damage_beside_the_field_never_says_no(profile: Callable[[str], Certificate]) -> None:
    made = profile(CEI)
    assert not [
        (at, octet, verdict)
        for at, octet, verdict in read_damaged(made.der(), *beside(made, CEI))
        if verdict.status in SAYS_NO
    ]


@pytest.mark.parametrize("person", [ANA, JOSE], ids=["with", "without"])
def test_damage_beside_the_block_never_denies_the_nis(person: Person) -> None:
    made = e_cpf(person=person)
    known = inspect(made.der()).nis
    assert not [
        (at, octet, reading.nis)
        for at, octet, reading in inspect_damaged(made.der(), *beside(made, person.block))
        if reading.nis.status in {Status.ABSENT, Status.BLANK} and reading.nis != known
    ]


MEGABYTE = 1_000_000


def nested(size: int) -> bytes:
    return b"\x30\x80" * (size // 2)


def with_san(value: bytes) -> bytes:
    return e_cnpj(ZEROS).with_san(value).der()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "one octet": lambda: b"\x30",
    "empty sequence": lambda: b"\x30\x00",
    "empty signed part": lambda: asn1.sequence(*signed()),
    "empty version": lambda: asn1.sequence(*signed(b"\xa0\x00", *e_cnpj().fields()[1:])),
    "empty algorithm": lambda: asn1.sequence(
        *signed(*e_cnpj().fields()[:2], b"\x30\x00", *e_cnpj().fields()[3:])
    ),
    "empty everything": lambda: asn1.sequence(
        *signed(*(bytes([field[0], 0]) for field in e_cnpj().fields()))
    ),
    "endless nesting": lambda: nested(MEGABYTE),
    "nested SAN": lambda: with_san(nested(MEGABYTE // 2)),
    "nested string": lambda: e_cnpj(b"\x24\x80" * 100_000).der(),
    "a million nulls": lambda: asn1.sequence(b"\x05\x00" * (MEGABYTE // 2)),
    "many names": lambda: with_san(asn1.sequence(b"\x82\x00" * 300_000)),
    "many fields": lambda: (
        e_cnpj()
        .with_san(asn1.sequence(other_name("2.16.76.1.3.7", asn1.octets(ZEROS)).der * 20_000))
        .der()
    ),
    "many units": lambda: replace(e_cnpj(), subject=(rdn("OU", "X"),) * 50_000).der(),
    "giant serial number": lambda: asn1.sequence(
        *signed(e_cnpj().version, asn1.tlv(2, b"\x7f" * MEGABYTE), *e_cnpj().fields()[2:])
    ),
    "giant OID": lambda: with_san(
        asn1.sequence(asn1.explicit(0, asn1.tlv(6, b"\xff" * 500_000 + b"\x7f")))
    ),
    "giant field": lambda: e_cnpj("1" * 900_000).der(),
    "giant zeros": lambda: e_cnpj("0" * 900_000).der(),
    "giant length": lambda: b"\x30\x84\xff\xff\xff\xff" + b"\x00" * 100,
    "length of a length": lambda: b"\x30\xff" + b"\xff" * 200,
    "beyond the limit": lambda: b"\x30\x84\x7f\xff\xff\xff" + bytes(30 * MEGABYTE),
    "tags of many octets": lambda: asn1.sequence(b"\x1f" + b"\xff" * 500_000),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_bytes_are_answered_soon(case: str) -> None:
    der = HOSTILE[case]()
    with within(PATIENCE):
        assert is_an_answer(inspect(der, at=AT))
