"""An OCSP answer (RFC 6960), read by `cryptography`."""

from collections.abc import Callable
from datetime import datetime
from hashlib import new as new_hash

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from guiche.icpbrasil.oids import dotted
from guiche.icpbrasil.tlv import SEQUENCE, Reader
from guiche.trust.link import Link
from guiche.trust.revocation.crl import FAILURES, NoAnswer
from guiche.trust.revocation.standing import Answer
from guiche.trust.signature import Signature, Verdict

CONTENT_TYPE = "application/ocsp-request"

_EXTENDED_KEY_USAGE, _OCSP_SIGNING = "2.5.29.37", "1.3.6.1.5.5.7.3.9"
_NO_CHECK = "1.3.6.1.5.5.7.48.1.5"

MayAnswer = Callable[[Link], bool]
"""Whether a delegated responder is known not to be revoked."""


def request(link: Link, issuer: Link) -> bytes:
    """The question about one certificate. SHA-1, the one digest that every responder knows."""
    builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        _digest("sha1", link.issuer_der),
        _digest("sha1", _key_bits(issuer)),
        link.certificate.serial,
        hashes.SHA1(),  # noqa: S303
    )
    return builder.build().public_bytes(Encoding.DER)


def answer(data: bytes, link: Link, issuer: Link, at: datetime, may_answer: MayAnswer) -> Answer:
    """What the responder says of a certificate. Raises `NoAnswer`.

    1. It answered, and of this certificate.
    2. It was signed by the issuer, or by whom the issuer made its responder (4.2.2.2).
    3. Good or revoked; `unknown` is an answer that says nothing.
    """
    try:
        response = ocsp.load_der_ocsp_response(data)
        # 1
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise NoAnswer("responder_refused")
        single = next((one for one in response.responses if _is_about(one, link, issuer)), None)
        if single is None:
            raise NoAnswer("no_answer")
        found = Answer("ocsp", single.this_update_utc, single.next_update_utc)
        # 2
        _authentic(response, issuer, max(at, found.this_update), may_answer)
        # 3
        return _said(found, single)
    except FAILURES as error:
        raise NoAnswer("unreadable") from error


def _said(found: Answer, single: ocsp.OCSPSingleResponse) -> Answer:
    match single.certificate_status:
        case ocsp.OCSPCertStatus.GOOD:
            return found
        case ocsp.OCSPCertStatus.REVOKED:
            reason = single.revocation_reason
            return found._replace(
                revoked_at=single.revocation_time_utc, reason=str(reason.value) if reason else ""
            )
    raise NoAnswer("responder_unknown")


def _is_about(single: ocsp.OCSPSingleResponse, link: Link, issuer: Link) -> bool:
    algorithm = single.hash_algorithm.name
    return (
        single.serial_number == link.certificate.serial
        and single.issuer_name_hash == _digest(algorithm, link.issuer_der)
        and single.issuer_key_hash == _digest(algorithm, _key_bits(issuer))
    )


def _authentic(
    response: ocsp.OCSPResponse, issuer: Link, at: datetime, may_answer: MayAnswer
) -> None:
    signature = Signature(
        response.signature_algorithm_oid.dotted_string,
        response.signature,
        response.tbs_response_bytes,
    )
    verdict = signature.verdict(issuer.key)
    if verdict is Verdict.MADE:
        return
    delegates = [Link(each.public_bytes(Encoding.DER)) for each in response.certificates[:8]]
    signers = [each for each in delegates if _is_delegate(each, issuer, at)]
    for each in signers:
        if signature.verdict(each.key) is Verdict.MADE:
            if each.extension(_NO_CHECK) is None and not may_answer(each):
                raise NoAnswer("responder_unchecked")
            return
    raise NoAnswer("unverifiable" if verdict is Verdict.UNVERIFIABLE else "wrong_signer")


def _is_delegate(link: Link, issuer: Link, at: datetime) -> bool:
    """Whether the issuer itself made it its responder, for that moment."""
    start, end = link.certificate.not_before, link.certificate.not_after
    return (
        link.issuer == issuer.subject
        and start is not None
        and end is not None
        and start <= at <= end
        and _OCSP_SIGNING in _purposes(link)
        and link.signature.verdict(issuer.key) is Verdict.MADE
    )


def _purposes(link: Link) -> set[str]:
    value = link.extension(_EXTENDED_KEY_USAGE)
    if value is None:
        return set()
    reader = Reader(value)
    element, _ = reader.first(0, len(value))
    return {dotted(value[start:stop]) for _, start, stop in reader.inside(element, SEQUENCE)}


def _key_bits(link: Link) -> bytes:
    """The content of the key's BIT STRING, without the octet of unused bits (4.1.1)."""
    reader = Reader(link.spki)
    element, _ = reader.first(0, len(link.spki))
    _, (_, start, stop) = reader.inside(element, SEQUENCE)
    return link.spki[start + 1 : stop]


def _digest(algorithm: str, data: bytes) -> bytes:
    return new_hash(algorithm, data, usedforsecurity=False).digest()
