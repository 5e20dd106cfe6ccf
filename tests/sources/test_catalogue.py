"""The table of sources: complete, and it tells what is missing without loading anything heavy."""

import subprocess
import sys
from types import ModuleType

import pytest

from guiche.sources import catalogue
from guiche.sources.catalogue import KINDS, STORES, Kind, Machine
from guiche.sources.missing import Missing

# The contract, in its own words.
CONTRACT = "pem der pkcs7 pkcs12 text xml cms pdf zip email pkcs11 windows keychain nss browser psc"


def of(kind: str) -> Kind:
    return next(each for each in KINDS if each.kind == kind)


def test_every_kind_of_the_contract_once() -> None:
    assert sorted(each.kind for each in KINDS) == sorted(CONTRACT.split())
    assert all(each.label and each.use for each in KINDS)
    assert all(machine.words for machine in Machine)


def test_on_whose_machine_each_is_read() -> None:
    machines = {each.kind: each.machine for each in KINDS}
    assert {k for k, machine in machines.items() if machine is Machine.THIS} == {"pkcs11", *STORES}
    assert machines["browser"] is Machine.CUSTOMER
    assert machines["psc"] is Machine.CLOUD
    assert machines["pkcs12"] is Machine.ANY
    assert all(catalogue.is_of_this_machine(kind) for kind in STORES)
    assert not any(map(catalogue.is_of_this_machine, ("der", "browser", "psc", "unknown")))


def test_files_lack_nothing() -> None:
    for kind in ["pem", "der", "pkcs7", "pkcs12", "text", "zip", "email", "xml", "cms", "pdf"]:
        assert of(kind).missing() is None


def test_the_stores_of_other_systems_say_so() -> None:
    others = {"linux": ("windows", "keychain"), "darwin": ("windows",), "win32": ("keychain",)}
    for kind in others[sys.platform]:
        missing = of(kind).missing()
        assert missing
        assert missing.command == "", "nothing brings another system"


def test_no_kind_fails_to_say() -> None:
    for kind in KINDS:
        missing = kind.missing()
        assert missing is None or missing.what


@pytest.mark.parametrize("kind", ["pkcs11", "psc", "nss"])
def test_a_reader_is_asked_itself(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    reader = ModuleType(f"guiche.sources.{kind}")
    monkeypatch.setitem(sys.modules, reader.__name__, reader)
    lacking = Missing("um módulo PKCS#11", "apt-get install opensc")
    monkeypatch.setattr(reader, "missing", lambda: lacking, raising=False)
    assert of(kind).missing() == lacking


def test_without_the_desk_there_is_no_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "find_spec", lambda name: None)
    missing = of("browser").missing()
    assert missing
    assert missing.command == 'pip install "guiche[desk]"'


HEAVY = (
    *("asn1crypto", "cheroot", "cryptography", "ctypes", "django", "httpx", "lxml", "OpenSSL"),
    *("sqlite3", "ssl", "tempfile", "urllib.request"),
)


def test_the_table_is_told_without_anything_heavy() -> None:
    code = f"""
import sys
from guiche.sources.catalogue import KINDS
for kind in KINDS:
    kind.missing()
print(" ".join(sorted(name for name in sys.modules if name in {HEAVY!r})))
"""
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert output.stdout.split() == []
