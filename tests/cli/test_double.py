"""`guiche double` starts a desk that pretends, says how to configure it, and stops when told to."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desk.connectors.conformance import CASE
from guiche.desk.connectors import file
from guiche.desk.connectors.connector import Customer
from guiche.desk.connectors.qualitor import Qualitor
from guiche.desk.connectors.qualitor.settings import QualitorSettings
from guiche.desk.doubles.qualitor import settings_at

SECONDS = 60


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GUICHE_")}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return kept


@contextmanager
def started(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command on a free port, and what it says until it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "guiche", "double", "qualitor", "--port", "0", *options],
        env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout
    lines: list[str] = []
    try:
        for line in process.stdout:
            lines.append(line)
            if "Para parar" in line:
                break
        yield process, "".join(lines)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def failed(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "guiche", "double", *arguments],
        env=environment(), capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


def succeeded(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "guiche", "double", *arguments],
        env=environment(), capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


def settings_in(said: str) -> dict[str, str]:
    lines = said.partition("Configure a integração com:\n")[2].partition("\n\n")[0]
    found = re.findall(r"^  [^ ].*?\((\w+)\):((?: .*)?(?:\n    .*)*)", lines, re.MULTILINE)
    return {key: value.strip() for key, value in found}


def test_what_it_prints_configures_the_connector() -> None:
    with started("--responsestatus", "--utf-8") as (process, said):
        connector = Qualitor(QualitorSettings.read(settings_in(said)))
        checks = list(connector.check())
        connector.close_down()
        assert [check.label for check in checks if check.ok] == [
            "Endereço, usuário, senha e empresa",
            "Cliente e contato padrão: Cliente não identificado / Não identificado",
        ]
        process.send_signal(signal.SIGTERM)
        assert process.stdout
        assert process.stdout.read().strip() == "Qualitor de mentira parado."
        assert process.wait(SECONDS) == 0


def test_it_misbehaves_when_told_to() -> None:
    with started("--fault", "getCustomerContactData:down:2") as (_, said):
        connector = Qualitor(QualitorSettings.read(settings_in(said)))
        first, second, third = ([check.ok for check in connector.check()] for _ in range(3))
        connector.close_down()
    assert (all(first), any(second), all(third)) == (True, False, True)


@pytest.mark.parametrize(
    "fault", ["addTicketByData", "addTicketByData:nada", "nada:cut", "getTicket:cut:x"]
)
def test_a_fault_that_there_is_not_says_where_they_are(fault: str) -> None:
    status, said = failed("qualitor", "--fault", fault)
    assert status == 2
    assert f"--fault {fault}: escreva operação:falha" in said
    assert "Para ver todas: --fault ajuda." in said


def test_the_faults_are_listed() -> None:
    status, said = succeeded("qualitor", "--fault", "ajuda")
    assert status == 0
    assert "\n  hang_after      grava, e não responde\n" in said
    assert "\n  addTicketByData\n" in said


def test_the_file_that_it_writes_is_understood(tmp_path: Path) -> None:
    status, said = succeeded("qualitor", "--toml", "--port", "8145")
    assert status == 0
    path = tmp_path / "connections.toml"
    path.write_text(said, "utf-8")
    (declared,) = file.read(path, {"GUICHE_CONNECTION_QUALITOR_PASSWORD": "senha-de-exemplo"})
    typed = QualitorSettings.read(declared.wanted.settings)
    assert typed == QualitorSettings.read(settings_at("http://127.0.0.1:8145"))
    assert 'senha-de-exemplo"' not in said


def test_what_starts_anew_repeats_no_number() -> None:
    with started() as (_, said):
        first = opened(said)
    with started() as (_, said):
        assert opened(said) != first


def opened(said: str) -> str:
    connector = Qualitor(QualitorSettings.read(settings_in(said)))
    created = connector.create(CASE, Customer())
    connector.close_down()
    return created.number


def test_a_port_that_is_taken_is_said() -> None:
    with started() as (_, said):
        port = settings_in(said)["url"].rpartition(":")[2]
        status, words = failed("qualitor", "--port", port)
    assert (status, f"A porta {port} não está livre" in words) == (2, True)


def test_it_asks_which_desk() -> None:
    status, said = failed()
    assert status == 2
    assert "  qualitor  Um Qualitor, por HTTP e por SOAP." in said
    assert "  psc       Um provedor de certificado em nuvem." in said
