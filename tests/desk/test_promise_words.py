"""The due time as it is said: rounded down, in words, in the time of the desk."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiche.desk.pages.due import LOOKS, Clock
from guiche.desk.procedures.procedure import Promised
from guiche.desk.promises import due_time
from guiche.desk.promises.attempt import AttemptRefused, ContactAttempt, lacking, next_try
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


def a_promise(**columns: datetime | None) -> Promise:
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


IN_TIME, LATE = here(24, 10), here(24, 15)
NEVER = None


@pytest.mark.parametrize(
    ("kept", "tried", "closed", "now", "state"),
    [
        # contact in time: whatever else happened
        (IN_TIME, NEVER, NEVER, LATE, "contato feito"),
        (here(24, 14, 30), NEVER, NEVER, LATE, "contato feito"),
        (IN_TIME, IN_TIME, NEVER, IN_TIME, "contato feito"),
        (IN_TIME, NEVER, LATE, LATE, "contato feito"),
        (IN_TIME, IN_TIME, LATE, LATE, "contato feito"),
        # contact late: missed, unless it was tried in time
        (here(24, 14, 31), NEVER, NEVER, LATE, "cumprido com atraso"),
        (LATE, NEVER, LATE, LATE, "cumprido com atraso"),
        (LATE, IN_TIME, NEVER, LATE, "contato feito"),
        (LATE, IN_TIME, LATE, LATE, "contato feito"),
        # tried in time
        (NEVER, IN_TIME, NEVER, here(24, 14, 29), "tentado"),
        (NEVER, IN_TIME, NEVER, here(24, 14, 30), "tentado no prazo"),
        (NEVER, here(24, 14, 30), NEVER, LATE, "tentado no prazo"),
        (NEVER, IN_TIME, IN_TIME, here(24, 11), "tentado no prazo"),
        (NEVER, IN_TIME, LATE, LATE, "tentado no prazo"),
        # neither
        (NEVER, NEVER, NEVER, here(24, 8), "no prazo"),
        (NEVER, NEVER, NEVER, here(24, 9), "perto do fim"),
        (NEVER, NEVER, NEVER, here(24, 14, 30), "vencido"),
        (NEVER, NEVER, here(24, 14, 29), LATE, "encerrado sem contato"),
        (NEVER, NEVER, here(24, 14, 30), LATE, "não tentado"),
        (NEVER, NEVER, LATE, LATE, "não tentado"),
    ],
)
def test_every_outcome(
    kept: datetime | None,
    tried: datetime | None,
    closed: datetime | None,
    now: datetime,
    state: str,
) -> None:
    promise = a_promise(kept_at=kept, tried_at=tried, closed_at=closed)
    assert promise.state(now) == state


def test_only_what_was_not_tried_is_red() -> None:
    red = {state for state, (tone, _) in LOOKS.items() if tone == "stop"}
    assert red == {PromiseState.OVERDUE, PromiseState.UNTRIED}
    assert set(LOOKS) == set(PromiseState)


@pytest.mark.parametrize(
    ("columns", "now", "words", "detail"),
    [
        ({}, IN_TIME, "Faltam 4 h e 30 min", "Ligar {due}."),
        ({"tried_at": IN_TIME}, IN_TIME, "Tentado",
         "Tentado no prazo, em 24/11/2026 10:00. Ligar {due}."),
        ({"tried_at": IN_TIME}, LATE, "Tentado no prazo",
         "Tentado no prazo, em 24/11/2026 10:00; o prazo era {due}."),
        ({"tried_at": IN_TIME, "kept_at": LATE}, LATE, "Contato feito",
         "Tentado no prazo, em 24/11/2026 10:00. Contato em 24/11/2026 15:00; o prazo era {due}."),
        ({"kept_at": IN_TIME}, LATE, "Contato feito",
         "Contato em 24/11/2026 10:00; o prazo era {due}."),
        ({"closed_at": LATE}, LATE, "Não tentado", "O prazo era {due}."),
    ],
)  # fmt: skip
def test_the_clock_says_what_was_done(
    columns: dict[str, datetime], now: datetime, words: str, detail: str
) -> None:
    clock = Clock.of(a_promise(**columns), now)
    due = "até hoje, terça, 24/11, às 14h30"
    assert (clock.words, clock.detail) == (words, detail.format(due=due))
    assert (clock.due is None) == bool(columns)


@pytest.mark.parametrize(
    ("key", "now", "moment"),
    [
        ("30min", NOW, here(23, 15, 14)),
        ("1h", NOW, here(23, 15, 44)),
        ("2h", here(23, 23), here(24, 1)),
        ("amanha", NOW, here(24, 9)),
        ("amanha", here(24, 0, 5), here(25, 9)),
        ("amanha", datetime(2026, 11, 24, 1, tzinfo=UTC), here(24, 9)),
        ("", NOW, None),
    ],
)
def test_when_to_try_again(key: str, now: datetime, moment: datetime | None) -> None:
    assert next_try(key, now) == moment


def test_another_time_to_try_again_is_refused() -> None:
    with pytest.raises(AttemptRefused, match="lista"):
        next_try("ontem", NOW)


PHONES = ("+551133334444", "+5511987654321")


@pytest.mark.parametrize(
    ("policy", "phones", "calls", "left"),
    [
        ((2, True), PHONES, [],
         ("mais 2 tentativas", "ligar para (11) 3333-4444", "ligar para (11) 98765-4321",
          "deixar recado")),
        ((2, True), PHONES, [(0, "no_answer")],
         ("mais 1 tentativa", "ligar para (11) 98765-4321", "deixar recado")),
        ((2, True), PHONES, [(0, "no_answer"), (0, "left_message")],
         ("ligar para (11) 98765-4321",)),
        ((2, True), PHONES, [(0, "busy"), (1, "voicemail")], ("deixar recado",)),
        ((2, True), PHONES, [(0, "no_answer"), (1, "left_message")], ()),
        ((2, False), PHONES, [(0, "no_answer"), (1, "wrong_number")], ()),
        ((3, False), PHONES[:1], [(0, "busy"), (0, "busy")], ("mais 1 tentativa",)),
        ((1, False), (), [], ("mais 1 tentativa",)),
    ],
)  # fmt: skip
def test_when_it_counts_as_tried(
    policy: tuple[int, bool],
    phones: tuple[str, ...],
    calls: list[tuple[int, str]],
    left: tuple[str, ...],
) -> None:
    promised = Promised(timedelta(hours=24), 0.8, *policy)
    attempts = [ContactAttempt(phone=phones[n], result=result) for n, result in calls]
    assert lacking(promised, phones, attempts) == left
