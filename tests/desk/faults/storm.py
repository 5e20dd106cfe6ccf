"""Everything at once: a hostile desk, workers that are killed, a database that is killed.

Then the faults end, and what must be true is counted.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from desk.faults.hostile import Hostile
from desk.faults.server import Server
from guiche.desk.environment import make_data_folder

WORKERS = 4
KILL_EVERY = 1.0
ASK_EVERY, STILL = 2.0, 60.0
SRC = Path(__file__).parents[3] / "src"
TESTS = Path(__file__).parents[2]
IN_ORDER = ("create", "leitura", "Solução", "group", "state")


class Counted(NamedTuple):
    """What is left of a storm; all but the first four and `doubles` must be none."""

    tickets: int
    seconds: float
    kills: int
    faults: int
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
    def is_well(self) -> bool:
        return not any(self[self._fields.index("lost") :])


class Storm:
    """A desk in `folder`; on PostgreSQL where a server is given."""

    def __init__(self, folder: Path, hostile: Hostile, server: Server | None = None) -> None:
        self.folder, self.hostile, self.server = folder, hostile, server
        self.chance = random.Random(365)
        self.log = folder.with_name(f"{folder.name}.log")
        self.kills = 0
        self.environment = {
            **os.environ, "GUICHE_DATA": str(folder), "GUICHE_MODE": "local",
            "PYTHONPATH": f"{SRC}{os.pathsep}{TESTS}",
            "GUICHE_DELIVERY_LEASE_SECONDS": "2", "GUICHE_DELIVERY_CALL_SECONDS": "5",
            "GUICHE_DATABASE_URL": server.url if server else "",
        }  # fmt: skip

    # Processes

    def spawn(self, *command: str, before: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [*before, sys.executable, "-m", *command], env=self.environment,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip

    def ask(self, verb: str, *given: str) -> Any:
        """The answer of one of the verbs of `inside`; again where the database is away."""
        for _ in range(20):
            process = self.spawn("desk.faults.inside", verb, *given)
            said, _ = process.communicate(timeout=120)
            if process.returncode == 0:
                return json.loads(said) if said else None
            time.sleep(0.5)
        raise RuntimeError(self.log.read_text("utf-8", "replace")[-3000:])

    def worker(self) -> subprocess.Popen[bytes]:
        return self.spawn("guiche", "worker")

    # The storm

    def begin(self) -> Path:
        """A desk with a connection; the file in which tickets will be told."""
        make_data_folder(self.folder)
        self.ask("prepare", self.hostile.url)
        told = self.folder / "told"
        told.touch()
        return told

    def run(self, tickets: int, *, kills: int) -> Counted:
        """Opens so many tickets, kills so often, and counts once all is over or nothing moves."""
        began = time.monotonic()
        told = self.begin()
        with self._processes(told, tickets) as processes:
            for number in range(kills):
                time.sleep(KILL_EVERY * self.chance.uniform(0.5, 1.5))
                self._strike(number, kills, processes)
            self._refill(processes)
            self._settle(processes, tickets, told)
        return self._count(told, time.monotonic() - began)

    @contextmanager
    def _processes(self, told: Path, tickets: int) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
        self._openers: Callable[[], subprocess.Popen[bytes]] = lambda: self.spawn(
            "desk.faults.inside", "open", str(max(0, tickets - len(_lines(told)))), str(told)
        )
        processes = {f"worker {number}": self.worker() for number in range(WORKERS)}
        processes["opener"] = self._openers()
        try:
            yield processes
        finally:
            for process in processes.values():
                process.kill()
                process.wait()
                if process.stdout:
                    process.stdout.close()

    def _strike(
        self, number: int, kills: int, processes: dict[str, subprocess.Popen[bytes]]
    ) -> None:
        """A worker is killed; now and then who opens tickets, the database, or the desk is away."""
        name = f"worker {number % WORKERS}"
        if number % 4 == 1:
            name = "opener"
        processes[name].kill()
        self.kills += 1
        self._refill(processes)
        if self.server and number == kills // 2:
            self.server.kill()
            self.kills += 1
            self.server.start()
        if number == kills // 3:
            self.hostile.stand_still()
        if number == kills // 3 + 2:
            self.hostile.come_back()

    def _refill(self, processes: dict[str, subprocess.Popen[bytes]]) -> None:
        for name, process in list(processes.items()):
            if process.poll() is None:
                continue
            if process.stdout:
                process.stdout.close()
            if name == "opener" and process.returncode == 0:
                continue
            processes[name] = self._openers() if name == "opener" else self.worker()

    def _settle(
        self, processes: dict[str, subprocess.Popen[bytes]], tickets: int, told: Path
    ) -> None:
        """The desk stays hostile until most is done, then the faults end; so does the storm where
        nothing moves any more."""
        seen, moved = "", time.monotonic()
        while time.monotonic() - moved < STILL:
            time.sleep(ASK_EVERY)
            self._refill(processes)
            states: Counter[str] = Counter(self.ask("mend"))
            opened = len(_lines(told)) >= tickets
            left = sum(states.values()) - states["done"] - states["dropped"]
            if opened and left < tickets / 10:
                self.hostile.is_fair = True
            if opened and not left:
                break
            if (now := json.dumps(states)) != seen:
                seen, moved = now, time.monotonic()
        self.ask("reconcile")

    # What came of it

    def _count(self, told: Path, seconds: float) -> Counted:
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
            tickets=len(here["tickets"]), seconds=seconds, kills=self.kills,
            faults=desk.faults_had.total(), doubles=len(desk.tickets) - len(ours),
            lost=len(missing) + len(unlinked) + len(wrong),
            twice=sum(count > 1 for count in ours.values()),
            disordered=sum(not _is_in_order(desk.did[ref]) for ref in linked),
            rewritten=sum(_is_rewritten(desk.did[ref]) for ref in desk.tickets),
            stuck=sum(here["states"].get(state, 0) for state in ("waiting", "sending", "unknown",
                                                                 "rejected")),
            unfound=len(set(desk.tickets) - known),
        )  # fmt: skip


def _lines(file: Path) -> list[str]:
    """Whole lines: what was killed while it wrote has told nothing."""
    text = file.read_text()
    return text[: text.rfind("\n") + 1].split()


def _is_in_order(did: list[str]) -> bool:
    steps = [each.partition("-")[0] for each in did]
    places = [IN_ORDER.index(step) for step in steps if step in IN_ORDER]
    return places == sorted(places)


def _is_rewritten(did: list[str]) -> bool:
    notes = Counter(each for each in did if each not in ("group", "state"))
    return any(count > 1 for count in notes.values())
