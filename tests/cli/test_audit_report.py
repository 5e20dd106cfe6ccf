"""What `guiche audit` makes beside its table, and `guiche audit-diff`."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certificates import ZEROS, e_cnpj, e_cpf, selo_eletronico

Run = subprocess.CompletedProcess[str]
END = datetime.now(UTC).replace(microsecond=0) + timedelta(days=100)
"""Of the certificates: the command judges them for the moment that it is run at."""


def guiche(*arguments: str | Path) -> Run:
    return subprocess.run(
        [sys.executable, "-m", "guiche", *map(str, arguments)],
        capture_output=True,
        timeout=120,
        text=True,
        env={**os.environ, "PYTHONUTF8": "1"},
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "clientes"
    folder.mkdir()
    made = {"ana": e_cpf(ZEROS), "selo": selo_eletronico(), "padaria": e_cnpj()}
    for name, certificate in made.items():
        (folder / f"{name}.cer").write_bytes(replace(certificate, not_after=END).der())
    return folder


@pytest.mark.parametrize("ending", [".parquet", ".ndjson"])
def test_a_report_a_calendar_and_what_changed(folder: Path, tmp_path: Path, ending: str) -> None:
    out, report, dates = tmp_path / f"r{ending}", tmp_path / "r.html", tmp_path / "r.ics"
    first = guiche("audit", folder, "--out", out, "--report", report, "--calendar", dates)
    assert first.returncode == 1, first.stderr
    assert f"{report}: relatório" in first.stderr
    assert f"{dates}: 3 vencimentos" in first.stderr
    assert dates.read_text("utf-8").count("BEGIN:VEVENT") == 3
    page = report.read_text("utf-8")
    assert "O que mudou" not in page
    assert "RSA 2048" in page
    assert "EXEMPLO DA SILVA" not in page
    (folder / "ana.cer").write_bytes(replace(e_cpf(), not_after=END + timedelta(days=1000)).der())
    # The result takes the place of the one that it is compared with.
    again = guiche("audit", folder, "--out", out, "--since", out, "--report", report,
                   "--show-personal")  # fmt: skip
    assert "Passaram a ter CEI: 1" in again.stderr
    assert "ANA EXEMPLO DA SILVA, 111.444.777-35: Sem CEI" in again.stderr
    assert "Comparado com r" in report.read_text("utf-8")
    assert {path.name for path in tmp_path.iterdir()} == {
        "clientes", out.name, "r.html", "r.ics",
    }  # fmt: skip


def test_the_difference_as_a_command(folder: Path, tmp_path: Path) -> None:
    earlier, later = tmp_path / "a.csv", tmp_path / "b.parquet"
    guiche("audit", folder, "--out", earlier)
    (folder / "selo.cer").unlink()
    guiche("audit", folder, "--out", later)
    result = guiche("audit-diff", earlier, later)
    assert result.returncode == 1
    assert result.stdout.splitlines()[:2] == [
        "Antes, 3 certificados; agora, 2.",
        "Saíram da carteira: 1",
    ]
    (gone,) = map(json.loads, guiche("audit-diff", "--json", earlier, later).stdout.splitlines())
    assert (gone["change"], gone["profile"]) == ("gone", "selo-eletronico")
    same = guiche("audit-diff", later, later)
    assert (same.returncode, same.stdout) == (0, "Antes, 2 certificados; agora, 2. Nada mudou.\n")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--report", "nada/r.html"], "A pasta nada não existe."),
        (["--report", "r.txt"], "--report faz um arquivo .html, não r.txt."),
        (["--calendar", "r.html"], "--calendar faz um arquivo .ics, não r.html."),
        (["--report", "r.html", "--since", "falta.csv"], "falta.csv: não existe."),
        (["--report", "r.html", "--since", "r.xlsx"], "não leio resultados com esta terminação"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_read(
    folder: Path, tmp_path: Path, options: list[str], said: str
) -> None:
    result = guiche("audit", folder, "--out", tmp_path / "r.parquet", *options)
    assert result.returncode == 2
    assert said in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["clientes"]


def test_a_difference_with_what_is_no_result_is_told(folder: Path) -> None:
    result = guiche("audit-diff", folder / "ana.cer", folder / "selo.cer")
    assert result.returncode == 2
    assert "Informe o resultado de um guiche audit" in result.stderr
