"""A Dask scheduler and its workers, each a process of its own on loopback, gone afterwards."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import guiche

READY_SECONDS = 180
SOURCE = Path(guiche.__file__).parents[1]


class Cluster:
    """Where the scheduler is, and the processes of workers that were started."""

    def __init__(self, folder: Path, *, security: Sequence[str] = ()) -> None:
        self.folder, self.security = folder, security
        self.workers: list[subprocess.Popen[bytes]] = []
        told = folder / "scheduler.json"
        self.log = folder / "log"
        scheme = "tls" if security else "tcp"
        self.scheduler = self._start(
            "scheduler", "--host", f"{scheme}://127.0.0.1", "--port", "0", "--dashboard-address",
            "127.0.0.1:0", "--no-show", "--scheduler-file", str(told),
        )  # fmt: skip
        self.address = _address(told, self.scheduler)

    def worker(self, source: Path = SOURCE, *before: str) -> int:
        """Starts one that has the Guichê of `source`, the command `before` it; its process."""
        started = self._start(
            "worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard",
            "--local-directory", str(self.folder), source=source, before=before,
        )  # fmt: skip
        self.workers.append(started)
        return started.pid

    def end(self) -> None:
        """Every process that is still there."""
        for process in (*self.workers, self.scheduler):
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()

    def _start(
        self, what: str, *arguments: str, source: Path = SOURCE, before: Sequence[str] = ()
    ) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, "PYTHONPATH": str(source)}
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}"]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [*before, *command, *arguments, *self.security], cwd=self.folder,
                env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip


@contextmanager
def dask(workers: int = 1, *, security: Sequence[str] = ()) -> Iterator[Cluster]:
    """With so many workers that are on their way there."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        cluster = Cluster(Path(folder), security=security)
        try:
            for _ in range(workers):
                cluster.worker()
            yield cluster
        finally:
            cluster.end()


def _address(told: Path, scheduler: "subprocess.Popen[bytes]") -> str:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        assert scheduler.poll() is None, "the scheduler ended"
        if told.exists() and (text := told.read_text()).endswith("}"):
            return str(json.loads(text)["address"])
        time.sleep(0.05)
    raise TimeoutError("the scheduler does not come up")
