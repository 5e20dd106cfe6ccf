"""`guiche audit` as its users run it, and killed as machines kill."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from certificates import CEI, ZEROS, e_cnpj
from portfolio.carteira import DERS, folder

SECONDS = 120


STOPS = """
import signal, sys
import guiche.portfolio.audit as a
import guiche.portfolio.gather as g
from guiche.portfolio.journal import Journal
a._EVERY_SECONDS, a._ROWS, g._FILES = 0.0, 256, 256
keep, kept = Journal.keep, []

def keep_two(*args):
    keep(*args)
    kept.append(1)
    if len(kept) == 2:
        signal.pause()

Journal.keep = keep_two
from guiche.cli import main
sys.argv[0] = "guiche"
main()
"""
"""The command, which goes no further once two parts are kept: however busy the machine is, that is
when it is killed."""


def guiche(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "guiche", *map(str, arguments)],
        capture_output=True, timeout=SECONDS, text=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "status"),
    [(e_cnpj(cei=CEI).der(), 0), (e_cnpj(cei=ZEROS).der(), 1), (b"\x30\x82\x01", 2)],
)
def test_it_ends_as_inspect_does(content: bytes, status: int, tmp_path: Path) -> None:
    path, out = tmp_path / "c.cer", tmp_path / "r.csv"
    path.write_bytes(content)
    assert guiche("inspect", path).returncode == status
    result = guiche("audit", path, "--out", out)
    assert (result.returncode, result.stdout) == (status, "")
    assert out.exists()


def test_its_lines_are_those_of_inspect(tmp_path: Path) -> None:
    place, out = folder(tmp_path / "clientes"), tmp_path / "r.ndjson"
    (place / "ruim.cer").write_bytes(b"\x30\x82\x01")
    guiche("audit", place, "--out", out)
    said = guiche("inspect", "--json", place).stdout
    assert sorted(out.read_text().splitlines()) == sorted(said.splitlines())


def test_what_is_summed_up(tmp_path: Path) -> None:
    result = guiche("audit", folder(tmp_path / "a"), "--out", tmp_path / "r.parquet")
    assert result.stderr == (
        f"{tmp_path}/r.parquet: tem CEI: 2 · sem CEI (campo em branco): 1 · não comporta CEI: 1\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--out", "r.csv"], "Falta informar CAMINHO"),
        (["."], "--out"),
        ([".", "--out", "r.doc"], ".parquet"),
        ([".", "--out", "r.csv", "--passwords", "nada.csv"], "não consegui ler"),
    ],
)
def test_what_is_missing_is_said(arguments: list[str], said: str) -> None:
    result = guiche("audit", *arguments)
    assert result.returncode == 2
    assert said in result.stderr


def test_killed_it_goes_on(tmp_path: Path) -> None:
    """By SIGKILL, once a part is kept; two processes were reading."""
    place, out = folder(tmp_path / "clientes", DERS * 500), tmp_path / "r.ndjson"
    command = [sys.executable, "-m", "guiche", "audit", place, "--out", out, "--jobs", "2"]
    process = subprocess.Popen([sys.executable, "-c", STOPS, *map(str, command[3:])])
    journal = tmp_path / "r.ndjson.auditoria"
    deadline = time.monotonic() + SECONDS
    while len([*journal.glob("*.part")]) < 2:
        assert process.poll() is None, "it ended before it was killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not out.exists()
    kept = len(b"".join(part.read_bytes() for part in journal.glob("*.part")).splitlines())
    assert 0 < kept < 2000
    assert guiche(*map(str, command[3:])).returncode == 1
    names = [json.loads(line)["source"]["name"] for line in out.read_bytes().splitlines()]
    assert len(names) == len(set(names)) == 2000
    assert not journal.exists()
    while any(Path(f"/proc/{child}").exists() for child in children):
        assert time.monotonic() < deadline, "its processes stayed behind"
        time.sleep(0.01)


@pytest.mark.parametrize("command", [["audit", "--out", "r.csv", "."], ["audit-diff", "a", "b"]])
def test_what_is_not_installed_is_told(command: list[str]) -> None:
    without = (
        "import sys; sys.modules['pyarrow'] = None; "
        "from guiche.cli import main; sys.argv = ['guiche', *sys.argv[1:]]; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", without, *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == 'Falta instalar (pyarrow): pip install "guiche[portfolio]".\n'
