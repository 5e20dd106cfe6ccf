"""The due time as it is said: rounded down, in words, in the time of the desk."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiche.desk.promises import due_time
from guiche.desk.promises.promise import Promise, PromiseState

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2026, 11, 23, 14, 44, tzinfo=SAO_PAULO)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def here(day: int, hour: int, minute: int = 0, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SAO_PAULO)


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (here(24, 14, 30), "até amanhã, terça, 24/11, às 14h30"),
        (here(23, 18), "até hoje, segunda, 23/11, às 18h"),
        (here(22, 9, 15), "até ontem, domingo, 22/11, às 9h15"),
        (here(25, 12), "até quarta, 25/11, às 12h"),
        (here(28, 1, 45), "até sábado, 28/11, à 1h45"),
        (here(24, 0), "até amanhã, terça, 24/11, à meia-noite"),
        (here(24, 0, 15), "até amanhã, terça, 24/11, à 0h15"),
        (here(1, 8, month=1, year=2027), "até sexta, 01/01/2027, às 8h"),
    ],
)
def test_spoken(due: datetime, words: str) -> None:
    assert due_time.spoken(due, NOW) == words


def test_the_day_is_that_of_the_desk_not_of_utc() -> None:
    due = datetime(2026, 11, 25, 1, 30, tzinfo=UTC)
    assert due_time.spoken(due, NOW) == "até amanhã, terça, 24/11, às 22h30"


@given(moments)
def test_what_is_said_is_never_later_than_the_term(moment: datetime) -> None:
    due = due_time.whole_quarter(moment)
    assert due <= moment < due + timedelta(minutes=15)
    assert (due.minute % 15, due.second, due.microsecond) == (0, 0, 0)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 min"), (1, "1 min"), (59, "59 min"), (60, "1 h"), (61, "1 h e 1 min"),
        (200, "3 h e 20 min"), (1440, "1 dia"), (3000, "2 dias e 2 h"), (-75, "1 h e 15 min"),
    ],
)  # fmt: skip
def test_a_span_in_words(minutes: int, words: str) -> None:
    assert due_time.length(timedelta(minutes=minutes)) == words


def a_promise(**columns: datetime) -> Promise:
    return Promise(made_at=NOW, warn_at=here(24, 9), due_at=here(24, 14, 30), **columns)


@pytest.mark.parametrize(
    ("now", "state", "left"),
    [
        (NOW, PromiseState.ON_TIME, "faltam 23 h e 46 min"),
        (here(24, 8, 59), PromiseState.ON_TIME, "faltam 5 h e 31 min"),
        (here(24, 9), PromiseState.ENDING, "faltam 5 h e 30 min"),
        (here(24, 13, 30), PromiseState.ENDING, "falta 1 h"),
        (here(24, 14, 29), PromiseState.ENDING, "falta 1 min"),
        (here(24, 14, 30), PromiseState.OVERDUE, "venceu há 0 min"),
        (here(25, 14, 30), PromiseState.OVERDUE, "venceu há 1 dia"),
    ],
)
def test_how_it_stands(now: datetime, state: PromiseState, left: str) -> None:
    promise = a_promise()
    assert promise.state(now) == state
    assert promise.left_spoken(now) == left
    assert promise.left(now) == promise.due_at - now


def test_how_it_ended() -> None:
    later = here(30, 8)
    assert a_promise(kept_at=here(24, 14, 30)).state(later) == "cumprido"
    assert a_promise(kept_at=here(24, 14, 31)).state(later) == "cumprido com atraso"
    assert a_promise(closed_at=here(24, 10)).state(later) == "encerrado sem contato"
    assert a_promise(kept_at=here(24, 9), closed_at=here(24, 10)).state(later) == "cumprido"
