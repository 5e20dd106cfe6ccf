"""`cert9.db`: certificates stand there in the clear, also where the profile has a password.

A row of `nssPublic` is a PKCS#11 object, a column an attribute by its number in hexadecimal: a0 is
CKA_CLASS, a3 CKA_LABEL, a11 CKA_VALUE (NSS, lib/softoken/sdb.c). `key4.db`, where the private keys
are, is never opened.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from guiche.sources.errors import DamagedError, NotFoundError, StoreInUseError, UnreadableError
from guiche.sources.files import content
from guiche.sources.nss.profiles import DATABASE
from guiche.sources.store import Stored

MAX_DATABASE = 64 * 1024 * 1024
"""Bytes of the database and of each journal; a thousand certificates take some four megabytes."""
MAX_CERTIFICATES = 10_000
MAX_VALUE = 1024 * 1024
"""Bytes of one value of a row; a certificate has two thousand."""
PATIENCE = 1.0
"""Seconds for a writer to pause."""

_FILES = (DATABASE, f"{DATABASE}-journal", f"{DATABASE}-wal")
_CERTIFICATES = "SELECT a3, a11 FROM nssPublic WHERE a0 = x'00000001' ORDER BY id"
# Instructions of SQLite: some seconds, where ten thousand certificates take a hundred thousand.
_MAX_STEPS, _STEPS = 50_000_000, 100_000
# How NSS writes an attribute that is there and empty, SQLITE_EXPLICIT_NULL.
_EMPTY = bytes.fromhex("a5005a")
_ADVICE = "Exporte o certificado do navegador em .cer, ou peça-o."


def certificates(folder: Path) -> list[Stored]:
    """All certificates of the profile in that folder, by their nicknames.

    The copy that is read is private, and gone afterwards. Raises `PlaceError`, `TooLargeError`,
    `StoreInUseError`, `DamagedError`.
    """
    files = _snapshot(folder)
    try:
        with TemporaryDirectory(prefix="guiche-") as private:
            for name, data in files.items():
                (Path(private) / name).write_bytes(data)
            return list(_rows(Path(private) / DATABASE))
    except sqlite3.Error:
        raise DamagedError("o banco de certificados não abre", _ADVICE) from None
    except OSError as error:
        raise UnreadableError(error.strerror or "erro") from error


def _snapshot(folder: Path) -> dict[str, bytes]:
    """The database and its journals as they were at one moment.

    Read twice and alike, nothing was written between; so no lock is needed, which could keep the
    browser waiting, and a profile that is read-only or held by a writer is read all the same. What
    a writer had not finished then is taken back from the journal when the copy is opened.
    """
    deadline = time.monotonic() + PATIENCE
    seen = _contents(folder)
    while (again := _contents(folder)) != seen:
        if time.monotonic() > deadline:
            raise StoreInUseError
        time.sleep(0.02)
        seen = again
    return seen


def _contents(folder: Path) -> dict[str, bytes]:
    found = {}
    for name in _FILES:
        try:
            found[name] = content(str(folder / name), MAX_DATABASE)
        except NotFoundError:
            if name == DATABASE:
                raise
    return found


def _rows(path: Path) -> Iterator[Stored]:
    with closing(sqlite3.connect(path)) as database:
        database.text_factory = bytes  # one label that is no text must not lose the others
        # A table may be a view that never ends, or makes more than the file holds.
        steps = iter(range(_MAX_STEPS // _STEPS))
        database.set_progress_handler(lambda: next(steps, None) is None, _STEPS)
        database.execute("PRAGMA trusted_schema = OFF")
        if database.execute("PRAGMA quick_check(1)").fetchone() != (b"ok",):
            raise DamagedError("o banco de certificados tem páginas estragadas", _ADVICE)
        # After the check, which reads whole rows: revocation lists may be far larger.
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
        for number, (label, value) in enumerate(database.execute(_CERTIFICATES)):
            if number == MAX_CERTIFICATES:
                raise DamagedError(f"há mais de {MAX_CERTIFICATES} certificados", _ADVICE)
            # A row without its certificate is read as no bytes: the verdict is then `unreadable`.
            yield Stored(_text(label), value if isinstance(value, bytes) else b"")


def _text(label: object) -> str:
    if not isinstance(label, bytes) or label == _EMPTY:
        return ""
    return label.decode("utf-8", "replace")
