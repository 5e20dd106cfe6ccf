"""Ten thousand tickets through a storm, and five thousand that waited for an hour; counts of both.

`make bench-faults`, or with the numbers of tickets: `make bench-faults ARGS="1000 500"`. While the
storm lasts one of four workers is killed every second; so is who opens tickets, and PostgreSQL.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import postgresql
from desk.faults.server import Server

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guiche.desk.settings")
STORM, WAITING = 10_000, 5_000


def main(tickets: int, waiting: int) -> int:
    """Prints what is left on each database; 1 where anything is."""
    from desk.faults.hostile import Hostile
    from desk.faults.storm import LAG, RATE, Storm
    from desk.faults.test_recovery import drain

    well = True
    for name, server in _servers():
        with (
            tempfile.TemporaryDirectory() as data,
            Hostile(rate=RATE, lag=LAG) as desk,
            Storm(Path(data) / "storm", desk, server) as storm,
        ):
            counted = storm.run(tickets)
        well &= counted.is_well and counted.tickets >= tickets
        print(f"{name}: {counted}", flush=True)
    for name, server in _servers():
        with (
            tempfile.TemporaryDirectory() as data,
            Hostile(rate=0, lag=LAG) as desk,
            Storm(Path(data) / "away", desk, server) as storm,
        ):
            print(f"{name}: {drain(storm, waiting)}", flush=True)
    return int(not well)


def _servers() -> Iterator[tuple[str, Server | None]]:
    yield "SQLite", None
    with ExitStack() as stack:
        try:
            yield "PostgreSQL", stack.enter_context(Server())
        except postgresql.NotInstalled as missing:
            print(missing)


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    sys.exit(main(*(given or (STORM, WAITING))))
