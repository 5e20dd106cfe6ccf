"""Files made by the `openssl` command, a foreign writer."""

import shutil
import subprocess
from pathlib import Path

import pytest

needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="falta o openssl: apt-get install openssl"
)


def run(*arguments: str, given: bytes = b"") -> bytes:
    command = ["openssl", *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout


def pfx(folder: Path, certificate_and_key: bytes, password: str, *options: str) -> bytes:
    """PKCS#12; `options` choose ciphers, MAC and counts."""
    secret = folder / "senha.txt"
    secret.write_bytes(password.encode() + b"\n")
    given = folder / "par.pem"
    given.write_bytes(certificate_and_key)
    return run("pkcs12", "-export", "-in", str(given), "-passout", f"file:{secret}", *options)
