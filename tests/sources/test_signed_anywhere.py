"""A signed document inside anything, in any order, after any accident: the same signer, or none."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from io import BytesIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from certificates import ca, e_cnpj, e_cpf, pem
from guiche.sources import CERTIFICATE_SUFFIXES, SourceError, read
from soon import soon
from sources import signed
from sources.signed import By, cms
from sources.test_any_bytes import CODES

ANA = replace(e_cpf(), serial=11).der()
PADARIA = replace(e_cnpj(), serial=12).der()
AUTHORITY = replace(ca(), serial=14).der()
STRANGER = replace(e_cnpj(), serial=15).der()

DETACHED = cms([AUTHORITY, STRANGER, ANA], By(ANA))
FILES = {
    "nota.xml": signed.nfe(ANA).encode(),
    "lote.xml": f"<a>{signed.nfe(ANA)}{signed.signature(AUTHORITY, ANA)}</a>".encode("utf-16"),
    "contrato.p7s": DETACHED,
    "junto.p7s": cms([ANA, AUTHORITY], By(ANA), content=b"contrato" * 99, ber=64),
    "texto.p7s": pem(DETACHED).replace("CERTIFICATE", "PKCS7").encode(),
    "contrato.pdf": signed.pdf(DETACHED, DETACHED + b"\0"),
}


def zipped(name: str, data: bytes) -> tuple[str, bytes]:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"pasta/{name}", data)
        archive.writestr("leia-me.pdf", b"%PDF-1.4 nada")
    return "caso.zip", buffer.getvalue()


def mailed(name: str, data: bytes) -> tuple[str, bytes]:
    mail = EmailMessage()
    mail["From"], mail["To"] = "ana@exemplo.com.br", "suporte@exemplo.com.br"
    mail.set_content("Segue o contrato.")
    mail.add_attachment(data, "application", "octet-stream", filename=name)
    return "caso.eml", mail.as_bytes()


def wrapped(name: str, data: bytes) -> tuple[str, bytes]:
    return f"{name}.p7s", cms([ANA], By(ANA), content=data, ber=333)


WRAPPERS: list[Callable[[str, bytes], tuple[str, bytes]]] = [zipped, mailed, wrapped]


@pytest.mark.parametrize("name", FILES)
def test_inside_a_zip_a_message_and_both(name: str) -> None:
    for way in ((zipped,), (mailed,), (zipped, mailed)):
        place, data = name, FILES[name]
        for wrap in way:
            place, data = wrap(place, data)
        reading = read(data, place)
        assert {found.der for found in reading.leaves} == {ANA}, way
        assert name in reading.leaves[0].source.name
        assert not reading.errors


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([*FILES]), st.lists(st.sampled_from(WRAPPERS), max_size=3, unique=True))
@soon
def test_any_wrapping_gives_the_same_signer(
    name: str, way: list[Callable[[str, bytes], tuple[str, bytes]]]
) -> None:
    place, data = name, FILES[name]
    for wrap in way:
        place, data = wrap(place, data)
    opened = {found.der for found in read(data, place).leaves}
    assert opened == {ANA}


@settings(max_examples=60, deadline=None)
@given(st.permutations([ANA, PADARIA, AUTHORITY, STRANGER]), st.sampled_from([ANA, PADARIA]))
@soon
def test_the_order_of_the_certificates_decides_nothing(
    certificates: list[bytes], signer: bytes
) -> None:
    value = cms(certificates, By(signer))
    for data in (value, signed.pdf(value)):
        assert [found.der for found in read(data, "x").leaves] == [signer]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    data = FILES[draw(st.sampled_from([*FILES]))]
    for _ in range(draw(st.integers(1, 4))):
        start, size = draw(st.integers(0, len(data))), draw(st.integers(0, 40))
        put = draw(
            st.one_of(
                st.binary(max_size=8),
                st.just(data[start : start + size] * 2),
                st.just(data[max(0, start - size) : start]),
            )
        )
        data = data[:start] + put + data[start + size :]
    return data


@settings(max_examples=200, deadline=None)
@given(mutated())
@example(FILES["contrato.p7s"].replace(b"\x02\x01\x0b", b"\x02\x01\x0f"))
@soon
def test_after_any_accident_nobody_else_is_said_to_have_signed(data: bytes) -> None:
    try:
        reading = read(data, "fonte")
    except SourceError as error:
        told = [error, *error.others]
    else:
        told = list(reading.errors)
        signers = {found.der for found in reading.found if found.signature}
        assert not signers & {AUTHORITY, PADARIA}
        for found in reading.found:
            assert found.contract(found.inspect())["source"]["kind"]
    assert all(each.code in CODES and each.message for each in told)


def test_names_that_promise_nothing_are_no_news() -> None:
    assert not {".pdf", ".xml"} & set(CERTIFICATE_SUFFIXES)
    assert ".p7s" in CERTIFICATE_SUFFIXES
