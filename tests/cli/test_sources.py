"""`guiche sources` as its users run it."""

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from guiche.sources.catalogue import KINDS, Machine

SECONDS = 0.5


def guiche(*arguments: str, home: Path) -> str:
    """What it prints, for a user whose home is that."""
    result = subprocess.run(
        [sys.executable, "-m", "guiche", "sources", *arguments],
        capture_output=True,
        timeout=60,
        env={**os.environ, "HOME": str(home)},
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == b""
    return result.stdout.decode()


def test_every_source_stands_under_the_machine_that_it_is_read_on(tmp_path: Path) -> None:
    machine, told = "", {}
    for line in guiche(home=tmp_path).splitlines():
        if not line.startswith(" "):
            machine = line
        elif line[2] != " ":
            told[line.split()[0]] = machine
    assert told == {each.kind: f"{each.machine.words}:" for each in KINDS}
    assert "cliente" in Machine.THIS.words


def test_what_is_missing_is_said_below(tmp_path: Path) -> None:
    lines = guiche(home=tmp_path).splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("  nss "))
    assert lines[at].endswith("guiche inspect --store nss")
    assert lines[at + 1].strip() == (
        "Falta um perfil de Firefox ou Chrome com certificados, neste usuário."
    )
    folder = tmp_path / ".pki" / "nssdb"
    folder.mkdir(parents=True)
    (folder / "cert9.db").touch()
    lines = guiche(home=tmp_path).splitlines()
    assert not lines[at + 1].strip().startswith("Falta")


def test_the_json_has_the_same(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in guiche("--json", home=tmp_path).splitlines()]
    assert [row["kind"] for row in rows] == [each.kind for each in KINDS]
    by_kind = {row["kind"]: row for row in rows}
    assert by_kind["der"] == {
        "kind": "der",
        "label": "DER (.cer, .crt, .der)",
        "machine": "any",
        "use": "guiche inspect ARQUIVO",
        "missing": None,
    }
    assert by_kind["nss"]["machine"] == "this"
    assert set(by_kind["nss"]["missing"]) == {"what", "command"}


@pytest.mark.timed
def test_it_answers_at_once(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    seconds = math.inf
    for _ in range(5):  # the best: what else the machine does is not ours
        start = time.perf_counter()
        guiche(home=tmp_path)
        seconds = min(seconds, time.perf_counter() - start)
    record_property("counted", f"the list of sources in {seconds:.2f} s")
    assert seconds < SECONDS
