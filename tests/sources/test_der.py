"""Binary files: certificates and what resembles them."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from certificates import ca, e_cnpj, e_cpf
from certificates import der as asn1
from guiche.sources import (
    DamagedError,
    NoCertificateError,
    TooLargeError,
    der,
    read,
)
from sources.pair import Pair

ANA, PADARIA = e_cpf().der(), e_cnpj().der()
NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "AC Exemplo")])


def test_one_certificate_whatever_its_name() -> None:
    for name in ("cert.cer", "cert.pfx", "cert.txt", "foto.png", ""):
        (found,) = read(PADARIA, name).found
        assert found.der == PADARIA
        assert found.source == (name, "der", 0)
        assert found.inspect().enrolment.number == "115830024985"


@pytest.mark.parametrize(
    "after", [b"\n", b"\r\n", b"\0" * 512, b"lixo", b"\x30\x84", b"\x30\x03abc"]
)
def test_what_stands_after_it_is_left_out(after: bytes) -> None:
    assert [found.der for found in read(PADARIA + after, "x.cer").found] == [PADARIA]


def test_several_one_after_the_other() -> None:
    found = read(PADARIA + ANA + ca().der() + b"\n", "todos.der").found
    assert [each.der for each in found][:2] == [PADARIA, ANA]
    assert [each.is_ca for each in found] == [False, False, True]


def test_of_indefinite_length() -> None:
    ber = asn1.indefinite(0x30, PADARIA[4:])
    (found,) = read(ber + b"\n", "x.cer").found
    assert found.der == ber
    assert found.inspect().enrolment.number == "115830024985"


def test_damage_inside_is_for_the_reading_to_tell() -> None:
    broken = PADARIA[:10] + b"\xff" * 10 + PADARIA[20:]
    assert read(broken, "x.cer").found[0].inspect().enrolment.status == "unreadable"


def test_cut_short() -> None:
    with pytest.raises(DamagedError, match="faltam 100 bytes") as caught:
        read(PADARIA[:-100], "x.cer")
    assert caught.value.source == ("x.cer", "der", 0)
    with pytest.raises(DamagedError):
        read(asn1.indefinite(0x30, PADARIA[4:])[:-2], "x.cer")


def test_over_a_megabyte() -> None:
    with pytest.raises(TooLargeError, match="2,0 MB"):
        read(asn1.sequence(bytes(2 << 20)), "x.cer")


def others(pair: Pair) -> dict[str, bytes]:
    rsa_key = rsa.generate_private_key(65537, 1024)
    request = x509.CertificateSigningRequestBuilder(NAME).sign(pair.key, hashes.SHA256())
    revoked = (
        x509.CertificateRevocationListBuilder(NAME)
        .last_update(pair.certificate.not_valid_before_utc)
        .next_update(pair.certificate.not_valid_after_utc)
        .sign(pair.key, hashes.SHA256())
    )
    secret = BestAvailableEncryption(b"segredo")
    return {
        "CSR": request.public_bytes(Encoding.DER),
        "LCR": revoked.public_bytes(Encoding.DER),
        "chave privada": pair.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        "É uma chave privada": rsa_key.private_bytes(
            Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()
        ),
        "uma chave privada": pair.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, secret),
        "ASN.1": rsa_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    }


def test_what_resembles_a_certificate_is_named(pair: Pair) -> None:
    for words, data in others(pair).items():
        with pytest.raises(NoCertificateError, match=words):
            read(data, "x.cer")


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"\x89PNG\r\n", "imagem"),
        (b"\xff\xd8\xff\xe0", "imagem"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\xfe\xed\xfe\xed\0\0\0\x02", "Java"),
        (b"MZ\x90\0", "programa"),
        (b"\x01\x02\0\x03", "não é de um certificado"),
    ],
)
def test_other_files_are_named(start: bytes, words: str) -> None:
    with pytest.raises(NoCertificateError, match=words):
        read(start + bytes(range(256)) * 4, "cert.cer")


def test_a_text_that_starts_with_zero_is_a_text() -> None:
    data = b"04 0c 31 31 35 38 33 30 30 32 34 39 38 35"
    assert read(data, "x").found[0].source.kind == "text"


def test_recognise_says_what_it_is() -> None:
    assert der.recognise(PADARIA) == "der"
    for data in (b"", b"\x30", b"\x30\x82", b"oi"):
        with pytest.raises(NoCertificateError):
            der.recognise(data)
