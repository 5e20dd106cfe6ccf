"""The child process of one module, from this side: started, listened to, bounded, ended."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO, Any

from guiche.sources.errors import ModuleFailedError, ModuleSilentError

MAX_ANSWER = 1024 * 1024
"""Bytes of one line; no certificate comes near."""
MAX_ANSWERS = 64 * 1024 * 1024
"""Bytes of all lines; thirty thousand certificates."""
_AHEAD = 16
_GOOD_BYE_SECONDS = 2.0

Answer = dict[str, Any]


def answers(module: Path, seconds: float) -> Iterator[Answer]:
    """What the child says, up to its end.

    Raises `ModuleSilentError` after `seconds`, and `ModuleFailedError` where it ends too early or
    says what no child says. However this ends, the child and all that it started are gone.
    """
    process = _start(module, seconds)
    try:
        yield from _heard(process, seconds)
        # It lets go of the device in order, where the module can.
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GOOD_BYE_SECONDS)
    finally:
        _end(process)


def _heard(process: "subprocess.Popen[bytes]", seconds: float) -> Iterator[Answer]:
    assert process.stdout  # noqa: S101  # a pipe was asked for
    deadline = time.monotonic() + seconds
    lines = _Lines(process.stdout)
    try:
        left = MAX_ANSWERS
        while left > 0:
            try:
                line = lines.next(deadline - time.monotonic())
            except Empty:
                raise ModuleSilentError(seconds) from None
            if not line:
                raise ModuleFailedError(_ending(process))
            left -= len(line)
            answer = _understood(line)
            if "end" in answer:
                return
            yield answer
        raise ModuleFailedError("respondeu sem fim")
    finally:
        lines.close()


def _start(module: Path, seconds: float) -> "subprocess.Popen[bytes]":
    # -P: the folder that the command is run in may hold a pkcs11.py, and is nobody we trust.
    child = [sys.executable, "-P", "-m", "guiche.sources.pkcs11.child"]
    return subprocess.Popen(  # noqa: S603
        [*child, str(module.absolute()), str(seconds)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Our settings hold secrets, and a module is a stranger.
        env={name: value for name, value in os.environ.items() if not name.startswith("GUICHE_")},
        start_new_session=True,
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ends the child with its group, which also holds what the module started."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _understood(line: bytes) -> Answer:
    try:
        answer = json.loads(line)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise ModuleFailedError("respondeu o que não se entende")
    return answer


def _ending(process: "subprocess.Popen[bytes]") -> str:
    """How a child came to its end, in words."""
    try:
        status = process.wait(_GOOD_BYE_SECONDS)
    except subprocess.TimeoutExpired:
        return "parou de responder"
    if status >= 0:
        return f"encerrou sozinho, com {status if status < 256 else hex(status)}"
    try:
        return f"caiu ({signal.Signals(-status).name})"
    except ValueError:
        return f"caiu (sinal {-status})"


class _Lines:
    """The lines of a pipe, each waited for no longer than told.

    Not every system can wait for a pipe and a clock at once; a thread can wait for the one, and a
    queue for the other. Few lines are read ahead, so that a child cannot fill the memory.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._wanted: SimpleQueue[int] = SimpleQueue()
        self._read: SimpleQueue[bytes] = SimpleQueue()
        for _ in range(_AHEAD):
            self._wanted.put(MAX_ANSWER)
        Thread(target=self._run, args=(stream,), daemon=True).start()

    def next(self, seconds: float) -> bytes:
        """The next line, b"" at the end; raises `Empty` when it takes longer."""
        self._wanted.put(MAX_ANSWER)
        return self._read.get(timeout=max(seconds, 0))

    def close(self) -> None:
        """Asks for no more."""
        self._wanted.put(0)

    def _run(self, stream: IO[bytes]) -> None:
        with stream:
            while size := self._wanted.get():
                self._read.put(stream.readline(size))
