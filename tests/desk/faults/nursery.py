"""Processes that are born grown up: forked from one in which Django is ready, instead of booting.

The nursery itself has one thread and never touches the database, so that nothing is shared with
what it bears. A child is a process like any other, and dies like any other.
"""

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol, Self

WORKER = "worker"
_WELL = b"\0"
"""What a child says last that ended well."""
_PID_BYTES = 4


class Process(Protocol):
    """What a child and a `Popen` have in common."""

    def poll(self) -> int | None: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float | None = None) -> int: ...


class Child:
    """A process that was forked; its standard output is the other end of `line`."""

    def __init__(self, line: socket.socket) -> None:
        self._line, self._said = line, b""
        self._code: int | None = None
        self.pid = int.from_bytes(line.recv(_PID_BYTES, socket.MSG_WAITALL))

    @property
    def said(self) -> str:
        return self._said.removesuffix(_WELL).decode()

    def poll(self) -> int | None:
        return self._listen(0)

    def wait(self, timeout: float | None = None) -> int:
        """0 where it ended well. `TimeoutError` where it has not ended."""
        code = self._listen(timeout)
        if code is None:
            raise TimeoutError(self.pid)
        return code

    def kill(self) -> None:
        # Its number is not given anew: the nursery leaves its dead unburied.
        os.kill(self.pid, signal.SIGKILL)

    def _listen(self, timeout: float | None) -> int | None:
        """Until nobody holds the other end, which is when the process is gone."""
        while self._code is None:
            self._line.settimeout(timeout)
            try:
                piece = self._line.recv(1 << 16)
            except (BlockingIOError, TimeoutError):
                break
            self._said += piece
            if not piece:
                self._line.close()
                self._code = 0 if self._said.endswith(_WELL) else 1
        return self._code


class Nursery:
    """Bears children with `environment`; what they and it complain of goes to `log`."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, log.open("ab") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "desk.faults.nursery", str(theirs.fileno())],
                env=environment, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stderr=file,
            )  # fmt: skip

    def bear(self, *command: str) -> Child:
        """`worker`, or a verb of `inside` with what is given to it."""
        line, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._control, [json.dumps(command).encode()], [theirs.fileno()])
        return Child(line)

    def close(self) -> None:
        self._control.close()
        self._process.wait(timeout=120)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


# Within the nursery


def main(control: socket.socket) -> None:
    """Until nobody asks for children any more."""
    _grow_up()
    while True:
        message, lines, *_ = socket.recv_fds(control, 1 << 16, 1)
        if not message:
            break
        _stay_alone()
        if not os.fork():
            control.close()
            _live(json.loads(message), lines[0])
        os.close(lines[0])
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _grow_up() -> None:
    import django

    django.setup()
    import calls  # noqa: F401
    import certificates  # noqa: F401
    import guiche.cli.worker
    import guiche.desk.connectors.zammad
    import guiche.desk.worker  # noqa: F401

    gc.freeze()


def _stay_alone() -> None:
    """What would be shared by a fork is not there."""
    from django.db import connections

    assert threading.active_count() == 1, threading.enumerate()
    assert all(each.connection is None for each in connections.all(initialized_only=True))


def _live(command: Sequence[str], line: int) -> None:
    """A child's whole life."""
    code = 1
    try:
        os.write(line, os.getpid().to_bytes(_PID_BYTES))
        os.dup2(line, sys.stdout.fileno())
        _do(*command)
        sys.stdout.flush()
        os.write(line, _WELL)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _do(verb: str, *given: str) -> None:
    from desk.faults import inside
    from guiche.cli import worker

    if verb == WORKER:
        worker.command.main([], standalone_mode=False)
    else:
        inside.main(verb, *given)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guiche.desk.settings")
    main(socket.socket(fileno=int(sys.argv[1])))
