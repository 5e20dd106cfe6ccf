"""`guiche inspect` among hostile files, names, streams and keys: one line each, and it goes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from certificates import CEI, e_cnpj

unix_only = pytest.mark.skipif(os.name == "nt", reason="é do Unix")
COMMAND = [sys.executable, "-m", "guiche"]


def guiche(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "inspect", *map(str, arguments)], capture_output=True, text=True, timeout=60
    )


@pytest.fixture
def present(tmp_path: Path) -> Path:
    path = tmp_path / "com.cer"
    path.write_bytes(e_cnpj(cei=CEI).der())
    return path


@unix_only
def test_a_path_that_cannot_be_looked_at_is_one_line(present: Path) -> None:
    result = guiche("a" * 5000, present)
    assert len(result.stderr.splitlines()) == 1
    assert "Tem CEI" in result.stdout
    assert result.returncode == 2


@unix_only
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root lê tudo")
def test_a_file_in_a_closed_folder_is_one_line(present: Path) -> None:
    closed = present.parent / "fechada"
    closed.mkdir(mode=0)
    result = guiche(closed / "a.cer", present)
    closed.chmod(0o700)
    assert "Sem permissão" in result.stderr
    assert "Tem CEI" in result.stdout
    assert result.returncode == 2


@unix_only
def test_a_loop_of_links_in_a_folder_is_one_line(present: Path) -> None:
    folder = present.parent
    for name in ("a", "m", "z"):
        (folder / name).symlink_to(name)
    (folder / "nada").symlink_to("não existe")
    for number in range(5):
        (folder / f"{number}.cer").write_bytes(present.read_bytes())
    result = guiche(folder)
    assert result.stdout.count("Tem CEI") == 6
    errors = [line for line in result.stderr.splitlines() if str(folder) in line]
    assert sorted(line.partition(":")[0] for line in errors) == [
        str(folder / name) for name in ("a", "m", "z")
    ]
    assert "pasta" not in result.stderr
    assert result.returncode == 2
