"""`guiche inspect` as its users run it: in a process, on files."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certificates import CEI, ZEROS, ca, e_cnpj, e_cpf, pem
from sources.signed import By, cms

Run = subprocess.CompletedProcess[str]


def guiche(
    *arguments: str | Path, stdin: bytes | str = "", env: dict[str, str] | None = None
) -> Run:
    """Runs the command; standard streams are pipes, as in a script."""
    result = subprocess.run(
        [sys.executable, "-m", "guiche", "inspect", *map(str, arguments)],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        timeout=60,
        env={**os.environ, **(env or {})},
    )
    return subprocess.CompletedProcess(
        result.args, result.returncode, result.stdout.decode(), result.stderr.decode()
    )


def objects(result: Run) -> list[dict]:  # type: ignore[type-arg]
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def present(tmp_path: Path) -> Path:
    path = tmp_path / "com.cer"
    path.write_bytes(e_cnpj(cei=CEI).der())
    return path


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    path = tmp_path / "sem.cer"
    path.write_bytes(e_cnpj(cei=ZEROS).der())
    return path


def test_the_verdict_comes_first(present: Path, blank: Path) -> None:
    result = guiche(present)
    assert result.stdout.splitlines()[0] == "Tem CEI: 11.583.00249/85."
    assert result.returncode == 0
    result = guiche(blank)
    assert result.stdout.splitlines()[0] == "Sem CEI: o campo está preenchido com zeros."
    assert result.returncode == 1


def test_two_beats_one_beats_zero(present: Path, blank: Path, tmp_path: Path) -> None:
    assert guiche(present, blank).returncode == 1
    result = guiche(present, tmp_path / "não existe.cer", blank)
    assert result.returncode == 2
    assert result.stdout.count("Lido de:") == 2
    assert len(result.stderr.splitlines()) == 3  # the error, a blank line and the counts


def test_json_is_one_object_a_line_with_errors_among_them(present: Path, tmp_path: Path) -> None:
    (tmp_path / "vazio.cer").write_bytes(b"")
    first, second = objects(guiche("--json", present, tmp_path / "vazio.cer"))
    assert first["enrolment"]["status"] == "present"
    assert first["source"]["kind"] == "der"
    assert second["error"]["code"] == "empty_file"
    assert second["source"]["name"].endswith("vazio.cer")


def test_each_broken_source_gives_one_line(present: Path, tmp_path: Path) -> None:
    (tmp_path / "vazio.cer").touch()
    (tmp_path / "foto.cer").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with (tmp_path / "enorme.cer").open("wb") as file:
        file.truncate(3 << 30)
    broken = ["vazio.cer", "foto.cer", "enorme.cer", "não existe.cer"]
    result = guiche(*(tmp_path / name for name in broken), present)
    assert [name in line for name, line in zip(broken, result.stderr.splitlines(), strict=True)]
    assert "Tem CEI" in result.stdout
    assert result.returncode == 2


def test_standard_input(present: Path) -> None:
    assert "Tem CEI" in guiche("-", stdin=present.read_bytes()).stdout


def test_authorities_beside_a_leaf_are_left_out_unless_asked(tmp_path: Path) -> None:
    bundle = tmp_path / "cadeia.pem"
    bundle.write_text(pem(ca().der()) + pem(e_cnpj(cei=CEI).der()))
    assert len(objects(guiche("--json", bundle))) == 1
    assert len(objects(guiche("--json", "--all", bundle))) == 2
    alone = tmp_path / "ac.cer"
    alone.write_bytes(ca().der())
    assert "Certificado errado" in guiche(alone).stdout


def test_pasted_text(tmp_path: Path) -> None:
    result = guiche("--text", "-", stdin="31 32 33 34 35 36 37")
    assert result.stdout.startswith("Conferir CEI: o campo traz 1234567, fora do padrão")
    assert result.returncode == 1
    (reading,) = objects(guiche("--json", "--text", "-", stdin="2.16.76.1.3.7=13 0c" + " 30" * 12))
    assert reading["enrolment"]["status"] == "blank"
    assert reading["source"]["kind"] == "text"


def test_the_number_that_the_customer_says_is_compared(present: Path, blank: Path) -> None:
    same = guiche("--cei", "11.583.00249/85", present)
    assert "Confere com o CEI informado" in same.stdout
    assert same.returncode == 0
    other = guiche("--cei", "900205868272", present)
    assert "Não é o CEI informado" in other.stdout
    assert other.returncode == 1
    assert "Não há número para comparar" in guiche("--cei", "115830024985", blank).stdout
    (reading,) = objects(guiche("--json", "--cei", "115830024985", present))
    assert reading["expected"] == {"number": "115830024985", "matches": True}
    assert guiche("--cei", "123", present).returncode == 2


def test_folders_are_walked_and_other_files_left_aside(present: Path, blank: Path) -> None:
    folder = present.parent
    (folder / "dentro").mkdir()
    blank.rename(folder / "dentro" / "sem.cer")
    (folder / "leia-me.txt").write_text("nada aqui")
    result = guiche(folder)
    assert result.stdout.count("Lido de:") == 2
    assert "1 arquivo(s) sem certificado" in result.stderr
    assert result.returncode == 1


def test_globs_are_expanded_where_the_shell_does_not(present: Path, blank: Path) -> None:
    result = guiche(present.parent / "*.cer")
    assert result.stdout.count("Lido de:") == 2


def test_verbose_shows_every_field_with_its_bytes(blank: Path) -> None:
    result = guiche("--verbose", blank)
    for expected in ("2.16.76.1.3.7", "OCTET STRING", " ".join(["30"] * 12), "Nome do responsável"):
        assert expected in result.stdout


def test_colour_only_where_it_is_wanted(present: Path) -> None:
    assert "\x1b[" not in guiche(present).stdout
    assert "\x1b[" in guiche(present, env={"FORCE_COLOR": "1"}).stdout
    assert "\x1b[" not in guiche(present, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout


def test_expired_is_said_beside_the_verdict(tmp_path: Path) -> None:
    path = tmp_path / "vencido.cer"
    old = replace(e_cnpj(cei=CEI), not_before=datetime(2020, 1, 1, tzinfo=UTC))
    path.write_bytes(replace(old, not_after=datetime(2021, 1, 1, 12, tzinfo=UTC)).der())
    lines = guiche(path).stdout.splitlines()
    assert lines[1].strip() == "O certificado venceu em 01/01/2021."


@pytest.mark.parametrize("arguments", [[], ["--nada"], ["--cei"]])
def test_usage_errors_are_in_portuguese_and_end_with_two(arguments: list[str]) -> None:
    result = guiche(*arguments)
    assert result.returncode == 2
    assert result.stderr.rstrip().endswith("--help.")
    assert "Error" not in result.stderr


@pytest.mark.skipif(os.name == "nt", reason="SIGPIPE é do Unix")
def test_a_reader_that_goes_away_ends_the_command_quietly(present: Path) -> None:
    script = f'"{sys.executable}" -m guiche inspect {" ".join([str(present)] * 300)} | head -1'
    result = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=60)
    assert result.stdout == "Tem CEI: 11.583.00249/85.\n"
    assert result.stderr == ""


def test_completion_is_offered(present: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "guiche"],
        env={**os.environ, "_GUICHE_COMPLETE": "bash_source"},
        capture_output=True,
        text=True,
    )
    assert "complete" in result.stdout


def test_of_a_signed_document_each_signer_is_told(tmp_path: Path) -> None:
    ana, padaria = replace(e_cpf(), serial=11).der(), replace(e_cnpj(), serial=12).der()
    path = tmp_path / "ata.p7s"
    path.write_bytes(cms([ca().der(), ana, padaria], By(ana), By(padaria), By(ana)))
    shown = guiche(path).stdout
    assert "Lido de: " + str(path) + "/assinaturas 1 e 3 de 3 (cms)" in shown
    assert "  Assinatura 2 de 3, sobre um arquivo à parte. Só o certificado foi lido; " in shown
    first, second = objects(guiche("--json", path))
    assert first["source"]["signature"] == {
        "numbers": [1, 3],
        "count": 3,
        "signs": ["um arquivo à parte"],
        "verified": False,
    }
    assert second["source"]["name"].endswith("ata.p7s/assinatura 2 de 3")
    path.write_bytes(cms([ca().der(), ana], By(ana)))
    assert "  Não assinou: veio junto" in guiche("--all", path).stdout


def test_a_signer_that_is_not_there_is_an_error_and_the_others_are_read(tmp_path: Path) -> None:
    ana, padaria = replace(e_cpf(), serial=11).der(), replace(e_cnpj(), serial=12).der()
    path = tmp_path / "ata.p7s"
    path.write_bytes(cms([ana], By(ana), By(padaria)))
    result = guiche("--json", path)
    assert result.returncode == 2
    reading, error = objects(result)
    assert reading["source"]["signature"]["numbers"] == [1]
    assert error["error"]["code"] == "signer_missing"
