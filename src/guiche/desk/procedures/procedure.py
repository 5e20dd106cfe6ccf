"""An operating procedure: screens, facts, texts, team and promise, read from TOML."""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from guiche.desk.procedures.customer import Customer
from guiche.desk.procedures.fact import Fact, conditions_after
from guiche.desk.procedures.screen import Block, Screen, read_blocks, read_screens
from guiche.desk.procedures.system import System
from guiche.desk.procedures.table import ProcedureError, Table
from guiche.desk.procedures.texts import Texts
from guiche.desk.procedures.when import ALWAYS, Known, When
from guiche.desk.tickets.moves import MOVES
from guiche.icpbrasil import Status

CEI, NIS, NOTHING = "cei", "nis", "none"
CARRIED = (CEI, NIS, NOTHING)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
END = "end"
"""The list of reasons why a call ends without a ticket."""


@dataclass(frozen=True)
class Promised:
    """The promise that is made with a ticket, and what counts as having tried to keep it."""

    term: timedelta
    warning: float
    """After which share of its time the promise is near its end."""
    attempts: int
    """So many attempts in time, to every phone, count as tried."""
    message: bool
    """Whether a message must have been left, too."""
    business: bool = False
    """Whether only the hours count in which the team is at work."""
    pauses: tuple[str, ...] = ()
    """The reasons of "wait" for which the promise stands still."""

    @classmethod
    def read(cls, table: Table, waits: Collection[str]) -> "Promised":
        """The `[promise]`; `waits` are the reasons of "wait"."""
        term = timedelta(hours=table.number("hours", None, at_least=1, at_most=24 * 60))
        percent = table.number("warn_at_percent", 80, at_least=1, at_most=99)
        attempts = table.number("attempts", 2, at_least=1, at_most=20)
        message, business = table.flag("message"), table.flag("business_hours")
        pauses = table.texts("pauses", waits)
        table.finish()
        return cls(term, percent / 100, attempts, message, business, pauses)


@dataclass(frozen=True)
class Closing:
    """How a ticket is closed at its best: by reading the new certificate."""

    proof: str = ""
    """The reason of `resolve` that only a reading of the new certificate gives, or ""."""
    other_holder: tuple[str, ...] = ()
    """Why the new certificate may be of another holder."""
    carries: str = CEI
    """Which number the new certificate must have: one of `CARRIED`."""

    @classmethod
    def read(cls, table: Table, reasons: Mapping[str, tuple[str, ...]]) -> "Closing":
        """The `[closing]`, which may be missing."""
        proof = table.one_of("proof", reasons["resolve"], "")
        carries = table.one_of("carries", CARRIED, CEI)
        closing = cls(proof, table.texts("other_holder"), carries)
        table.finish()
        return closing


@dataclass(frozen=True)
class Procedure:
    """The procedure, whole."""

    slug: str
    title: str
    team: str
    promise: Promised
    systems: tuple[System, ...]
    screens: tuple[Screen, ...]
    customer: Customer
    blocks: tuple[Block, ...]
    texts: Texts
    reasons: Mapping[str, tuple[str, ...]]
    """The reasons to choose from: for each move that needs one, and for `END`."""
    closing: Closing
    preselect: tuple[str, ...] = ()
    """Of several certificates at once, the readings (`status`) that most often need a ticket."""
    when: When = ALWAYS
    """When the reading and the answers speak for it; without a condition only a person does."""

    @property
    def facts(self) -> Iterator[Fact]:
        """All facts, in the order of the screens."""
        return (fact for screen in self.screens for fact in screen.facts)

    def fact(self, key: str) -> Fact:
        """The fact of that key; `KeyError` for another."""
        return self._by_key[key]

    @cached_property
    def _by_key(self) -> dict[str, Fact]:
        return {fact.key: fact for fact in self.facts}

    def fits(self, known: Known) -> bool:
        """Whether what is known of a call, of any procedure, speaks for this one."""
        return bool(self.when) and self.when.holds(known)

    def may_keep(self, key: str, typed: str) -> bool:
        """Whether an answer that was typed for another procedure may stay: of a list, one in it."""
        fact = self._by_key.get(key)
        return fact is None or not fact.choices or fact.has(typed)

    def system(self, name: str) -> System | None:
        """The row of a system, or None."""
        return next((system for system in self.systems if system.name == name), None)

    @property
    def wanted(self) -> Fact | None:
        """The fact that says which number the new certificate must have, or None."""
        return next((fact for fact in self.facts if fact.of), None)

    @classmethod
    def read(cls, content: str, file: str) -> "Procedure":
        """The procedure written in `content`, or a `ProcedureError` that names `file` and the key.

        1. head: slug, title, team; when it fits a call, once the facts are known;
        2. systems, then screens and facts, then their texts, which may name facts of any screen;
        3. who the customer is, and the blocks to copy;
        4. texts for the customer;
        5. reasons of the moves, the promise, how a ticket is closed at its best, and what of
           several certificates is chosen beforehand.
        """
        try:
            top = Table(tomllib.loads(content), file)
        except (ValueError, RecursionError) as error:  # also a number of thousands of digits
            raise ProcedureError(file, "", f"não é TOML válido: {error}.") from error
        slug = top.text("slug")
        if not _SLUG.fullmatch(slug):
            raise top.error("slug", f"“{slug}”: use letras minúsculas, algarismos e hífen.")
        title, team, promised = top.text("title"), top.text("team"), top.table("promise")
        systems = System.read_all(top)
        screens = read_screens(top, systems=tuple(system.name for system in systems))
        facts = {fact.key: fact for screen in screens for fact in screen.facts}
        customer = Customer.read(top.table("customer"), facts)
        blocks = read_blocks(top, facts)
        texts = Texts.read(top.table("texts"), facts, conditions_after(facts))
        reasons = _reasons(top.table("reasons"))
        promise = Promised.read(promised, reasons["wait"])
        closing = Closing.read(top.table("closing"), reasons)
        preselect = _preselect(top.table("several"))
        when = When.read(top, conditions_after(facts))
        top.finish()
        return cls(
            slug, title, team, promise, systems, screens, customer, blocks, texts, reasons,
            closing, preselect, when,
        )  # fmt: skip


def _preselect(table: Table) -> tuple[str, ...]:
    preselect = table.texts("preselect", [status.value for status in Status])
    table.finish()
    return preselect


def _reasons(table: Table) -> dict[str, tuple[str, ...]]:
    reasons = {END: table.texts(END)}
    for move in MOVES.values():
        if move.needs_reason:
            reasons[move.name] = table.texts(move.name)
            if not reasons[move.name]:
                raise table.error(move.name, f"falta; liste os motivos de “{move.label}”.")
    table.finish()
    return reasons
