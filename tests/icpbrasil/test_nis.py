"""The NIS of the person who holds a certificate; nobody else's, and "no" only where it is known."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from certificates import (
    Certificate,
    Part,
    application,
    ca,
    cf_e_sat,
    e_cnpj,
    e_cpf,
    equipment,
    field,
    om_br,
    other_pki,
    pf_2024,
    selo_eletronico,
    timestamp,
)
from certificates import der as asn1
from certificates.certificate import extension, rdn
from certificates.oids import POLICIES
from certificates.profiles import ANA, JOSE
from guiche.icpbrasil import Inspection, OtherName, Status, inspect, inspect_fields

NIS = "17033311522"
WRONG = "17033311523"
PERSON = "2.16.76.1.3.1"
CUT = b"\xa0\x7f\x06\x05"  # an entry longer than what is there


def with_nis(nis: str) -> Certificate:
    return e_cpf(person=replace(ANA, nis=nis))


def with_block(block: str | bytes) -> Certificate:
    return e_cpf().with_names(field(1, block))


def read(made: Certificate) -> Inspection:
    return inspect(made.der())


def said(reading: Inspection) -> tuple[Status, str | None]:
    """The verdict, which the public contract must repeat."""
    nis = reading.nis
    assert reading.to_dict()["nis"] == {"status": nis.status.value, "number": nis.number}
    return nis.status, nis.number


def damaged(made: Certificate) -> Certificate:
    """The same, its fields followed by one that is cut."""
    return made.with_san(asn1.sequence(*(part.der for part in made.names or ()), CUT))


@pytest.mark.parametrize(
    ("nis", "status", "number", "words"),
    [
        (NIS, Status.PRESENT, NIS, "Tem NIS: 170.33311.52-2"),
        (WRONG, Status.DOUBTFUL, WRONG, "o certificado traz 170.33311.52-3, e o dígito final"),
        ("1703331152 ", Status.DOUBTFUL, "1703331152", "o certificado traz 1703331152, e o NIS"),
        ("170333 1522", Status.DOUBTFUL, None, "o certificado traz 170333 1522, e o NIS tem 11"),
        ("1703331152X", Status.DOUBTFUL, None, "o certificado traz 1703331152X, e o NIS tem 11"),
        ("\0" * 11, Status.DOUBTFUL, None, "Conferir NIS: "),
        ("0" * 11, Status.BLANK, None, "Sem NIS: preenchido com zeros"),
        ("0000  00000", Status.BLANK, None, "Sem NIS: preenchido com zeros"),
        (" " * 11, Status.BLANK, None, "Sem NIS: em branco"),
    ],
)
def test_what_stands_there(nis: str, status: Status, number: str | None, words: str) -> None:
    for made in (e_cpf, pf_2024):
        reading = read(made(person=replace(ANA, nis=nis)))
        assert said(reading) == (status, number)
        assert words in reading.nis_words


def test_the_cei_has_no_part_in_it() -> None:
    for cei in (None, "", "0" * 12, "x"):
        assert said(read(e_cpf(cei))) == (Status.PRESENT, NIS)


@pytest.mark.parametrize(
    "value",
    [asn1.utf8(ANA.block), asn1.printable(ANA.block), asn1.octets(asn1.printable(ANA.block))],
)
def test_whatever_string_it_is_in(value: bytes) -> None:
    assert said(read(with_block(value))) == (Status.PRESENT, NIS)


def test_digits_of_another_script_are_no_number() -> None:
    arabic = NIS.translate({ord("0") + digit: 0x660 + digit for digit in range(10)})
    block = asn1.utf8(replace(ANA, nis=arabic).block)
    assert said(read(with_block(block))) == (Status.DOUBTFUL, None)


def test_what_is_no_string_is_not_read() -> None:
    for value in (asn1.sequence(asn1.octets(ANA.block)), asn1.tlv(2, ANA.block.encode())):
        assert said(read(with_block(value))) == (Status.UNREADABLE, None)


@pytest.mark.parametrize("length", [0, 8, 11, 19])
def test_a_block_that_ends_before_it_has_none(length: int) -> None:
    reading = read(with_block(ANA.block[:length]))
    assert said(reading) == (Status.ABSENT, None)
    assert reading.nis_words == "Sem NIS: o certificado não traz esse dado"


def test_a_block_that_ends_within_it() -> None:
    assert said(read(with_block(ANA.block[:25]))) == (Status.DOUBTFUL, NIS[:6])
    assert said(read(with_block(JOSE.block[:25]))) == (Status.BLANK, None)
    assert said(read(with_block(ANA.block[:30]))) == (Status.PRESENT, NIS)


def test_a_person_without_the_block_has_none() -> None:
    for made in (e_cpf().without_names(PERSON), pf_2024("0" * 12).without_names(PERSON)):
        assert said(read(made)) == (Status.ABSENT, None)
    for made in (replace(e_cpf(), names=None), replace(pf_2024(), names=None)):
        assert said(read(made)) == (Status.ABSENT, None)


@pytest.mark.parametrize(
    "made",
    [
        e_cnpj(person=ANA),
        equipment(),
        application(),
        timestamp(),
        cf_e_sat(),
        om_br(),
        selo_eletronico(),
        ca(),
        other_pki(),
        # The block of a person in what is not hers.
        e_cnpj().with_names(field(1, ANA.block)),
        other_pki().with_names(field(1, ANA.block)),
        selo_eletronico().with_names(field(1, ANA.block)),
    ],
)
def test_it_is_asked_of_persons_only(made: Certificate) -> None:
    """In an e-CNPJ the NIS of `.4` is that of the responsible person."""
    reading = read(made)
    assert said(reading) == (Status.NOT_APPLICABLE, None)
    assert reading.nis_words == ""


def test_two_blocks_that_agree() -> None:
    for again in (ANA.block, ANA.block + "  "):
        assert said(read(e_cpf().adding_names(field(1, again)))) == (Status.PRESENT, NIS)


@pytest.mark.parametrize(
    "other",
    [
        replace(ANA, nis="0" * 11).block,
        replace(ANA, nis=WRONG).block,
        replace(ANA, cpf=JOSE.cpf).block,
        ANA.block[:19],
        "",
        asn1.sequence(asn1.octets(ANA.block)),
    ],
)
def test_two_blocks_that_disagree(other: str | bytes) -> None:
    one, two = field(1, ANA.block), field(1, other)
    for names in ((one, two), (two, one)):
        reading = read(e_cpf().without_names(PERSON).adding_names(*names))
        assert said(reading) == (Status.DOUBTFUL, None)
        assert "não concordam" in reading.nis_words


def test_a_number_that_was_read_stands_beside_damage() -> None:
    assert said(read(damaged(with_nis(NIS)))) == (Status.PRESENT, NIS)
    assert said(read(damaged(with_nis(WRONG)))) == (Status.DOUBTFUL, WRONG)


@pytest.mark.parametrize(
    "made",
    [
        with_nis("0" * 11),
        with_nis(" " * 11),
        with_block(ANA.block[:19]),
        e_cpf().without_names(PERSON),
        e_cnpj(),
    ],
)
def test_damage_beside_the_fields_is_never_no(made: Certificate) -> None:
    reading = read(damaged(made))
    assert said(reading) == (Status.UNREADABLE, None)
    assert reading.nis_words == "Não consegui ler o NIS."


DAMAGED_POLICIES = extension(POLICIES, b"\x30\x7f")


def damaged_subject(made: Certificate) -> Certificate:
    return replace(made, subject=(Part("x", b"\x31\x03\x30\x7f\x06"),))


def test_damage_in_the_policies_hides_no_number() -> None:
    made = with_nis(NIS).with_extensions(DAMAGED_POLICIES)
    assert said(read(made)) == (Status.PRESENT, NIS)
    zeros = with_nis("0" * 11).with_extensions(DAMAGED_POLICIES)
    assert said(read(zeros)) == (Status.BLANK, None)


@pytest.mark.parametrize("damage", [damaged_subject, lambda m: m.with_extensions(DAMAGED_POLICIES)])
def test_damage_that_hides_the_profile_is_never_no(
    damage: Callable[[Certificate], Certificate],
) -> None:
    made = damage(replace(e_cpf(), names=None))
    assert said(read(made)) == (Status.UNREADABLE, None)


def test_a_person_of_no_known_profile_is_judged() -> None:
    """Two policies of kinds that do not agree leave the profile open."""
    other = asn1.sequence(*(asn1.sequence(asn1.oid(f"2.16.76.1.2.{n}.99")) for n in (3, 201)))
    made = e_cpf().with_extensions(extension(POLICIES, other))
    assert said(read(made)) == (Status.PRESENT, NIS)
    assert said(read(made.without_names(PERSON))) == (Status.NOT_APPLICABLE, None)


def test_what_is_no_certificate_is_not_known() -> None:
    for der in (b"", b"x", e_cpf().der()[:-400], rdn("CN", "x").der):
        assert said(inspect(der)) == (Status.UNREADABLE, None)


def pasted(block: str, tag: int | None = None) -> OtherName:
    return OtherName(PERSON, tag, block.encode())


@pytest.mark.parametrize("tag", [None, 4, 19])
@pytest.mark.parametrize(
    ("block", "status", "number"),
    [
        (ANA.block, Status.PRESENT, NIS),
        (ANA.block[:30], Status.PRESENT, NIS),
        (JOSE.block, Status.BLANK, None),
        (JOSE.block[:30], Status.BLANK, None),
        (replace(ANA, nis=WRONG).block, Status.DOUBTFUL, WRONG),
        (ANA.block[:25], Status.DOUBTFUL, NIS[:6]),
        (JOSE.block[:29], Status.UNREADABLE, None),
        (ANA.block[:19], Status.UNREADABLE, None),
        ("", Status.UNREADABLE, None),
    ],
)
def test_pasted_text(tag: int | None, block: str, status: Status, number: str | None) -> None:
    assert said(inspect_fields([pasted(block, tag)])) == (status, number)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [OtherName(None, None, ANA.block.encode())],
        [OtherName(None, None, NIS.encode())],
        [OtherName("2.16.76.1.3.6", 4, b"115830024985")],
        [OtherName("2.16.76.1.3.4", 4, ANA.block.encode())],
    ],
)
def test_pasted_text_without_the_block_may_be_a_part(values: list[OtherName]) -> None:
    assert said(inspect_fields(values)) == (Status.UNREADABLE, None)


def test_pasted_blocks_that_disagree() -> None:
    reading = inspect_fields([pasted(ANA.block), pasted(JOSE.block)])
    assert said(reading) == (Status.DOUBTFUL, None)
