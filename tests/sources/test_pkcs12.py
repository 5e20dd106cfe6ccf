"""PKCS#12: every scheme of the field, its certificates, and whose password is wrong."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PBES,
    serialize_key_and_certificates,
)

from certificates import ca, e_cnpj, e_cpf
from certificates import der as asn1
from guiche.sources import (
    DamagedError,
    NoCertificateError,
    PasswordRequiredError,
    Reading,
    SourceError,
    TooLargeError,
    UnsupportedEncryptionError,
    WrongPasswordError,
    read,
)
from sources import openssl, pfx
from sources.openssl import needs_openssl
from sources.pair import Pair

LEAF, AUTHORITY = e_cnpj().der(), ca().der()
PASSWORD = "segredo"


def opened(data: bytes, *passwords: str) -> Reading:
    return read(data, "cliente.pfx", passwords=passwords)


@needs_openssl
@pytest.mark.parametrize(
    "options",
    [
        "-legacy",
        "-legacy -certpbe PBE-SHA1-RC2-40 -keypbe PBE-SHA1-RC2-40",
        "-legacy -certpbe PBE-SHA1-RC2-128",
        "-legacy -certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES",
        "-legacy -certpbe PBE-SHA1-2DES",
        "",
        "-certpbe AES-128-CBC -macalg sha1",
        "-certpbe AES-192-CBC -macalg sha384",
        "-certpbe AES-256-CBC -macalg sha512 -iter 10000",
        "-certpbe DES-EDE3-CBC -macalg sha224",
        "-certpbe AES-256-CBC -nomac",
        "-legacy -nomac",
        "-certpbe NONE -keypbe NONE",
        "-certpbe NONE -keypbe AES-256-CBC -nomac",
        "-nomaciter -noiter",
        "-name Padaria -keyex",
    ],
)
def test_what_openssl_writes(pair: Pair, tmp_path: Path, options: str) -> None:
    data = openssl.pfx(tmp_path, pair.pem, PASSWORD, *options.split())
    (found,) = opened(data, PASSWORD).found
    assert found.der == pair.der
    assert found.source == ("cliente.pfx", "pkcs12", 0)
    # OpenSSL enciphers no certificate of a file that it gives no MAC.
    if not {"NONE", "-nomac"} & set(options.split()):
        with pytest.raises(WrongPasswordError):
            opened(data, "Segredo")
        with pytest.raises(PasswordRequiredError):
            opened(data)


@pytest.mark.parametrize(
    "scheme", [PBES.PBESv1SHA1And3KeyTripleDESCBC, PBES.PBESv2SHA256AndAES256CBC]
)
def test_what_cryptography_writes(pair: Pair, scheme: PBES) -> None:
    encryption = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(1000)
        .key_cert_algorithm(scheme)
        .build(PASSWORD.encode())
    )
    data = serialize_key_and_certificates(b"ana", pair.key, pair.certificate, None, encryption)
    assert opened(data, PASSWORD).found[0].der == pair.der


def test_cryptography_with_and_without_encryption(pair: Pair) -> None:
    for encryption in (BestAvailableEncryption(PASSWORD.encode()), NoEncryption()):
        data = serialize_key_and_certificates(b"ana", pair.key, pair.certificate, None, encryption)
        assert opened(data, PASSWORD).found[0].der == pair.der


@pytest.mark.parametrize("cipher", [*pfx.PBES1, *pfx.AES_OF])
def test_each_cipher_also_of_indefinite_length(cipher: str) -> None:
    for data in (
        pfx.usual(LEAF, PASSWORD, cipher=cipher),
        pfx.usual(LEAF, PASSWORD, cipher=cipher, ber=True),
    ):
        assert opened(data, PASSWORD).found[0].der == LEAF


@pytest.mark.parametrize("prf", pfx.HMACS)
def test_each_pseudo_random_function_and_digest(prf: str) -> None:
    bags = pfx.safe(pfx.certificate_bag(LEAF))
    part = pfx.sealed_part(pfx.pbes2(bags, "aes-256", PASSWORD.encode(), prf=prf, size=32))
    data = pfx.pfx(part, seal=lambda content: pfx.mac(content, pfx.bmp(PASSWORD), prf))
    assert opened(data, PASSWORD).found[0].der == LEAF
    with pytest.raises(WrongPasswordError):
        opened(data, "outra")


@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_pbmac1(digest: str) -> None:
    bags = pfx.safe(pfx.certificate_bag(LEAF))
    part = pfx.sealed_part(pfx.pbes2(bags, "aes-256", PASSWORD.encode()))
    data = pfx.pfx(part, seal=lambda content: pfx.pbmac1(content, PASSWORD.encode(), digest))
    assert opened(data, PASSWORD).found[0].der == LEAF
    with pytest.raises(WrongPasswordError):
        opened(data, "outra")


@pytest.mark.parametrize("cipher", [*pfx.PBES1, *pfx.AES_OF])
def test_without_a_mac_the_content_tells_the_wrong_password(cipher: str) -> None:
    if cipher in pfx.PBES1:
        sealed = pfx.pbes1(BAGS, cipher, SECRET)
    else:
        sealed = pfx.pbes2(BAGS, cipher, PASSWORD.encode())
    data = pfx.pfx(pfx.sealed_part(sealed))
    assert opened(data, PASSWORD).found[0].der == LEAF
    with pytest.raises(WrongPasswordError):
        opened(data, "outra")
    with pytest.raises(PasswordRequiredError):
        opened(data)


def test_the_passwords_are_tried_in_turn() -> None:
    data = pfx.usual(LEAF, PASSWORD)
    assert opened(data, "uma", "outra", PASSWORD).found[0].der == LEAF


def test_a_mac_of_unknown_digest_is_not_held_against_the_file() -> None:
    part = pfx.sealed_part(
        pfx.pbes1(pfx.safe(pfx.certificate_bag(LEAF)), "3des", pfx.bmp(PASSWORD))
    )
    info = asn1.sequence(pfx.algorithm("1.2.643.7.1.1.2.2"), asn1.octets(b"?" * 32))
    data = pfx.pfx(part, seal=lambda _: asn1.sequence(info, asn1.octets(pfx.SALT)))
    assert opened(data, PASSWORD).found[0].der == LEAF
    with pytest.raises(WrongPasswordError):
        opened(data, "outra")


def test_certificates_in_plain_sight_need_no_password() -> None:
    part = pfx.plain_part(pfx.safe(pfx.certificate_bag(LEAF)))
    data = pfx.pfx(part, seal=lambda content: pfx.mac(content, pfx.bmp(PASSWORD)))
    assert opened(data).found[0].der == LEAF
    assert opened(data, "outra").found[0].der == LEAF


def test_the_leaf_comes_first_and_authorities_are_marked() -> None:
    bags = pfx.safe(
        pfx.certificate_bag(AUTHORITY),
        pfx.certificate_bag(LEAF, b"\x07"),
        pfx.certificate_bag(AUTHORITY),
    )
    key = pfx.shrouded_key_bag(pfx.pbes1(pfx.CANARY, "3des", pfx.bmp(PASSWORD)), b"\x07")
    secret = pfx.bmp(PASSWORD)
    data = pfx.pfx(
        pfx.sealed_part(pfx.pbes1(bags, "rc2-40", secret)), pfx.plain_part(pfx.safe(key))
    )
    reading = opened(data, PASSWORD)
    assert [found.der for found in reading.found] == [LEAF, AUTHORITY, AUTHORITY]
    assert [found.is_ca for found in reading.found] == [False, True, True]
    assert [found.source.index for found in reading.found] == [0, 1, 2]
    assert [found.der for found in reading.leaves] == [LEAF]


def test_without_local_key_id_the_leaf_is_the_one_that_is_no_authority() -> None:
    bags = pfx.safe(pfx.certificate_bag(AUTHORITY), pfx.certificate_bag(LEAF))
    data = pfx.pfx(pfx.plain_part(bags))
    assert [found.der for found in opened(data).leaves] == [LEAF]


def test_the_certificate_of_the_key_is_the_one_meant_whatever_it_says() -> None:
    key = pfx.shrouded_key_bag(pfx.pbes1(pfx.CANARY, "3des", pfx.bmp(PASSWORD)), b"\x07")
    data = pfx.pfx(pfx.plain_part(pfx.safe(pfx.certificate_bag(AUTHORITY, b"\x07"), key)))
    assert [found.is_ca for found in opened(data).found] == [False]


def test_two_keys_two_leaves() -> None:
    other = e_cpf().der()
    keys = (pfx.bag(pfx.KEY_BAG, asn1.sequence(), bytes([n])) for n in (1, 2))
    bags = (pfx.certificate_bag(LEAF, b"\x01"), pfx.certificate_bag(other, b"\x02"), *keys)
    assert [f.der for f in opened(pfx.pfx(pfx.plain_part(pfx.safe(*bags)))).leaves] == [LEAF, other]


def test_bags_within_bags_and_bags_of_other_kinds() -> None:
    inner = pfx.bag(pfx.NESTED, pfx.safe(pfx.certificate_bag(LEAF)))
    sdsi = asn1.sequence(asn1.oid("1.2.840.113549.1.9.22.2"), asn1.explicit(0, asn1.ia5("x")))
    others = (pfx.bag(pfx.CRL_BAG, asn1.NULL), pfx.bag(pfx.SECRET_BAG, asn1.NULL))
    bags = pfx.safe(*others, pfx.bag(pfx.CERTIFICATE_BAG, sdsi), inner)
    assert opened(pfx.pfx(pfx.plain_part(bags))).found[0].der == LEAF


def test_no_certificate_inside() -> None:
    with pytest.raises(NoCertificateError, match="não tem certificado"):
        opened(pfx.pfx(pfx.plain_part(pfx.safe(pfx.bag(pfx.KEY_BAG, asn1.octets(bytes(160)))))))


def test_odd_attributes_do_no_harm() -> None:
    bag = asn1.sequence(
        asn1.oid(pfx.CERTIFICATE_BAG),
        asn1.explicit(
            0,
            asn1.sequence(asn1.oid("1.2.840.113549.1.9.22.1"), asn1.explicit(0, asn1.octets(LEAF))),
        ),
        asn1.set_of(asn1.sequence(asn1.oid(pfx.LOCAL_KEY_ID), asn1.set_of(asn1.NULL))),
    )
    assert opened(pfx.pfx(pfx.plain_part(pfx.safe(bag)))).found[0].der == LEAF


SECRET = pfx.bmp(PASSWORD)
BAGS = pfx.safe(pfx.certificate_bag(LEAF))


def with_algorithm(identifier: bytes) -> bytes:
    return pfx.pfx(pfx.sealed_part(pfx.Sealed(identifier, bytes(160))))


SCRYPT = asn1.sequence(
    pfx.algorithm("1.3.6.1.4.1.11591.4.11", asn1.sequence(asn1.octets(b"sal"))),
    pfx.algorithm(pfx.AES_OF["aes-256"].oid, asn1.octets(bytes(16))),
)
OTHER_PRF = asn1.sequence(
    pfx.algorithm(
        pfx.PBKDF2,
        asn1.sequence(
            asn1.octets(b"sal"), asn1.integer(1), pfx.algorithm("1.2.643.7.1.1.4.2", asn1.NULL)
        ),
    ),
    pfx.algorithm(pfx.AES_OF["aes-256"].oid, asn1.octets(bytes(16))),
)
OTHER_CIPHER = asn1.sequence(
    pfx.pbkdf2("sha256", 1, None), pfx.algorithm("1.2.643.2.2.21", asn1.octets(bytes(8)))
)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (with_algorithm(pfx.algorithm("1.2.840.113549.1.12.1.1", asn1.NULL)), "RC4"),
        (with_algorithm(pfx.algorithm("1.2.840.113549.1.5.3", asn1.NULL)), "1.2.840.113549.1.5.3"),
        (with_algorithm(pfx.algorithm(pfx.PBES2, SCRYPT)), "scrypt"),
        (with_algorithm(pfx.algorithm(pfx.PBES2, OTHER_PRF)), "1.2.643.7.1.1.4.2"),
        (with_algorithm(pfx.algorithm(pfx.PBES2, OTHER_CIPHER)), "1.2.643.2.2.21"),
        (
            pfx.pfx(
                asn1.sequence(asn1.oid(pfx.ENVELOPED), asn1.explicit(0, asn1.octets(bytes(160))))
            ),
            "chave pública",
        ),
        (
            asn1.sequence(
                asn1.integer(3),
                asn1.sequence(
                    asn1.oid("1.2.840.113549.1.7.2"), asn1.explicit(0, asn1.octets(bytes(160)))
                ),
            ),
            "assinatura",
        ),
    ],
    ids=range(7),
)
def test_unsupported_encryption_is_named(data: bytes, words: str) -> None:
    with pytest.raises(UnsupportedEncryptionError, match=words):
        opened(data, PASSWORD)


@pytest.mark.parametrize(
    "data",
    [
        pfx.usual(LEAF, PASSWORD)[:-40],
        with_algorithm(pfx.algorithm(pfx.PBES1["3des"].oid)),
        with_algorithm(pfx.algorithm(pfx.PBES1["3des"].oid, asn1.NULL)),
        with_algorithm(
            pfx.algorithm(
                pfx.PBES1["3des"].oid, asn1.sequence(asn1.octets(b"sal"), asn1.integer(0))
            )
        ),
        with_algorithm(
            pfx.algorithm(
                pfx.PBES1["3des"].oid, asn1.sequence(asn1.octets(b"sal"), asn1.integer(-5))
            )
        ),
        with_algorithm(
            pfx.algorithm(
                pfx.PBES1["3des"].oid, asn1.sequence(asn1.octets(bytes(5000)), asn1.integer(1))
            )
        ),
        pfx.pfx(pfx.sealed_part(pfx.pbes2(BAGS, "aes-256", b"x", size=2**31 - 1))),
        pfx.pfx(pfx.sealed_part(pfx.pbes1(BAGS, "3des", SECRET)._replace(ciphertext=bytes(161)))),
        pfx.pfx(
            pfx.plain_part(BAGS),
            pfx.sealed_part(pfx.pbes1(BAGS, "3des", SECRET)._replace(ciphertext=b"")),
        ),
        pfx.pfx(*[pfx.plain_part(BAGS)] * 40),
        pfx.pfx(asn1.sequence(asn1.oid("1.2.3"), asn1.explicit(0, asn1.octets(bytes(200))))),
        pfx.pfx(pfx.plain_part(bytes(200))),
    ],
    ids=range(12),
)
def test_damage_is_told(data: bytes) -> None:
    with pytest.raises(DamagedError):
        opened(data, PASSWORD)


def test_bags_nested_without_end() -> None:
    bags = BAGS
    for _ in range(12):
        bags = pfx.safe(pfx.bag(pfx.NESTED, bags))
    with pytest.raises(DamagedError):
        opened(pfx.pfx(pfx.plain_part(bags)))


def test_a_password_that_the_mac_confirms_is_not_blamed_for_damage() -> None:
    sealed = pfx.pbes1(BAGS, "3des", SECRET)
    broken = sealed._replace(ciphertext=bytes(len(sealed.ciphertext)))
    data = pfx.pfx(pfx.sealed_part(broken), seal=lambda content: pfx.mac(content, SECRET))
    with pytest.raises(DamagedError, match="senha confere"):
        opened(data, PASSWORD)


def test_over_256_kb_nothing_is_read() -> None:
    data = pfx.pfx(pfx.plain_part(pfx.safe(pfx.certificate_bag(bytes(300_000)))))
    with pytest.raises(TooLargeError, match="256 kB"):
        opened(data)


def test_no_message_ever_repeats_the_password() -> None:
    for data in (pfx.usual(LEAF, PASSWORD), pfx.usual(LEAF, PASSWORD)[:-40], with_algorithm(b"")):
        with pytest.raises(SourceError) as caught:
            opened(data, "Xa73pass")
        assert "Xa73pass" not in str(caught.value) + repr(caught.value)
