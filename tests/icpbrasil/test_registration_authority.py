"""The AR that attended the holder: what an OU says of it, wherever it stands, and no guess."""

from itertools import permutations

import pytest

from certificates import (
    Certificate,
    ca,
    cf_e_sat,
    e_cnpj,
    e_cpf,
    equipment,
    om_br,
    other_pki,
    pf_2024,
    selo_eletronico,
)
from certificates.certificate import Part, name, rdn
from certificates.profiles import AR_CNPJ, CNPJ, RFB
from guiche.icpbrasil import OtherName, RegistrationAuthority, inspect, inspect_fields

ALPHANUMERIC = "12ABC34501DE35"
AR = "AR EXEMPLO"
UNNAMED = RegistrationAuthority(None, AR_CNPJ)


def with_units(*units: str, made: Certificate | None = None) -> Certificate:
    made = made or e_cpf()
    rdns = [part for part in made.subject if part.oid != "OU"]
    listed = [rdn("OU", unit) for unit in units]
    return Certificate((*rdns[:2], *listed, *rdns[2:]), made.names, made.extensions)


def told(made: Certificate) -> RegistrationAuthority | None:
    """The answer, which the public contract must repeat."""
    reading = inspect(made.der())
    authority = reading.registration_authority
    public = authority and {"name": authority.name, "cnpj": authority.cnpj}
    assert reading.to_dict()["registration_authority"] == public
    return authority


@pytest.mark.parametrize("made", [e_cpf(), e_cnpj()])
def test_the_layout_of_the_rfb(made: Certificate) -> None:
    assert told(made) == UNNAMED


def test_the_order_does_not_matter() -> None:
    for units in permutations([AR_CNPJ, "presencial", RFB, AR]):
        assert told(with_units(*units)) == RegistrationAuthority(AR, AR_CNPJ)


@pytest.mark.parametrize(
    ("unit", "authority"),
    [
        (AR_CNPJ, UNNAMED),
        (f" {AR_CNPJ} ", UNNAMED),
        ("11.444.777/0001-61", UNNAMED),
        (ALPHANUMERIC, RegistrationAuthority(None, ALPHANUMERIC)),
        (ALPHANUMERIC.lower(), RegistrationAuthority(None, ALPHANUMERIC)),
        ("12.ABC.345/01DE-35", RegistrationAuthority(None, ALPHANUMERIC)),
        (AR, RegistrationAuthority(AR)),
        ("ar  Exemplo", RegistrationAuthority("ar Exemplo")),
        ("Autenticado por AR Exemplo", RegistrationAuthority("AR Exemplo")),
        ("AUTENTICADO POR AR ÁGUA", RegistrationAuthority("AR ÁGUA")),
        (f"AR EXEMPLO:{AR_CNPJ}", RegistrationAuthority(AR, AR_CNPJ)),
        (f"AR EXEMPLO {AR_CNPJ} SP", RegistrationAuthority("AR EXEMPLO SP", AR_CNPJ)),
        ("AR EXEMPLO - CNPJ 11.444.777/0001-61", RegistrationAuthority(AR, AR_CNPJ)),
        (f"Autenticado por AR EXEMPLO (CNPJ: {AR_CNPJ})", RegistrationAuthority(AR, AR_CNPJ)),
        (f"AR {AR_CNPJ}", UNNAMED),
        ("AR CERTIFICACAO99", RegistrationAuthority("AR CERTIFICACAO99")),
    ],
)
def test_one_unit(unit: str, authority: RegistrationAuthority) -> None:
    assert told(with_units(RFB, unit, "RFB e-CPF A3")) == authority


@pytest.mark.parametrize(
    "unit",
    [
        "11444777000162",  # its check digits are wrong
        "0" * 14,
        "11144477735",
        "111444777000161",
        "12ABC34501DE3X",
        "１１４４４７７７０００１６１",
        f"FILIAL {AR_CNPJ}",
        "AR",
        "ARARA EXEMPLO",
        "Autenticado por Exemplo",
        "VIDEOCONFERENCIA",
        "",
        "AR " + "X" * 200,
    ],
)
def test_what_is_none(unit: str) -> None:
    assert told(with_units(unit, "presencial", RFB)) is None


def test_different_numbers_are_none() -> None:
    assert told(with_units(AR_CNPJ, CNPJ)) is None
    assert told(with_units(AR_CNPJ, AR, CNPJ)) == RegistrationAuthority(AR)
    assert told(with_units(AR_CNPJ, f"{AR} {CNPJ}")) == RegistrationAuthority(AR)


def test_different_names_are_none() -> None:
    assert told(with_units(AR, "AR OUTRA", AR_CNPJ)) == UNNAMED


def test_the_same_twice_is_the_same() -> None:
    made = with_units(AR_CNPJ, AR, "Autenticado por AR Exemplo", "11.444.777/0001-61")
    assert told(made) == RegistrationAuthority(AR, AR_CNPJ)


def test_the_number_is_never_the_holders() -> None:
    without_number = e_cnpj().without_names("2.16.76.1.3.3")
    assert told(without_number) == UNNAMED
    assert inspect(without_number.der()).holder.cnpj is None


def test_an_authority_may_attend_itself() -> None:
    made = e_cnpj(cnpj=AR_CNPJ)
    assert told(made) == UNNAMED
    assert inspect(made.der()).holder.cnpj == AR_CNPJ


def test_the_number_of_a_meter_may_be_its_holders() -> None:
    assert told(om_br()) is None
    assert told(om_br().with_subject(rdn("OU", AR_CNPJ))) == UNNAMED


@pytest.mark.parametrize(
    "made",
    [
        pf_2024(),
        selo_eletronico(),
        equipment(),
        cf_e_sat(),
        ca(),
        with_units(AR_CNPJ, AR, made=ca()),
        with_units(AR_CNPJ, AR, made=other_pki()),
    ],
)
def test_who_was_attended_by_none(made: Certificate) -> None:
    assert told(made) is None


def test_only_the_subject_tells() -> None:
    issuer = name(O="ICP-Brasil", OU=(AR_CNPJ, AR), CN="AC Exemplo")
    made = with_units("presencial")
    assert told(Certificate(made.subject, made.names, made.extensions, issuer)) is None


def test_what_was_read_of_a_damaged_subject_stands() -> None:
    made = e_cpf()
    broken = Part("x", b"\x31\x03\x30\x7f\x06")
    assert told(Certificate((*made.subject, broken), made.names, made.extensions)) == UNNAMED


def test_neither_text_nor_what_is_no_certificate_tells() -> None:
    cnpj = OtherName("2.16.76.1.3.3", 4, AR_CNPJ.encode())
    for reading in (inspect(b"x"), inspect_fields([cnpj])):
        assert reading.registration_authority is None
        assert reading.to_dict()["registration_authority"] is None
