"""Which tickets of the queue somebody sees: their own, their teams', nobody's, all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from guiche.desk.models import Ticket, User
from guiche.desk.people.team import staffed, teams_of
from guiche.desk.tickets.moves import RETURNED


@dataclass(frozen=True)
class Tab:
    """One view of the queue: its key in the address, its name, its tickets, its empty words."""

    key: str
    label: str
    tickets: Callable[[datetime], QuerySet[Ticket]]
    empty: str
    states: tuple[str, ...]


@dataclass(frozen=True)
class Whose:
    """Which of them somebody sees: the key in the address, and what it is called."""

    key: str
    label: str


MINE = Whose("minhas", "Com você")
TEAMS = Whose("equipe", "Da sua equipe")
FREE = Whose("sem-dono", "Sem dono")
ALL = Whose("todas", "Todos")


@dataclass(frozen=True)
class Teams:
    """The teams of who looks, and those that anybody belongs to."""

    user: User
    own: frozenset[str]
    staffed: frozenset[str]

    @classmethod
    def of(cls, user: User) -> "Teams":
        """For a person."""
        return cls(user, teams_of(user), staffed())

    def choices(self, tab: Tab) -> tuple[Whose, ...]:
        """What can be chosen in a tab, its usual one first. Who is in no team sees all."""
        # What came back is support's, and its team is the one that waits for it.
        by_team = self.own and RETURNED not in tab.states
        return (TEAMS, MINE, FREE, ALL) if by_team else (ALL, MINE, FREE)

    def only(self, rows: "QuerySet[Ticket]", whose: Whose) -> "QuerySet[Ticket]":
        """Those of the rows; what no team sees is in everybody's."""
        if whose is MINE:
            return rows.filter(owner=self.user)
        if whose is FREE:
            return rows.filter(Q(owner=None) | Q(owner__is_active=False))
        if whose is TEAMS:
            return rows.filter(Q(team__in=self.own) | ~Q(team__in=self.staffed))
        return rows

    def lacks_people(self, ticket: Ticket) -> bool:
        """Whether nobody is in the team of an open ticket, though others are used."""
        return bool(self.staffed) and ticket.is_open and ticket.team not in self.staffed
