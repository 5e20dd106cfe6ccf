"""`guiche inspect` for a person at a terminal: what is shown, asked and interrupted."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from certificates import CEI, e_cnpj

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pty é do Unix")
HIDDEN, SHOWN = b"\x1b[?25l", b"\x1b[?25h"

# Where Ctrl-C is to reach it, and the password to be asked, it must be its controlling terminal.
ON_ITS_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "guiche", *sys.argv[1:]])
"""


class Seen(NamedTuple):
    """What the terminal got, and how the command ended."""

    screen: bytes
    status: int


def terminal(
    *arguments: str | Path,
    answers: Sequence[tuple[bytes, bytes]] = (),
    stdout: IO[bytes] | None = None,
    command: str = "inspect",
) -> Seen:
    """Runs the command on a terminal; each answer is typed when its question shows."""
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", ON_ITS_TERMINAL, command, *map(str, arguments)],
        stdin=theirs,
        stdout=stdout or theirs,
        stderr=theirs,
        start_new_session=True,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
    )
    os.close(theirs)
    screen, waiting = b"", list(answers)
    while piece := _read(ours):
        screen += piece
        if waiting and waiting[0][0] in screen:
            os.write(ours, waiting.pop(0)[1])
    os.close(ours)
    return Seen(screen, process.wait(60))


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # how Linux says that the other end is closed
        return b""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "clientes"
    folder.mkdir()
    (folder / "com.cer").write_bytes(e_cnpj(cei=CEI).der())
    return folder


@pytest.fixture
def locked(folder: Path) -> Path:
    """A PKCS#12 without a key, whose password is `senha`."""
    certificate = x509.load_der_x509_certificate(e_cnpj(cei=CEI).der())
    sealed = BestAvailableEncryption(b"senha")
    path = folder / "loja\x1b[2J.pfx"
    path.write_bytes(serialize_key_and_certificates(None, None, None, [certificate], sealed))
    return path


def test_a_bar_stands_below_the_verdicts(folder: Path) -> None:
    seen = terminal(folder)
    assert b"Lendo" in seen.screen
    assert b"1/1" in seen.screen
    assert b"Tem CEI: 11.583.00249/85." in seen.screen
    assert seen.status == 0


@pytest.mark.parametrize("option", ["--all", "--json"])
def test_the_answers_go_where_they_are_sent_though_a_bar_shows(folder: Path, option: str) -> None:
    answers = folder.with_name("respostas")
    with answers.open("wb") as file:
        seen = terminal(option, folder, stdout=file)
    assert b"Lendo" in seen.screen
    assert b"11.583.00249/85" not in seen.screen
    assert "11.583.00249/85" in answers.read_text("utf-8")
    assert seen.status == 0


def test_the_question_shows_the_name_without_commands_and_no_bar_over_it(
    folder: Path, locked: Path
) -> None:
    question = b"loja?[2J.pfx: "
    seen = terminal(folder, answers=[(question, b"senha\n")])
    assert seen.screen.count(b"Tem CEI: 11.583.00249/85.") == 2
    before, after = seen.screen.split(question)
    assert SHOWN in before
    assert after.startswith(b"\r\n")
    assert seen.status == 0


def test_bytes_that_are_no_text_are_a_wrong_password(locked: Path) -> None:
    seen = terminal(locked, answers=[(b"pfx: ", b"\xff\xe9\n")])
    assert "A senha não confere" in seen.screen.decode()
    assert seen.status == 2


def test_ctrl_c_at_the_question_ends_with_130(folder: Path, locked: Path) -> None:
    for path in (folder, locked):
        seen = terminal(path, answers=[(b"pfx: ", b"\x03")])
        assert seen.screen.endswith(b"Interrompido.\r\n")
        assert b"Traceback" not in seen.screen
        assert seen.screen.rfind(SHOWN) >= seen.screen.rfind(HIDDEN)
        assert seen.status == 130


def test_ctrl_c_below_a_bar_gives_the_cursor_back(folder: Path) -> None:
    for number in range(1000):
        (folder / f"{number}.cer").symlink_to(folder / "com.cer")
    seen = terminal(folder, answers=[(b"Lendo", b"\x03")])
    assert seen.screen.endswith(b"Interrompido.\r\n")
    assert b"Traceback" not in seen.screen
    assert seen.screen.rfind(SHOWN) > seen.screen.rfind(HIDDEN)
    assert seen.status == 130


def test_that_a_token_is_read_is_said_before_it_answers(tmp_path: Path) -> None:
    (tmp_path / "texto.so").write_text("não sou um módulo")
    seen = terminal("--module", tmp_path / "texto.so")
    begin, _, end = seen.screen.decode().partition("Nenhum PIN é pedido.")
    assert begin == "Lendo o token desta máquina. "
    assert "Não serve de módulo PKCS#11" in end
    assert seen.status == 2
