"""What the tallies of a choice come to: four queries, however many tickets there are."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import Max, Min, Sum

from guiche.desk.figures.choice import Choice
from guiche.desk.figures.count import QUARTER
from guiche.desk.figures.tally import Counted, Stale, Tally
from guiche.desk.promises.promise import PromiseState
from guiche.desk.tickets.moves import OPEN

_Kind = Tally.Kind
_LATE = timedelta(minutes=5)

OUTCOMES: Mapping[str, tuple[PromiseState, ...]] = {
    "Contato feito": (PromiseState.KEPT,),
    "Tentado no prazo": (PromiseState.TRIED_IN_TIME,),
    "Contato com atraso": (PromiseState.KEPT_LATE,),
    "Não tentado": (PromiseState.UNTRIED, PromiseState.OVERDUE),
    "Perto do fim": (PromiseState.ENDING,),
    "Correndo": (PromiseState.ON_TIME, PromiseState.TRIED),
    "Encerrado antes": (PromiseState.CLOSED,),
}
"""As a supervisor reads them, in this order: good, in time, late, missed, then what is not over."""
MET, MISSED = ("Contato feito", "Tentado no prazo"), ("Contato com atraso", "Não tentado")
_OUTCOME_OF = {state.name.lower(): label for label, states in OUTCOMES.items() for state in states}
AGES = (("Hoje", 0), ("1 dia", 1), ("2 a 3 dias", 3), ("4 a 7 dias", 7), ("8 a 30 dias", 30))
OLDEST = "Mais de 30 dias"
WAITS = (("até 1 h", 4), ("1 a 2 h", 8), ("2 a 4 h", 16), ("4 a 8 h", 32), ("8 a 24 h", 96),
         ("24 a 48 h", 192))  # fmt: skip
LONGEST_WAIT = "mais de 48 h"


@dataclass(frozen=True)
class Summary:
    """The figures of a choice; counts by their keys."""

    choice: Choice
    totals: Mapping[tuple[str, str, str], int]
    """By kind, what and which."""
    outcomes: Mapping[tuple[date, str, str], int]
    """Of promises, by day of the opening, team and label."""
    standing: Mapping[tuple[str, str], int]
    """Open tickets by state and age, whenever they were opened."""

    @classmethod
    def of(cls, choice: Choice, today: date) -> "Summary":
        """As it was counted last."""
        return cls(choice, _totals(choice), _outcomes(choice), _standing(choice, today))

    def by_what(self, kind: str) -> Counter[str]:
        """The counts of a kind, whatever `which` is."""
        counts: Counter[str] = Counter()
        for (each, what, _), count in self.totals.items():
            if each == kind:
                counts[what] += count
        return counts

    def by_both(self, kind: str) -> dict[str, Counter[str]]:
        """The counts of a kind by `what`, and there by `which`."""
        counts: dict[str, Counter[str]] = {}
        for (each, what, which), count in self.totals.items():
            if each == kind:
                counts.setdefault(what, Counter())[which] += count
        return counts

    @cached_property
    def opened(self) -> int:
        """Tickets that were opened."""
        return self.by_what(_Kind.STATE).total()

    @cached_property
    def ended(self) -> int:
        """Calls that needed no ticket."""
        return self.by_what(_Kind.ENDED).total()

    @cached_property
    def again(self) -> int:
        """Tickets of customers who had another one shortly before."""
        return self.by_what(_Kind.AGAIN).total()

    @cached_property
    def outcome(self) -> Counter[str]:
        """Promises by label."""
        return self._outcomes_by(2)

    def outcomes_by_team(self) -> dict[str, Counter[str]]:
        """Promises by team, and there by label."""
        teams: dict[str, Counter[str]] = {}
        for (_, team, label), count in self.outcomes.items():
            teams.setdefault(team, Counter())[label] += count
        return dict(sorted(teams.items()))

    def outcomes_by_day(self) -> dict[date, Counter[str]]:
        """Promises by day, and there by label: every day, also one on which nothing happened."""
        days = {
            self.choice.first + timedelta(days=number): Counter[str]()
            for number in range(self.choice.days)
        }
        for (day, _, label), count in self.outcomes.items():
            days[day][label] += count
        return days

    def _outcomes_by(self, position: int) -> Counter[str]:
        counts: Counter[str] = Counter()
        for key, count in self.outcomes.items():
            counts[str(key[position])] += count
        return counts

    @cached_property
    def met_share(self) -> float | None:
        """Of the promises that are over, those with contact or tries in time; None without any."""
        met = sum(self.outcome[label] for label in MET)
        over = met + sum(self.outcome[label] for label in MISSED)
        return met / over if over else None

    @cached_property
    def no_need_share(self) -> float | None:
        """Of the calls that are over, those that needed no ticket; None without any."""
        calls = self.opened + self.ended
        return self.ended / calls if calls else None

    @cached_property
    def contacts(self) -> dict[int, int]:
        """First contacts by quarters of an hour since the opening, the soonest first."""
        counts = {int(what): many for what, many in self.by_what(_Kind.CONTACT).items()}
        return dict(sorted(counts.items()))

    def contact_within(self, share: float) -> timedelta | None:
        """The time within which this share of the first contacts was made; None without any."""
        needed, made = share * sum(self.contacts.values()), 0
        for quarters, count in self.contacts.items():
            made += count
            if made >= needed:
                return quarters * QUARTER
        return None

    def waits(self) -> dict[str, int]:
        """First contacts by spans that people think in."""
        counts = dict.fromkeys([*(label for label, _ in WAITS), LONGEST_WAIT], 0)
        for quarters, count in self.contacts.items():
            label = next((label for label, most in WAITS if quarters <= most), LONGEST_WAIT)
            counts[label] += count
        return counts


def _totals(choice: Choice) -> dict[tuple[str, str, str], int]:
    # Of all kinds; named, so that SQLite sums along the index that holds all of it. By the days it
    # would fetch each row and sort them: ten times as long for a year.
    rows = choice.tallies().filter(kind__in=_Kind.values)
    sums = rows.values_list("kind", "what", "which").annotate(many=Sum("count"))
    return {(kind, what, which): many for kind, what, which, many in sums}


def _outcomes(choice: Choice) -> dict[tuple[date, str, str], int]:
    rows = choice.tallies().filter(kind=_Kind.PROMISE)
    counts: Counter[tuple[date, str, str]] = Counter()
    for day, team, what, many in rows.values_list("day", "team", "what").annotate(Sum("count")):
        counts[day, team, _OUTCOME_OF.get(what, "Correndo")] += many
    return counts


def _standing(choice: Choice, today: date) -> dict[tuple[str, str], int]:
    rows = choice.tallies(ever=True).filter(kind=_Kind.STATE, what__in=OPEN)
    counts: Counter[tuple[str, str]] = Counter()
    for day, state, many in rows.values_list("day", "what").annotate(Sum("count")):
        counts[state, age((today - day).days)] += many
    return counts


def age(days: int) -> str:
    """The label of an age.

    >>> age(0), age(5), age(400)
    ('Hoje', '4 a 7 dias', 'Mais de 30 dias')
    """
    return next((label for label, most in AGES if days <= most), OLDEST)


@dataclass(frozen=True)
class Freshness:
    """When it was counted last, and whether something waits longer than it may."""

    at: datetime | None
    late: bool

    @classmethod
    def now(cls, now: datetime) -> "Freshness":
        """Of all days."""
        at = Counted.objects.aggregate(last=Max("at"))["last"]
        waiting = Stale.objects.aggregate(first=Min("at"))["first"]
        return cls(at, bool(waiting and now - waiting > _LATE))


def offered() -> tuple[list[str], list[str]]:
    """The teams and procedures that there are figures of."""
    rows = Tally.objects.filter(kind=_Kind.STATE).order_by().values_list("team", "procedure")
    pairs: Iterable[tuple[str, str]] = list(rows.distinct())
    return sorted({team for team, _ in pairs}), sorted({procedure for _, procedure in pairs})
