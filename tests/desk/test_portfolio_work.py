"""A portfolio in the hands of workers: one at a time, on from where another died, until it is over;
of its list one call for a holder, however many ask at once; kept for its time, and erased."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pytest
from django.conf import settings as django_settings
from pytest_django.fixtures import Settings

from at_once import at_once
from calls import answers, cnpj_of, company
from certificates import e_cnpj, profiles
from guiche.desk import clock, retention
from guiche.desk.models import Draft, Line, Portfolio, ProcedureVersion, Ticket, User
from guiche.desk.portfolios import reading
from guiche.desk.portfolios.opening import open_calls
from guiche.desk.portfolios.portfolio import LEASE, State
from guiche.desk.portfolios.work import work, work_all
from guiche.desk.sealed import contents
from guiche.desk.tickets.handover import forget, hand_over
from guiche.portfolio.load import Load, Part
from guiche.portfolio.result import batches_of
from stored import assert_nowhere

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

Begin = Callable[..., Portfolio]
PERSON = profiles.Person("ANA EXEMPLO DA SILVA", "11144477735", birth="27081969", rg="QX78W914Z3")


@pytest.fixture(autouse=True)
def place(settings: Settings, tmp_path: Path) -> Path:
    settings.PORTFOLIO_DATA = folder = tmp_path / "carteiras"
    return folder


@pytest.fixture
def begin(suporte: User) -> Begin:
    """A portfolio of these certificates that waits."""

    def begun(*ders: bytes) -> Portfolio:
        portfolio = Portfolio(by=suporte)
        portfolio.folder.make()
        for number, der in enumerate(ders):
            (portfolio.folder.incoming / f"{number:04}.cer").write_bytes(der)
        return Portfolio.begin(portfolio.pk, suporte)

    return begun


def carried_on(portfolio: Portfolio) -> Portfolio:
    work_all(Event())
    portfolio.refresh_from_db()
    return portfolio


def names(portfolio: Portfolio) -> list[str]:
    batches = batches_of(portfolio.folder.table)()
    return sorted(pa.Table.from_batches(batches)["source_name"].to_pylist())


# One at a time, and on from where another died


def test_a_portfolio_is_one_workers_while_its_lease_holds(begin: Begin) -> None:
    portfolio = begin(company(1))
    assert Portfolio.claim(clock.now()) == portfolio
    assert Portfolio.claim(clock.now()) is None
    assert Portfolio.claim(clock.now() + LEASE) == portfolio


def test_who_lost_it_changes_nothing_any_more(begin: Begin) -> None:
    begin(company(1))
    first = Portfolio.claim(clock.now())
    second = Portfolio.claim(clock.now() + LEASE)
    assert first
    assert second
    assert not first.hold(read=7)
    assert second.hold(read=8)


def test_a_worker_that_stops_lets_it_go_as_it_stands(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    portfolio, stop = begin(company(1)), Event()
    read = reading.read

    def stopped_meanwhile(*args: Any, told: Callable[[int], None], **more: Any) -> reading.Read:
        stop.set()
        for _ in range(1200):  # until the beat has seen it, which makes `told` raise
            told(0)
            time.sleep(0.05)
        return read(*args, told=told, **more)

    monkeypatch.setattr(reading, "read", stopped_meanwhile)
    assert work(stop)
    monkeypatch.undo()
    portfolio.refresh_from_db()
    assert (portfolio.state, portfolio.lease_until) == (State.READING, None)
    assert carried_on(portfolio).counts == {"blank": 1}
    assert portfolio.failures == 0


def test_several_processes_read_a_larger_one(begin: Begin) -> None:
    portfolio = carried_on(begin(*map(company, range(300))))
    assert portfolio.counts == {"blank": 300}
    assert names(portfolio) == [f"{number:04}.cer" for number in range(300)]


def test_what_kills_its_worker_again_and_again_is_given_up(begin: Begin) -> None:
    portfolio, now = begin(company(1)), clock.now()
    for _ in range(6):
        assert Portfolio.claim(now)
        now += LEASE
    Portfolio.objects.update(lease_until=clock.now())
    assert carried_on(portfolio).state == State.FAILED
    assert "várias vezes" in portfolio.why
    assert not portfolio.folder.path.exists()


_KILLED = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from guiche.portfolio import audit
audit._EVERY_SECONDS, audit._ROWS = 0, 256
audit.processes = lambda: __import__("contextlib").nullcontext(
    lambda carry_out, loads: ((load, carry_out(load)) for load in loads))
import guiche.desk.portfolios.reading as reading
reading.processes = audit.processes

def told(count):
    print(count, flush=True)
    if told.seen: time.sleep(600)
    told.seen = True
told.seen = False
place, out = map(Path, sys.argv[1:])
reading.read(place, out, datetime(2026, 11, 23, tzinfo=UTC), column="", told=told, outside=False)
"""


def test_what_a_killed_worker_had_read_is_not_read_again(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    portfolio = begin(*(company(number % 9) for number in range(700)))
    folder = portfolio.folder
    words = [sys.executable, "-c", _KILLED, str(folder.incoming), str(folder.table)]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "guiche.desk.settings"}
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=environment) as child:
        assert child.stdout
        assert child.stdout.readline() == b"256\n"
        assert child.stdout.readline() == b"256\n"  # by then the first part is kept
        child.send_signal(signal.SIGKILL)
    carried: list[int] = []
    carry_out = reading._carry_out

    def counted(root: str, load: Load) -> Part:
        carried.append(len(load.items))
        return carry_out(root, load)

    monkeypatch.setattr(reading, "_carry_out", counted)
    monkeypatch.setattr(reading, "processes", _in_this_process)
    assert carried_on(portfolio).counts == {"blank": 700}
    assert sum(carried) == 700 - 256
    assert names(portfolio) == [f"{number:04}.cer" for number in range(700)]
    assert portfolio.read == 700


def _in_this_process() -> object:
    return nullcontext(lambda carry_out, loads: ((load, carry_out(load)) for load in loads))


def test_one_that_is_cancelled_while_it_is_read_comes_to_nothing(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    portfolio, read = begin(company(1)), reading.read

    def cancelled_meanwhile(*args: Any, told: Callable[[int], None], **more: Any) -> reading.Read:
        shutil.rmtree(portfolio.folder.path, ignore_errors=True)
        return read(*args, told=told, **more)

    monkeypatch.setattr(reading, "read", cancelled_meanwhile)
    claim = Portfolio.claim

    def claimed_and_cancelled(now: datetime) -> Portfolio | None:
        taken = claim(now)
        portfolio.cancel()
        return taken

    monkeypatch.setattr(Portfolio, "claim", claimed_and_cancelled)
    assert work(Event())
    portfolio.refresh_from_db()
    assert portfolio.state == State.CANCELLED
    assert not Line.objects.exists()
    assert not portfolio.folder.path.exists()


def test_what_fails_inside_is_told_without_its_words(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise OSError("/segredo/ana.cer")

    monkeypatch.setattr(reading, "read", broken)
    portfolio = carried_on(begin(company(1)))
    assert portfolio.state == State.FAILED
    assert "segredo" not in portfolio.why
    assert not portfolio.folder.path.exists()


# Of its list


@pytest.mark.django_db(transaction=True)
def test_whoever_asks_at_once_a_holder_has_one_call(begin: Begin, suporte: User) -> None:
    """Of the same certificate by several, and of another one of the same holder."""
    first = carried_on(begin(company(1), company(2)))
    second = carried_on(begin(company(1), e_cnpj(None, cnpj=cnpj_of(2)).der()))
    version = ProcedureVersion.current("cei-ausente")

    def opening(portfolio: Portfolio) -> Callable[[], int]:
        lines = list(portfolio.lines.all())
        return lambda: open_calls(lines, version, suporte, uuid4()).new

    new = at_once([opening(first), opening(second), opening(first), opening(second)])
    assert sum(new) == 2
    assert sorted(call.values()["document"] for call in Draft.objects.all()) == sorted(
        show(cnpj_of(number)) for number in (1, 2)
    )


def show(number: str) -> str:
    return f"{number[:2]}.{number[2:5]}.{number[5:8]}/{number[8:12]}-{number[12:]}"


def test_a_ticket_that_came_of_it_is_never_opened_a_second_time(
    begin: Begin, suporte: User
) -> None:
    """Also when it is closed, and when nothing is left of the call."""
    portfolio = carried_on(begin(company(1)))
    version = ProcedureVersion.current("cei-ausente")
    lines = list(portfolio.lines.all())
    opened = open_calls(lines, version, suporte, uuid4())
    assert opened.batch
    call = opened.batch.calls.get()
    call.type_in(answers(document=show(cnpj_of(1))))
    ticket = call.submit(suporte)
    Draft.objects.all().delete()
    Ticket.objects.update(state="resolved")
    again = open_calls(lines, version, suporte, uuid4())
    assert (again.new, again.left[0].ticket) == (0, ticket)


def test_one_that_was_thrown_away_may_be_opened_again(begin: Begin, suporte: User) -> None:
    portfolio = carried_on(begin(company(1)))
    version, lines = ProcedureVersion.current("cei-ausente"), list(portfolio.lines.all())
    opened = open_calls(lines, version, suporte, uuid4())
    assert opened.batch
    opened.batch.calls.get().discard()
    assert open_calls(lines, version, suporte, uuid4()).new == 1


def test_a_former_data_key_still_tells_what_was_opened(
    begin: Begin, suporte: User, settings: Settings
) -> None:
    portfolio = carried_on(begin(company(1)))
    version, lines = ProcedureVersion.current("cei-ausente"), list(portfolio.lines.all())
    first = open_calls(lines, version, suporte, uuid4())
    assert first.batch
    call = first.batch.calls.get()
    assert call.end(suporte, call.procedure.reasons["end"][0])
    settings.DATA_KEY_FALLBACKS, settings.DATA_KEY = [django_settings.DATA_KEY], "nova " * 12
    assert open_calls(lines, version, suporte, uuid4()).new == 0


# Kept


def test_certificates_rest_enciphered_and_nothing_unmasked_is_in_the_database(
    begin: Begin,
) -> None:
    carried_on(begin(profiles.e_cpf(None, person=PERSON).der()))
    assert_nowhere(["QX78W914Z3", "27081969", "EXEMPLO DA SILVA"])
    assert len(list(contents())) == 1


def test_a_portfolio_goes_when_its_time_is_over(
    begin: Begin, settings: Settings, django_capture_on_commit_callbacks: object
) -> None:
    portfolio = carried_on(begin(company(1)))
    retention.sweep(clock.now() + settings.KEEP_PORTFOLIOS - timedelta(minutes=1))
    assert Portfolio.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        done = retention.sweep(clock.now() + settings.KEEP_PORTFOLIOS)
    assert done["portfolios"] == 1
    assert not Line.objects.exists()
    assert not portfolio.folder.path.exists()


def test_files_of_no_portfolio_go_after_a_day(begin: Begin, place: Path) -> None:
    kept, lost = begin(company(1)), place / str(uuid4())
    lost.mkdir()
    retention.sweep(clock.now())
    assert lost.exists()
    old = time.time() - 2 * 24 * 3600
    for folder in (lost, kept.folder.path):
        os.utime(folder, (old, old))
    retention.sweep(clock.now())
    assert not lost.exists()
    assert kept.folder.path.exists()


def test_a_person_is_erased_from_table_list_report_and_sheets(begin: Begin) -> None:
    der = profiles.e_cpf(None, person=PERSON).der()
    portfolio = carried_on(begin(company(1), der, company(2)))
    later = carried_on(begin(company(1)))
    later.compare(portfolio)
    assert "ANA" in carried_on(later).shown.report.read_text("utf-8").upper()
    told, _ = hand_over("11144477735")
    ((row,),) = (each["linhas"] for each in told["carteiras"])
    assert row["holder"]["name"] == "ANA EXEMPLO DA SILVA"
    record, _ = forget("11144477735")
    assert record.detail["portfolio_rows"] == 1
    for each in (portfolio, later):
        carried_on(each)
        assert each.state == State.DONE
        for path in each.folder.path.rglob("*"):
            content = path.read_bytes() if path.is_file() else b""
            assert b"11144477735" not in content
            assert b"Ana E" not in content
            assert b"ANA EXEMPLO" not in content
    assert portfolio.counts == {"blank": 2}
    assert sorted(portfolio.lines.values_list("number", flat=True)) == [1, 2]
    assert hand_over("11144477735")[0]["carteiras"] == []


def test_what_is_not_read_yet_is_told_to_whoever_erases(begin: Begin) -> None:
    begin(profiles.e_cpf(None, person=PERSON).der())
    record, _ = forget("11144477735")
    assert record.detail["unread_portfolios"] == 1


def test_work_is_nothing_where_nothing_waits() -> None:
    assert not work(Event())
