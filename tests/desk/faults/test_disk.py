"""A full disk: what was promised is kept, what cannot be kept is refused, and space mends it."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from desk.faults.hostile import Hostile
from desk.faults.storm import Storm

SMALL, LARGE = "8m", "64m"
LEFT = 1_000_000
"""Bytes for tickets, when the desk is there."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "guiche", str(folder)]
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("Sem root: não dá para montar um disco pequeno nesta máquina.")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_what_was_told_is_kept_and_goes_out_once_there_is_space(disk: Path) -> None:
    with Hostile(rate=0, lag=0) as hostile, Storm(disk / "desk", hostile) as storm:
        storm.log = disk.parent / "log"  # on another disk
        storm.begin()
        told = disk.parent / "told"
        _fill(disk)
        assert storm.bear("open", "2000", str(told)).wait(timeout=400), "the disk was never full"
        assert "full" in storm.log.read_text()
        worker = storm.worker()
        try:
            time.sleep(3)  # it may do what it can; it may not die of it
            assert worker.poll() is None
            more = ["mount", "-o", f"remount,size={LARGE}", str(disk)]
            subprocess.run(more, check=True)
            _wait(storm)
        finally:
            worker.kill()
            worker.wait()
        here = storm.ask("tell")
    assert told.read_text()
    assert set(told.read_text().split()) == set(here["tickets"])
    assert set(here["links"].values()) == set(here["tickets"])
    assert len(hostile.tickets) == len(here["tickets"])


def _fill(disk: Path) -> None:
    (disk / "others").write_bytes(bytes(shutil.disk_usage(disk).free - LEFT))


def _wait(storm: Storm, seconds: float = 400) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with suppress(RuntimeError):
            if storm.ask("mend").keys() == {"done"}:
                return
        time.sleep(0.5)
    raise AssertionError(storm.ask("mend"))
