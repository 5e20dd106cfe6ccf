"""NSS databases made by NSS's own commands, `certutil` and `pk12util`."""

import shutil
import sqlite3
import subprocess
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from certificates import Certificate
from certificates import der as asn1

needs_nss = pytest.mark.skipif(
    not (shutil.which("certutil") and shutil.which("pk12util")),
    reason="faltam certutil e pk12util: apt-get install libnss3-tools",
)


def run(*command: str | Path) -> str:
    """Without a terminal, nobody can be asked for a password."""
    result = subprocess.run(
        [*map(str, command)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def create(folder: Path, password: str = "") -> Path:
    """An empty database; with a password the profile is protected by it."""
    folder.mkdir(parents=True)
    _password_file(folder).write_text(f"{password}\n")
    run("certutil", "-N", "-d", f"sql:{folder}", "-f", _password_file(folder))
    return folder


def add(folder: Path, certificates: Iterable[tuple[str, bytes]], trust: str = ",,") -> None:
    """Puts them there by their nicknames, all with one command."""
    batch = []
    for number, (nickname, der) in enumerate(certificates):
        file = folder.parent / f"{folder.name}-{number}.cer"
        file.write_bytes(der)
        batch.append(f'-A -n "{nickname}" -t {trust} -i {file}')
    commands = folder.parent / f"{folder.name}.batch"
    commands.write_text("\n".join(batch) + "\n")
    password = _password_file(folder)
    run("certutil", "-B", "-d", f"sql:{folder}", "-f", password, "-i", commands)


def add_pfx(folder: Path, pfx: bytes, password: str) -> None:
    """Puts a key and its certificates there, as a browser does."""
    file = folder.parent / f"{folder.name}.pfx"
    file.write_bytes(pfx)
    keys = _password_file(folder)
    run("pk12util", "-i", file, "-d", f"sql:{folder}", "-k", keys, "-W", password)


def multiply(folder: Path, certificates: Iterable[Certificate]) -> None:
    """Puts many of one holder there as NSS wrote the first one; NSS itself takes 20 ms for each."""
    with closing(sqlite3.connect(folder / "cert9.db")) as database, database:
        names = [row[1] for row in database.execute("PRAGMA table_info(nssPublic)")]
        first = database.execute("SELECT * FROM nssPublic WHERE a0 = x'00000001'").fetchone()
        rows = (
            {**dict(zip(names, first, strict=True)), "id": number, "a3": f"n{number}".encode(),
             "a11": each.der(), "a82": asn1.integer(each.serial)}
            for number, each in enumerate(certificates, 1)
        )  # fmt: skip
        marks = ", ".join(f":{name}" for name in names)
        database.executemany(f"INSERT INTO nssPublic VALUES ({marks})", rows)


def _password_file(folder: Path) -> Path:
    return folder.parent / f"{folder.name}.senha"
