"""Whom a ticket may be passed to, as a list offers them: people, then teams."""

from collections.abc import Sequence
from dataclasses import dataclass

from guiche.desk.models import Ticket, User
from guiche.desk.pages.access import sent_number
from guiche.desk.tickets.hands import HandRefused

_PERSON, _TEAM = "pessoa-", "equipe-"


@dataclass(frozen=True)
class Taker:
    """One of the list: what is sent, and what it is called."""

    key: str
    label: str
    is_team: bool

    @classmethod
    def all(cls, user: User, tickets: Sequence[Ticket]) -> "list[Taker]":
        """Of one ticket, or of several alike: what does not fit one of them is refused there."""
        if not tickets:
            return []
        first = tickets[0]
        people = [
            cls(f"{_PERSON}{each.pk}", str(each), is_team=False) for each in first.takers(user)
        ]
        return people + [cls(f"{_TEAM}{team}", team, is_team=True) for team in first.other_teams()]

    @staticmethod
    def find(key: str) -> User | str:
        """The person, or the name of the team; `HandRefused` where nobody was chosen."""
        if key.startswith(_TEAM):
            return key.removeprefix(_TEAM)
        pk = sent_number(key.removeprefix(_PERSON)) if key.startswith(_PERSON) else 0
        person = User.objects.filter(pk=pk).first()
        if person is None:
            raise HandRefused("Escolha na lista a pessoa ou a equipe.")
        return person
