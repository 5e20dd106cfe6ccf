"""The service takes its connections from the file at start, or says what is wrong and does not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ports import free_port

FILE = """
[[connection]]
kind = "zammad"
name = "Zammad"
active = false

[connection.settings]
url = "https://zammad.exemplo.com.br"
group = "Suporte"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("arquivo")
    assert guiche(folder, "manage", "migrate", "-v0").returncode == 0
    return folder


def guiche(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GUICHE_")}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, "-m", "guiche", *words],
        env={**environment, "GUICHE_DATA": str(folder / "data"), **more},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_mistake_refuses_the_start_with_its_place(folder: Path) -> None:
    path = folder / "connections.toml"
    path.write_text(FILE, "utf-8")
    ended = guiche(folder, "worker", "--once", GUICHE_CONNECTIONS=str(path))
    assert ended.returncode == 2
    assert f"{path}: Zammad: settings.token: falta: use token_file ou " in ended.stderr
    assert "Traceback" not in ended.stderr


def test_what_it_says_is_there_after_the_start(folder: Path) -> None:
    path = folder / "connections.toml"
    path.write_text(FILE, "utf-8")
    secret = {"GUICHE_CONNECTION_ZAMMAD_TOKEN": "chave-de-teste"}
    ended = guiche(folder, "worker", "--once", GUICHE_CONNECTIONS=str(path), **secret)
    assert ended.returncode == 0, ended.stderr
    shown = guiche(folder, "connections", "list", "--json")
    row = json.loads(shown.stdout)
    assert (row["name"], row["kind"], row["active"], row["from_file"]) == (
        "Zammad", "zammad", False, True,
    )  # fmt: skip
    assert "chave-de-teste" not in shown.stdout + ended.stderr


def test_a_mistake_is_told_once_by_what_starts_both(folder: Path) -> None:
    path = folder / "connections.toml"
    path.write_text(FILE, "utf-8")
    ended = guiche(folder, "up", "--port", str(free_port()), GUICHE_CONNECTIONS=str(path))
    assert ended.returncode == 2
    assert (ended.stderr + ended.stdout).count("settings.token: falta") == 1


@pytest.mark.parametrize("words", [("list",), ("check", "Zammad")])
def test_a_mistake_is_told_by_what_lists_and_checks(folder: Path, words: tuple[str, ...]) -> None:
    path = folder / "connections.toml"
    path.write_text(FILE, "utf-8")
    ended = guiche(folder, "connections", *words, GUICHE_CONNECTIONS=str(path))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"{path}: Zammad: settings.token: falta: use token_file ou " in ended.stderr
    assert "(desk.E015)" in ended.stderr


def test_a_new_file_is_listed_and_checked_before_the_service_starts(folder: Path) -> None:
    path = folder / "new.toml"
    address = f"http://localhost:{free_port()}"
    text = FILE.replace('"Zammad"', '"Nova"').replace("https://zammad.exemplo.com.br", address)
    path.write_text(text, "utf-8")
    new = {"GUICHE_CONNECTIONS": str(path), "GUICHE_CONNECTION_NOVA_TOKEN": "chave-de-teste"}
    checked = guiche(folder, "connections", "check", "Nova", **new)
    assert checked.returncode == 1, checked.stderr
    assert "O servidor recusou a conexão" in checked.stdout
    assert "Nova  Zammad" in guiche(folder, "connections", "list", **new).stdout
