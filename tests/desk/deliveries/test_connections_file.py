"""Connections from a file: understood or refused with the place and the remedy, rows that agree."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desk.connectors.sample import SampleSettings
from desk.deliveries.memory import away
from guiche.desk import checks, clock
from guiche.desk.connectors import file
from guiche.desk.connectors.change import ConnectionChange
from guiche.desk.connectors.file import FileRefused
from guiche.desk.models import Connection

WHOLE = """
[[connection]]
kind = "sample"
name = "Qualitor São Paulo"
numbers = false

[connection.settings]
url = "https://desk.exemplo.com.br"
password_file = "senha"
limit = 30
open_window = false
teams = { Relacionamento = "18" }
"""
PASSWORD = "senha-de-teste"

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path, settings: Any) -> Write:
    (tmp_path / "senha").write_text(f"{PASSWORD}\n", "utf-8")

    def written(content: str) -> Path:
        path = tmp_path / "connections.toml"
        path.write_text(content, "utf-8")
        settings.CONNECTIONS_FILE = str(path)
        return path

    return written


class TestReading:
    def test_all_of_it_is_understood(self, write: Write) -> None:
        (declared,) = file.read(write(WHOLE), {})
        wanted = declared.wanted
        assert (declared.kind, wanted.name) == ("sample", "Qualitor São Paulo")
        assert (wanted.active, wanted.numbers) == (True, False)
        assert wanted.settings == {
            "url": "https://desk.exemplo.com.br", "password": PASSWORD, "limit": 30,
            "open_window": False, "teams": {"Relacionamento": "18"},
        }  # fmt: skip

    def test_a_secret_from_the_environment(self, write: Write) -> None:
        path = write(WHOLE.replace('password_file = "senha"\n', ""))
        environ = {"GUICHE_CONNECTION_QUALITOR_SAO_PAULO_PASSWORD": "da-variavel"}
        assert file.read(path, environ)[0].wanted.settings["password"] == "da-variavel"

    def test_an_empty_file_has_none(self, write: Write) -> None:
        assert file.read(write(""), {}) == []

    @pytest.mark.parametrize(
        ("old", "new", "words"),
        [
            ("[[connection]]", "[connection", "não é TOML"),
            ("[[connection]]", "[[conection]]", "conection: escreva cada uma como [[connection]]"),
            ('name = "Qualitor São Paulo"', "", "1ª integração: name: falta"),
            ('kind = "sample"', 'kind = "telex"', "kind: use um de: memory, sample"),
            ("numbers = false", 'numbers = "não"', "numbers: use true ou false"),
            ("numbers = false", "numero = false", "numero: não existe; use kind"),
            ("limit = 30", "limite = 30", "settings.limite: esta chave não existe"),
            ("limit = 30", "limit = -1", "settings.limit: é um número inteiro"),
            ('url = "https', 'url = "ftp', "settings.url: comece com https"),
            ('password_file = "senha"', "", "settings.password: falta"),
            ('password_file = "senha"', 'password_file = "nada"', "não consegui ler nada ("),
            ('password_file = "senha"', "password_file = 7", "é o caminho de um arquivo"),
            (
                'password_file = "senha"',
                f'password = "{PASSWORD}"',
                "use password_file ou GUICHE_CONNECTION_QUALITOR_SAO_PAULO_PASSWORD",
            ),
        ],
    )
    def test_a_mistake_is_told_with_its_place(
        self, write: Write, old: str, new: str, words: str
    ) -> None:
        path = write(WHOLE.replace(old, new, 1))
        with pytest.raises(FileRefused) as refused:
            file.read(path, {})
        assert str(refused.value).startswith(f"{path}: ")
        assert words in str(refused.value)
        assert PASSWORD not in str(refused.value)

    def test_all_that_is_wrong_is_told_at_once(self, write: Write) -> None:
        path = write(
            WHOLE.replace("limit = 30", "limite = 30").replace('password_file = "senha"', "")
        )
        with pytest.raises(FileRefused) as refused:
            file.read(path, {})
        assert "settings.limite: esta chave não existe aqui." in str(refused.value)
        assert (
            "settings.password: falta: use password_file ou "
            "GUICHE_CONNECTION_QUALITOR_SAO_PAULO_PASSWORD."
        ) in str(refused.value)

    def test_an_id_needs_no_quotes(self, write: Write) -> None:
        path = write(WHOLE.replace("limit = 30", "company = 7"))
        settings: Any = SampleSettings.read(file.read(path, {})[0].wanted.settings)
        assert settings.company == "7"

    def test_two_secrets_are_one_too_many(self, write: Write) -> None:
        environ = {"GUICHE_CONNECTION_QUALITOR_SAO_PAULO_PASSWORD": "da-variavel"}
        with pytest.raises(FileRefused, match="Deixe só uma"):
            file.read(write(WHOLE), environ)

    def test_a_name_is_given_once(self, write: Write) -> None:
        with pytest.raises(FileRefused, match="há duas com este nome"):
            file.read(write(WHOLE + WHOLE), {})

    def test_the_check_finds_it(self, write: Write) -> None:
        write(WHOLE.replace("limit = 30", "limit = -1"))
        (error,) = checks.connections()
        assert error.id == "desk.E015"
        assert "settings.limit" in error.msg
        write(WHOLE)
        assert checks.connections() == []


@pytest.mark.django_db
@pytest.mark.usefixtures("stopped_clock", "desk")
class TestRows:
    def test_it_is_made_and_left_alone_at_the_next_start(self, write: Write) -> None:
        write(WHOLE)
        file.carry_out()
        made = Connection.objects.get()
        settings: Any = made.settings
        assert made.from_file
        assert (settings.limit, settings.password) == (30, PASSWORD)
        made.failed(away(), clock.now())
        Connection.objects.update(stopped=True)
        file.carry_out()
        again = Connection.objects.get()
        assert (again.version, again.stopped, again.failures) == (made.version, True, 1)
        assert ConnectionChange.objects.count() == 1

    def test_a_change_begins_anew(self, write: Write, tmp_path: Path) -> None:
        write(WHOLE)
        file.carry_out()
        Connection.objects.update(stopped=True)
        (tmp_path / "senha").write_text("outra-senha", "utf-8")
        file.carry_out()
        changed = Connection.objects.get()
        assert not changed.stopped
        assert changed.version == 2
        last = ConnectionChange.objects.order_by("-pk")[0]
        assert (last.text, last.by) == ("Senha", None)

    def test_what_left_the_file_is_off(self, write: Write) -> None:
        write(WHOLE)
        file.carry_out()
        write("")
        file.carry_out()
        left = Connection.objects.get()
        assert (left.active, left.from_file) == (False, False)
        write(WHOLE)
        file.carry_out()
        back = Connection.objects.get()
        assert (back.active, back.from_file) == (True, True)

    def test_one_of_a_page_is_taken_over_but_not_of_another_kind(self, write: Write) -> None:
        made = Connection.objects.create(kind="sample", name="qualitor são paulo")
        write(WHOLE)
        file.carry_out()
        assert Connection.objects.get().pk == made.pk
        assert Connection.objects.get().from_file
        Connection.objects.all().delete()
        Connection.objects.create(kind="memory", name="Qualitor São Paulo")
        with pytest.raises(FileRefused, match="do tipo memory"):
            file.carry_out()

    def test_without_a_file_nothing_changes(self, write: Write, settings: Any) -> None:
        write(WHOLE)
        file.carry_out()
        settings.CONNECTIONS_FILE = ""
        file.carry_out()
        assert Connection.objects.get().active

    def test_the_environment_is_the_one_of_the_process(
        self, write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert "GUICHE_CONNECTION_QUALITOR_SAO_PAULO_PASSWORD" not in os.environ
        monkeypatch.setenv("GUICHE_CONNECTION_QUALITOR_SAO_PAULO_PASSWORD", "da-variavel")
        write(WHOLE.replace('password_file = "senha"\n', ""))
        file.carry_out()
        assert Connection.objects.get().secrets == {"password": "da-variavel"}
