"""`guiche inspect --token`: the reports and exit codes of files, of what is in this machine."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from certificates import CEI, ZEROS, ca, e_cnpj
from servers import bad_module, softhsm
from servers.softhsm import MODULE, SoftTokens

pytestmark = pytest.mark.skipif(not MODULE.exists(), reason=f"falta o SoftHSM2: {softhsm.INSTALL}")
Run = subprocess.CompletedProcess[str]
MANY = 1000


@pytest.fixture(scope="module")
def tokens() -> Iterator[SoftTokens]:
    with softhsm.soft_tokens() as tokens:
        tokens.add("TOKEN DA PADARIA", [e_cnpj(cei=CEI).der(), ca().der()])
        yield tokens


def guiche(tokens: SoftTokens, *arguments: str | Path) -> Run:
    command = [sys.executable, "-m", "guiche", "inspect", *map(str, arguments)]
    environment = {**os.environ, **tokens.environment, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        command, capture_output=True, timeout=60, check=False, env=environment, text=True
    )


def test_the_report_for_a_person(tokens: SoftTokens) -> None:
    result = guiche(tokens, "--token", "--module", MODULE)
    lines = result.stdout.splitlines()
    assert lines[0] == "Tem CEI: 11.583.00249/85."
    assert "  Lido de: TOKEN DA PADARIA (pkcs11, nesta máquina)" in lines
    (device,) = (line for line in lines if line.startswith("  Token ou cartão: "))
    assert ": TOKEN DA PADARIA, SoftHSM v2 (SoftHSM project), série " in device
    assert (result.returncode, result.stderr) == (0, "")


def test_the_contract(tokens: SoftTokens) -> None:
    result = guiche(tokens, "--json", "--all", "--module", MODULE)
    read = [json.loads(line) for line in result.stdout.splitlines()]
    assert {each["source"]["device"]["label"] for each in read} == {"TOKEN DA PADARIA"}
    assert sorted(each["source"]["index"] for each in read) == [0, 1]
    assert {each["enrolment"]["status"] for each in read} == {"present", "not_applicable"}
    assert result.returncode == 1


def test_beside_files(tokens: SoftTokens, tmp_path: Path) -> None:
    (tmp_path / "sem.cer").write_bytes(e_cnpj(cei=ZEROS).der())
    result = guiche(tokens, "--module", MODULE, "--json", tmp_path)
    read = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["source"]["kind"] for each in read] == ["der", "pkcs11"]
    assert "device" not in read[0]["source"]
    assert result.returncode == 1


def test_an_error_names_the_module_and_what_to_do(tokens: SoftTokens, tmp_path: Path) -> None:
    path = tmp_path / "leia-me.txt"
    path.write_text("não sou um módulo")
    result = guiche(tokens, "--module", path)
    assert result.returncode == 2
    assert result.stderr.startswith(f"{path}: Não serve de módulo PKCS#11: não é uma biblioteca.")
    assert "Informe o do programa do token" in result.stderr
    (answer,) = guiche(tokens, "--json", "--module", path).stdout.splitlines()
    error = json.loads(answer)
    assert error["error"]["code"] == "wrong_module"
    assert error["source"] == {"name": str(path), "kind": "pkcs11", "index": 0}


def test_neither_path_nor_token(tokens: SoftTokens) -> None:
    result = guiche(tokens)
    assert result.returncode == 2
    assert "Falta informar CAMINHO..., --store ou --token." in result.stderr


@pytest.mark.skipif(not bad_module.is_installed(), reason=f"falta o gcc: {bad_module.INSTALL}")
def test_ctrl_c_ends_a_module_that_hangs(tokens: SoftTokens, tmp_path: Path) -> None:
    there = tmp_path / "aqui"
    path = bad_module.compiled(tmp_path, f'open("{there}", 0101, 0600); for (;;) pause()')
    command = [sys.executable, "-m", "guiche", "inspect", "--module", str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not there.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said.strip()) == (130, "Interrompido.")
    assert bad_module.has_ended(path)


def listing_seconds(count: int) -> float:
    """How long the whole command takes; the best of three, as other work is no part of it."""
    with softhsm.soft_tokens() as tokens:
        tokens.add("TOKEN", [e_cnpj(cei=f"{number:012}").der() for number in range(count)])
        return min(once(tokens, count) for _ in range(3))


def once(tokens: SoftTokens, count: int) -> float:
    begin = time.perf_counter()
    result = guiche(tokens, "--json", "--module", MODULE)
    assert len(result.stdout.splitlines()) == count
    return time.perf_counter() - begin


@pytest.mark.timed
def test_a_thousand_certificates_in_two_seconds(
    record_property: Callable[[str, object], None],
) -> None:
    """After the device answered: what one certificate takes is the way to that answer."""
    one, many = listing_seconds(1), listing_seconds(MANY)
    told = f"{MANY} certificados em {many - one:.2f} s, depois de {one:.2f} s até o token responder"
    record_property("counted", told)
    assert many - one < 2
