"""A copy of each database is put back, and every history in it is whole."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

import postgresql
from guiche.desk import backup
from operations.machines import Machine

_DEMO = """
import pathlib, tempfile
from django.core.management import call_command
from guiche.desk import clock
from guiche.desk.demo.certificates import write_samples
from guiche.desk.demo.tickets import make_demo
call_command("migrate", verbosity=0)
with tempfile.TemporaryDirectory() as folder:
    write_samples(pathlib.Path(folder), clock.now())
    make_demo(pathlib.Path(folder))
"""


def filled(machine: Machine) -> str:
    """A desk with tickets; what `verify` says of it."""
    made = machine.run("manage", "shell", "-v0", given=_DEMO)
    assert made.returncode == 0, made.stderr
    return verified(machine)


def verified(machine: Machine) -> str:
    said = machine.run("manage", "verify")
    assert said.returncode == 0, said.stderr
    assert "inteiro: 0 " not in said.stdout
    return said.stdout


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Machine, str, Path]:
    """A desk on SQLite, what `verify` says of it, and its copy."""
    folder = tmp_path_factory.mktemp("sqlite")
    machine, copy = Machine(folder / "desk", {}), folder / "copy.sqlite3"
    said = filled(machine)
    # In use: somebody has not ended what was begun.
    with closing(sqlite3.connect(machine.folder / "guiche.sqlite3")) as other:
        other.execute("BEGIN IMMEDIATE")
        saved = machine.run("backup", str(copy))
    assert saved.returncode == 0, saved.stderr
    assert f"Cópia conferida: {copy}" in saved.stdout
    assert copy.stat().st_mode & 0o077 == 0
    return machine, said, copy


@contextmanager
def restored(machine: Machine, copy: Path, *, key: bool = True) -> Iterator[Machine]:
    """Another machine, with the copy put back, and the key where it was kept apart."""
    other = Machine(copy.parent / f"other-{os.urandom(4).hex()}", {})
    if key:
        shutil.copy(machine.folder / "data-key", other.folder)
    assert other.run("restore", str(copy)).returncode == 0
    yield other


def test_a_copy_of_sqlite_is_restored(desk: tuple[Machine, str, Path]) -> None:
    machine, said, copy = desk
    with restored(machine, copy) as other:
        assert verified(other) == said


def test_without_the_data_key_it_is_told(desk: tuple[Machine, str, Path]) -> None:
    machine, _, copy = desk
    with restored(machine, copy, key=False) as other:
        refused = other.run("manage", "verify")
    assert refused.returncode == 1
    assert "A chave dos dados não é a desta cópia" in refused.stderr


def test_a_history_that_was_changed_is_found(desk: tuple[Machine, str, Path]) -> None:
    machine, _, copy = desk
    with restored(machine, copy) as other:
        with closing(sqlite3.connect(other.folder / "guiche.sqlite3")) as database, database:
            database.execute("UPDATE desk_event SET kind = 'cancelled' WHERE id = 2")
        refused = other.run("manage", "verify")
    assert refused.returncode == 1
    assert "não confere a partir do evento 2" in refused.stderr


def test_nothing_is_put_over_a_desk_in_use(desk: tuple[Machine, str, Path]) -> None:
    machine, said, copy = desk
    with closing(sqlite3.connect(machine.folder / "guiche.sqlite3")) as other:
        other.execute("SELECT count(*) FROM desk_ticket").fetchone()
        refused = machine.run("restore", str(copy))
    assert refused.returncode != 0
    assert "está em uso" in refused.stderr
    put_back = machine.run("restore", str(copy))
    assert "guiche.sqlite3.antes-1" in put_back.stdout
    assert verified(machine) == said


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0 and no more", b"PK\x03\x04"])
def test_what_is_no_copy_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "copy").write_bytes(content)
    with pytest.raises(backup.BackupRefused, match="não é um banco do Guichê"):
        backup.check(tmp_path / "copy")


def test_a_damaged_copy_is_refused(desk: tuple[Machine, str, Path], tmp_path: Path) -> None:
    damaged = bytearray(desk[2].read_bytes())
    damaged[8192:12288] = bytes(4096)
    (tmp_path / "copy").write_bytes(damaged)
    with pytest.raises(backup.BackupRefused, match=r"danificado|não é um banco"):
        backup.check(tmp_path / "copy")


def test_no_copy_is_written_over(desk: tuple[Machine, str, Path]) -> None:
    machine, _, copy = desk
    refused = machine.run("backup", str(copy))
    assert refused.returncode != 0
    assert "já existe" in refused.stderr


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    try:
        with postgresql.server() as url:
            yield url
    except postgresql.NotInstalled as error:
        pytest.skip(str(error))


def test_a_copy_of_postgresql_is_restored(server: str, tmp_path: Path) -> None:
    """By the commands of docs/operations.md."""
    socket = parse_qs(urlsplit(server).query)["host"][0]
    programs, there = postgresql.binaries(), ("-h", socket, "-U", postgresql.OWNER)
    with psycopg.connect(server, autocommit=True) as database:
        database.execute("CREATE DATABASE guiche")
        database.execute("CREATE DATABASE outro")
    machine = Machine(tmp_path / "desk", {"GUICHE_DATABASE_URL": server.replace("/?", "/guiche?")})
    said = filled(machine)
    refused = machine.run("backup", str(tmp_path / "copy"))
    assert "use pg_dump" in refused.stderr
    dump = str(tmp_path / "guiche.dump")
    for command in (
        ("pg_dump", *there, "-Fc", "-f", dump, "guiche"),
        ("pg_restore", *there, "--exit-on-error", "--no-owner", "-d", "outro", dump),
    ):
        subprocess.run([programs / command[0], *command[1:]], check=True, capture_output=True)
    other = Machine(tmp_path / "other", {"GUICHE_DATABASE_URL": server.replace("/?", "/outro?")})
    shutil.copy(machine.folder / "data-key", other.folder)
    assert verified(other) == said
