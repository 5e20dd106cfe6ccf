"""The key and the certificate that the port shows of itself, and what it asks of who comes."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from OpenSSL import SSL

CERTIFICATE, KEY = "acceptor.crt", "acceptor.key"
_MADE_FOR = timedelta(days=365)

# Renegotiation costs the server more than the client. What is resumed would come without the chain,
# and presenting again what was chosen once is nobody's wish.
_OPTIONS = SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_TICKET | SSL.OP_NO_COMPRESSION


class Unusable(Exception):
    """The files are no key and certificate that belong together; the message says what to do."""


class Identity:
    """What the two files hold, read anew by `renew`."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._files = (certificate, key)
        self._stamps = self._read_stamps()
        self.context = _context(certificate, key)

    def renew(self) -> bool:
        """Whether the files have changed and are in use now; `Unusable` leaves what was."""
        stamps = self._read_stamps()
        if stamps == self._stamps:
            return False
        self.context = _context(*self._files)
        self._stamps = stamps
        return True

    def _read_stamps(self) -> list[tuple[int, int]]:
        try:
            found = [file.stat() for file in self._files]
        except OSError as error:
            raise Unusable(f"{error.filename}: não consegui ler ({error.strerror}).") from error
        return [(each.st_mtime_ns, each.st_ino) for each in found]


def _context(certificate: Path, key: Path) -> SSL.Context:
    """TLS 1.2 and 1.3; asks for a certificate of any authority, and requires none."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_options(_OPTIONS)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    try:
        context.use_certificate_chain_file(str(certificate))
        context.use_privatekey_file(str(key))
        context.check_privatekey()
    except SSL.Error as error:
        raise Unusable(
            f"{certificate} e {key} não são um certificado e a chave dele, em PEM e sem senha."
        ) from error
    # No CA is named: a browser would hide what other authorities issued.
    context.set_verify(SSL.VERIFY_PEER, _take)
    # No chain is followed: of a crafted one each link costs milliseconds of the one loop.
    context.set_verify_depth(0)
    return context


def _take(*_: object) -> bool:
    """Whatever OpenSSL thinks of a certificate: it is read, not trusted."""
    return True


def made_in(folder: Path, now: datetime) -> tuple[Path, Path]:
    """A certificate that a local desk signs for itself, and its key; made where none is, or an old.

    Browsers warn of it: for trying only.
    """
    certificate, key = folder / CERTIFICATE, folder / KEY
    if not key.exists() or _has_ended(certificate, now):
        _make(certificate, key, now)
    return certificate, key


def _has_ended(certificate: Path, now: datetime) -> bool:
    try:
        read = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError):
        return True
    return read.not_valid_after_utc < now + timedelta(days=1)


def _make(certificate: Path, key_file: Path, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Guichê nesta máquina")])
    hosts = [x509.DNSName("localhost"), x509.DNSName("*.localhost")]
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + _MADE_FOR)
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .sign(key, SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for file, content in ((key_file, pem), (certificate, made.public_bytes(Encoding.PEM))):
        file.unlink(missing_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(content)
