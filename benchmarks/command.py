"""The whole process `guiche inspect one.cer` against what a technician has at hand."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.measure import Figure, duration, interleaved
from certificates import CEI, e_cnpj

GUICHE = str(Path(sys.executable).parent / "guiche")


def run(*command: str) -> Callable[[], object]:
    """A call of the command that must end well."""
    return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def figures() -> Iterator[Figure]:
    """Against `openssl x509 -text`, and against `keytool` where Java is."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cliente.cer"
        path.write_bytes(e_cnpj(cei=CEI).der())
        ways = {
            "guiche": run(GUICHE, "inspect", str(path)),
            "openssl": run(
                "openssl", "x509", "-inform", "DER", "-in", str(path), "-noout", "-text"
            ),
        }
        if shutil.which("keytool"):
            ways["keytool"] = run("keytool", "-printcert", "-file", str(path))
        times = interleaved(ways, rounds=21)
    ratio = times["guiche"] / times["openssl"]
    yield Figure(
        "guiche inspect one.cer, whole process, against openssl x509 -text",
        "within 4x",
        f"{ratio:.2f}x: {duration(times['guiche'])} against {duration(times['openssl'])}",
        ratio <= 4,
    )
    keytool = times.get("keytool")
    yield Figure(
        "the same against keytool -printcert",
        "faster",
        f"{keytool / times['guiche']:.2f}x faster" if keytool else "no Java here",
        keytool > times["guiche"] if keytool else None,
    )
