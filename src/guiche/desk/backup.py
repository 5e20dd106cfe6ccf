"""A copy of an SQLite database while it is in use, and back. PostgreSQL has its own `pg_dump`.

The data key is in no copy: without it certificates, pictures and passwords in it stay shut.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, connections

from guiche.desk.refusal import Refused

_POSTGRESQL = (
    "O banco deste Guichê é um PostgreSQL: use pg_dump e pg_restore, como diz docs/operations.md."
)


class BackupRefused(Refused):
    """No copy was made, or none was put back; the database is as it was."""


def save(file: Path) -> int:
    """Writes a whole, checked copy of the database, for this account alone; its size in bytes.

    Raises `BackupRefused`. `file` appears only once it is whole, and none is written over.
    """
    _refuse_postgresql()
    if file.exists():
        raise BackupRefused(f"{file} já existe. Escolha outro nome.")
    with _partial(file) as partial:
        try:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [str(partial)])
        except DatabaseError as error:
            raise BackupRefused(f"Não consegui copiar o banco para {file} ({error}).") from error
        finally:
            connections.close_all()
        check(partial)
        _to_disk(partial)
        partial.rename(file)
    _to_disk(file.parent)
    return file.stat().st_size


def check(file: Path) -> None:
    """Raises `BackupRefused` where the file is not a whole database of the desk."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
            dangling = copy.execute("PRAGMA foreign_key_check").fetchone()
            copy.execute("SELECT count(*) FROM desk_ticket")
    except sqlite3.Error as error:
        raise BackupRefused(f"{file} não é um banco do Guichê que se leia ({error}).") from error
    if found != "ok" or dangling:
        raise BackupRefused(f"{file} está danificado ({found}). Use outra cópia.")


def restore(file: Path) -> Path | None:
    """Puts a copy in the place of the database; where the one before lies now, None without one.

    Raises `BackupRefused`, also while any process has the database open.
    """
    _refuse_postgresql()
    check(file)
    place = Path(settings.DATABASES["default"]["NAME"])
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _partial(place) as partial:
        try:
            shutil.copyfile(file, partial)
        except OSError as error:
            why = error.strerror
            raise BackupRefused(f"Não consegui copiar {file} para {place} ({why}).") from error
        check(partial)
        _to_disk(partial)
        before = _put_aside(place) if place.exists() else None
        partial.rename(place)
    _to_disk(place.parent)
    return before


def _put_aside(place: Path) -> Path:
    """Out of WAL mode, which empties its journal, and fails while anybody else is in."""
    try:
        with closing(sqlite3.connect(place, timeout=1)) as database:
            database.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise BackupRefused(
            f"O banco {place} está em uso ({error}). Pare `guiche web` e `guiche worker` antes."
        ) from error
    except sqlite3.DatabaseError:
        pass  # damaged: that is why a copy is put back
    number = next(n for n in range(1, 1_000_000) if not _aside(place, n).exists())
    for suffix in ("-wal", "-shm"):
        # Of the database before; beside another one they would damage it.
        with suppress(FileNotFoundError):
            Path(f"{place}{suffix}").rename(f"{_aside(place, number)}{suffix}")
    return place.rename(_aside(place, number))


def _aside(place: Path, number: int) -> Path:
    return place.with_name(f"{place.name}.antes-{number}")


@contextmanager
def _partial(file: Path) -> Iterator[Path]:
    """A file of this account alone, beside the other, gone after the block."""
    partial = file.with_name(f"{file.name}.parcial")
    try:
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise BackupRefused(f"Não consegui criar {partial} ({error.strerror}).") from error
    try:
        yield partial
    finally:
        partial.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    """What was written, or which name a folder has for it, outlives the power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refuse_postgresql() -> None:
    if connection.vendor != "sqlite":
        raise BackupRefused(_POSTGRESQL)
