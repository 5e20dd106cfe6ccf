"""One store of this machine, or all that it has: a macOS with Firefox."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from certificates import CEI, e_cnpj, e_cpf, pem
from guiche.sources import (
    MissingError,
    NoCertificateError,
    StoreFailedError,
    keychain,
    nss,
    stores,
)
from guiche.sources.catalogue import STORES

PADARIA, ANA = e_cnpj(cei=CEI).der(), e_cpf().der()

Machine = Callable[[str, list[bytes] | None], None]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A macOS whose `security` goes on like that; in Firefox those certificates, or no profile."""

    def machine(script: str, firefox: list[bytes] | None) -> None:
        program = tmp_path / "bin" / "security"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o700)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
        for module in (keychain, nss):
            monkeypatch.setattr(module, "sys", SimpleNamespace(platform="darwin"))
        monkeypatch.setattr(Path, "home", lambda: tmp_path)
        if firefox is None:
            return
        folder = tmp_path / "Library" / "Application Support" / "Firefox" / "Profiles" / "a.default"
        folder.mkdir(parents=True)
        with closing(sqlite3.connect(folder / "cert9.db")) as database, database:
            database.execute("CREATE TABLE nssPublic (id PRIMARY KEY, a0, a3, a11)")
            rows = [(number, b"\0\0\0\1", "", der) for number, der in enumerate(firefox)]
            database.executemany("INSERT INTO nssPublic VALUES (?, ?, ?, ?)", rows)

    return machine


def printing(tmp_path: Path, *ders: bytes) -> str:
    (tmp_path / "saida.pem").write_text("".join(map(pem, ders)))
    return f"cat {tmp_path / 'saida.pem'}"


def test_all_that_there_are_in_one_reading(machine: Machine, tmp_path: Path) -> None:
    machine(printing(tmp_path, PADARIA), [ANA])
    reading = stores.read()
    assert [(found.source, found.der) for found in reading.found] == [
        (("Acesso às Chaves do macOS", "keychain", 0), PADARIA),
        (("Firefox: a.default", "nss", 0), ANA),
    ]
    assert reading.errors == ()


def test_one_by_its_name(machine: Machine, tmp_path: Path) -> None:
    machine(printing(tmp_path, PADARIA), [ANA])
    assert [found.source.kind for found in stores.read("nss").found] == ["nss"]
    with pytest.raises(MissingError):
        stores.read("windows")


def test_that_one_is_empty_is_no_news_beside_another(machine: Machine) -> None:
    machine("exit 0", [ANA])
    reading = stores.read()
    assert len(reading.found) == 1
    assert reading.errors == ()


def test_that_all_are_empty_is(machine: Machine) -> None:
    machine("exit 0", [])
    with pytest.raises(NoCertificateError) as raised:
        stores.read()
    told = [raised.value, *raised.value.others]
    assert [error.source.kind for error in told] == ["keychain", "nss"]


def test_one_that_fails_is_told_beside_another(machine: Machine) -> None:
    machine("exit 1", [ANA])
    reading = stores.read()
    assert len(reading.found) == 1
    assert [type(error) for error in reading.errors] == [StoreFailedError]


def test_one_that_is_not_there_is_not_asked(machine: Machine, tmp_path: Path) -> None:
    machine(printing(tmp_path, PADARIA), None)
    reading = stores.read()
    assert len(reading.found) == 1
    assert reading.errors == ()


def test_every_store_reads_and_says_what_it_lacks() -> None:
    import importlib

    for name in STORES:
        module = importlib.import_module(f"guiche.sources.{name}")
        assert name == module.KIND
        assert callable(module.read)
        assert callable(module.missing)
