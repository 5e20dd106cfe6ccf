"""A Dask cluster: workers of this machine, or of any number of machines.

1. the scheduler answers, there is a worker, and all of them are of this version;
2. errands go there, a bounded number of them; a worker that dies leaves its own to another one;
3. what may not go there is carried out here when its turn comes.
"""

import logging
import pkgutil
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from guiche import __version__
from guiche.portfolio.engines import AHEAD, Carry, CarryOut, Done, in_order
from guiche.portfolio.engines.errand import Sealed, Unable, carried_out, errand
from guiche.portfolio.engines.errors import (
    BadAddress,
    Deadly,
    Lost,
    NotInstalled,
    NoWorkers,
    OtherVersion,
    Unreachable,
)  # fmt: skip
from guiche.portfolio.load import Load, Part

if TYPE_CHECKING:
    from distributed import Client, Future

WAIT = 10.0
"""Seconds within which a scheduler answers, and a worker is there."""
MOST_AHEAD = 64
"""Loads under way, however many workers there are: they are held here too."""
_COUNTED_EVERY = 5.0
_ADDRESS = re.compile(r"((tcp|tls)://)?[^/\s]+:\d{1,5}")
_DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
"""Of workers here: a terminal sends Ctrl-C to them too, and who ends them is this process."""


@contextmanager
def cluster(address: str | None = None, count: int | None = None) -> Iterator[Carry]:
    """That of the scheduler at `address`; without one, `count` processes of this machine, ended at
    the end. Raises `EngineError`, here and while loads are carried out."""
    try:
        from distributed import CancelledError
        from distributed.comm.core import CommClosedError
    except ImportError:
        raise NotInstalled from None
    _be_quiet()
    with _quiet_about_size(), _connected(address) if address else _own(count) as client:
        try:
            client.wait_for_workers(1, WAIT)
        except TimeoutError:
            raise NoWorkers(WAIT) from None
        _refuse_other_versions(client)
        try:
            yield partial(_carry, client)
        except (CancelledError, CommClosedError):
            raise Lost from None


def _be_quiet() -> None:
    """What Dask has to tell, the errors here tell in other words. Its loggers have levels each."""
    for name in [*logging.root.manager.loggerDict]:
        if name.partition(".")[0] in ("distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL)


def _quiet_about_size() -> AbstractContextManager[Any]:
    """A load of cells is what Dask warns of as a large graph; few of them are under way."""
    import dask

    return dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"})


@contextmanager
def _connected(address: str) -> "Iterator[Client]":
    from distributed import Client

    if not _ADDRESS.fullmatch(address):
        raise BadAddress(address)
    try:
        client = Client(address, timeout=WAIT, set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError, ImportError):
        raise Unreachable(address, WAIT) from None
    with client:
        yield client


@contextmanager
def _own(count: int | None) -> "Iterator[Client]":
    """Over TLS with a key of its own: whoever else is on this machine must not send code to it."""
    import dask
    from distributed import Client, LocalCluster

    quiet: dict[str, object] = {
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
    }
    with (
        dask.config.set(quiet),
        LocalCluster(
            n_workers=count, threads_per_worker=1, security=True, dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False}, silence_logs=logging.CRITICAL,
            preload=[_DEAF],
        ) as workers,
        Client(workers, set_as_default=False) as client,
    ):  # fmt: skip
        yield client


def _refuse_other_versions(client: "Client") -> None:
    asked = "guiche:__version__"
    # A function of the standard library, which a worker without Guichê has too.
    found = client.run(pkgutil.resolve_name, asked, on_error="return")
    try:
        found["agendador"] = client.run_on_scheduler(pkgutil.resolve_name, asked)
    except ImportError as error:
        found["agendador"] = error
    others = {who: _told(each) for who, each in found.items() if each != __version__}
    if others:
        raise OtherVersion(others)


def _told(found: object) -> str:
    return found if isinstance(found, str) else "nenhum"


def _carry(client: "Client", carry_out: CarryOut, loads: Iterable[Load]) -> Iterator[Done]:
    workers = _Workers(client)
    return in_order(loads, partial(_Promise, workers, carry_out), workers.most)


class _Workers:
    """Those of a cluster, as they are seen from here."""

    def __init__(self, client: "Client") -> None:
        self.client = client
        self.see_files = True
        self._most, self._counted = 0, 0.0

    def most(self) -> int:
        """How many loads may be under way. Workers come and go."""
        if time.monotonic() > self._counted + _COUNTED_EVERY:
            threads = sum(self.client.nthreads().values())
            self._most = min(max(threads, 1) * AHEAD, MOST_AHEAD)
            self._counted = time.monotonic()
        return self._most

    def begin(self, sealed: Sealed) -> "Future[Any]":
        """A worker is asked for it."""
        return self.client.submit(carried_out, sealed, key=f"guiche-{uuid4().hex}")

    def wait(self, future: "Future[Any]") -> Part | Unable:
        """What a worker gave. There may be none just now, but not for long."""
        while True:
            try:
                done: Part | Unable = future.result(WAIT)
            except TimeoutError:
                self._be_there()
            else:
                return done

    def _be_there(self) -> None:
        try:
            self.client.wait_for_workers(1, WAIT)
        except TimeoutError:
            raise NoWorkers(WAIT) from None


class _Promise:
    """What a load will give, from a worker or from here."""

    def __init__(self, workers: _Workers, carry_out: CarryOut, load: Load) -> None:
        self.workers, self.carry_out, self.load = workers, carry_out, load
        self.errand = errand(carry_out, load)
        if self.errand and not workers.see_files:
            self.errand = self.errand.with_contents()
        self.future = workers.begin(self.errand.sealed()) if self.errand else None

    def result(self) -> Part:
        """Waits for it."""
        from distributed.scheduler import KilledWorker

        while self.future and self.errand:
            try:
                done = self.workers.wait(self.future)
            except KilledWorker:
                raise Deadly(self.load) from None
            if done is Unable.OTHER_VERSION:
                raise OtherVersion({"um worker": "outra versão"})
            if isinstance(done, Part):
                return done
            self.workers.see_files = False
            self.errand = self.errand.with_contents()
            self.future = self.workers.begin(self.errand.sealed()) if self.errand else None
        return self.carry_out(self.load)
