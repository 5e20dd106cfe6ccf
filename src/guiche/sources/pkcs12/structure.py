"""The structures of PKCS#12 (RFC 7292, 4), read only as far as certificates need.

Values, not objects. What can be deciphered is a `Sealed`, made from an EncryptedData alone; of a
key bag nothing is read but its attributes, so that no value made here could open one.

Not by `asn1crypto`: a tag number of 250,000 octets, which a file of the permitted size can hold,
keeps its parser busy for over ten seconds.
"""

from typing import NamedTuple

from guiche.icpbrasil.tlv import SEQUENCE, SET, TLV, Malformed, Reader
from guiche.sources.errors import UnsupportedEncryptionError
from guiche.sources.pkcs12.schemes import (
    Scheme,
    Seal,
    read_mac,
    read_octets,
    read_oid,
    read_scheme,
)

MAX_PARTS = 32
"""Parts of one file; real ones have two, one for certificates and one for keys."""
MAX_NESTING = 4

_CONTENT = 0xA0
_DATA, _ENVELOPED, _ENCRYPTED = (f"1.2.840.113549.1.7.{n}" for n in (1, 3, 6))
_KEY_BAG, _SHROUDED_KEY_BAG, _CERTIFICATE_BAG, _, _, _NESTED_BAGS = (
    f"1.2.840.113549.1.12.10.1.{n}" for n in range(1, 7)
)
_X509_CERTIFICATE = "1.2.840.113549.1.9.22.1"
_LOCAL_KEY_ID = "1.2.840.113549.1.9.21"


class Sealed(NamedTuple):
    """An enciphered part; it may hold certificates."""

    scheme: Scheme
    ciphertext: bytes


class Pfx(NamedTuple):
    """A file: its parts, plain or sealed, and the seal over `authenticated`, their encoding."""

    authenticated: bytes
    seal: Seal | None
    plain: tuple[bytes, ...]
    sealed: tuple[Sealed, ...]

    @property
    def iterations(self) -> int:
        """The sum of all counts that reading it may cost, once."""
        of_the_seal = self.seal.iterations if self.seal else 0
        return of_the_seal + sum(part.scheme.iterations for part in self.sealed)


class Bags(NamedTuple):
    """Certificates, each with its localKeyId, and the localKeyIds of the keys that are there."""

    certificates: list[tuple[bytes, bytes | None]]
    key_ids: set[bytes]


def read_pfx(data: bytes) -> Pfx:
    """The outer structure (RFC 7292, 4). Raises `ValueError`, `UnsupportedEncryptionError`."""
    reader = Reader(data)
    outer, _ = reader.first(0, len(data))
    _, safe, *mac_data = reader.inside(outer, SEQUENCE)
    content_type, content = reader.inside(safe, SEQUENCE)
    if read_oid(reader, content_type) != _DATA:
        raise UnsupportedEncryptionError("assinatura no lugar da senha")
    (octets,) = reader.inside(content, _CONTENT)
    authenticated = read_octets(reader, octets)
    plain, sealed = _read_parts(authenticated)
    seal = read_mac(reader, mac_data[0]) if mac_data else None
    return Pfx(authenticated, seal, tuple(plain), tuple(sealed))


def _read_parts(authenticated: bytes) -> tuple[list[bytes], list[Sealed]]:
    reader = Reader(authenticated)
    plain: list[bytes] = []
    sealed: list[Sealed] = []
    outer, _ = reader.first(0, len(authenticated))
    parts = reader.inside(outer, SEQUENCE)
    if len(parts) > MAX_PARTS:
        raise Malformed(f"{len(parts)} partes", 0)
    for part in parts:
        content_type, content = reader.inside(part, SEQUENCE)
        kind = read_oid(reader, content_type)
        (inner,) = reader.inside(content, _CONTENT)
        if kind == _DATA:
            plain.append(read_octets(reader, inner))
        elif kind == _ENCRYPTED:
            sealed.append(_read_sealed(reader, inner))
        elif kind == _ENVELOPED:
            raise UnsupportedEncryptionError("a chave pública de outra pessoa")
        else:
            raise Malformed(f"parte de tipo desconhecido ({kind})", part[1])
    return plain, sealed


def _read_sealed(reader: Reader, encrypted_data: TLV) -> Sealed:
    """EncryptedData (RFC 5652, 8)."""
    _, info, *_ = reader.inside(encrypted_data, SEQUENCE)
    _, identifier, content = reader.inside(info, SEQUENCE)
    if content[0] & 0xDF != 0x80:
        raise Malformed("parte cifrada sem conteúdo", content[1])
    scheme = read_scheme(reader, identifier)
    ciphertext = reader.content(content)
    if not ciphertext or len(ciphertext) % scheme.cipher.block:
        raise Malformed("parte cifrada de tamanho errado", content[1])
    return Sealed(scheme, ciphertext)


def read_bags(safe_contents: bytes) -> Bags:
    """The bags of one part (SafeContents, RFC 7292, 4.2). Raises `ValueError`."""
    bags = Bags([], set())
    reader = Reader(safe_contents)
    outer, _ = reader.first(0, len(safe_contents))
    _read_bags(reader, outer, bags, MAX_NESTING)
    return bags


def _read_bags(reader: Reader, contents: TLV, bags: Bags, nesting: int) -> None:
    for bag in reader.inside(contents, SEQUENCE):
        bag_id, value, *attributes = reader.inside(bag, SEQUENCE)
        kind = read_oid(reader, bag_id)
        if kind in (_KEY_BAG, _SHROUDED_KEY_BAG):
            # The value is a private key: it stays where it is.
            key_id = _local_key_id(reader, attributes)
            if key_id:
                bags.key_ids.add(key_id)
        elif kind == _CERTIFICATE_BAG:
            certificate = _read_certificate(reader, value)
            if certificate:
                bags.certificates.append((certificate, _local_key_id(reader, attributes)))
        elif kind == _NESTED_BAGS:
            if not nesting:
                raise Malformed("encaixes demais", bag[1])
            (inner,) = reader.inside(value, _CONTENT)
            _read_bags(reader, inner, bags, nesting - 1)


def _read_certificate(reader: Reader, value: TLV) -> bytes | None:
    """The X.509 certificate of a CertBag; None where it holds one of another kind."""
    (cert_bag,) = reader.inside(value, _CONTENT)
    cert_id, wrapped = reader.inside(cert_bag, SEQUENCE)
    if read_oid(reader, cert_id) != _X509_CERTIFICATE:
        return None
    (octets,) = reader.inside(wrapped, _CONTENT)
    return read_octets(reader, octets)


def _local_key_id(reader: Reader, attributes: list[TLV]) -> bytes | None:
    """None where there is none that can be read: it only helps to choose."""
    try:
        for attribute in reader.inside(attributes[0], SET) if attributes else []:
            attribute_type, values = reader.inside(attribute, SEQUENCE)
            if read_oid(reader, attribute_type) == _LOCAL_KEY_ID:
                (value,) = reader.inside(values, SET)
                return read_octets(reader, value)
    except ValueError:
        pass
    return None
