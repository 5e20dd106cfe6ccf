"""A portfolio as the worker carries it on: read into its table, then made into what people see.

1. the first that waits is claimed, with a lease that a beat renews while the reading goes on;
2. it is read beside the database, by a thread of its own; an audit that was killed goes on;
3. its list is written down, with what was counted, in one transaction; what was sent is deleted;
4. the report and the sheets are made of the table.

A worker that stops lets it go as it stands; one that dies loses it when its lease is over.
"""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from django.db import transaction

from guiche.desk import clock, vault
from guiche.desk.portfolios import served
from guiche.desk.portfolios.line import Line
from guiche.desk.portfolios.portfolio import LEASE, MOST_FAILURES, Portfolio, State
from guiche.desk.refusal import Refused

if TYPE_CHECKING:
    from guiche.desk.portfolios.reading import Read
    from guiche.portfolio.report.actions import Action

log = logging.getLogger(__name__)

T = TypeVar("T")

_BEAT = 1.0
_AT_ONCE = 500
_KILLED = (
    "A leitura parou no meio várias vezes, e a TI precisa ver por quê. Tente com menos arquivos."
)
_FAILED = "Algo falhou aqui dentro, e foi registrado. Mande de novo; se repetir, avise a TI."


class Stopped(Exception):
    """Somebody else has it, it was cancelled, or this worker is to end."""


def work(stop: Event) -> bool:
    """Carries on the first portfolio that waits; False where none does."""
    portfolio = Portfolio.claim(clock.now())
    if portfolio is None:
        return False
    if portfolio.failures > MOST_FAILURES:
        portfolio.end(State.FAILED, _KILLED)
        portfolio.folder.drop()
        return True
    try:
        Work(portfolio, stop).carry_on()
    except Stopped:
        _let_go(portfolio)
    except Refused as refused:
        _fail(portfolio, str(refused))
    except Exception:
        log.exception("portfolio %s: not read", portfolio.pk)
        _fail(portfolio, _FAILED)
    return True


def work_all(stop: Event) -> None:
    """Carries on all that wait."""
    while not stop.is_set() and work(stop):
        pass


def _let_go(portfolio: Portfolio) -> None:
    if portfolio.hold(lease_until=None):
        return  # the next worker goes on where this one stopped
    present = Portfolio.objects.filter(pk=portfolio.pk).first()
    if present is None or present.state == State.CANCELLED:
        portfolio.folder.drop()
    else:
        portfolio.made.drop()


def _fail(portfolio: Portfolio, why: str) -> None:
    if portfolio.end(State.FAILED, why):
        portfolio.folder.drop()
    else:
        _let_go(portfolio)


class Work:
    """One portfolio in the hands of this worker."""

    def __init__(self, portfolio: Portfolio, stop: Event) -> None:
        self._portfolio = portfolio
        self._stop = stop
        self._over = Event()
        self._read = 0
        self._beaten = (monotonic(), 0)

    def carry_on(self) -> None:
        """From where it stands to its end. `Stopped`."""
        if self._portfolio.state != State.WRITING:
            self._take_in()
        self._write()

    def _take_in(self) -> None:
        from guiche.desk.portfolios.reading import read

        portfolio, folder = self._portfolio, self._portfolio.folder
        place = served.path_of(portfolio.place) if portfolio.place else folder.incoming
        self._hold(state=State.READING, read=0)
        result = self._watched(
            lambda: read(
                place, folder.table, clock.now(), column=portfolio.column, told=self._told,
                outside=bool(portfolio.place),
            )
        )  # fmt: skip
        with transaction.atomic():
            self._keep(result)
        folder.drop_incoming()

    def _keep(self, result: "Read") -> None:
        found, portfolio = result.found, self._portfolio
        portfolio.lines.all().delete()
        for first in range(0, len(found.listed), _AT_ONCE):
            some = enumerate(found.listed[first : first + _AT_ONCE], first + 1)
            Line.objects.bulk_create([self._line(at, each, result) for at, each in some])
        self._hold(
            state=State.WRITING, at=result.at, counts=result.counts, wanted=found.wanted,
            is_cut=found.is_cut, read=self._read,
        )  # fmt: skip

    def _line(self, position: int, action: "Action", result: "Read") -> Line:
        from guiche.desk.portfolios.saying import said

        row, der = action.row, result.ders.get(action.number)
        return Line(
            portfolio=self._portfolio,
            position=position,
            number=action.number,
            urgency=action.urgency.value,
            status=row["enrolment_status"] or "error",
            profile=row["profile"] or "",
            sha256=row["sha256"] or "",
            document=_number(row["holder_cnpj"] or row["holder_cpf"], 14),
            responsible=_number(row["responsible_cpf"], 11),
            said=said(action, result.at),
            sealed_der=vault.seal(der) if der else None,
        )

    def _write(self) -> None:
        from guiche.desk.portfolios.writing import Earlier, write

        portfolio, since = self._portfolio, self._portfolio.since
        if since and not since.folder.table.is_file():
            since = None  # its time was over meanwhile
        at = portfolio.at or clock.now()
        earlier = Earlier(since.folder.table, since.name) if since else None
        made, before = portfolio.made, portfolio.shown
        made.make()
        changes = self._watched(lambda: write(portfolio.folder.table, made, at, earlier, before))
        self._hold(changes=changes, written=portfolio.attempts)
        if not portfolio.end(State.DONE):
            raise Stopped
        portfolio.folder.drop_made(but=made)

    def _told(self, count: int) -> None:
        self._read += count
        if self._over.is_set():
            raise Stopped

    def _watched(self, call: Callable[[], T]) -> T:
        """What the call gives. It runs beside the database, of which only this thread knows."""
        with ThreadPoolExecutor(1, thread_name_prefix="portfolio") as pool:
            under_way = pool.submit(call)
            while not wait([under_way], timeout=_BEAT).done:
                if self._stop.is_set() or not self._beat():
                    self._over.set()
            try:
                return under_way.result()
            except Exception as error:
                if self._over.is_set():
                    raise Stopped from error  # files that went with it, too
                raise

    def _beat(self) -> bool:
        """Renews the lease and tells how far it is; False once it is no longer this worker's."""
        now, (then, before) = monotonic(), self._beaten
        self._beaten = (now, self._read)
        rate = (self._read - before) / max(now - then, 0.001)
        return self._portfolio.hold(lease_until=clock.now() + LEASE, read=self._read, rate=rate)

    def _hold(self, **changes: object) -> None:
        if not self._portfolio.hold(**changes):
            raise Stopped


def _number(text: str | None, length: int) -> str:
    """A CPF or CNPJ; "" of what is too long to be one."""
    return text if text and len(text) <= length else ""
