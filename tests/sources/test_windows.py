r"""`CurrentUser\My` and `LocalMachine\My`, through a double of crypt32.dll.

`test_windows_wine.py` does it by Wine's.
"""

import ctypes
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from certificates import CEI, ca, e_cnpj, e_cpf
from guiche.sources import (
    MissingError,
    NoCertificateError,
    NoPermissionError,
    StoreFailedError,
    windows,
)
from sources.crypt32 import ACCESS_DENIED, FILE_NOT_FOUND, Crypt32

USER, MACHINE = 0x1_0000, 0x2_0000
PADARIA, ANA, AUTHORITY = e_cnpj(cei=CEI).der(), e_cpf().der(), ca().der()

Install = Callable[[list[bytes] | int, list[bytes] | int], Crypt32]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Makes this a Windows with those two stores."""

    def install(user: list[bytes] | int, machine: list[bytes] | int) -> Crypt32:
        library = Crypt32({USER: user, MACHINE: machine})

        def load(name: str, *, use_last_error: bool) -> Crypt32:
            assert name == "crypt32"
            assert use_last_error
            return library

        monkeypatch.setattr(windows, "sys", SimpleNamespace(platform="win32"))
        monkeypatch.setattr(ctypes, "WinDLL", load, raising=False)
        monkeypatch.setattr(ctypes, "get_last_error", library.get_last_error, raising=False)
        return library

    return install


def test_both_stores_by_their_names(install: Install) -> None:
    library = install([PADARIA, AUTHORITY, ANA], [ANA])
    reading = windows.read()
    assert [(found.source, found.der, found.is_ca) for found in reading.found] == [
        ((r"Windows: CurrentUser\My", "windows", 0), PADARIA, False),
        ((r"Windows: CurrentUser\My", "windows", 1), AUTHORITY, True),
        ((r"Windows: CurrentUser\My", "windows", 2), ANA, False),
        ((r"Windows: LocalMachine\My", "windows", 0), ANA, False),
    ]
    assert reading.errors == ()
    assert library.opened == {}
    assert windows.missing() is None


def test_a_store_that_was_never_made_is_empty(install: Install) -> None:
    install([PADARIA], FILE_NOT_FOUND)
    assert len(windows.read().found) == 1
    install([], FILE_NOT_FOUND)
    with pytest.raises(NoCertificateError, match="vazio"):
        windows.read()


def test_one_that_is_closed_to_us_loses_not_the_other(install: Install) -> None:
    install([PADARIA], ACCESS_DENIED)
    reading = windows.read()
    assert len(reading.found) == 1
    assert [error.source.name for error in reading.errors] == [r"Windows: LocalMachine\My"]
    assert isinstance(reading.errors[0], NoPermissionError)


def test_an_enumeration_that_breaks_is_told_and_closed(install: Install) -> None:
    library = install([PADARIA, ANA], [])
    library.breaks_after, library.breaks_with = 1, 0x8009_0016
    with pytest.raises(StoreFailedError, match="erro 0x80090016 do Windows"):
        windows.read()
    assert library.opened == {}


def test_one_that_does_not_open_is_told(install: Install) -> None:
    install(0x8009_000F, 1235)
    with pytest.raises(StoreFailedError, match="0x8009000f") as raised:
        windows.read()
    assert [error.source.name for error in raised.value.others] == [r"Windows: LocalMachine\My"]


@pytest.mark.skipif("sys.platform == 'win32'")
def test_elsewhere_it_is_said() -> None:
    assert windows.missing()
    with pytest.raises(MissingError, match="Windows"):
        windows.read()
