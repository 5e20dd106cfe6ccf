"""A certificate revocation list (RFC 5280, 5 and 6.3), read by `cryptography`."""

import base64
import binascii

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from guiche.icpbrasil.name import NameKey, read_name
from guiche.icpbrasil.tlv import SEQUENCE, Reader
from guiche.trust.link import Link
from guiche.trust.revocation.addresses import point_names
from guiche.trust.revocation.standing import Answer
from guiche.trust.signature import Signature, Verdict

# Read below, or no concern of a complete list.
_UNDERSTOOD = {
    x509.IssuingDistributionPoint.oid,
    x509.CRLNumber.oid,
    x509.AuthorityKeyIdentifier.oid,
}


FAILURES = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What `cryptography` raises, sooner or later, for an answer that it cannot read."""


class NoAnswer(Exception):
    """The list says nothing that may be relied on; `why` is one of the codes of a `Standing`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class RevocationList:
    """One list, parsed once: it may have megabytes, and be asked about many certificates."""

    def __init__(self, data: bytes) -> None:
        """In DER or PEM. Raises `NoAnswer`."""
        try:
            self._crl = x509.load_der_x509_crl(_der(data))
            self._issuer = _name(self._crl.issuer)
        except FAILURES as error:
            raise NoAnswer("unreadable") from error
        self._verdicts: dict[str, Verdict] = {}

    def answer(self, link: Link, issuer: Link) -> Answer:
        """What the list says of a certificate. Raises `NoAnswer`.

        1. It is of the issuer: by name, then by signature.
        2. It is listed: revoked, whatever else the list leaves out.
        3. It is not: that counts where the list is complete for certificates of this kind.
        """
        # 1
        if self._issuer != issuer.subject:
            raise NoAnswer("no_answer")
        if (verdict := self._signed_by(issuer)) is not Verdict.MADE:
            raise NoAnswer("unverifiable" if verdict is Verdict.UNVERIFIABLE else "wrong_signer")
        try:
            extensions = {each.oid: each for each in self._crl.extensions}
            entry = self._crl.get_revoked_certificate_by_serial_number(link.certificate.serial)
            found = Answer("crl", self._crl.last_update_utc, self._crl.next_update_utc)
        except FAILURES as error:
            raise NoAnswer("unreadable") from error
        # 2
        is_indirect = _is_indirect(extensions)
        if entry is not None and not is_indirect:
            return _revoked(found, entry)
        # 3
        if is_indirect or not _is_complete(extensions, link):
            raise NoAnswer("partial")
        return found

    def _signed_by(self, issuer: Link) -> Verdict:
        if issuer.sha256 not in self._verdicts:
            self._verdicts[issuer.sha256] = _signature(self._crl).verdict(issuer.key)
        return self._verdicts[issuer.sha256]


def _der(data: bytes) -> bytes:
    """As it was downloaded, or in PEM."""
    if not data.lstrip().startswith(b"-----BEGIN X509 CRL-----"):
        return data
    body = data.partition(b"-----BEGIN X509 CRL-----")[2].partition(b"-----END")[0]
    try:
        return base64.b64decode(body)
    except binascii.Error as error:
        raise NoAnswer("unreadable") from error


def _name(name: x509.Name) -> NameKey:
    encoded = name.public_bytes()
    reader = Reader(encoded)
    (tag, start, stop), _ = reader.first(0, len(encoded))
    return read_name(reader, start, stop, "")[0].key if tag == SEQUENCE else ()


def _signature(crl: x509.CertificateRevocationList) -> Signature:
    return Signature(
        crl.signature_algorithm_oid.dotted_string,
        crl.signature,
        crl.tbs_certlist_bytes,
        lambda: (crl.signature_algorithm_parameters, crl.signature_hash_algorithm),
    )


_Extensions = dict[x509.ObjectIdentifier, x509.Extension[x509.ExtensionType]]


def _point(extensions: _Extensions) -> x509.IssuingDistributionPoint | None:
    found = extensions.get(x509.IssuingDistributionPoint.oid)
    value = found.value if found else None
    return value if isinstance(value, x509.IssuingDistributionPoint) else None


def _is_indirect(extensions: _Extensions) -> bool:
    """Whether a number in it may be a certificate of another authority."""
    point = _point(extensions)
    return point is not None and point.indirect_crl


def _is_complete(extensions: _Extensions, link: Link) -> bool:
    """Whether a certificate of this kind that is not listed is not revoked (6.3.3 b)."""
    if any(each.critical and oid not in _UNDERSTOOD for oid, each in extensions.items()):
        return False  # also a delta list, whose mark is critical
    point = _point(extensions)
    if point is None:
        return True
    if point.only_some_reasons or point.only_contains_attribute_certs:
        return False
    if (
        point.only_contains_ca_certs
        if not link.certificate.is_ca
        else point.only_contains_user_certs
    ):
        return False
    if point.full_name is None:
        return point.relative_name is None
    names = {
        name.value for name in point.full_name if isinstance(name, x509.UniformResourceIdentifier)
    }
    return not names.isdisjoint(point_names(link))


def _revoked(found: Answer, entry: x509.RevokedCertificate) -> Answer:
    """The entry's date and reason; an extension that cannot be read takes nothing from the rest."""
    found = found._replace(revoked_at=entry.revocation_date_utc)
    try:
        values = [extension.value for extension in entry.extensions]
    except FAILURES:
        return found
    for value in values:
        if isinstance(value, x509.CRLReason):
            found = found._replace(reason=str(value.reason.value))
        elif isinstance(value, x509.InvalidityDate):
            found = found._replace(invalid_since=value.invalidity_date_utc)
    return found
