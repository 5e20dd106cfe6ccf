"""PKCS#7: chains, signatures, of definite and indefinite length."""

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    PKCS7Options,
    PKCS7SignatureBuilder,
    serialize_certificates,
)

from certificates import ca, e_cnpj, e_cpf
from certificates import der as asn1
from guiche.sources import DamagedError, NoCertificateError, read
from sources import openssl
from sources.openssl import needs_openssl
from sources.pair import Pair

ANA, PADARIA, AUTHORITY = e_cpf().der(), e_cnpj().der(), ca().der()
SIGNED, ENVELOPED, DATA = (f"1.2.840.113549.1.7.{n}" for n in (2, 3, 1))


def p7b(*ders: bytes, ber: bool = False, sign: str = SIGNED, before: bytes = b"") -> bytes:
    wrap = asn1.indefinite if ber else asn1.tlv
    signed = wrap(
        0x30,
        asn1.integer(1),
        asn1.set_of(),
        wrap(0x30, asn1.oid(DATA), before),
        wrap(0xA0, *ders),
        asn1.set_of(),
    )
    return wrap(0x30, asn1.oid(sign), wrap(0xA0, signed))


@pytest.mark.parametrize("ber", ["DER", "BER"])
def test_a_chain(ber: str) -> None:
    found = read(p7b(AUTHORITY, PADARIA, ANA, ber=ber == "BER"), "cadeia.p7b").found
    assert [each.der for each in found] == [AUTHORITY, PADARIA, ANA]
    assert [each.source for each in found] == [("cadeia.p7b", "pkcs7", n) for n in range(3)]
    assert [each.is_ca for each in found] == [True, False, False]


def test_a_certificate_of_indefinite_length_inside() -> None:
    odd = asn1.indefinite(0x30, PADARIA[4:])
    assert [each.der for each in read(p7b(ANA, odd, ANA), "x").found] == [ANA, odd, ANA]


def test_what_cryptography_writes(pair: Pair) -> None:
    for encoding in (Encoding.DER, Encoding.PEM):
        data = serialize_certificates([pair.certificate, pair.certificate], encoding)
        found = read(data, "cadeia.p7b").found
        assert [each.der for each in found] == [pair.der, pair.der]
        assert {each.source.kind for each in found} == {"pkcs7"}


def test_a_signature_brings_its_signer(pair: Pair) -> None:
    builder = PKCS7SignatureBuilder().set_data(b"contrato" * 1000)
    builder = builder.add_signer(pair.certificate, pair.key, hashes.SHA256())
    for options in ([PKCS7Options.Binary], [PKCS7Options.DetachedSignature]):
        assert read(builder.sign(Encoding.DER, options), "contrato.p7s").found[0].der == pair.der


@needs_openssl
def test_what_openssl_writes(pair: Pair) -> None:
    der = openssl.run(
        "crl2pkcs7", "-nocrl", "-certfile", "/dev/stdin", "-outform", "DER", given=pair.pem
    )
    pem = openssl.run("crl2pkcs7", "-nocrl", "-certfile", "/dev/stdin", given=pair.pem)
    for data in (der, pem):
        assert read(data, "x").found[0].der == pair.der


def test_attribute_certificates_are_passed_over() -> None:
    others = asn1.tlv(0xA2, asn1.integer(1))
    assert [each.der for each in read(p7b(others, PADARIA), "x").found] == [PADARIA]


def test_none_inside() -> None:
    with pytest.raises(NoCertificateError, match="sem certificado"):
        read(p7b(before=asn1.explicit(0, asn1.octets(bytes(200)))), "x.p7b")
    with pytest.raises(NoCertificateError, match="à vista"):
        read(p7b(PADARIA, sign=ENVELOPED), "x.p7m")


def test_damage() -> None:
    good = p7b(PADARIA)
    with pytest.raises(DamagedError) as caught:
        read(good.replace(PADARIA[:4], b"\x30\x84\xff\xff", 1), "x.p7b")
    assert caught.value.source == ("x.p7b", "pkcs7", 0)
    with pytest.raises(DamagedError):
        read(good[:-10], "x.p7b")
