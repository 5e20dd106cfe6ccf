"""Modules that are none, hang, crash or lie: each a clear error, and nobody is kept waiting."""

import os
import signal
import socket
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from guiche.sources import (
    ModuleFailedError,
    ModuleSilentError,
    NoPermissionError,
    NotAFileError,
    NotFoundError,
    SourceError,
    UnreadableError,
    WrongModuleError,
    pkcs11,
)
from guiche.sources.pkcs11.library import unfit
from servers import bad_module

LIBC = Path("/lib/x86_64-linux-gnu/libc.so.6")
REMOTE = Path("/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so")
PATIENCE = 1.5
# In the words of a child, each line long.
ENDLESS_LINES = (
    "static char l[65536]; for (int i = 0; i < 65536; i++) "
    r'l[i] = "{\"problem\":\"blank\"}"[i < 19 ? i : 19] ?: (i < 65535 ? 32 : 10); '
    "for (;;) for (int f = 3; f < 20; f++) write(f, l, 65536)"
)

needs_gcc = pytest.mark.skipif(
    not bad_module.is_installed(), reason=f"falta o gcc: {bad_module.INSTALL}"
)


def failing(path: Path, seconds: float = pkcs11.SECONDS) -> SourceError:
    with pytest.raises(SourceError) as caught:
        pkcs11.read(path, seconds=seconds)
    assert caught.value.source.kind == "pkcs11"
    assert str(path) in str(caught.value)
    return caught.value


# --- files that are no module -------------------------------------------------------------------


def test_no_file(tmp_path: Path) -> None:
    assert isinstance(failing(tmp_path / "nada.so"), NotFoundError)
    assert isinstance(failing(tmp_path), NotAFileError)
    assert isinstance(failing(tmp_path / ("x" * 300)), UnreadableError)


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "fechado.so"
    path.touch(mode=0)
    # The tests may run as root, whom no mode keeps out.
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert isinstance(failing(path), NoPermissionError)


def test_a_text(tmp_path: Path) -> None:
    path = tmp_path / "leia-me.so"
    path.write_text("não sou um módulo")
    error = failing(path)
    assert isinstance(error, WrongModuleError)
    assert "não é uma biblioteca" in error.message


@pytest.mark.skipif(not LIBC.exists(), reason="outra disposição de bibliotecas")
def test_a_library_of_something_else() -> None:
    error = failing(LIBC)
    assert isinstance(error, WrongModuleError)
    assert "de outro programa" in error.message


def elf(bits: int, machine: int) -> bytes:
    return b"\x7fELF" + bytes([bits // 32, 1, 1]) + bytes(9) + struct.pack("<HH", 3, machine)


def pe(machine: int, magic: int) -> bytes:
    head = b"MZ" + bytes(58) + struct.pack("<I", 64)
    return head + b"PE\0\0" + struct.pack("<H", machine) + bytes(18) + struct.pack("<H", magic)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="as palavras são do Linux")
@pytest.mark.parametrize(
    ("head", "words"),
    [
        (elf(32, 3), "é de 32 bits, e este Python é de 64"),
        (elf(64, 0x1234), "é de outro tipo de processador"),
        (pe(0x8664, 0x20B), "é de outro sistema operacional"),
        (b"\xcf\xfa\xed\xfe" + bytes(60), "é de outro sistema operacional"),
        (b"", "não é uma biblioteca"),
    ],
)
def test_a_library_of_another_machine(tmp_path: Path, head: bytes, words: str) -> None:
    path = tmp_path / "outro.so"
    path.write_bytes(head)
    assert unfit(path) == words
    assert words in failing(path).message


def test_what_the_head_does_not_tell_is_left_to_the_loader(tmp_path: Path) -> None:
    assert unfit(Path(sys.executable)) == ""
    path = tmp_path / "cortado.so"
    path.write_bytes(Path(sys.executable).read_bytes()[:64])
    assert "não carrega (" in failing(path).message


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="o carregador é do Linux")
def test_a_library_whose_end_is_missing_crashes_the_loader(tmp_path: Path) -> None:
    path = tmp_path / "cortado.so"
    path.write_bytes(Path(sys.executable).read_bytes()[:1000])
    assert "caiu (SIGBUS)" in failing(path).message


@needs_gcc
def test_a_relative_path_is_of_the_folder_we_are_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loader would look for a bare name among the libraries of the system."""
    path = bad_module.compiled(tmp_path, "_exit(3)").rename(tmp_path / "libc.so.6")
    monkeypatch.chdir(path.parent)
    assert "encerrou sozinho, com 3" in failing(Path(path.name)).message


# --- modules that fail --------------------------------------------------------------------------


@needs_gcc
@pytest.mark.parametrize(
    ("at_start", "words"),
    [
        ("raise(11)", "caiu (SIGSEGV)"),
        ("raise(6)", "caiu (SIGABRT)"),
        ("_exit(0)", "encerrou sozinho, com 0"),
        ("_exit(3)", "encerrou sozinho, com 3"),
        ("return DEVICE_ERROR", "respondeu com erro (DeviceError)"),
        ('for (int f = 3; f < 20; f++) write(f, "[]\\n", 3)', "respondeu o que não se entende"),
        ('for (int f = 3; f < 20; f++) write(f, "{}\\n", 3)', "respondeu o que não se entende"),
        ('for (int f = 3; f < 20; f++) write(f, "\\377\\n", 2)', "respondeu o que não se entende"),
        ('for (;;) for (int f = 3; f < 20; f++) write(f, "0000", 4)', "não se entende"),
        (
            ENDLESS_LINES,
            "respondeu sem fim",
        ),
    ],
    ids=[
        *("SIGSEGV", "SIGABRT", "exit 0", "exit 3", "error", "no object", "no answer", "no text"),
        *("endless line", "endless lines"),
    ],
)
def test_a_module_that_fails(tmp_path: Path, at_start: str, words: str) -> None:
    error = failing(bad_module.compiled(tmp_path, at_start))
    assert isinstance(error, ModuleFailedError)
    assert words in error.message


@needs_gcc
@pytest.mark.parametrize(
    "at_start",
    [
        "for (;;) pause()",
        "for (;;)",
        'for (;;) write(1, "spam", 4)',
        # What it started keeps the pipe open, in a group of its own, after it is gone.
        "if (!fork()) { setsid(); raise(19); } for (;;) pause()",
        "if (!fork()) for (;;) pause(); _exit(0)",
    ],
    ids=["waits", "spins", "prints", "leaves a session", "leaves a process"],
)
def test_a_module_that_hangs(tmp_path: Path, at_start: str) -> None:
    path = bad_module.compiled(tmp_path, at_start)
    begin = time.monotonic()
    try:
        error = failing(path, seconds=PATIENCE)
        took = time.monotonic() - begin
    finally:
        # A session of its own is nobody's to end but ours, who wrote the module.
        for process in bad_module.running(path):
            os.kill(int(process), signal.SIGKILL)
    assert isinstance(error, ModuleSilentError)
    assert took < PATIENCE + 60


@needs_gcc
def test_what_a_module_started_ends_with_it(tmp_path: Path) -> None:
    path = bad_module.compiled(tmp_path, "fork(); for (;;) pause()")
    failing(path, seconds=PATIENCE)
    assert bad_module.has_ended(path)


@needs_gcc
def test_certificates_without_end(tmp_path: Path) -> None:
    reading = pkcs11.read(bad_module.compiled(tmp_path))
    # All the same one; and the label is one that a terminal can show.
    assert [each.source.name for each in reading.found] == ["TOKEN ?[2J"]
    assert [each.code for each in reading.errors] == ["module_failed"]
    assert "certificados demais" in reading.errors[0].message


@needs_gcc
def test_our_secrets_are_not_shown_to_a_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUICHE_PASSWORD", "segredo")
    path = bad_module.compiled(tmp_path, '_exit(getenv("GUICHE_PASSWORD") ? 1 : 5)')
    assert "encerrou sozinho, com 5" in failing(path).message


def test_a_folder_that_has_a_pkcs11_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pkcs11.py").write_text("raise SystemExit(7)")
    (tmp_path / "texto.so").write_text("não sou um módulo")
    monkeypatch.chdir(tmp_path)
    assert isinstance(failing(tmp_path / "texto.so"), WrongModuleError)


# --- a module at the other end of a socket ------------------------------------------------------


@pytest.fixture
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """What p11-kit's own client connects to."""
    if not REMOTE.exists():
        pytest.skip(f"falta o p11-kit: {bad_module.INSTALL}")
    monkeypatch.setenv("P11_KIT_SERVER_ADDRESS", f"unix:path={tmp_path}/outro")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "outro"))
        server.listen()
        yield server


def test_the_other_end_is_silent(remote: socket.socket) -> None:
    assert isinstance(failing(REMOTE, seconds=PATIENCE), ModuleSilentError)


def test_the_other_end_talks_nonsense(remote: socket.socket) -> None:
    def answer() -> None:
        client, _ = remote.accept()
        with client:
            client.sendall(b"bobagem" * 100)

    thread = Thread(target=answer)
    thread.start()
    error = failing(REMOTE)
    thread.join()
    assert isinstance(error, ModuleFailedError)
