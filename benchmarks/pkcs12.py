"""A PKCS#12 of the older exporters, password to verdict, against `cryptography`'s loader."""

import datetime
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from benchmarks.measure import Figure, duration, interleaved
from guiche.sources import read

RC2_40 = "PBE-SHA1-RC2-40"
PASSWORD = "senha de teste"
NOW = datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC)


def container(cipher: str, folder: Path) -> bytes:
    """A key and its certificate as Windows and older tools export them, 2048 iterations."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "PADARIA EXEMPLO LTDA")])
    number = x509.OtherName(x509.ObjectIdentifier("2.16.76.1.3.7"), b"\x04\x0c" + b"0" * 12)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + datetime.timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName([number]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    target = folder / "cliente.pfx"
    command = (
        f"openssl pkcs12 -export -legacy -certpbe {cipher} -keypbe PBE-SHA1-3DES -macalg sha1 "
        f"-iter 2048 -passout pass:{PASSWORD.replace(' ', chr(92) + ' ')} -out {target}"
    )
    subprocess.run(["sh", "-c", command], input=pem, check=True)
    return target.read_bytes()


def times(cipher: str) -> dict[str, float]:
    """Median seconds from password to verdict, and of `cryptography`'s loader, a file of the
    cipher."""
    with tempfile.TemporaryDirectory() as folder:
        data = container(cipher, Path(folder))

    def ours() -> None:
        (leaf,) = read(data, "cliente.pfx", passwords=[PASSWORD]).leaves
        assert leaf.inspect(at=NOW).enrolment.status == "blank"

    def theirs() -> None:
        pkcs12.load_key_and_certificates(data, PASSWORD.encode())

    return interleaved({"guiche": ours, "cryptography": theirs}, rounds=31)


def figures() -> Iterator[Figure]:
    """One figure a cipher of the certificate bag."""
    for label, cipher in (("RC2-40", RC2_40), ("3DES", "PBE-SHA1-3DES")):
        yield figure(label, times(cipher), 5)


def figure(label: str, seconds: dict[str, float], target: int) -> Figure:
    """How many times faster than `cryptography`."""
    ratio = seconds["cryptography"] / seconds["guiche"]
    return Figure(
        f"PKCS#12 {label}, SHA-1 MAC, 2048 iterations, to verdict",
        f"{target}x faster than cryptography's loader",
        f"{ratio:.1f}x: {duration(seconds['guiche'])} against {duration(seconds['cryptography'])}",
        ratio >= target,
    )
