"""Memory of `guiche inspect` over folders of many files: flat."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.command import GUICHE
from benchmarks.measure import Figure
from certificates import ZEROS, e_cnpj

FEW, MANY = 10_000, 100_000


def write(folder: Path, start: int, stop: int) -> None:
    """Certificates that differ in their serial, a thousand to a folder."""
    template = e_cnpj(cei=ZEROS)
    marker = 0x3A1F5C0E9B7D2468
    der = replace(template, serial=marker).der()
    at = der.index(marker.to_bytes(8, "big"))
    for number in range(start, stop):
        part = folder / f"{number // 1000:03d}"
        part.mkdir(exist_ok=True)
        serial = (marker + number).to_bytes(8, "big")
        (part / f"{number}.cer").write_bytes(der[:at] + serial + der[at + 8 :])


def peak(folder: Path) -> float:
    """The largest resident size of the command over the folder, in megabytes."""
    process = subprocess.Popen(
        [GUICHE, "inspect", "--json", str(folder)], stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 1, "every certificate is read, none has a CEI"
    return usage.ru_maxrss / 1024


def figures() -> Iterator[Figure]:
    """The one figure of this suite."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, 0, FEW)
        few = peak(folder)
        write(folder, FEW, MANY)
        many = peak(folder)
    yield Figure(
        f"memory of guiche inspect over a folder of {MANY:,} files",
        "flat, under 100 MB",
        f"{many:.1f} MB ({few:.1f} MB for {FEW:,})",
        many < 100 and many < few * 1.1,
    )
