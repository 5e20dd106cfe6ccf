"""`guiche up` starts everything, stops everything, and leaves nothing behind."""

import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ports import free_port

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="precisa de /proc, que só o Linux tem"
)
SECONDS = 120.0


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("up") / "data"


@pytest.fixture
def port() -> int:
    return free_port()


@contextmanager
def started(
    data: Path, port: int, *options: str
) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The command as a shell starts it in the background, and its lines until it is ready."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GUICHE_")}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = (sys.executable, "-m", "guiche", "up")
    process = subprocess.Popen(
        # A shell leaves SIGINT ignored in what it starts in the background.
        ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *command, "--port", str(port), *options],
        env={**environment, "GUICHE_DATA": str(data)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    lines: list[str] = []
    try:
        for line in process.stdout:
            lines.append(line)
            if "Para parar" in line:
                break
        yield process, lines
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def family(pid: int) -> list[int]:
    """The process and all its descendants."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, _, rest = stat.read_text("utf-8", "replace").partition(" (")
        except OSError:
            continue
        parents[int(number)] = int(rest.rpartition(") ")[2].split()[1])
    found = [pid]
    for ancestor in found:
        found += [child for child, parent in parents.items() if parent == ancestor]
    return found


def gone(pids: list[int]) -> bool:
    deadline = time.monotonic() + SECONDS
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def answers(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_starts_answers_and_stops_cleanly(data: Path, port: int, number: signal.Signals) -> None:
    first = not data.exists()
    with started(data, port) as (process, lines):
        output = "".join(lines)
        assert f"http://localhost:{port}" in output
        assert "suporte         Suporte" in output
        assert str(data / "exemplos") in output
        assert ("Primeira vez" in output) == first
        assert answers(port, "/entrar/") == 200
        pids = family(process.pid)
        assert len(pids) >= 3
        process.send_signal(number)
        assert process.wait(SECONDS) == 0
        assert process.stdout
        assert process.stdout.read().strip() == "Guichê parado."
        assert gone(pids)
    assert min(path.name for path in (data / "exemplos").iterdir()).endswith(".txt")


def test_opens_the_certificate_port_where_it_is_asked_to(data: Path, port: int) -> None:
    other = free_port()
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    with started(data, port, "--acceptor-port", str(other)) as (process, lines):
        assert f"https://localhost:{other}" in "".join(lines)
        connection = http.client.HTTPSConnection("localhost", other, context=trusting)
        connection.request("GET", "/c/nada/")
        assert connection.getresponse().status == 404
        connection.close()
        pids = family(process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
        assert gone(pids)


def test_what_it_started_ends_with_it_even_when_it_is_killed(data: Path, port: int) -> None:
    with started(data, port) as (process, _):
        pids = family(process.pid)
        process.kill()
        process.wait()
        assert gone(pids[1:])


def test_says_that_the_port_is_taken(data: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with started(data, port) as (process, lines):
            assert process.wait(SECONDS) == 2
    assert f"A porta {port} não está livre" in "".join(lines)
    assert "Traceback" not in "".join(lines)


def test_what_a_local_desk_writes_is_readable_by_its_owner_alone(data: Path, port: int) -> None:
    with started(data, port) as (process, _):
        pids = family(process.pid)
    assert gone(pids)
    for path in [data, *data.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path
