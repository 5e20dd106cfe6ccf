"""The times that may be promised: one, or a choice where that one is outside working hours."""

from datetime import datetime, timedelta
from typing import NamedTuple

from guiche.desk.procedures.procedure import Promised
from guiche.desk.promises.due_time import whole_quarter
from guiche.desk.site.counting import NeverOver, Working
from guiche.desk.site.hours import Hours

_SOONEST = timedelta(hours=1)
"""A return is not promised for sooner, and not for the minute in which work begins."""


class DueTime(NamedTuple):
    """A time that may be promised; `note` says what is special about it."""

    key: str
    at: datetime
    note: str


def due_times(now: datetime, promised: Promised, hours: Hours) -> tuple[DueTime, ...]:
    """The end of the term where the team is at work then; else that and its neighbours.

    The first is the one nearest to the promise that is kept for sure: before the term ends. A term
    of working hours ends while the team is at work; where it never would, no time is promised.
    """
    if promised.business:
        try:
            return (DueTime("term", _working_end(now, promised.term, hours), ""),)
        except NeverOver:
            return ()
    term_end = DueTime("term", whole_quarter(now + promised.term), "fora do horário da equipe")
    if hours.covers(term_end.at):
        return (term_end._replace(note=""),)
    before, after = hours.end_before(term_end.at), hours.start_after(term_end.at)
    times = [term_end]
    if before and before >= now + _SOONEST:
        times.insert(0, DueTime("before", whole_quarter(before), "antes, no horário da equipe"))
    if after:
        note = "depois do prazo, no horário da equipe"
        times.append(DueTime("after", whole_quarter(after + _SOONEST), note))
    return tuple(times)


def ends_at(now: datetime, promised: Promised, hours: Hours | None) -> datetime:
    """The first of these times; without hours of the team every hour counts."""
    times = due_times(now, promised, hours) if hours else ()
    return times[0].at if times else whole_quarter(now + promised.term)


def _working_end(now: datetime, term: timedelta, hours: Hours) -> datetime:
    """Rounded down, and not to the minute in which work begins: that is the end of work before."""
    exact = Working(hours).add(now, term)
    rounded = whole_quarter(exact)
    if hours.covers(rounded):
        return rounded
    before = hours.end_before(exact)
    return before if before and before > now else exact
