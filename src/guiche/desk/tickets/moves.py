"""The one table of moves: from which states, to which state, by whom, with a reason or without."""

from dataclasses import dataclass

from guiche.desk.people.role import Role
from guiche.desk.refusal import Refused

FORWARDED, WAITING, RETURNED = "forwarded", "waiting_customer", "returned"
RESOLVED, CANCELLED = "resolved", "cancelled"

STATES = {
    FORWARDED: "Encaminhado",
    WAITING: "Aguardando o cliente",
    RETURNED: "Devolvido ao suporte",
    RESOLVED: "Resolvido",
    CANCELLED: "Cancelado",
}
OPEN = (FORWARDED, WAITING, RETURNED)

# Who opens tickets and who makes the return; a supervisor may do both.
_OPENS = (Role.SUPORTE, Role.SUPERVISAO)
_RETURNS = (Role.RELACIONAMENTO, Role.SUPERVISAO)


class MoveRefused(Refused):
    """The ticket may not move like that: not from its state, not by this person, not without it."""


@dataclass(frozen=True)
class Rule:
    """One row of the table. `event` is the kind of the event that the move leaves."""

    name: str
    label: str
    event: str
    origins: tuple[str, ...]
    target: str
    roles: tuple[Role, ...]
    needs_reason: bool = False
    note_missing: str = ""
    """What is said when it comes without the note that the next team needs; "" where none is."""

    @property
    def needs_note(self) -> bool:
        """Whether it tells the next team something that only a person can write."""
        return bool(self.note_missing)

    @property
    def closes(self) -> bool:
        """Whether nothing is left to be done after it."""
        return self.target not in OPEN

    @property
    def reopens(self) -> bool:
        """Whether it makes a closed ticket an open one."""
        return self.origins[0] not in OPEN


@dataclass(frozen=True)
class Move:
    """A move that a person may make now, with the reasons to choose from."""

    rule: Rule
    reasons: tuple[str, ...]
    promise_note: str = ""
    """What the move does to the time that was promised, where it does anything."""


MOVES = {
    rule.name: rule
    for rule in (
        Rule(
            "wait", "Aguardar o cliente", "waiting",
            (FORWARDED,), WAITING, _RETURNS, needs_reason=True,
        ),
        Rule(
            "resume", "Retomar", "resumed",
            (WAITING,), FORWARDED, _RETURNS,
        ),
        Rule(
            "resolve", "Resolver", "resolved",
            (FORWARDED, WAITING), RESOLVED, _RETURNS, needs_reason=True,
        ),
        Rule(
            "return", "Devolver ao suporte", "returned",
            (FORWARDED, WAITING), RETURNED, _RETURNS, needs_reason=True,
            note_missing="Escreva na anotação o que o Suporte precisa acertar.",
        ),
        Rule(
            "forward", "Encaminhar de novo", "forwarded_again",
            (RETURNED,), FORWARDED, _OPENS,
            note_missing="Escreva na anotação o que foi acertado.",
        ),
        Rule(
            "cancel", "Cancelar o chamado", "cancelled",
            OPEN, CANCELLED, _OPENS, needs_reason=True,
        ),
        Rule(
            "reopen", "Reabrir", "reopened",
            (RESOLVED, CANCELLED), FORWARDED, _OPENS, needs_reason=True,
        ),
    )
}  # fmt: skip
