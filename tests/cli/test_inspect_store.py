"""`guiche inspect --store` as its users run it, on databases that NSS made."""

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import nss_database
from certificates import CEI, ZEROS, ca, e_cnpj
from nss_database import needs_nss

Run = subprocess.CompletedProcess[str]
Guiche = Callable[..., Run]

WITH, WITHOUT = e_cnpj(cei=CEI).der(), replace(e_cnpj(cei=ZEROS), serial=77).der()
MANY, SECONDS = 1000, 2.0


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "casa"
    home.mkdir()
    return home


@pytest.fixture
def guiche(home: Path) -> Guiche:
    """Runs the command for the user whose home that is; nobody is there to answer a question."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("XDG_")}

    def guiche(*arguments: str | Path) -> Run:
        return subprocess.run(
            [sys.executable, "-m", "guiche", "inspect", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            env={**environ, "HOME": str(home)},
        )

    return guiche


@pytest.fixture
def store(home: Path) -> Path:
    """The database of Chrome with one certificate that has a CEI."""
    folder = nss_database.create(home / ".pki" / "nssdb")
    nss_database.add(folder, [("padaria", WITH)])
    return folder


@needs_nss
@pytest.mark.parametrize("options", [["--store"], ["--store", "nss"], ["--store", "all"]])
def test_the_report_is_that_of_a_file_and_names_the_machine(
    guiche: Guiche, store: Path, tmp_path: Path, options: list[str]
) -> None:
    result = guiche(*options)
    assert result.returncode == 0
    (tmp_path / "um.cer").write_bytes(WITH)
    place = f"{tmp_path}/um.cer (der)"
    said = guiche(tmp_path / "um.cer").stdout
    assert result.stdout == said.replace(place, "Chrome e Chromium/padaria (nss, nesta máquina)")
    assert result.stderr == ""


@needs_nss
def test_the_exit_status_is_that_of_files(guiche: Guiche, store: Path, home: Path) -> None:
    assert guiche("--store", "--cei", "115830024993").returncode == 1
    nss_database.add(store, [("sem", WITHOUT), ("raiz", replace(ca(), serial=78).der())])
    result = guiche("--store", "--json")
    objects = [json.loads(line) for line in result.stdout.splitlines()]
    assert sorted(each["enrolment"]["status"] for each in objects) == ["blank", "present"]
    assert {each["source"]["kind"] for each in objects} == {"nss"}
    assert result.returncode == 1
    assert len(guiche("--store", "--json", "--all").stdout.splitlines()) == 3
    damaged = home / ".mozilla" / "firefox" / "a.default"
    damaged.mkdir(parents=True)
    (damaged / "cert9.db").write_bytes(b"nada")
    result = guiche("--store")
    assert result.returncode == 2
    assert result.stdout.count("CEI:") == 2
    assert result.stderr.startswith("Firefox: a.default: Está danificado")


@needs_nss
def test_files_and_the_store_in_one_report(guiche: Guiche, store: Path, tmp_path: Path) -> None:
    (tmp_path / "sem.cer").write_bytes(WITHOUT)
    result = guiche("--json", "--store", "nss", tmp_path / "sem.cer")
    kinds = [json.loads(line)["source"]["kind"] for line in result.stdout.splitlines()]
    assert kinds == ["der", "nss"]
    assert result.returncode == 1


def test_a_machine_without_a_store_says_so(guiche: Guiche) -> None:
    result = guiche("--store", "--json")
    assert result.returncode == 2
    (error,) = map(json.loads, result.stdout.splitlines())
    assert error["error"]["code"] == "missing"
    assert error["source"]["kind"] == "nss"
    assert "Firefox ou Chrome" in error["error"]["message"]


@needs_nss
def test_a_store_without_a_certificate_is_not_a_yes(guiche: Guiche, home: Path) -> None:
    nss_database.create(home / ".pki" / "nssdb")
    result = guiche("--store")
    assert result.returncode == 2
    assert "Nenhum perfil" in result.stderr


@pytest.mark.skipif("sys.platform != 'linux'")
@pytest.mark.parametrize(("name", "system"), [("windows", "Windows"), ("keychain", "macOS")])
def test_the_store_of_another_system_is_refused(guiche: Guiche, name: str, system: str) -> None:
    result = guiche("--store", name)
    assert result.returncode == 2
    assert f"Falta o {system}" in result.stderr


def test_something_to_read_is_needed(guiche: Guiche) -> None:
    result = guiche("--json")
    assert result.returncode == 2
    assert result.stderr == (
        "Falta informar CAMINHO..., --store ou --token. Veja guiche inspect --help.\n"
    )
    result = guiche("--store", "cliente.cer")
    assert result.returncode == 2
    assert "--store precisa ser um destes: all, windows, keychain, nss." in result.stderr


@needs_nss
@pytest.mark.timed
def test_a_thousand_certificates_are_listed_in_two_seconds(
    guiche: Guiche, home: Path, record_property: Callable[[str, object], None]
) -> None:
    folder = nss_database.create(home / ".pki" / "nssdb")
    holder = e_cnpj(cei=ZEROS)
    nss_database.add(folder, [("n0", holder.der())])
    nss_database.multiply(folder, [replace(holder, serial=10_000 + n) for n in range(1, MANY)])
    assert nss_database.run("certutil", "-L", "-d", f"sql:{folder}").count("\nn") == MANY
    seconds = math.inf
    for _ in range(3):  # the best: what else the machine does is not ours
        start = time.perf_counter()
        result = guiche("--store", "nss", "--json")
        seconds = min(seconds, time.perf_counter() - start)
        assert len(result.stdout.splitlines()) == MANY
        assert result.returncode == 1
    record_property("counted", f"{MANY} certificates of a store in {seconds:.2f} s")
    assert seconds < SECONDS
