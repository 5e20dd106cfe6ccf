"""Modules that crash, hang or talk nonsense, compiled where they are needed."""

import shutil
import subprocess
import time
from pathlib import Path

INSTALL = "scripts/install-test-servers"
SOURCE = Path(__file__).with_name("bad_module.c")


def is_installed() -> bool:
    return shutil.which("gcc") is not None


def compiled(folder: Path, at_start: str = "") -> Path:
    """A module that does this, in C, when it is initialised."""
    module = folder / "mau.so"
    command = ["gcc", "-w", "-shared", "-fPIC", "-nostdlib", f"-DAT_START={at_start}"]
    subprocess.run([*command, "-o", module, SOURCE], check=True)
    return module


def running(path: Path) -> list[str]:
    """The processes that have this module in their command."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command, state = (process / "cmdline").read_text(), (process / "stat").read_text()
        except OSError:
            continue
        if str(path) in command and state.rpartition(")")[2].split()[0] != "Z":
            found.append(process.name)
    return found


def has_ended(path: Path, seconds: float = 60) -> bool:
    """Whether none of them is there any more; one that is killed is gone once it is its turn."""
    ends = time.monotonic() + seconds
    while running(path):
        if time.monotonic() > ends:
            return False
        time.sleep(0.01)
    return True
