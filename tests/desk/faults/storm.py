"""Everything at once: a hostile desk, workers that are killed, a database that is killed.

Then the faults end, and what must be true is counted.
"""

import json
import math
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, Self

from desk.faults.hostile import KINDS, Hostile
from desk.faults.nursery import WORKER, Child, Nursery, Process
from desk.faults.server import Server
from guiche.desk.environment import make_data_folder

WORKERS = 4
RATE = 0.06
LEASE = 2
LAG = LEASE + 0.5
"""Longer than the lease: what a killed worker created does not show yet when it is looked for."""
KILL_EVERY = 1.0
BETWEEN, PATIENCE = 20, 5.0
"""Calls to the desk between one kill and the next, unless they take so many seconds more."""
ASK_EVERY, STILL = 0.5, 400.0
"""Seconds; a step that failed five times in a row waits for most of them, and all of them stand
still while the connection rests."""
OPENER = "opener"
SRC = Path(__file__).parents[3] / "src"
TESTS = Path(__file__).parents[2]
IN_ORDER = ("create", "leitura", "Solução", "group", "state")


class Counted(NamedTuple):
    """What is left of a storm; from `lost` on all must be none."""

    tickets: int
    seconds: int
    stormed: int
    """So many seconds of these something was killed in each."""
    killed: Counter[str]
    faults: Counter[str]
    """How often the desk went wrong in which way."""
    doubles: int
    """Of the desk's own making."""
    lost: int
    """Committed here, and not in the desk."""
    twice: int
    """Created more than once by us."""
    disordered: int
    rewritten: int
    """With a note or a file twice."""
    stuck: int
    unfound: int
    """Doubles that nobody was told of."""

    @property
    def unseen(self) -> set[str]:
        """Faults that never came."""
        return KINDS - self.faults.keys()

    @property
    def is_well(self) -> bool:
        return not any(self[self._fields.index("lost") :])


class Storm:
    """A desk in `folder`; on PostgreSQL where a server is given."""

    def __init__(self, folder: Path, hostile: Hostile, server: Server | None = None) -> None:
        self.folder, self.hostile, self.server = folder, hostile, server
        self.chance = random.Random(365)
        self.log = folder.with_name(f"{folder.name}.log")
        self.killed: Counter[str] = Counter()
        self._nursery: Nursery | None = None
        self.environment = {
            **os.environ, "GUICHE_DATA": str(folder), "GUICHE_MODE": "local",
            "PYTHONPATH": f"{SRC}{os.pathsep}{TESTS}",
            "GUICHE_DELIVERY_LEASE_SECONDS": str(LEASE), "GUICHE_DELIVERY_CALL_SECONDS": "5",
            "GUICHE_DATABASE_URL": server.url if server else "",
        }  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._nursery:
            self._nursery.close()

    # Processes

    def bear(self, *command: str) -> Child:
        """A worker or a verb of `inside`, forked."""
        if self._nursery is None:
            # Not before: the secrets of the folder are read when Django is made ready.
            make_data_folder(self.folder)
            self._nursery = Nursery(self.environment, self.log)
        return self._nursery.bear(*command)

    def ask(self, verb: str, *given: str) -> Any:
        """The answer of one of the verbs of `inside`; again where the database is away."""
        for _ in range(20):
            child = self.bear(verb, *given)
            if child.wait(timeout=120) == 0:
                return json.loads(child.said) if child.said else None
            time.sleep(0.5)
        raise RuntimeError(self.log.read_text("utf-8", "replace")[-3000:])

    def worker(self) -> Child:
        return self.bear(WORKER)

    def command(self, before: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        """`guiche worker` as an operator starts it."""
        command = [*before, sys.executable, "-m", "guiche", "worker"]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    # The storm

    def begin(self) -> Path:
        """A desk with a connection; the file in which tickets will be told."""
        stated = math.ceil(self.hostile.lag.total_seconds() + 0.2)
        self.ask("prepare", self.hostile.url, str(stated))
        told = self.folder / "told"
        told.touch()
        return told

    def run(self, tickets: int) -> Counted:
        """Opens so many tickets while it storms, and counts once all is over or nothing moves."""
        began = time.monotonic()
        told = self.begin()
        with self._processes(told, tickets) as processes:
            stormed = self._rage(processes, tickets, told)
            self._settle(processes)
        return self._count(told, stormed, time.monotonic() - began)

    @contextmanager
    def _processes(self, told: Path, tickets: int) -> Iterator[dict[str, Process]]:
        self._born: dict[str, Callable[[], Process]] = {
            OPENER: lambda: self.bear("open", str(max(0, tickets - len(_lines(told)))), str(told)),
            "worker 0": self.command,
            **{f"worker {number}": self.worker for number in range(1, WORKERS)},
        }
        processes = {name: born() for name, born in self._born.items()}
        try:
            yield processes
        finally:
            for process in processes.values():
                process.kill()
                process.wait()

    def _rage(self, processes: dict[str, Process], tickets: int, told: Path) -> float:
        """Until most is delivered, or nothing is any more; for how many seconds."""
        began = moved = due = time.monotonic()
        seen, events = "", self._events(tickets)
        for number in count():
            due = max(due + KILL_EVERY * self.chance.uniform(0.5, 1.5), time.monotonic())
            self._wait(due)
            self._kill(f"worker {number % WORKERS}", processes)
            if number % 4 == 1 and processes[OPENER].poll() is None:
                self._kill(OPENER, processes)
            self._refill(processes)
            next(events, None)
            states = self.ask("mend")
            if len(_lines(told)) >= tickets and _left(states) < tickets / 10:
                break
            if (now := json.dumps(states)) != seen:
                seen, moved = now, time.monotonic()
            elif time.monotonic() - moved > STILL:
                break
        return time.monotonic() - began

    def _wait(self, due: float) -> None:
        """Until it is time to kill; longer where a busy machine let nobody work since the last."""
        calls = len(self.hostile.calls)
        time.sleep(max(0.0, due - time.monotonic()))
        while len(self.hostile.calls) < calls + BETWEEN and time.monotonic() < due + PATIENCE:
            time.sleep(0.05)

    def _events(self, tickets: int) -> Iterator[None]:
        """What happens once: the desk is away for a while, the database is killed."""
        while len(self.hostile.tickets) < tickets / 3:
            yield
        self.hostile.stand_still()
        yield
        yield
        self.hostile.come_back()
        while len(self.hostile.tickets) < tickets / 2:
            yield
        if self.server:
            self.server.kill()
            self.killed["PostgreSQL"] += 1
            self.server.start()

    def _kill(self, name: str, processes: dict[str, Process]) -> None:
        processes[name].kill()
        processes[name].wait()
        self.killed[name.partition(" ")[0]] += 1

    def _refill(self, processes: dict[str, Process]) -> None:
        for name, process in list(processes.items()):
            code = process.poll()
            if code is not None and not (name == OPENER and code == 0):
                processes[name] = self._born[name]()

    def _settle(self, processes: dict[str, Process]) -> None:
        """No more faults, until nothing is left or nothing moves."""
        self.hostile.is_fair = True
        seen, moved = "", time.monotonic()
        while time.monotonic() - moved < STILL:
            self._refill(processes)
            states = self.ask("mend")
            if not _left(states):
                break
            if (now := json.dumps(states)) != seen:
                seen, moved = now, time.monotonic()
            time.sleep(ASK_EVERY)
        self.ask("reconcile")

    # What came of it

    def _count(self, told: Path, stormed: float, seconds: float) -> Counted:
        here, desk = self.ask("tell"), self.hostile
        keys = {ref: row["title"].rpartition("[G")[2].rstrip("]") for ref, row in
                desk.tickets.items()}  # fmt: skip
        ours = Counter(key for ref, key in keys.items() if ref not in desk.its_own)
        linked = {int(ref) for ref in here["links"]}
        known = linked | {int(ref) for ref in here["strays"]}
        number_of = {int(ref): number for ref, number in here["links"].items()}
        missing = set(_lines(told)) - set(here["tickets"])
        unlinked = set(here["tickets"]) - set(here["links"].values())
        wrong = {ref for ref in linked if keys.get(ref) != number_of[ref]}
        return Counted(
            tickets=len(here["tickets"]), seconds=round(seconds), stormed=round(stormed),
            killed=self.killed, faults=desk.faults_had, doubles=len(desk.its_own),
            lost=len(missing) + len(unlinked) + len(wrong),
            twice=sum(count > 1 for count in ours.values()),
            disordered=sum(not is_in_order(desk.did[ref]) for ref in linked),
            rewritten=sum(_is_rewritten(desk.did[ref]) for ref in desk.tickets),
            stuck=_left(here["states"]),
            unfound=len(set(desk.tickets) - known),
        )  # fmt: skip


def _left(states: Mapping[str, int]) -> int:
    return sum(states.values()) - states.get("done", 0) - states.get("dropped", 0)


def _lines(file: Path) -> list[str]:
    """Whole lines: what was killed while it wrote has told nothing."""
    text = file.read_text()
    return text[: text.rfind("\n") + 1].split()


def is_in_order(did: list[str]) -> bool:
    """Whether what was done to a ticket was done in the order of its steps."""
    steps = [each.partition("-")[0] for each in did]
    places = [IN_ORDER.index(step) for step in steps if step in IN_ORDER]
    return places == sorted(places)


def _is_rewritten(did: list[str]) -> bool:
    notes = Counter(each for each in did if each not in ("group", "state"))
    return any(count > 1 for count in notes.values())
