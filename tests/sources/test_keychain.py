"""The keychains of macOS, through a program that prints and fails as `security` does."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from certificates import CEI, ca, e_cnpj, e_cpf, pem
from guiche.sources import (
    DamagedError,
    MissingError,
    NoCertificateError,
    StoreFailedError,
    TooLargeError,
    keychain,
)

PADARIA, ANA, AUTHORITY = e_cnpj(cei=CEI).der(), e_cpf().der(), ca().der()
# How `security` says a failure: the function, then the system's sentence.
NOTHING_FOUND = (
    "security: SecKeychainSearchCopyNext: The specified item could not be found in the keychain."
)
NO_KEYCHAIN = (
    "security: SecKeychainSearchCreateFromAttributes: The specified keychain could not be found."
)

Install = Callable[[str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Makes this a macOS whose `security` goes on like that when it is called as we call it."""

    def install(script: str) -> None:
        program = tmp_path / "bin" / "security"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f'#!/bin/sh\n[ "$*" = "find-certificate -a -p" ] || exit 2\n{script}\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")

    monkeypatch.setattr(keychain, "sys", SimpleNamespace(platform="darwin"))
    return install


def printing(tmp_path: Path, text: str) -> str:
    (tmp_path / "saida.pem").write_text(text)
    return f"cat {tmp_path / 'saida.pem'}"


def test_all_certificates_that_are_printed(install: Install, tmp_path: Path) -> None:
    install(printing(tmp_path, pem(PADARIA) + pem(AUTHORITY) + pem(ANA)))
    reading = keychain.read()
    assert [found.der for found in reading.leaves] == [PADARIA, ANA]
    assert [found.source for found in reading.found] == [
        ("Acesso às Chaves do macOS", "keychain", number) for number in range(3)
    ]
    assert keychain.missing() is None


@pytest.mark.parametrize("script", ["exit 0", f"echo '{NOTHING_FOUND}' >&2; exit 44"])
def test_an_empty_keychain_is_no_failure(install: Install, script: str) -> None:
    install(script)
    with pytest.raises(NoCertificateError) as raised:
        keychain.read()
    assert raised.value.source.kind == "keychain"


def test_authorities_alone_are_none(install: Install, tmp_path: Path) -> None:
    install(printing(tmp_path, pem(AUTHORITY)))
    with pytest.raises(NoCertificateError):
        keychain.read()


def test_a_failure_is_told_in_its_own_words(install: Install) -> None:
    install(f"echo '{NO_KEYCHAIN}' >&2; exit 50")
    with pytest.raises(StoreFailedError, match="keychain could not be found") as raised:
        keychain.read()
    assert raised.value.source == ("Acesso às Chaves do macOS", "keychain", 0)


def test_a_failure_without_words_is_told_too(install: Install) -> None:
    install("exit 1")
    with pytest.raises(StoreFailedError, match="terminou com 1"):
        keychain.read()


def test_words_that_would_command_a_terminal_do_not(install: Install) -> None:
    install(r"printf '\033[2J%01000d\n' 7 >&2; exit 1")
    with pytest.raises(StoreFailedError) as raised:
        keychain.read()
    assert raised.value.message.isprintable()
    assert len(raised.value.message) < 200


def test_one_that_does_not_answer_is_ended(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keychain, "TIMEOUT", 0.2)
    install("exec sleep 60")
    with pytest.raises(StoreFailedError, match="não respondeu"):
        keychain.read()


def test_one_that_is_not_there_is_told(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nada")
    with pytest.raises(StoreFailedError, match="não roda"):
        keychain.read()


def test_what_was_cut_short_loses_no_other(install: Install, tmp_path: Path) -> None:
    install(printing(tmp_path, pem(PADARIA) + "-----BEGIN CERTIFICATE-----\n"))
    reading = keychain.read()
    assert [found.der for found in reading.found] == [PADARIA]
    assert [type(error) for error in reading.errors] == [DamagedError]
    install(printing(tmp_path, pem(PADARIA)[:500]))
    (cut,) = keychain.read().found
    assert cut.inspect().enrolment.status == "unreadable"


def test_too_much_is_refused(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keychain, "MAX_OUTPUT", 1000)
    install(printing(tmp_path, pem(PADARIA)))
    with pytest.raises(TooLargeError):
        keychain.read()


@pytest.mark.skipif("sys.platform == 'darwin'")
def test_elsewhere_it_is_said() -> None:
    assert keychain.missing()
    with pytest.raises(MissingError, match="macOS"):
        keychain.read()
