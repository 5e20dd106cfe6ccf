"""`guiche double psc` starts a provider that pretends, says how to configure it, and misbehaves."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from certificates import e_cpf
from guiche.sources import CloudRefusedError, psc
from guiche.sources.psc.application import Application
from sources.psc import decided

SECONDS = 60
RETURN = "http://127.0.0.1:8000/nuvem/retorno/"
VERIFIER = psc.new_verifier()


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "guiche", "double", "psc", *arguments]


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GUICHE_")}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return kept


@contextmanager
def started(*arguments: str) -> Iterator[tuple["subprocess.Popen[str]", Application]]:
    """The command on a free port, and an application set up after what it says."""
    process = subprocess.Popen(
        command("--port", "0", *arguments), env=environment(), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout
    lines: list[str] = []
    try:
        for line in process.stdout:
            lines.append(line)
            if "Para parar" in line:
                break
        said = dict(re.findall(r"^  ([^:]+): +(\S+)$", "".join(lines), re.MULTILINE))
        yield process, Application(
            psc.providers()["birdid"], said["client_id"], said["client_secret"], RETURN,
            said["Endereço do provedor"],
        )  # fmt: skip
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def code_for(application: Application) -> str:
    return decided(application.authorize_url("estado", VERIFIER))["code"]


def test_what_it_prints_configures_an_application() -> None:
    with started() as (process, application):
        reading = application.discover(application.exchange(code_for(application), VERIFIER))
        assert len(reading.found) == 2
        process.send_signal(signal.SIGTERM)
        assert process.stdout
        assert process.stdout.read().strip() == "Provedor de mentira parado."
        assert process.wait(SECONDS) == 0


def test_it_shows_the_certificates_of_files_and_misbehaves_when_told_to(tmp_path: Path) -> None:
    path = tmp_path / "ana.cer"
    path.write_bytes(e_cpf().der())
    with started("--bare", "--fault", "discovery:status_n", str(path)) as (_, application):
        token = application.exchange(code_for(application), VERIFIER)
        with pytest.raises(CloudRefusedError):
            application.discover(token)
        assert [each.der for each in application.discover(token).found] == [e_cpf().der()]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--fault", "ajuda"], 0, "Chamadas: decision, token, discovery. Falhas: hang_after"),
        (["--fault", "token:nada"], 2, "--fault token:nada: escreva chamada:falha"),
        (["--fault", "nada"], 2, "Para ver todas: --fault ajuda."),
        (["nada.cer"], 2, "nada.cer: Não existe."),
    ],
)
def test_what_it_answers_at_once(arguments: list[str], status: int, said: str) -> None:
    done = subprocess.run(
        command(*arguments), env=environment(), capture_output=True, text=True, timeout=SECONDS,
        check=False,
    )  # fmt: skip
    assert done.returncode == status
    assert said in done.stdout + done.stderr
