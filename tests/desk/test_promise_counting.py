"""Time as promises count it: order, additivity, inverse, through every change of the clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guiche.desk.procedures.procedure import Promised
from guiche.desk.promises.due_choice import due_times
from guiche.desk.promises.due_time import whole_quarter
from guiche.desk.site.counting import Counting, Elapsed, NeverOver, Working, counting
from guiche.desk.site.hours import Hours

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NOTHING = timedelta()
BUSY = ["08:00-12:00 13:00-18:00"] * 5 + ["09:00-13:00", ""]
ALWAYS = ["00:00-24:00"] * 7
FIRST = date(2014, 1, 1)
"""Daylight saving began and ended in each of the years from here to 2019, and never after."""
YEARS = 365 * 8


def text(minutes: list[int]) -> str:
    """Spans of a day from their ends in order, as they are typed."""
    pairs = zip(minutes[::2], minutes[1::2], strict=True)
    return " ".join(f"{clock(start)}-{clock(end)}" for start, end in pairs)


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def day_of(first: int, last: int) -> st.SearchStrategy[str]:
    """Up to three spans between these minutes of a day."""
    ends = st.sets(st.integers(first, last), max_size=6).map(sorted)
    return ends.map(lambda some: text(some[: len(some) // 2 * 2]))


def hours_between(first: int, last: int) -> st.SearchStrategy[Hours]:
    days = st.dates(FIRST, FIRST + timedelta(YEARS)).map(date.isoformat)
    busy = day_of(first, last).filter(bool)
    return st.builds(
        lambda week, one, closed, city, openings: Hours.read(
            [one, *week], closed=closed, holidays=False, city=[[day, "Festa"] for day in city],
            openings=[[day, spans] for day, spans in openings.items()],
        ),
        st.lists(day_of(first, last), min_size=6, max_size=6), busy,
        st.sets(days, max_size=9), st.sets(st.sampled_from(["01-25", "02-29", "11-20"])),
        st.dictionaries(days, busy, max_size=9),
    )  # fmt: skip


hours = hours_between(0, 24 * 60 - 1)
ways: st.SearchStrategy[Counting] = st.one_of(st.builds(Elapsed), hours.map(Working))
moments = st.datetimes(
    datetime(2014, 1, 1), datetime(2021, 1, 1), timezones=st.sampled_from([UTC, SAO_PAULO])  # noqa: DTZ001
)  # fmt: skip
spans = st.timedeltas(NOTHING, timedelta(hours=40))
# Around the nights in which the clock was put, where everything that can go wrong does.
CHANGES = [
    datetime(2014, 10, 19, 3, tzinfo=UTC), datetime(2015, 2, 22, 2, tzinfo=UTC),
    datetime(2017, 10, 15, 3, tzinfo=UTC), datetime(2018, 2, 18, 2, tzinfo=UTC),
    datetime(2018, 11, 4, 3, tzinfo=UTC), datetime(2019, 2, 17, 2, tzinfo=UTC),
]  # fmt: skip
nights = st.builds(
    lambda change, off: change + off,
    st.sampled_from(CHANGES), st.timedeltas(timedelta(hours=-30), timedelta(hours=30)),
)  # fmt: skip
any_moment = moments | nights


@given(ways, any_moment, spans, spans)
def test_spans_add_up(way: Counting, start: datetime, one: timedelta, other: timedelta) -> None:
    assert way.add(way.add(start, one), other) == way.add(start, one + other)


@given(ways, any_moment, spans)
def test_what_was_added_lies_between(way: Counting, start: datetime, span: timedelta) -> None:
    assert way.between(start, way.add(start, span)) == span


@given(ways, any_moment, st.timedeltas(NOTHING, timedelta(days=9)), st.data())
def test_what_lies_between_adds_up(
    way: Counting, first: datetime, whole: timedelta, data: st.DataObject
) -> None:
    last = first.astimezone(UTC) + whole
    middle = first.astimezone(UTC) + data.draw(st.timedeltas(NOTHING, whole))
    assert way.between(first, last) == way.between(first, middle) + way.between(middle, last)
    assert way.between(last, first) == -way.between(first, last)
    assert NOTHING <= way.between(first, last) <= whole


@given(ways, any_moment, spans, spans, st.timedeltas(NOTHING, timedelta(days=3)))
def test_later_and_longer_is_never_earlier(
    way: Counting, start: datetime, span: timedelta, more: timedelta, after: timedelta
) -> None:
    later = start.astimezone(UTC) + after
    assert way.add(start, span) <= way.add(start, span + more)
    assert way.add(start, span) <= way.add(later, span)
    assert start <= way.add(start, span)


@given(ways, any_moment, spans, st.timedeltas(NOTHING, timedelta(days=9)), st.data())
def test_what_was_left_at_a_pause_is_left_after_it(
    way: Counting, start: datetime, span: timedelta, pause: timedelta, data: st.DataObject
) -> None:
    due = way.add(start, span)
    stopped = way.add(start, span * data.draw(st.floats(0, 0.9)))
    again = stopped + pause
    moved = way.add(again, way.between(stopped, due))
    assert way.between(again, moved) == way.between(stopped, due)
    assert moved >= due
    if way.between(stopped, due):  # something was left
        # The same as the due time, later by what the pause took of the time that is counted.
        assert moved == way.add(due, way.between(stopped, again))


@given(hours, any_moment, spans.filter(bool))
def test_working_time_ends_while_somebody_is_at_work(
    team: Hours, start: datetime, span: timedelta
) -> None:
    assert team.covers(Working(team).add(start, span))


@settings(max_examples=30)
@given(hours_between(60, 23 * 60), nights, st.integers(1, 3000))
def test_a_count_of_every_minute_says_the_same(team: Hours, start: datetime, count: int) -> None:
    """An oracle that knows nothing of intervals: it looks at the wall clock of each minute."""
    start = start.replace(second=0, microsecond=0)
    minutes = [start + timedelta(minutes=number) for number in range(count)]
    worked = sum(is_worked(team, minute.astimezone(SAO_PAULO)) for minute in minutes)
    end = start + timedelta(minutes=count)
    assert Working(team).between(start, end) == timedelta(minutes=worked)


def is_worked(team: Hours, local: datetime) -> bool:
    day, at = local.date(), local.time()
    week = () if day in team.closed or team.holidays.name(day) else team.week[day.weekday()]
    return any(start <= at < end for start, end in team.openings.get(day, week))


@given(hours, any_moment)
def test_intervals_are_in_order_and_apart(team: Hours, moment: datetime) -> None:
    ends = [
        end
        for number in range(3)
        for span in team.on(moment.date() + timedelta(number))
        for end in span
    ]
    assert ends == sorted(set(ends))


def here(*at: int) -> datetime:
    return datetime(*at, tzinfo=SAO_PAULO)  # type: ignore[misc, arg-type]


def wall(moment: datetime) -> str:
    return f"{moment.astimezone(SAO_PAULO):%d/%m %H:%M}"


@pytest.mark.parametrize(
    ("week", "start", "span", "end"),
    [
        # over noon, over night, over a weekend with a Saturday morning
        (BUSY, here(2026, 11, 23, 11), 2, "23/11 14:00"),
        (BUSY, here(2026, 11, 23, 17), 2, "24/11 09:00"),
        (BUSY, here(2026, 11, 27, 17), 6, "30/11 09:00"),
        # before work, at noon, on a day off: from when work begins
        (BUSY, here(2026, 11, 23, 5), 1, "23/11 09:00"),
        (BUSY, here(2026, 11, 23, 12, 30), 1, "23/11 14:00"),
        (BUSY, here(2026, 11, 22, 12), 1, "23/11 09:00"),
        # what ends with the work of a day ends there, and not on the next
        (BUSY, here(2026, 11, 23, 17), 1, "23/11 18:00"),
        (BUSY, here(2026, 11, 23, 8), 9, "23/11 18:00"),
        # the clock goes forward at midnight: 2018-11-04 has no hour from 0:00 to 1:00
        (ALWAYS, here(2018, 11, 3, 23), 1, "04/11 01:00"),
        (["00:30-06:00"] * 7, here(2018, 11, 3, 23), 1, "04/11 02:30"),
        # and back: 2019-02-16 has two from 23:00 to 24:00
        (["20:00-23:00"] * 7, here(2019, 2, 16, 22), 2, "17/02 21:00"),
        (ALWAYS, here(2019, 2, 16, 22), 2, "16/02 23:00"),
        (["20:00-23:30"] * 7, here(2019, 2, 16, 22), 2, "16/02 23:00"),
        (["20:00-23:30"] * 7, here(2019, 2, 16, 22), 3, "17/02 20:30"),
    ],
)
def test_working_hours(week: list[str], start: datetime, span: int, end: str) -> None:
    way = Working(Hours.read(week, holidays=False))
    assert wall(way.add(start, timedelta(hours=span))) == end


def test_an_hour_that_does_not_exist_is_not_worked() -> None:
    team = Hours.read(["00:00-00:30 01:00-02:00"] * 7, holidays=False)
    [(begins, ends)] = team.on(date(2018, 11, 4))
    assert (wall(begins), ends - begins) == ("04/11 01:00", timedelta(hours=1))
    assert len(list(team.on(date(2018, 11, 5)))) == 2


def test_an_opening_stands_in_for_the_day_and_holidays_close() -> None:
    team = Hours.read(
        BUSY, closed=["2026-12-24"], openings=[["2026-12-25", "09:00-10:00"]],
        frozen={"2026": [["2026-12-25", "Natal"], ["2026-12-28", "Inventado"]]},
        city=[["12-29", "Padroeira"], ["2026-12-30", "Luto"]],
    )  # fmt: skip
    worked = {
        day: Working(team).between(here(2026, 12, day), here(2026, 12, day + 1))
        for day in range(23, 31)
    }
    nine, one = timedelta(hours=9), timedelta(hours=1)
    assert worked == {
        23: nine, 24: NOTHING, 25: one, 26: timedelta(hours=4), 27: NOTHING, 28: NOTHING,
        29: NOTHING, 30: NOTHING,
    }  # fmt: skip


def test_a_team_that_is_never_there_again_is_told() -> None:
    team = Hours.read(["08:00-08:01", *[""] * 6], holidays=False)
    with pytest.raises(NeverOver, match="não chega"):
        Working(team).add(here(2026, 11, 23, 9), timedelta(hours=24))
    assert due_times(here(2026, 11, 23, 9), promised(hours=24), team) == ()


def test_without_hours_every_hour_counts() -> None:
    assert isinstance(counting(business=True, hours=None), Elapsed)
    assert isinstance(counting(business=False, hours=Hours.read(BUSY)), Elapsed)
    assert isinstance(counting(business=True, hours=Hours.read(BUSY)), Working)


def promised(**term: float) -> Promised:
    return Promised(timedelta(**term), 0.8, 2, message=True, business=True)


@pytest.mark.parametrize(
    ("now", "hours_", "due"),
    [
        (here(2026, 11, 23, 14, 44), 4, "24/11 08:30"),
        (here(2026, 11, 23, 14, 44), 3, "23/11 17:30"),
        # 8:07 is said as the end of the work before, not as the minute in which work begins
        (here(2026, 11, 23, 17, 7), 1, "23/11 18:00"),
        (here(2026, 11, 23, 17, 16), 1, "24/11 08:15"),
        (here(2026, 11, 21, 20), 9, "23/11 18:00"),
    ],
)
def test_a_due_time_of_working_hours(now: datetime, hours_: int, due: str) -> None:
    [only] = due_times(now, promised(hours=hours_), Hours.read(BUSY, holidays=False))
    assert (wall(only.at), only.note) == (due, "")


@given(hours, any_moment, st.integers(1, 48))
def test_a_due_time_of_working_hours_is_never_late(team: Hours, now: datetime, term: int) -> None:
    exact = Working(team).add(now, timedelta(hours=term))
    [only] = due_times(now, promised(hours=term), team)
    assert now < only.at <= exact
    assert Working(team).between(only.at, exact) < timedelta(minutes=15)
    assert only.at == whole_quarter(only.at) or only.at.time() != time()
