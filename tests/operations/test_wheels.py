"""Installed from a folder of wheels, by the commands of docs/operations.md, without an index."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from operations.machines import PROJECT

pytestmark = pytest.mark.heavy
LOCKED = ("--require-hashes", "-r", str(PROJECT / "requirements" / "run.txt"))
# Nobody answers there: what would ask an index fails.
NOWHERE = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "HTTPS_PROXY": "http://127.0.0.1:9"}


def run(*command: str | Path, **environment: str) -> str:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GUICHE_", "PYTHONPATH"))}
    done = subprocess.run(
        [str(part) for part in command],
        env={**kept, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def _source(folder: Path) -> Path:
    """What is built, apart: a build leaves its files in the folder of its source."""
    source = folder / "source"
    shutil.copytree(PROJECT / "src", source / "src", ignore=shutil.ignore_patterns("*.egg-info"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(PROJECT / name, source)
    return source


def test_without_internet(tmp_path: Path) -> None:
    wheels, installed = tmp_path / "wheels", tmp_path / "guiche"
    run(sys.executable, "-m", "pip", "download", "-q", "--only-binary=:all:", "-d", wheels, *LOCKED)
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", wheels, _source(tmp_path))
    run(sys.executable, "-m", "venv", installed)
    pip = (installed / "bin" / "pip", "install", "-q", "--no-index", "--find-links", wheels)
    run(*pip, *LOCKED, **NOWHERE)
    run(*pip, "--no-deps", "guiche", **NOWHERE)
    program, data = installed / "bin" / "guiche", str(tmp_path / "data")
    assert run(program, "--version").startswith("guiche ")
    run(program, "manage", "migrate", "-v0", GUICHE_DATA=data)
    assert "0 silenced" in run(program, "manage", "check", GUICHE_DATA=data)
    run(program, "worker", "--once", GUICHE_DATA=data)
