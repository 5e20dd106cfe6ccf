"""Pasted text: every form is read, nothing is guessed, nothing shown in part becomes "sem CEI"."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates import CEI, Person, e_cnpj, e_cpf, field
from certificates import der as asn1
from guiche.icpbrasil import OtherName
from guiche.icpbrasil.tlv import Reader
from guiche.sources import (
    DamagedError,
    NoCertificateError,
    Reading,
    SourceError,
    TextWithoutValueError,
    read,
    read_text,
)
from sources import openssl
from sources.openssl import needs_openssl
from sources.pair import Pair
from sources.windows_text import Style, shown

SIX, SEVEN, CNPJ, NAME = (f"2.16.76.1.3.{n}" for n in (6, 7, 3, 2))
HEX = "31 31 35 38 33 30 30 32 34 39 38 35"
ANA = Person("ANA EXEMPLO DA SILVA", "11144477735").block


def names(text: str) -> list[tuple[str | None, int | None, bytes]]:
    (found,) = read_text(text, "colado").found
    assert found.der is None
    assert found.source == ("colado", "text", 0)
    return [(name.oid, name.tag, name.content) for name in found.other_names]


def status(text: str) -> tuple[str, str]:
    enrolment = read_text(text, "colado").found[0].inspect().enrolment
    return enrolment.status.value, enrolment.reason.value


# --- the procedure's own example ----------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "31 32 33 34 35 36 37",
        "31323334353637",
        " 31 32 33 34\r\n35 36 37 \r\n",
        "Outro Nome: 31 32 33 34 35 36 37",
        "Nome Alternativo Para o Requerente\nOutro Nome:\n     31 32 33 34 35 36 37",
        "Other Name 31 32 33 34 35 36 37",
        "\u200e31\u00a032\u202f33 34\u200b 35 36 37\ufeff",
        "31:32:33:34:35:36:37",
    ],
)
def test_the_value_of_the_procedure(text: str) -> None:
    assert names(text) == [(None, None, b"1234567")]
    assert status(text) == ("doubtful", "length")


def test_the_same_from_a_file() -> None:
    for data in (b"31 32 33 34 35 36 37", "31 32 33 34 35 36 37".encode("utf-16")):
        assert read(data, "cei.txt").found[0].other_names[0].content == b"1234567"


# --- values under an OID ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        f"04 0c {HEX}",
        f"04 0C {HEX}",
        f"040c{HEX}".replace(" ", ""),
        f"04 0c {HEX[:17]}\n{HEX[18:]}",
        f"a0 0e 04 0c {HEX}",
        f"04 0c {HEX} (CEI)",
        f"04 0c {HEX}\nDe: Ana\n",
        f"04 0c {HEX}\nAB CD EF: outra coisa",
        f"04 81 0c {HEX}",
        f"\n  04 0c {HEX}",
    ],
)
@pytest.mark.parametrize("label", [f"{SEVEN}=", f"OID.{SEVEN}=", f"{SEVEN} = ", f"OID.{SEVEN}: "])
def test_one_value_in_many_spellings(label: str, value: str) -> None:
    assert names(label + value) == [(SEVEN, 4, CEI.encode())]


@pytest.mark.parametrize(
    ("prefix", "tag"), [("13 0c", 19), ("0c 0c", 12), ("16 0c", 22), ("", None)]
)
def test_the_type_is_kept(prefix: str, tag: int | None) -> None:
    assert names(f"{SIX}={prefix} {HEX}") == [(SIX, tag, CEI.encode())]
    assert names(f"{prefix} {HEX}") == [(None, tag, CEI.encode())]


def test_long_lengths() -> None:
    value = asn1.utf8("A" * 200)
    assert value.startswith(b"\x0c\x81\xc8")
    assert names(f"{NAME}={value.hex(' ')}") == [(NAME, 12, b"A" * 200)]


def test_the_number_itself_under_its_oid() -> None:
    assert names(f"{SEVEN}={CEI}") == [(SEVEN, None, CEI.encode())]
    assert names(f"{SEVEN}=903020405060") == [(SEVEN, None, b"903020405060")]
    assert names(f"{CNPJ}=11.222.333/0001-81") == [(CNPJ, None, b"11.222.333/0001-81")]


def test_a_field_of_nothing_is_there() -> None:
    assert names(f"{SEVEN}=04 00") == [(SEVEN, 4, b"")]
    assert status(f"{SEVEN}=04 00")[0] == "blank"
    assert status(f"{SEVEN}=13 0c{' 30' * 12}") == ("blank", "zeros")


@pytest.mark.parametrize(
    "value", ["04 0c 31 31 35", f"04 0c {HEX} 30", "04 0c", "04 0c 31 3", "0c 81 c8 41 41", "4 0 c"]
)
def test_half_a_value_is_damage(value: str) -> None:
    with pytest.raises(DamagedError, match="Copie o campo inteiro"):
        read_text(f"Outro Nome:\n{SEVEN}={value}\nNome RFC822=a@b.c", "colado")


def test_the_rest_of_a_certificate_window_is_no_field() -> None:
    text = f"""Versão=V3
Número de série=31 32 33 34 35 36 37 38
Impressão digital=3132333435363738393031323334353637383930
Identificador da Chave=ID da chave=31 32 33 34
Diretiva de certificado:
     Identificador da diretiva=2.16.76.1.2.1.6
Nome Alternativo Para o Requerente:
     Nome principal=616263@exemplo
     Outro Nome:
          Nome Principal=616263
          {SEVEN}=04 0c {HEX}
     Nome RFC822=31323334@exemplo.com.br
     Nome DNS=abcdef
     2.5.29.17: Sinalizadores = 0, Tamanho = 31
Serial Number=31323334
Modulus=41424344
https://exemplo.com.br/?id=31323334
"""
    assert names(text) == [(SEVEN, 4, CEI.encode())]


def test_other_oids_are_kept() -> None:
    assert names("1.3.6.1.4.1.311.20.2.3=0c 03 61 40 62") == [
        ("1.3.6.1.4.1.311.20.2.3", 12, b"a@b")
    ]


def test_chrome_wraps_at_sixteen() -> None:
    value = asn1.octets(ANA).hex(" ").upper()
    rows = "\n".join(value[at : at + 48].strip() for at in range(0, len(value), 48))
    assert names(f"OID.2.16.76.1.3.4: {rows}\nOID.{SEVEN}: 04 0C {HEX}") == [
        ("2.16.76.1.3.4", 4, ANA.encode()),
        (SEVEN, 4, CEI.encode()),
    ]


# --- round trip ---------------------------------------------------------------------------------

OIDS = st.sampled_from(
    [f"2.16.76.1.3.{n}" for n in range(1, 13)] + ["2.16.76.1.4.2.1.1", "2.5.4.3.1"]
)
TEXTS = st.text(st.sampled_from("0123456789ABCDEFGHIJ XYZ"), min_size=1, max_size=300).map(
    str.encode
)
NAMES = st.builds(OtherName, OIDS, st.sampled_from([4, 12, 19, 20, 22]), TEXTS)
STYLES = st.builds(
    Style,
    language=st.sampled_from(["pt-BR", "en-US"]),
    multi_line=st.booleans(),
    prefix=st.just(True),  # noqa: FBT003
    upper=st.booleans(),
    separator=st.sampled_from([" ", " ", ""]),
    columns=st.sampled_from([0, 0, 8, 16, 20]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    heading=st.booleans(),
    blank=st.sampled_from([" ", "\u00a0", "\u202f", "\t"]),
    mark=st.sampled_from(["", "\u200e", "\ufeff", "\n\n"]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=6), STYLES)
def test_what_windows_writes_is_read_back(written: list[OtherName], style: Style) -> None:
    found = read_text(shown(written, style), "colado").found[0].other_names
    assert [(n.oid, n.tag, n.content) for n in found] == [
        (n.oid, n.tag, n.content) for n in written
    ]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.builds(OtherName, OIDS, st.just(4), TEXTS), min_size=1, max_size=4), STYLES)
def test_also_without_the_prefix(written: list[OtherName], style: Style) -> None:
    # Without blanks and without type a text of digits alone may be the digits themselves.
    style = style._replace(prefix=False, separator=" ")
    found = read_text(shown(written, style), "colado").found[0].other_names
    assert [(n.oid, n.content) for n in found] == [(n.oid, n.content) for n in written]


# --- cut, wrapped, quoted -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        f"{HEX[:2]}\n> {HEX[3:]}",
        f"{HEX[:8]}\n>> {HEX[9:20]}\n> > {HEX[21:]}",
        f"{HEX[:17]},\n{HEX[18:]}",
        f"{HEX[:17]}, {HEX[18:]}, Nome RFC822=a@b.c",
        HEX.replace(" ", ","),
        HEX.replace(" ", ":"),
        f"{HEX[:17]}:\n{HEX[18:]}".replace(" ", ":"),
    ],
)
def test_a_wrapped_value_is_read_whole(value: str) -> None:
    assert names(f"{SEVEN}={value}") == [(SEVEN, None, CEI.encode())]
    assert names(f"> {SEVEN}=\n> 04 0c {value}") == [(SEVEN, 4, CEI.encode())]


def test_a_comma_ends_a_value_that_is_whole() -> None:
    assert names(f"{SEVEN}=04 0c {HEX}, ab cd") == [(SEVEN, 4, CEI.encode())]


@pytest.mark.parametrize(
    "text",
    [
        f"{SEVEN}=30\n> 32 33 34 35 36 37 38 39 30 30 31",
        *(f"{SEVEN}{after}" for after in ("=30", "=30 30 30", ": 0", "=000", "=303030303030")),
        *(f"{SEVEN}{after}" for after in ("=30 30 30,\n30 30 30 30 30 30 31 31 31", "=30:30:30")),
        *(f"{SEVEN}{after}" for after in ("=30 30 30,\n3", "=30 30 30...", "=00" + " 00" * 11)),
        *(f"{SEVEN}{after}" for after in ("=04", "=04 80", "=04 85 0c", "=04 00 3", "=04 01 30 3")),
        *(f"othername: {SEVEN}{after}" for after in ("::", ":", "::0", ":::", "::000", "::0 0")),
        f"Outro Nome:\n     {SEVEN}=\n     CEI=04 0c{' 30' * 12}",
        f"{SEVEN}=\n{SIX}=04 0c{' 30' * 12}",
        f"{SEVEN}=\n{'0' * 12}",
        f"{SEVEN}=\nfim",
    ],
)
def test_a_cut_value_is_never_that_of_nothing(text: str) -> None:
    offered = []
    with suppress(DamagedError, TextWithoutValueError):
        offered = names(text)
    # Without its type and length, only twelve zeros say "sem CEI".
    assert all(tag is None and content not in (b"", b"0" * 12) for _, tag, content in offered)


def test_digits_that_may_be_octets_are_octets_under_windows_labels_only() -> None:
    assert names(f"{SEVEN}=313233343536") == [(SEVEN, None, b"123456")]
    assert names(f"othername: {SEVEN}::313233343536") == [(SEVEN, None, b"313233343536")]


@pytest.mark.parametrize("value", ["04", "04 80", "04 85 0c"])
def test_a_type_without_its_length_is_damage(value: str) -> None:
    with pytest.raises(DamagedError, match="Copie o campo inteiro"):
        read_text(f"{SEVEN}={value}", "colado")


@pytest.mark.parametrize("after", ["::", ":", ":: "])
def test_a_label_of_openssl_without_value(after: str) -> None:
    with pytest.raises(TextWithoutValueError):
        read_text(printed(f"othername: {SEVEN}{after}", "email:a@exemplo.com.br"), "colado")


# --- values under a name ------------------------------------------------------------------------

CASES = {
    "CNPJ": (b"11222333000181", CNPJ),
    "CNPJ do titular": (b"12ABC345000135", CNPJ),
    "ICP-BRASIL PESSOA FISICA": (ANA.encode(), "2.16.76.1.3.1"),
    "ICP-Brasil Pessoa Física": (CEI.encode(), SIX),
    "ICP-BRASIL PESSOA JURIDICA": (CEI.encode(), SEVEN),
    "Pessoa Jurídica": (b"11222333000181", CNPJ),
    "CEI PESSOA JURIDICA": (b"123", SEVEN),
    "CEI da Pessoa Física": (b"0" * 12, SIX),
    "Dados do Responsável": (ANA.encode(), "2.16.76.1.3.4"),
    "NOME RESPONSAVEL": (b"ANA EXEMPLO", NAME),
    "Nome Empresarial": (b"PADARIA EXEMPLO", "2.16.76.1.3.8"),
    "Título de Eleitor": (b"1023850106710010002SAO PAULOSP", "2.16.76.1.3.5"),
    "CEI": (CEI.encode(), None),
    "OAB": (b"123456SP", "2.16.76.1.4.2.1.1"),
    "CNPJ ": (CEI.encode(), CNPJ),
    "TITULO DE ELEITOR": (CEI.encode(), "2.16.76.1.3.5"),
    "Título da Pessoa Física": (b"0" * 12, "2.16.76.1.3.5"),
    "RIC": (b"0" * 12, "2.16.76.1.3.9"),
    "SIGEPE": (b"0" * 12, "2.16.76.1.3.11"),
}


@pytest.mark.parametrize("label", CASES)
def test_a_registered_name_is_told_by_words_and_shape(label: str) -> None:
    content, oid = CASES[label]
    for octets, tag in ((asn1.octets(content), 4), (asn1.printable(content.decode()), 19)):
        for text in (f"{label}={octets.hex(' ')}", f"Outro Nome:\n     {label}={octets.hex()}"):
            assert names(text) == [(oid, tag, content)]
    assert names(f"Other Name:{label}={content.hex(' ')}, RFC822 Name=a@b.c") == [
        (oid, None, content)
    ]


@pytest.mark.parametrize(
    "label",
    [
        *("NIS", "NIS da Pessoa Física", "PIS/PASEP", "CAEPF", "Registro", "Alguma Coisa"),
        *("CPF do Responsável", "Dados da Pessoa Jurídica", "CNO"),
    ],
)
@pytest.mark.parametrize("content", [CEI.encode(), b"0" * 12])
def test_another_name_is_never_that_of_the_cei(label: str, content: bytes) -> None:
    value = asn1.octets(content).hex(" ")
    for text in (f"Outro Nome:\n   {label}={value}", f"{label}={value}"):
        with pytest.raises(NoCertificateError, match=r"2\.16\.76\.1\.3\.6 ou 2\.16\.76\.1\.3\.7"):
            read_text(text, "colado")
    assert names(f"{label}={value}\n{CNPJ}=04 02 31 31") == [(CNPJ, 4, b"11")]


def test_the_block_of_a_person_beside_a_company_is_that_of_the_responsible() -> None:
    block, company = asn1.octets(ANA).hex(" "), asn1.octets("11222333000181").hex(" ")
    assert names(f"Dados=  {block}")[0][0] == "2.16.76.1.3.1"
    assert names(f"Dados={block}\nCNPJ={company}")[0][0] == "2.16.76.1.3.4"


# --- hex of more than one value -----------------------------------------------------------------


def test_several_values_without_label_each_on_its_line() -> None:
    first, second = asn1.octets("11222333000181").hex(" "), f"13 0c {HEX}"
    assert names(f"{first}\n{second}") == [(None, 4, b"11222333000181"), (None, 19, CEI.encode())]


def extension_value(der: bytes) -> bytes:
    at = der.index(bytes.fromhex("0603551d11"))
    reader = Reader(der)
    _, start, stop = reader.first(at + 5, len(der))[0]
    return der[start:stop]


def test_the_hex_of_the_whole_extension() -> None:
    short = e_cnpj().without_names("2.16.76.1.3.2", "2.16.76.1.3.4", "rfc822Name").der()
    for der in (short, e_cnpj().der()):
        assert (SEVEN, 4, CEI.encode()) in names(extension_value(der).hex(" "))


def test_the_hex_of_a_certificate() -> None:
    der = e_cpf().der()
    for text in (
        der.hex(),
        der.hex(" ").upper(),
        der.hex(":"),
        "\n".join(der.hex(" ", 16).split()),
    ):
        (found,) = read_text(text, "colado").found
        assert found.der == der
    with pytest.raises(DamagedError):
        read_text(der[:-20].hex(" "), "colado")


def dumped(data: bytes, *, gap: str = "  ", start: str = "{:04x}  ", end: str = "   {}") -> str:
    """As `certutil` does: offset, two times eight octets, their characters."""
    lines = []
    for at in range(0, len(data), 16):
        row = data[at : at + 16]
        octets = gap.join(part.hex(" ") for part in (row[:8], row[8:]) if part)
        letters = "".join(chr(c) if 32 < c < 127 else "." for c in row)
        lines.append(start.format(at) + octets.ljust(47 + len(gap) - 1) + end.format(letters))
    return "\n".join(lines)


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"start": "{:04x}: ", "gap": " "},
        {"start": "{:08x}  ", "end": "  |{}|"},
        {"start": "    {:04X}: ", "gap": "   ", "end": "  {}"},
        {"start": "{:04x} - ", "gap": "-", "end": "   {}"},
        {"end": ""},
    ],
    ids=["certutil", "plain", "hexdump -C", "keytool", "OpenSSL", "without characters"],
)
def test_a_dump_with_offsets_and_characters(how: dict[str, str]) -> None:
    value = asn1.octets(CEI)
    assert names(dumped(value, **how)) == [(None, 4, CEI.encode())]
    assert names(f"{SEVEN}=\n{dumped(value, **how)}") == [(SEVEN, 4, CEI.encode())]
    der = e_cnpj().der()
    assert read_text(dumped(der, **how), "colado").found[0].der == der


# --- OpenSSL and others -------------------------------------------------------------------------


def printed(*entries: str) -> str:
    joined = ", ".join(entries)
    return f"X509v3 extensions:\n    X509v3 Subject Alternative Name: \n        {joined}\n"


def test_openssl_3_shows_some_values() -> None:
    text = printed(
        f"othername: {CNPJ}::<unsupported>",
        f"othername: {SEVEN}::{CEI}",
        "othername: UPN::ana@exemplo",
        "email:a@exemplo.com.br",
    )
    assert names(text) == [(SEVEN, None, CEI.encode())]
    assert status(text)[0] == "present"


def test_openssl_names_with_commas_and_colons() -> None:
    text = printed(f"othername: {NAME}::PADARIA, FILHOS: LTDA", f"othername: {SIX}::{CEI}", "DNS:x")
    assert names(text) == [(NAME, None, b"PADARIA, FILHOS: LTDA"), (SIX, None, CEI.encode())]


@pytest.mark.parametrize(
    "text",
    [
        printed(f"othername: {SEVEN}::<unsupported>", f"othername: {CNPJ}::11222333000181"),
        printed(f"othername: {CNPJ}::<unsupported>"),
        printed("othername:<unsupported>", "email:a@exemplo.com.br"),
        printed("othername:<unsupported>", f"othername: {CNPJ}::11222333000181"),
        "SubjectAlternativeName [\n  Other-Name: Unrecognized ObjectIdentifier: 2.16.76.1.3.7\n]",
        f"Outro Nome:\n     {SEVEN}=\n     {CNPJ}=04 02 31 31",
        f"Outro Nome:\n     {SEVEN}=...",
    ],
)
def test_a_field_that_is_named_and_not_shown(text: str) -> None:
    with pytest.raises(TextWithoutValueError, match="Envie o próprio certificado"):
        read_text(text, "colado")


@needs_openssl
def test_what_openssl_prints_of_a_real_certificate(pair: Pair) -> None:
    text = openssl.run("x509", "-noout", "-text", given=pair.pem).decode()
    with pytest.raises(TextWithoutValueError, match="do OpenSSL"):
        read_text(text, "colado")
    whole = openssl.run("x509", "-text", given=pair.pem).decode()
    assert read_text(whole, "colado").found[0].der == pair.der


def test_a_value_that_answers_beside_one_that_does_not() -> None:
    text = printed(f"othername: {SEVEN}::<unsupported>") + f"\n{SEVEN}=04 0c {HEX}"
    assert names(text) == [(SEVEN, 4, CEI.encode())]


# --- nothing there ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "bom dia, segue o certificado",
        "115830024985",
        "11.583.00249/85",
        "2024",
        "CEI: 11.583.00249/85",
        "face",
        "12 34",
        "ff fe fd fc",
        "Nome RFC822=a@b.c",
        "x=31 32 33",
        "30 0a 02 01 01 02 01 01 02 01 01 05",
        "=",
        "Outro Nome:",
    ],
)
def test_nothing_is_guessed(text: str) -> None:
    with pytest.raises(NoCertificateError, match="Nome Alternativo Para o Requerente"):
        read_text(text, "colado")


def test_a_text_too_long_to_be_one() -> None:
    with pytest.raises(NoCertificateError, match="longo demais"):
        read_text("linha qualquer\n" * 20_000, "colado")


def test_a_certificate_in_the_text_is_more_than_its_text() -> None:
    from certificates import pem

    der = e_cnpj().adding_names(field(6, "0" * 12)).der()
    reading: Reading = read_text(f"{SEVEN}=04 03 31 32 33\n{pem(der)}", "colado")
    assert [found.der for found in reading.found] == [der]


def test_values_beside_blocks_of_other_things() -> None:
    text = f"-----BEGIN PGP SIGNED MESSAGE-----\n{SEVEN}=04 0c {HEX}\n-----BEGIN PGP SIGNATURE-----"
    assert names(text) == [(SEVEN, 4, CEI.encode())]


def test_errors_of_text_have_a_place() -> None:
    with pytest.raises(SourceError) as caught:
        read_text("oi", "colado")
    assert caught.value.source == ("colado", "text", 0)
