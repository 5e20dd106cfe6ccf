"""How many steps a second one worker takes at a desk over HTTP that answers in 20 ms."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

import postgresql
from benchmarks.command import GUICHE
from benchmarks.measure import Figure, duration

TICKETS, LEAST = 400, 200
ANSWERS_IN = 0.02
_SECONDS = 120


class Taken(NamedTuple):
    """Steps that were taken, between the first and the last of them."""

    steps: int
    seconds: float
    cpu: float

    @property
    def a_second(self) -> float:
        return self.steps / self.seconds


def figures() -> Iterator[Figure]:
    """A figure for each database."""
    yield _figure("SQLite", nullcontext(""))
    try:
        with postgresql.server() as url:
            yield _figure("PostgreSQL", nullcontext(url.replace("/?", "/postgres?")))
    except postgresql.NotInstalled as missing:
        yield Figure("deliveries a second, PostgreSQL", f"{LEAST} or more", str(missing), None)


def _figure(name: str, database: "nullcontext[str]") -> Figure:
    with database as url, tempfile.TemporaryDirectory() as data, double() as desk:
        taken = measure({"GUICHE_DATA": data, "GUICHE_DATABASE_URL": url}, desk)
    return Figure(
        f"deliveries a second, one worker, a desk that answers in 20 ms, {name}",
        f"{LEAST} or more",
        f"{taken.a_second:.0f} a second: {taken.steps:,} steps in {duration(taken.seconds)}, "
        f"{duration(taken.cpu)} of it busy; load of the machine {os.getloadavg()[0]:.1f}",
        taken.a_second >= LEAST,
    )


def measure(database: dict[str, str], desk: str) -> Taken:
    """Tickets are opened first; then a worker starts, as `guiche worker` does."""
    environment = environment_of(database)
    inside(environment, "prepare", desk)
    inside(environment, "open", str(TICKETS), f"{database['GUICHE_DATA']}/told")
    worker = subprocess.Popen([GUICHE, "worker"], env=environment)
    try:
        return Taken(*_wait(environment), cpu=_cpu(worker.pid))
    finally:
        worker.terminate()
        worker.wait()


def _wait(environment: dict[str, str]) -> tuple[int, float]:
    ends = time.monotonic() + _SECONDS
    while time.monotonic() < ends:
        time.sleep(3)
        left, steps, seconds = inside(environment, "pace").split()
        if left == "0":
            return int(steps), float(seconds)
    raise RuntimeError(f"{left} steps are left after {_SECONDS} s")


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def environment_of(database: dict[str, str]) -> dict[str, str]:
    """Of the processes of a desk; its data folder is made."""
    from guiche.desk.environment import make_data_folder

    make_data_folder(Path(database["GUICHE_DATA"]))
    return {**os.environ, **database, "DJANGO_SETTINGS_MODULE": "guiche.desk.settings"}


def inside(environment: dict[str, str], *verb: str) -> str:
    """What a verb of `desk.faults.inside` says."""
    command = [sys.executable, "-m", "desk.faults.inside", *verb]
    return subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, check=True, text=True, timeout=600
    ).stdout


@contextmanager
def double() -> Iterator[str]:
    """The address of a Zammad double in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.deliveries"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout
        yield process.stdout.readline().strip()
    finally:
        process.communicate("")


def _serve() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guiche.desk.settings")
    django.setup()
    from desk.faults.hostile import Hostile

    with Hostile(rate=0, lag=0, delay=ANSWERS_IN) as desk:
        print(desk.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    _serve()
