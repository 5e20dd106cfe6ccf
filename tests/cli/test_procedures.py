"""`guiche procedures`: files checked, listed, shown, begun, with neither settings nor database."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from guiche.cli.procedures import command
from guiche.desk.procedures import shelf

SHIPPED = sorted(path.stem for path in shelf.SHIPPED.glob("*.toml"))


def run(*arguments: str, folder: Path | None = None) -> Result:
    env = {"GUICHE_PROCEDURES": str(folder) if folder else ""}
    return CliRunner(env=env).invoke(command, arguments)


def begun(folder: Path, slug: str = "troca") -> Path:
    assert run("new", slug, folder=folder).exit_code == 0
    return folder / f"{slug}.toml"


def test_it_needs_no_settings_and_no_database() -> None:
    """A process of its own: nothing is set up, and no row is imported."""
    code = (
        "import sys; sys.argv = ['guiche', 'procedures', 'check']\n"
        "import guiche.cli\n"
        "try:\n    guiche.cli.main()\n"
        "except SystemExit as end:\n    assert end.code == 0, end.code\n"
        "from django.conf import settings\n"
        "assert not settings.configured\n"
        "assert 'guiche.desk.models' not in sys.modules\n"
    )
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", code], env=kept, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": certo.") == len(SHIPPED)


def test_all_are_checked_where_none_is_named(tmp_path: Path) -> None:
    path = begun(tmp_path)
    result = run("check", folder=tmp_path)
    assert result.exit_code == 0
    assert f"{path}: certo." in result.output
    assert result.output.count("certo.") == len(SHIPPED) + 1


def test_a_mistake_names_file_key_and_remedy(tmp_path: Path) -> None:
    path = begun(tmp_path)
    path.write_text(path.read_text("utf-8").replace('type = "name"', 'type = "nome"', 1), "utf-8")
    result = run("check", str(path))
    assert result.exit_code == 1
    assert result.output.startswith(f"{path}: screens[1].facts[1].type: “nome” não existe; use ")
    row = json.loads(run("check", "--json", str(path)).output)
    assert (row["ok"], row["key"]) == (False, "screens[1].facts[1].type")


def test_every_rule_that_is_broken_is_told(tmp_path: Path) -> None:
    path = begun(tmp_path)
    content = path.read_text("utf-8").replace('slug = "troca"', 'slug = "outra"')
    content = content.replace('key = "solved"', 'key = "ends"').replace("{ solved =", "{ ends =")
    path.write_text(content, "utf-8")
    result = run("check", str(path))
    assert result.exit_code == 1
    assert "slug: é “outra”; precisa ser “troca”" in result.output
    assert "screens[2].facts[1].key: “ends” é uma condição da leitura" in result.output


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_no_answer(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.toml"
    if content:
        path.write_bytes(content)
    result = run("check", str(path), str(begun(tmp_path)))
    assert result.exit_code == 2
    assert "troca.toml: certo." in result.output


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    for name in ("check", "list"):
        result = run(name, folder=tmp_path / "nada")
        assert result.exit_code != 0
        assert "não existe; crie-a" in result.output


def test_the_list(tmp_path: Path) -> None:
    (tmp_path / "ruim.toml").write_text("slug = 1", "utf-8")
    lines = run("list", folder=tmp_path).output.splitlines()
    assert len(lines) == len(SHIPPED) + 1
    assert any("cei-ausente" in line and "do Guichê" in line for line in lines)
    assert any("ruim.toml: slug: precisa ser um texto." in line for line in lines)
    rows = [json.loads(line) for line in run("list", "--json").output.splitlines()]
    assert [row["slug"] for row in rows] == SHIPPED


@pytest.mark.parametrize("slug", SHIPPED)
def test_each_is_shown_in_words(slug: str) -> None:
    result = run("show", slug)
    assert result.exit_code == 0
    procedure, _ = shelf.find(slug, site="")
    for fact in procedure.facts:
        assert fact.label in result.output
    assert "Prazo de retorno: 24 horas." in result.output


def test_a_file_is_shown_too_with_what_is_wrong(tmp_path: Path) -> None:
    path = begun(tmp_path)
    assert run("show", str(path)).exit_code == 0
    path.rename(tmp_path / "versao-3.toml")
    result = run("show", str(tmp_path / "versao-3.toml"))
    assert result.exit_code == 1
    assert "slug: é “troca”" in result.output
    assert "Nome do procedimento (troca)" in result.output
    assert run("show", "nada").exit_code != 0


def test_a_new_one_is_right_and_nothing_is_overwritten(tmp_path: Path) -> None:
    path = begun(tmp_path)
    assert run("check", str(path)).exit_code == 0
    path.write_text("meu", "utf-8")
    result = run("new", "troca", folder=tmp_path)
    assert result.exit_code != 0
    assert "já existe" in result.output
    assert path.read_text("utf-8") == "meu"


@pytest.mark.parametrize("slug", ["Meu", "a b", "../a", 'x"', "a\nb", ""])
def test_a_name_that_is_none_writes_nothing(tmp_path: Path, slug: str) -> None:
    result = run("new", slug, folder=tmp_path)
    assert result.exit_code != 0
    assert not list(tmp_path.rglob("*.toml"))
