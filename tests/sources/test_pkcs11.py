"""Tokens, by SoftHSM2: a real PKCS#11 module whose tokens are folders."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from certificates import ca, e_cnpj, e_cpf
from guiche.sources import (
    MissingError,
    NoCertificateError,
    NoModuleError,
    NoTokenError,
    SourceError,
    TokenRemovedError,
    pkcs11,
)
from guiche.sources.found import Device, Found
from guiche.sources.pkcs11 import middleware, module
from guiche.sources.pkcs11.middleware import Middleware
from servers import softhsm
from servers.softhsm import SoftTokens

ANA, PADARIA, AUTHORITY = e_cpf().der(), e_cnpj().der(), ca().der()
SPY = Path("/usr/lib/x86_64-linux-gnu/pkcs11-spy.so")
PROXY = Path("/usr/lib/x86_64-linux-gnu/p11-kit-proxy.so")

pytestmark = pytest.mark.skipif(
    not softhsm.MODULE.exists(), reason=f"falta o SoftHSM2: {softhsm.INSTALL}"
)


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch) -> Iterator[SoftTokens]:
    with softhsm.soft_tokens() as tokens:
        for name, value in tokens.environment.items():
            monkeypatch.setenv(name, value)
        yield tokens


def read_failing() -> SourceError:
    with pytest.raises(SourceError) as caught:
        pkcs11.read(softhsm.MODULE)
    return caught.value


def test_the_certificates_of_a_token(tokens: SoftTokens) -> None:
    tokens.add("TOKEN DA ANA", [ANA, AUTHORITY, PADARIA])
    reading = pkcs11.read(softhsm.MODULE)
    assert {each.der for each in reading.found} == {ANA, AUTHORITY, PADARIA}
    assert [each.source for each in reading.found] == [
        ("TOKEN DA ANA", "pkcs11", number) for number in range(3)
    ]
    assert {each.der for each in reading.leaves} == {ANA, PADARIA}
    assert reading.errors == ()


def test_the_device_names_itself(tokens: SoftTokens) -> None:
    tokens.add("TOKEN DA ANA", [ANA])
    (found,) = pkcs11.read(softhsm.MODULE).found
    assert found.device
    serial = found.device.serial
    assert found.device == Device("TOKEN DA ANA", "SoftHSM project", "SoftHSM v2", serial)
    assert re.fullmatch("[0-9a-f]{16}", serial)
    assert found.contract(found.inspect())["source"] == {
        "name": "TOKEN DA ANA",
        "kind": "pkcs11",
        "index": 0,
        "device": {
            "label": "TOKEN DA ANA",
            "maker": "SoftHSM project",
            "model": "SoftHSM v2",
            "serial": serial,
        },
    }


def test_several_tokens(tokens: SoftTokens) -> None:
    tokens.add("UM", [ANA])
    tokens.add("DOIS", [PADARIA])
    found = pkcs11.read(softhsm.MODULE).found
    assert {(each.source.name, each.der) for each in found} == {("UM", ANA), ("DOIS", PADARIA)}


def test_a_certificate_that_is_there_twice_is_found_once(tokens: SoftTokens) -> None:
    tokens.add("UM", [ANA, ANA, PADARIA])
    tokens.add("DOIS", [ANA])
    assert sorted(each.der or b"" for each in pkcs11.read(softhsm.MODULE).found) == sorted(
        [ANA, PADARIA]
    )


def test_a_certificate_without_content_is_told(tokens: SoftTokens) -> None:
    tokens.add("TOKEN", [ANA, b""])
    reading = pkcs11.read(softhsm.MODULE)
    assert [each.der for each in reading.found] == [ANA]
    (error,) = reading.errors
    assert (error.code, error.source.name) == ("token_failed", "TOKEN")
    assert "o conteúdo está vazio" in error.message


def test_a_token_without_certificates_in_sight(tokens: SoftTokens) -> None:
    tokens.add("TOKEN")
    error = read_failing()
    assert isinstance(error, NoCertificateError)
    assert error.source == ("TOKEN", "pkcs11", 0)
    assert "sem o PIN, que aqui nunca é pedido" in error.message


def test_a_token_that_was_never_initialised_is_none(tokens: SoftTokens) -> None:
    error = read_failing()
    assert isinstance(error, NoTokenError)
    assert error.message.startswith("Só há token sem inicializar")


def test_a_token_that_is_taken_away(tokens: SoftTokens) -> None:
    folder = tokens.add("TOKEN", [e_cnpj(cei=f"{number:012}").der() for number in range(100)])
    items = module.items(softhsm.MODULE, pkcs11.SECONDS)
    given = [next(items)]
    # A child does not run ahead of who listens, beyond what a pipe holds.
    folder.rename(tokens.folder.with_name("fora"))
    given += items
    assert isinstance(given[0], Found)
    assert isinstance(given[-1], TokenRemovedError)
    assert given[-1].source.name == "TOKEN"
    assert 1 < len(given) < 100


@pytest.mark.skipif(not SPY.exists(), reason=f"falta o OpenSC: {softhsm.INSTALL}")
def test_no_login_is_tried(
    tokens: SoftTokens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens.add("TOKEN", [ANA])
    tokens.add("VAZIO")
    monkeypatch.setenv("PKCS11SPY", str(softhsm.MODULE))
    monkeypatch.setenv("PKCS11SPY_OUTPUT", str(tmp_path / "chamadas"))
    assert [each.der for each in pkcs11.read(SPY).found] == [ANA]
    calls = set(re.findall(r"^\d+: (C_\w+)", (tmp_path / "chamadas").read_text(), re.MULTILINE))
    assert calls - {"C_Finalize", "C_GetInterface"} == {
        *("C_GetFunctionList", "C_Initialize", "C_GetInfo", "C_GetSlotList", "C_GetSlotInfo"),
        *("C_GetTokenInfo", "C_OpenSession", "C_FindObjectsInit", "C_FindObjects"),
        *("C_FindObjectsFinal", "C_GetAttributeValue", "C_CloseSession"),
    }


@pytest.mark.skipif(not PROXY.exists(), reason=f"falta o p11-kit: {softhsm.INSTALL}")
def test_what_the_system_has_registered(tokens: SoftTokens) -> None:
    """p11-kit also shows the authorities that the system trusts, hundreds, as a token."""
    tokens.add("TOKEN", [ANA])
    reading = pkcs11.read(PROXY)
    assert [(each.source.name, each.der) for each in reading.found] == [("TOKEN", ANA)]
    assert reading.errors == ()


# --- which modules are read ---------------------------------------------------------------------


def known(*paths: Path) -> tuple[Middleware, ...]:
    return tuple(Middleware("Exemplo", sys.platform, str(path)) for path in paths)


def test_the_modules_installed_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("um.so", "dois.so.1", "dois.so.2"):
        (tmp_path / name).touch()
    (tmp_path / "outro-nome.so").symlink_to(tmp_path / "um.so")
    monkeypatch.setenv("PASTA", str(tmp_path))
    table = (
        Middleware("A", "linux", "$PASTA/um.so"),
        Middleware("A", "linux", str(tmp_path / "dois.so.*")),
        Middleware("A", "linux", str(tmp_path / "nenhum.so")),
        Middleware("B", "win32", str(tmp_path / "um.so")),
        Middleware("C", "linux", str(tmp_path / "outro-nome.so")),
    )
    assert [path.name for path in middleware.installed(table, "linux")] == [
        "outro-nome.so",
        "dois.so.1",
        "dois.so.2",
    ]


def test_one_token_seen_by_two_modules(
    tokens: SoftTokens, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And a third that fails is told, and keeps nobody."""
    tokens.add("TOKEN", [ANA])
    (tmp_path / "texto.so").write_text("não sou um módulo")
    paths = [tmp_path / "texto.so", softhsm.MODULE, PROXY]
    monkeypatch.setattr(pkcs11, "installed", lambda: paths)
    reading = pkcs11.read()
    assert [each.der for each in reading.found] == [ANA]
    assert [each.code for each in reading.errors] == ["wrong_module"]


def test_that_one_module_sees_none_is_no_news(
    tokens: SoftTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pkcs11, "installed", lambda: [softhsm.MODULE, PROXY])
    with pytest.raises(NoTokenError) as caught:
        pkcs11.read()
    assert caught.value.others == ()


def test_no_module_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pkcs11, "installed", list)
    with pytest.raises(NoModuleError) as caught:
        pkcs11.read()
    assert caught.value.source.name == "este computador"
    lacking = pkcs11.missing()
    assert lacking
    assert "programa do token" in lacking.what


def test_without_our_library(tokens: SoftTokens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    lacking = pkcs11.missing()
    assert lacking == ("a biblioteca python-pkcs11", 'pip install "guiche[tokens]"')
    monkeypatch.setattr(pkcs11, "installed", list)
    with pytest.raises(MissingError, match="Instale com"):
        pkcs11.read()


def test_our_library_is_broken(
    tokens: SoftTokens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pkcs11.py").write_text("raise ImportError('quebrada')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    assert isinstance(read_failing(), MissingError)


def test_nothing_is_missing_where_a_module_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pkcs11, "installed", lambda: [softhsm.MODULE])
    assert pkcs11.missing() is None
