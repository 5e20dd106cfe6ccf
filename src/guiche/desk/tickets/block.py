"""The answers of a ticket as they are copied into another desk, screen by screen."""

from dataclasses import dataclass

from guiche.desk.intake.facts import shown
from guiche.desk.procedures.fact import Fact
from guiche.desk.tickets.shown import Shown


@dataclass(frozen=True)
class CopyLine:
    """One answer; `text` alone is what fits into a field of its own."""

    label: str
    text: str
    below: bool = False
    """Whether the text stands below its label: it has several lines, or sentences."""

    @property
    def copied(self) -> str:
        """The line as it is pasted."""
        label = self.label if self.label.endswith("?") else f"{self.label}:"
        return f"{label}{chr(10) if self.below else ' '}{self.text}"


@dataclass(frozen=True)
class CopyBlock:
    """The answers that one screen of the other desk asks for, in its order."""

    title: str
    lines: tuple[CopyLine, ...]

    @property
    def copied(self) -> str:
        """The block as it is pasted."""
        return "\n".join(line.copied for line in self.lines)


def copy_blocks(ticket: Shown) -> list[CopyBlock]:
    """The blocks of the procedure, filled; what was not asked is left out.

    The last one ends with our mark, by which the ticket of the other desk is found again.
    """
    blocks = [
        CopyBlock(block.title, _lines(ticket, block.fields)) for block in ticket.procedure.blocks
    ]
    if blocks:
        last = blocks.pop()
        mark = CopyLine("Guichê", ticket.mark)
        blocks.append(CopyBlock(last.title, (*last.lines, mark)))
    return blocks


def _lines(ticket: Shown, keys: tuple[str, ...]) -> tuple[CopyLine, ...]:
    facts = [ticket.procedure.fact(key) for key in keys]
    return tuple(
        _line(fact, ticket.facts[fact.key]) for fact in facts if ticket.facts.get(fact.key)
    )


def _line(fact: Fact, stored: str) -> CopyLine:
    text = stored if fact.is_exit(stored) else shown(fact, stored)
    return CopyLine(fact.label, text, below=fact.type == "text")
