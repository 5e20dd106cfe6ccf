"""Signed XML: NF-e, CT-e, eSocial, and what else people send; each signature's own certificate."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import replace

import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree

from certificates import ca, e_cnpj, e_cpf, pem
from guiche.sources import (
    DamagedError,
    NoCertificateError,
    Reading,
    SignerMissingError,
    SourceError,
    read,
    read_text,
)
from sources import signed
from sources.parties import Parties
from sources.signed import KEY, lines, nfe, signature

ANA = replace(e_cpf(), serial=11).der()
PADARIA = replace(e_cnpj(), serial=12).der()
AUTHORITY = replace(ca(), serial=14).der()
NOTE = nfe(PADARIA)
DECLARED = '<?xml version="1.0" encoding="{}"?>\n'


def ders(reading: Reading) -> list[bytes | None]:
    return [found.der for found in reading.leaves]


SHAPES = {
    "UTF-8": (DECLARED.format("UTF-8") + NOTE).encode(),
    "BOM": (DECLARED.format("utf-8") + NOTE).encode("utf-8-sig"),
    "blank lines before": ("\r\n  " + DECLARED.format("UTF-8") + NOTE).encode(),
    "ISO-8859-1": (DECLARED.format("ISO-8859-1") + NOTE).encode("latin-1"),
    "Latin-1 that says UTF-8": (DECLARED.format("UTF-8") + NOTE).encode("latin-1"),
    "windows-1252": (DECLARED.format("windows-1252") + NOTE).encode("cp1252"),
    "UTF-16": (DECLARED.format("UTF-16") + NOTE).encode("utf-16"),
    "UTF-16 without mark": NOTE.encode("utf-16-le"),
    "UTF-16 that says UTF-8": (DECLARED.format("UTF-8") + NOTE).encode("utf-16"),
    "zeros after": NOTE.encode() + b"\0" * 500,
    "one line": NOTE.replace("\n", "").encode(),
    "escaped line ends": NOTE.replace("\n", "&#13;\n").encode(),
    "CRLF": NOTE.replace("\n", "\r\n").encode(),
    "prefix": nfe(PADARIA, prefix="ds").encode(),
    "prefix that nobody declares": nfe(PADARIA, prefix="ds")
    .replace(f'xmlns:ds="{signed.DS}"', "")
    .encode(),
    "in an envelope": f"<soap:Body><nfeProc>{NOTE}<protNFe/></nfeProc></soap:Body>".encode(),
    "armoured": NOTE.replace(lines(PADARIA), pem(PADARIA)).encode(),
    "a comment before": ("<!-- nota de <!-teste-> -->" + NOTE).encode(),
}


def test_long_names_are_cut_and_still_found() -> None:
    name, own = "evt" + "x" * 200, "ID" + "9" * 200
    for uri, signs in ((own, f"{name[:120]}"), ("b" * 300, "b" * 120)):
        event = f'<eSocial><{name} Id="{own}"/>{signature(ANA, uri="#" + uri)}</eSocial>'
        (leaf,) = read(event.encode(), "evento.xml").leaves
        assert leaf.signature == ((1,), 1, (signs,))


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape(shape: str) -> None:
    (leaf,) = read(SHAPES[shape], "nota.xml").leaves
    assert leaf.der == PADARIA
    assert leaf.source == ("nota.xml", "xml", 0)
    assert leaf.signature == ((1,), 1, (f"NF-e {KEY}",))


def test_a_paste_is_read_like_a_file() -> None:
    assert ders(read_text(NOTE, "colado")) == [PADARIA]
    fragment = NOTE[NOTE.index("<X509Data>") : NOTE.index("</X509Data>") + len("</X509Data>")]
    (leaf,) = read_text(fragment, "colado").leaves
    assert (leaf.der, leaf.source.kind, leaf.signature) == (PADARIA, "xml", None)


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("", "o documento inteiro"),
        (f"#CTe{KEY}", f"CT-e {KEY}"),
        (f"#MDFe{KEY}", f"MDF-e {KEY}"),
        ("#NFe3526110A1B2C3D000181550010000000011000000012", None),
        ("#ID1", "evtAdmissao ID1"),
        ("#ausente", "ausente"),
        ("contrato.pdf", "contrato.pdf"),
        ("#\x1b[2J".replace("\x1b", "&#x9b;"), "?[2J"),
    ],
)
def test_what_is_signed_is_told(uri: str, words: str | None) -> None:
    event = f'<eSocial><evtAdmissao Id="ID1"/>{signature(ANA, uri=uri)}</eSocial>'
    (leaf,) = read(event.encode(), "evento.xml").leaves
    assert leaf.signature
    assert leaf.signature.signs == (words or f"NF-e {uri[4:]}",)


def test_a_batch_has_each_signer_once() -> None:
    keys = [KEY[:-1] + str(n) for n in range(3)]
    notes = "".join(nfe(PADARIA, key) for key in keys)
    (leaf,) = read(f"<enviNFe>{notes}</enviNFe>".encode(), "lote.xml").leaves
    assert leaf.source.name == "lote.xml/assinaturas 1 a 3 de 3"
    assert leaf.signature
    assert leaf.signature.signs == tuple(f"NF-e {key}" for key in keys)


def test_a_signature_around_another() -> None:
    inner = signature(ANA, uri="#ID1")
    outer = signature(PADARIA, inside=f'<evt Id="ID1"/>{inner}')
    reading = read(outer.encode(), "evento.xml")
    assert [(found.der, found.source.name) for found in reading.leaves] == [
        (PADARIA, "evento.xml/assinatura 1 de 2"),
        (ANA, "evento.xml/assinatura 2 de 2"),
    ]
    assert reading.leaves[1].signature
    assert reading.leaves[1].signature.signs == ("evt ID1",)


@pytest.mark.parametrize("order", [(AUTHORITY, PADARIA), (PADARIA, AUTHORITY)])
def test_of_a_chain_the_end_signed(order: Sequence[bytes]) -> None:
    reading = read(signature(*order).encode(), "x.xml")
    assert ders(reading) == [PADARIA]
    assert [(found.der, found.is_ca) for found in reading.found] == [
        (PADARIA, False),
        (AUTHORITY, True),
    ]


def named(serial: int) -> str:
    return (
        "<X509IssuerSerial><X509IssuerName>CN=AC</X509IssuerName>"
        f"<X509SerialNumber>{serial}</X509SerialNumber></X509IssuerSerial>"
    )


def test_of_two_strangers_the_named_one_signed_and_else_none() -> None:
    assert ders(read(signature(ANA, PADARIA, key_info=named(12)).encode(), "x.xml")) == [PADARIA]
    for key_info in ("", named(99), named(11).replace("11", "onze")):
        with pytest.raises(SignerMissingError):
            read(signature(ANA, PADARIA, key_info=key_info).encode(), "x.xml")


def test_a_key_identifier_names_the_signer(parties: Parties) -> None:
    identifier = base64.b64encode(hashlib.sha1(key_bits(parties)).digest()).decode()
    data = signature(
        parties.bento.der, parties.ana.der, key_info=f"<X509SKI>{identifier}</X509SKI>"
    )
    assert ders(read(data.encode(), "x.xml")) == [parties.ana.der]


def ski(identifier: bytes) -> str:
    return f"<X509SKI>{base64.b64encode(identifier).decode()}</X509SKI>"


def test_who_is_named_differently_twice_is_nobody(parties: Parties) -> None:
    ana, bento = parties.ana.der, parties.bento.der
    own = ski(hashlib.sha1(key_bits(parties)).digest())
    serials = [named(x509.Certificate.load(each).serial_number) for each in (ana, bento)]
    for key_info in (serials[0] + own, own + serials[0], serials[0] * 2):
        assert ders(read(signature(bento, ana, key_info=key_info).encode(), "x.xml")) == [ana]
    for key_info in (
        serials[0] + serials[1],
        serials[1] + serials[0],
        serials[1] + own,
        own + serials[1],
        serials[0] + named(99),
        serials[0] + ski(bytes(20)),
        own + ski(bytes(20)),
    ):
        with pytest.raises(SignerMissingError):
            read(signature(bento, ana, key_info=key_info).encode(), "x.xml")


def key_bits(parties: Parties) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    point = (Encoding.X962, PublicFormat.UncompressedPoint)
    return parties.ana.key.public_key().public_bytes(*point)


def test_what_is_no_certificate_hides_no_other_signature() -> None:
    broken = signature(ANA).replace(lines(ANA), lines(ANA[:300]))
    reading = read(f"<a>{broken}{signature(PADARIA)}{signature()}</a>".encode(), "x.xml")
    assert ders(reading) == [PADARIA]
    assert [(error.code, error.source.name) for error in reading.errors] == [
        ("damaged", "x.xml/assinatura 1 de 3"),
        ("signer_missing", "x.xml/assinatura 3 de 3"),
    ]


def test_a_certificate_that_signed_nothing_stands_beside_whoever_did() -> None:
    loose = f"<md><X509Certificate>{lines(ANA)}</X509Certificate></md>"
    reading = read(f"<a>{loose}{signature(PADARIA)}</a>".encode(), "x.xml")
    assert ders(reading) == [PADARIA]
    assert reading.found[1].beside
    with pytest.raises(SignerMissingError):
        read(f"<a>{loose}{signature()}</a>".encode(), "x.xml")
    assert ders(read(loose.encode(), "metadados.xml")) == [ANA]


def test_an_element_of_the_same_name_is_no_signature() -> None:
    text = f"<a><Signature>Ana</Signature><X509Certificate>{lines(ANA)}</X509Certificate></a>"
    (leaf,) = read(text.encode(), "x.xml").leaves
    assert (leaf.der, leaf.signature) == (ANA, None)


def test_xml_without_certificate() -> None:
    with pytest.raises(NoCertificateError):
        read(b"<NFe><infNFe/></NFe>", "nota.xml")
    with pytest.raises(NoCertificateError, match="É um XML sem certificado"):
        read(b"<a><X509Certificate/></a>", "nota.xml")


def test_of_what_was_cut_a_whole_certificate_is_still_read_and_nothing_said_of_signers() -> None:
    cut = NOTE[: NOTE.index("</KeyInfo>")]
    (leaf,) = read(cut.encode(), "nota.xml").leaves
    assert (leaf.der, leaf.source.kind, leaf.signature) == (PADARIA, "text", None)
    with pytest.raises(DamagedError, match="a partir da linha") as caught:
        read(NOTE[: NOTE.index("<KeyInfo>")].encode(), "nota.xml")
    assert caught.value.source.kind == "xml"


def test_a_page_of_the_web_is_text() -> None:
    page = f"<!DOCTYPE html><html><body><br>X509Certificate {lines(ANA)}</body></html>"
    (leaf,) = read(page.encode(), "pagina.html").leaves
    assert (leaf.der, leaf.source.kind) == (ANA, "text")


def test_a_private_key_is_refused_where_it_is_not_wanted() -> None:
    key = "<k>-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----</k>"
    with pytest.raises(SourceError) as caught:
        read(f"<a>{key}{signature(ANA)}</a>".encode(), "x.xml", keys=False)
    assert caught.value.code == "holds_key"


# --- a signature that verifies ------------------------------------------------------------------


def canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n")


def really_signed(parties: Parties) -> bytes:
    """An event with an enveloped signature over all of it, as eSocial wants it."""
    event = etree.fromstring('<eSocial><evtAdmissao Id="ID1">AÇÃO</evtAdmissao></eSocial>')
    digest = base64.b64encode(hashlib.sha256(canonical(event)).digest()).decode()
    c14n = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
    info = etree.fromstring(
        f'<SignedInfo xmlns="{signed.DS}"><CanonicalizationMethod Algorithm="{c14n}"/>'
        '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"/>'
        f'<Reference URI=""><Transforms><Transform Algorithm="{signed.DS}enveloped-signature"/>'
        f'<Transform Algorithm="{c14n}"/></Transforms>'
        '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<DigestValue>{digest}</DigestValue></Reference></SignedInfo>"
    )
    made = parties.ana.key.sign(canonical(info), ec.ECDSA(hashes.SHA256()))
    parties.ana.key.public_key().verify(made, canonical(info), ec.ECDSA(hashes.SHA256()))
    whole = etree.SubElement(event, f"{{{signed.DS}}}Signature", nsmap={None: signed.DS})  # type: ignore[dict-item]
    whole.append(info)
    etree.SubElement(whole, f"{{{signed.DS}}}SignatureValue").text = lines(made)
    key = etree.SubElement(whole, f"{{{signed.DS}}}KeyInfo")
    data = etree.SubElement(key, f"{{{signed.DS}}}X509Data")
    for party in (parties.authority, parties.ana):
        etree.SubElement(data, f"{{{signed.DS}}}X509Certificate").text = lines(party.der)
    text = etree.tostring(event, encoding="unicode")
    return ('<?xml version="1.0" encoding="ISO-8859-1"?>' + text).encode("latin-1")


def test_what_was_really_signed(parties: Parties) -> None:
    (leaf,) = read(really_signed(parties), "evento.xml").leaves
    assert leaf.der == parties.ana.der
    assert leaf.signature == ((1,), 1, ("o documento inteiro",))
    assert leaf.inspect().enrolment.formatted == "11.583.00249/85"
