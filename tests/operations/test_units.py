"""The units of deploy/systemd, judged by systemd itself."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from operations.machines import PROJECT

UNITS = sorted((PROJECT / "deploy" / "systemd").glob("*.service"))
PROGRAM = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(PROGRAM is None, reason="precisa de systemd-analyze")


def test_there_are_three() -> None:
    assert [unit.stem for unit in UNITS] == ["guiche-acceptor", "guiche-web", "guiche-worker"]


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_finds_nothing(unit: Path, tmp_path: Path) -> None:
    # Where the program is not installed.
    text = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text("utf-8"))
    copy = tmp_path / unit.name
    copy.write_text(text, "utf-8")
    found = subprocess.run(
        [str(PROGRAM), "verify", copy], capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_little_is_exposed(unit: Path) -> None:
    command = [str(PROGRAM), "security", "--offline=true", "--threshold=20", str(unit)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout[-2000:]
