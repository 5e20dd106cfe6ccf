"""The environment is read strictly: understood, or refused with the remedy."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from guiche.desk import environment


def test_flags() -> None:
    for value, flag in {"1": True, "sim": True, "TRUE": True, "0": False, "": False}.items():
        assert environment.flag({"X": value}, "X") is flag
    assert environment.flag({}, "X") is False
    with pytest.raises(ImproperlyConfigured, match="X=talvez: use 1 ou 0"):
        environment.flag({"X": "talvez"}, "X")


def test_the_mode_is_local_or_production_and_nothing_else() -> None:
    assert environment.mode({}) == "local"
    assert environment.mode({"GUICHE_MODE": "production"}) == "production"
    with pytest.raises(ImproperlyConfigured, match="use local ou production"):
        environment.mode({"GUICHE_MODE": "prod"})


def test_lists() -> None:
    assert environment.words({"X": " a.br, b.br ,"}, "X") == ["a.br", "b.br"]


def test_a_secret_stands_in_the_environment_or_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("from the file\n", "utf-8")
    assert environment.secret({"X": "direct"}, "X") == "direct"
    assert environment.secret({"X_FILE": str(file)}, "X") == "from the file"
    assert environment.secret({}, "X") == ""
    with pytest.raises(ImproperlyConfigured, match="Deixe só um"):
        environment.secret({"X": "direct", "X_FILE": str(file)}, "X")
    with pytest.raises(ImproperlyConfigured, match="não consegui ler"):
        environment.secret({"X_FILE": str(tmp_path / "nothing")}, "X")


def test_a_database_url() -> None:
    entry = environment.database(
        "postgresql://ana:p%40ss@db.exemplo:5433/guiche?sslmode=require", sqlite_file=Path("x")
    )
    assert entry["ENGINE"] == "guiche.desk.postgresql"
    assert (entry["USER"], entry["PASSWORD"], entry["NAME"]) == ("ana", "p@ss", "guiche")
    assert (entry["HOST"], entry["PORT"]) == ("db.exemplo", "5433")
    assert entry["OPTIONS"]["sslmode"] == "require"
    assert entry["OPTIONS"]["tcp_user_timeout"]


def test_after_how_many_times_a_statement_is_planned_is_an_option() -> None:
    def after(query: str) -> Any:
        url = f"postgresql://ana@db/guiche{query}"
        return environment.database(url, sqlite_file=Path("x"))["OPTIONS"]["prepare_threshold"]

    known = [after(""), after("?prepare_threshold=0"), after("?prepare_threshold=none")]
    assert known == [5, 0, None]
    with pytest.raises(ImproperlyConfigured, match="prepare_threshold=muitas"):
        after("?prepare_threshold=muitas")


def test_a_database_url_with_a_socket() -> None:
    entry = environment.database("postgresql:///guiche?host=/run/pg", sqlite_file=Path("x"))
    assert (entry["HOST"], entry["PORT"], entry["USER"]) == ("/run/pg", "", "")


@pytest.mark.parametrize("url", ["mysql://a/b", "guiche.sqlite3", "postgresql://a:porta/b"])
def test_another_database_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="GUICHE_DATABASE_URL"):
        environment.database(url, sqlite_file=Path("x"))


def test_without_a_url_it_is_sqlite_made_for_a_ledger() -> None:
    entry = environment.database("", sqlite_file=Path("/data/guiche.sqlite3"))
    assert entry["NAME"] == "/data/guiche.sqlite3"
    assert entry["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in entry["OPTIONS"]["init_command"]


def test_what_is_deleted_is_not_left_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "guiche.sqlite3"
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA secure_delete=OFF")  # as many builds begin
        for pragma in environment.sqlite(file)["OPTIONS"]["init_command"].split(";"):
            database.execute(pragma)
        database.execute("CREATE TABLE person (name TEXT)")
        database.execute("INSERT INTO person VALUES ('Bento Exemplo')")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert b"Bento Exemplo" in file.read_bytes()
        database.execute("DELETE FROM person")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert b"Bento Exemplo" not in file.read_bytes()


def test_a_data_folder_makes_its_secrets_once(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    environment.make_data_folder(folder)
    keys = {name: environment.kept_secret(folder, name) for name in environment.KEPT_SECRETS}
    assert len(set(keys.values())) == 2
    assert all(len(key) >= 48 for key in keys.values())
    assert stat.S_IMODE((folder / "secret-key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    environment.make_data_folder(folder)
    assert keys == {name: environment.kept_secret(folder, name) for name in keys}


def test_no_secret_is_kept_where_no_folder_was_made(tmp_path: Path) -> None:
    assert environment.kept_secret(tmp_path, "GUICHE_SECRET_KEY") == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value", ["https://certificado.example.com", "https://localhost:8443/"])
def test_a_site_is_its_name_and_port(value: str) -> None:
    assert environment.site({"URL": value}, "URL") == value.rstrip("/")


@pytest.mark.parametrize(
    "value",
    ["http://localhost", "localhost", "https://", "https://a/b", "https://a?b", "https://ana@a",
     "https://a b", "https://-a", "https://a:x"],
)  # fmt: skip
def test_anything_else_is_no_site(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="https://nome:porta"):
        environment.site({"URL": value}, "URL")


def test_a_shared_secret_cannot_be_guessed() -> None:
    assert environment.shared({}, "SECRET") == ""
    assert environment.shared({"SECRET": "a1" * 16}, "SECRET") == "a1" * 16
    for value in ("curto", "a" * 31, "put-the-secret-here", "com espaço " * 4, '"' * 40):
        with pytest.raises(ImproperlyConfigured, match="SECRET precisa") as refused:
            environment.shared({"SECRET": value}, "SECRET")
        assert value not in str(refused.value)
