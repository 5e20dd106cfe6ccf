"""The OCSP responder of OpenSSL, behind a door on loopback.

Its own listening mode takes every address of the machine, so it answers one question at a time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate

from certificates import certificate, oids
from certificates import der as asn1
from certificates.certificate import extension, name
from certificates.profiles import key_usage
from certificates.signing import Signer, ec_key, identifiers, private_pem, public
from guiche.icpbrasil import Certificate
from sources import openssl
from trust.loopback import Door, answered, serving

OCSP_SIGNING, NO_CHECK = "1.3.6.1.5.5.7.3.9", "1.3.6.1.5.5.7.48.1.5"


def delegate(issuer: Signer, *, purpose: str = OCSP_SIGNING, no_check: bool = True) -> Signer:
    """A certificate that an authority makes for its responder."""
    key = ec_key(f"responder {purpose} {no_check}")
    spki = public(key)
    parts = (
        *identifiers(spki, issuer.spki),
        key_usage(0x80, 7),
        extension(oids.EXTENDED_KEY_USAGE, asn1.sequence(asn1.oid(purpose))),
        *([extension(NO_CHECK, asn1.NULL)] if no_check else []),
    )
    subject = name(O="ICP-Brasil", CN="Servico OCSP Exemplo")
    now = datetime.now(UTC)
    made = certificate.Certificate(
        subject=subject,
        names=None,
        extensions=parts,
        issuer=issuer.subject,
        serial=0x0C59,
        not_before=now - timedelta(days=30),
        not_after=now + timedelta(days=30),
        key=spki,
    )
    return Signer(subject, key, issuer.signed(made), spki)


@dataclass
class Responder:
    """Answers for one authority in a folder; `lines` is its database of certificates."""

    folder: Path
    issuer: Signer
    signer: Signer
    lines: str = ""
    options: tuple[str, ...] = ("-nmin", "60")

    def knows(self, der: bytes, revoked: str = "") -> None:
        """Adds a certificate: good, or revoked as in `261101120000Z,keyCompromise`."""
        serial = f"{Certificate.read(der).serial:X}"
        state = f"R\t360101000000Z\t{revoked}" if revoked else "V\t360101000000Z\t"
        self.lines += f"{state}\t{serial}\tunknown\t/CN=x\n"

    def answer(self, question: bytes) -> bytes:
        """What OpenSSL's responder says to a request in DER."""
        files = {
            "index.txt": self.lines.encode(),
            "ca.pem": _pem(self.issuer.der),
            "signer.pem": _pem(self.signer.der),
            "key.pem": private_pem(self.signer.key),
            "question.der": question,
        }
        for file, content in files.items():
            (self.folder / file).write_bytes(content)
        openssl.run(
            "ocsp", "-index", self._path("index.txt"), "-CA", self._path("ca.pem"),
            "-rsigner", self._path("signer.pem"), "-rkey", self._path("key.pem"),
            "-reqin", self._path("question.der"), "-respout", self._path("answer.der"),
            *self.options,
        )  # fmt: skip
        return (self.folder / "answer.der").read_bytes()

    @contextmanager
    def serving(self) -> Iterator[Door]:
        """Listens on loopback."""
        with serving(answered(self.answer)) as door:
            yield door

    def _path(self, file: str) -> str:
        return str(self.folder / file)


def _pem(der: bytes) -> bytes:
    return load_der_x509_certificate(der).public_bytes(Encoding.PEM)
