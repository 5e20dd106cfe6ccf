"""Whatever comes in: what was found, or a documented error, and soon."""

import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from io import BytesIO

from hypothesis import given, settings
from hypothesis import strategies as st

from certificates import ca, e_cnpj, e_cpf, pem
from certificates import der as asn1
from guiche.icpbrasil import OtherName
from guiche.sources import Reading, SourceError, errors, read, read_text
from soon import soon
from sources import ole, pfx
from sources.test_pkcs7 import p7b
from sources.windows_text import Style, shown

few, many = (
    settings(max_examples=60, deadline=None),
    settings(max_examples=200, deadline=None),
)

ANA, PADARIA = e_cpf().der(), e_cnpj().der()
CODES = {
    error.code
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, SourceError) and "code" in vars(error)
}


def is_answered(reader: Callable[[], Reading]) -> bool:
    try:
        reading = reader()
    except SourceError as error:
        told = [error, *error.others]
    else:
        assert reading.found
        assert reading.leaves
        for found in reading.found:
            assert found.inspect().headline
        told = list(reading.errors)
    # Words of Python, not for the person who chose the file.
    assert not any(word in e.message for e in told for word in ("unpack", "expected", "codec"))
    return all(e.code in CODES and e.message and e.source.name.startswith("fonte") for e in told)


def zipped(**members: bytes) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def mailed(content: bytes) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = "ana@exemplo.com.br", "suporte@exemplo.com.br"
    mail.set_content(pem(ANA))
    mail.add_attachment(content, "application", "octet-stream", filename="a.cer")
    return mail.as_bytes()


WINDOWS = shown([OtherName("2.16.76.1.3.7", 4, b"115830024985")], Style(heading=True))
GOOD = [
    PADARIA,
    asn1.indefinite(0x30, PADARIA[4:]),
    (pem(ANA) + pem(ca().der())).encode(),
    p7b(ANA, ca().der()),
    p7b(ANA, ca().der(), ber=True),
    pfx.usual(ANA, "segredo"),
    pfx.usual(ANA, "segredo", cipher="aes-256", ber=True),
    pfx.usual(ANA, "segredo", cipher="3des"),
    zipped(a=ANA, b=PADARIA),
    mailed(PADARIA),
    ole.message(("a.cer", PADARIA), body="oi"),
    WINDOWS.encode(),
    WINDOWS.encode("utf-16"),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good source after some accidents: octets changed, lost, doubled, taken from another."""
    data = draw(st.sampled_from(GOOD))
    for _ in range(draw(st.integers(1, 4))):
        start, size = draw(st.integers(0, len(data))), draw(st.integers(0, 30))
        donor = draw(st.sampled_from(GOOD))
        taken = draw(st.integers(0, len(donor)))
        put = draw(
            st.one_of(
                st.binary(max_size=8),
                st.just(data[start : start + size] * 2),
                st.just(donor[taken : taken + size]),
            )
        )
        data = data[:start] + put + data[start + size :]
    return data


def test_all_good_ones_are_good() -> None:
    for data in GOOD:
        assert read(data, "fonte", passwords=["segredo"]).found


@many
@given(st.binary(max_size=400))
@soon
def test_any_bytes(data: bytes) -> None:
    assert is_answered(lambda: read(data, "fonte"))


@few
@given(
    st.sampled_from(
        [b"\x30\x82", b"PK\x03\x04", b"-----BEGIN CERTIFICATE-----\n", b"From: a\nTo: b\n"]
    ),
    st.binary(max_size=400),
)
@soon
def test_any_bytes_after_a_promising_start(start: bytes, data: bytes) -> None:
    assert is_answered(lambda: read(start + data, "fonte"))


@settings(max_examples=400, deadline=None)
@given(mutated())
@soon
def test_any_accident(data: bytes) -> None:
    assert is_answered(lambda: read(data, "fonte", passwords=["segredo", "outra"]))


@many
@given(st.text(max_size=300))
@soon
def test_any_text(text: str) -> None:
    assert is_answered(lambda: read_text(text, "fonte"))


WORDS = [
    "Outro Nome",
    "2.16.76.1.3.7",
    "=",
    ":",
    "04 0c",
    "31",
    "31 32",
    "CNPJ",
    ", ",
    "\n",
    "othername:",
]
WORDS += [
    "<unsupported>",
    "::",
    "MII",
    "-----",
    "BEGIN CERTIFICATE",
    "0000 ",
    "a0",
    "81",
    " ",
    "\u200e",
    "é",
]


@many
@given(st.lists(st.sampled_from(WORDS), max_size=30).map("".join))
@soon
def test_any_text_of_the_words_that_matter(text: str) -> None:
    assert is_answered(lambda: read_text(text, "fonte"))


@many
@given(st.text(max_size=20), st.sampled_from(GOOD[:3]))
@soon
def test_any_name(name: str, data: bytes) -> None:
    assert read(data, name).found[0].source.name.isprintable()


@few
@given(st.lists(st.text(max_size=12), max_size=4))
@soon
def test_any_passwords(passwords: list[str]) -> None:
    assert is_answered(lambda: read(GOOD[5], "fonte", passwords=passwords))
