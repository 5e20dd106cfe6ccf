"""CMS (`.p7s`): who made each signature of a SignedData, counter-signatures too (RFC 5652)."""

from guiche.sources.errors import SignerMissingError
from guiche.sources.pkcs7 import TIME_STAMP, SignedData, Signer
from guiche.sources.signatures import Document, Signed
from guiche.sources.signer import Certificates


def read(data: SignedData) -> Document:
    """A signature for each SignerInfo, in their order; who countersigns comes after the signed."""
    certificates = Certificates(data.certificates)
    stamp = data.content_type == TIME_STAMP
    signatures = [
        Signed(_certificate(signer, certificates), _signs(signer, data), stamp)
        for signer in data.signers
    ]
    return Document(signatures, data.certificates)


def _certificate(signer: Signer, certificates: Certificates) -> bytes | SignerMissingError:
    if signer.serial is None:
        return certificates.with_key(signer.key)
    return certificates.issued(signer.issuer, signer.serial)


def _signs(signer: Signer, data: SignedData) -> str:
    if signer.signed is not None:
        return f"a assinatura {signer.signed + 1}"
    if data.content_type == TIME_STAMP:
        return "um carimbo do tempo"
    return "o conteúdo deste arquivo" if data.content else "um arquivo à parte"
