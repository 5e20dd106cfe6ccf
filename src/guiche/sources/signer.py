"""Whose certificate a signature names, among those that came with it; never a guess."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

from guiche.icpbrasil import Certificate
from guiche.icpbrasil.name import NameKey, read_name
from guiche.icpbrasil.tlv import OCTET_STRING, SEQUENCE, Reader
from guiche.sources.errors import SignerMissingError

_KEY_IDENTIFIER = "2.5.29.14"


class _Known(NamedTuple):
    """A certificate by what signatures name it with; None what is damaged."""

    der: bytes
    serial: int
    issuer: NameKey | None
    subject: NameKey | None
    key: bytes
    is_ca: bool

    @classmethod
    def of(cls, der: bytes) -> "_Known":
        certificate = Certificate.read(der)
        damaged = any(finding.code == "malformed_name" for finding in certificate.findings)
        return cls(
            der,
            certificate.serial,
            None if damaged else certificate.issuer.key,
            None if damaged else certificate.subject.key,
            _key_identifier(certificate),
            certificate.is_ca,
        )


class Certificates:
    """The certificates of one document, each once. A look-up costs the same however many there
    are: a file may have thousands of them, and of signatures."""

    def __init__(self, ders: Iterable[bytes]) -> None:
        self._ders = list(dict.fromkeys(ders))
        self._known: list[_Known] = []
        self._by_serial: dict[int, list[_Known]] = {}
        self._by_issuer: dict[tuple[int, NameKey], list[_Known]] = {}
        self._by_key: dict[bytes, list[_Known]] = {}
        self._names: dict[bytes, NameKey | None] = {}
        for der in self._ders:
            with suppress(ValueError):  # it may be anybody's, so it is nobody's
                self._add(_Known.of(der))

    def _add(self, known: _Known) -> None:
        self._known.append(known)
        self._by_serial.setdefault(known.serial, []).append(known)
        if known.issuer is not None:
            self._by_issuer.setdefault((known.serial, known.issuer), []).append(known)
        if known.key:
            self._by_key.setdefault(known.key, []).append(known)

    def issued(self, issuer: bytes, serial: int) -> bytes | SignerMissingError:
        """The one with that serial number and issuer, a whole Name."""
        if issuer not in self._names:
            self._names[issuer] = _name(issuer)
        name = self._names[issuer]
        return _only(() if name is None else self._by_issuer.get((serial, name), ()))

    def numbered(self, serial: int) -> bytes | SignerMissingError:
        """The one with that serial number, where the issuer is only told in words."""
        return _only(self._by_serial.get(serial, ()))

    def with_key(self, identifier: bytes) -> bytes | SignerMissingError:
        """The one with that key identifier (RFC 5280, 4.2.1.2)."""
        return _only(self._by_key.get(identifier, ()))

    def end(self) -> bytes | SignerMissingError:
        """The one that ends their chain (XMLDSig, 4.5.4): it issued none of the others."""
        if len(self._ders) == 1:
            return self._ders[0]
        if len(self._known) < len(self._ders):
            return SignerMissingError("Um certificado não se lê, e pode ser o de quem assinou.")
        issuers = {each.issuer for each in self._known if each.issuer != each.subject}
        return _only([e for e in self._known if not e.is_ca and e.subject not in issuers])


def _only(found: Sequence[_Known]) -> bytes | SignerMissingError:
    if len(found) == 1:
        return found[0].der
    if found:
        return SignerMissingError(f"Há {len(found)} certificados que podem ser o de quem assinou.")
    return SignerMissingError("O certificado de quem assinou não está no documento.")


def _name(encoded: bytes) -> NameKey | None:
    try:
        reader = Reader(encoded)
        (tag, start, stop), _ = reader.first(0, len(encoded))
    except ValueError:
        return None
    name, findings = read_name(reader, start, stop, "do emissor")
    damaged = any(finding.code == "malformed_name" for finding in findings)
    return None if damaged or tag != SEQUENCE else name.key


def _key_identifier(certificate: Certificate) -> bytes:
    value = next((e.value for e in certificate.extensions if e.oid == _KEY_IDENTIFIER), b"")
    try:
        (tag, start, stop), _ = Reader(value).first(0, len(value))
    except ValueError:
        return b""
    return value[start:stop] if tag == OCTET_STRING else b""
