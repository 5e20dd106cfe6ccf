"""The one table of who may take a ticket, pass it on or let it go: whose it is, who asks."""

from dataclasses import dataclass
from enum import Enum

from guiche.desk.people.role import Role
from guiche.desk.people.user import User
from guiche.desk.tickets.moves import WORKERS, MoveRefused


class HandRefused(MoveRefused):
    """The ticket may not change hands like that: somebody else has it, or it is another team's."""


class Whose(Enum):
    """Whose a ticket is, for the person who asks. That of a closed account is nobody's."""

    NOBODYS = "ninguém está com ele"
    OWN = "está com você"
    ANOTHERS = "está com outra pessoa"

    @classmethod
    def of(cls, owner: User | None, asking: User) -> "Whose":
        """For `asking`."""
        if owner is None or not owner.is_active:
            return cls.NOBODYS
        return cls.OWN if owner.pk == asking.pk else cls.ANOTHERS


@dataclass(frozen=True)
class Hand:
    """One row of the table. `event` is the kind of the event that it leaves."""

    name: str
    label: str
    event: str
    whose: tuple[Whose, ...]
    supervisors: tuple[Whose, ...]
    """The same for supervisors, who see to it that nothing lies still."""

    def allows(self, owner: User | None, by: User) -> bool:
        """Whether this person may do it with what that one has."""
        allowed = self.supervisors if by.role == Role.SUPERVISAO else self.whose
        return Whose.of(owner, by) in allowed


_NOBODYS, _OWN, _ANOTHERS = Whose

CLAIM = Hand("claim", "Assumir", "claimed", (_NOBODYS,), (_NOBODYS, _ANOTHERS))
PASS = Hand("pass", "Passar para", "handed_over", (_NOBODYS, _OWN), tuple(Whose))
RELEASE = Hand("release", "Liberar", "released", (_OWN,), (_OWN, _ANOTHERS))
HANDS = {hand.name: hand for hand in (CLAIM, PASS, RELEASE)}


def works_on(state: str, by: User) -> bool:
    """Whether a person of this role works on tickets in that state; on closed ones nobody does."""
    return by.role in WORKERS.get(state, ())
