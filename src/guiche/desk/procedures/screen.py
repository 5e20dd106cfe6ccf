"""The screens of the form, and the blocks to be copied into another desk."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from guiche.desk.procedures import names
from guiche.desk.procedures.fact import Fact, conditions_after, read_proposal
from guiche.desk.procedures.table import Table
from guiche.desk.procedures.text import Text


@dataclass(frozen=True)
class Screen:
    """One screen of the form; an `opening` one stands before the reading."""

    title: str
    facts: tuple[Fact, ...]
    opening: bool = False


@dataclass(frozen=True)
class Block:
    """Facts in the order in which another desk asks for them, to be copied together (keys)."""

    title: str
    fields: tuple[str, ...]


def read_screens(top: Table, *, systems: tuple[str, ...]) -> tuple[Screen, ...]:
    """All screens, each fact with its texts, which may name facts of any screen."""
    exits = top.texts("exits")
    facts: dict[str, Fact] = {}
    tables: dict[str, Table] = {}
    screens: list[tuple[str, bool, list[str]]] = []
    for screen in top.tables("screens"):
        title, opening, keys = screen.text("title"), screen.flag("opening"), []
        for table in screen.tables("facts"):
            fact = Fact.read(table, facts, systems=systems, exits=exits)
            facts[fact.key], tables[fact.key] = fact, table
            keys.append(fact.key)
        screen.finish()
        screens.append((title, opening, keys))
    facts = _with_texts(facts, tables)
    return tuple(
        Screen(title, tuple(facts[key] for key in keys), opening)
        for title, opening, keys in screens
    )


def _with_texts(facts: Mapping[str, Fact], tables: Mapping[str, Table]) -> dict[str, Fact]:
    # A proposal that named another one would change under the reader's eyes, or never end.
    asked = {key: fact for key, fact in facts.items() if "propose" not in tables[key]}
    nameable = {*asked, *names.READING}
    told = {*facts, *names.READING}
    complete: dict[str, Fact] = {}
    for key, table in tables.items():
        fact = facts[key]
        conditions = conditions_after(asked)
        proposal = read_proposal(table, fact, nameable=nameable, conditions=conditions)
        conditions = conditions_after(facts)
        complete[key] = replace(
            fact,
            proposal=proposal,
            notes=_told(table, "notes", told, conditions),
            stops=_told(table, "stops", told, conditions),
        )
        table.finish()
    return complete


def _told(
    table: Table, key: str, told: Collection[str], conditions: Mapping[str, Collection[str]]
) -> Text:
    return Text.read(table, key, names=told, conditions=conditions, partial=True)


def read_blocks(top: Table, facts: Collection[str]) -> tuple[Block, ...]:
    """The blocks, of which there may be none."""
    blocks = []
    for table in top.tables("blocks", at_least=0):
        block = Block(table.text("title"), table.texts("fields", facts))
        if not block.fields:
            raise table.error("fields", "falta; liste os dados na ordem da tela.")
        table.finish()
        blocks.append(block)
    return tuple(blocks)
