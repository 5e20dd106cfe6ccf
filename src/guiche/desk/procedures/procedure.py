"""An operating procedure: screens, facts, texts, team and promise, read from TOML."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from guiche.desk.procedures import names
from guiche.desk.procedures.fact import Fact, read_proposal
from guiche.desk.procedures.table import ProcedureError, Table
from guiche.desk.procedures.text import Text
from guiche.desk.tickets.moves import MOVES

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Screen:
    """One screen of the form."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Customer:
    """Which facts say who the customer is and how to reach them (keys)."""

    document: str
    name: str
    email: str
    phones: tuple[str, ...]


@dataclass(frozen=True)
class Procedure:
    """The procedure. `say` is read to the customer, `send` is written and names nobody."""

    slug: str
    title: str
    team: str
    term: timedelta
    warning: timedelta
    """How long after the submit the promise is near its end."""
    screens: tuple[Screen, ...]
    customer: Customer
    say: Text
    send: Text
    reasons: Mapping[str, tuple[str, ...]]
    """The reasons to choose from, for each move that needs one."""

    @property
    def facts(self) -> Iterator[Fact]:
        """All facts, in the order of the screens."""
        return (fact for screen in self.screens for fact in screen.facts)

    def fact(self, key: str) -> Fact:
        """The fact of that key; `KeyError` for another."""
        return {fact.key: fact for fact in self.facts}[key]

    @classmethod
    def read(cls, content: str, file: str) -> "Procedure":
        """The procedure written in `content`, or a `ProcedureError` that names `file` and the key.

        1. head: slug, title, team, promise;
        2. screens and facts;
        3. proposals, which may name facts of any screen;
        4. who the customer is;
        5. texts for the customer;
        6. reasons of the moves.
        """
        try:
            top = Table(tomllib.loads(content), file)
        except tomllib.TOMLDecodeError as error:
            raise ProcedureError(file, "", f"não é TOML válido: {error}.") from error
        slug = top.text("slug")
        if not _SLUG.fullmatch(slug):
            raise top.error("slug", f"“{slug}”: use letras minúsculas, algarismos e hífen.")
        title, team = top.text("title"), top.text("team")
        term, warning = _promise(top.table("promise"))
        screens = _screens(top)
        facts = {fact.key: fact for screen in screens for fact in screen.facts}
        customer = _customer(top.table("customer"), facts)
        say, send = _texts(top.table("texts"), facts)
        reasons = _reasons(top.table("reasons"))
        top.finish()
        return cls(slug, title, team, term, warning, screens, customer, say, send, reasons)


def _promise(table: Table) -> tuple[timedelta, timedelta]:
    term = timedelta(hours=table.number("hours", None, at_least=1, at_most=24 * 60))
    percent = table.number("warn_at_percent", 80, at_least=1, at_most=99)
    table.finish()
    return term, term * percent / 100


def _screens(top: Table) -> tuple[Screen, ...]:
    facts: dict[str, Fact] = {}
    tables: dict[str, Table] = {}
    screens: list[tuple[str, list[str]]] = []
    for screen in top.tables("screens"):
        title, keys = screen.text("title"), []
        for table in screen.tables("facts"):
            fact = Fact.read(table, facts)
            facts[fact.key], tables[fact.key] = fact, table
            keys.append(fact.key)
        screen.finish()
        screens.append((title, keys))
    # A proposal that named another one would change under the reader's eyes, or never end.
    asked = {key: fact for key, fact in facts.items() if "propose" not in tables[key]}
    nameable, conditions = {*asked, *names.READING}, _conditions(asked)
    for key, table in tables.items():
        proposal = read_proposal(table, facts[key], nameable=nameable, conditions=conditions)
        facts[key] = replace(facts[key], proposal=proposal)
        table.finish()
    return tuple(Screen(title, tuple(facts[key] for key in keys)) for title, keys in screens)


def _conditions(facts: Mapping[str, Fact]) -> dict[str, tuple[str, ...]]:
    """What a text may depend on: the reading, and the answers to choices."""
    choices = {key: fact.choices for key, fact in facts.items() if fact.choices}
    return {**choices, **names.CONDITIONS}


def _customer(table: Table, facts: Mapping[str, Fact]) -> Customer:
    def keys_of(kind: str) -> list[str]:
        return [key for key, fact in facts.items() if fact.type == kind]

    document = table.one_of("document", keys_of("document"))
    name = table.one_of("name", keys_of("name"))
    email = table.one_of("email", keys_of("email"))
    phones = table.texts("phones", keys_of("phone"))
    if not phones:
        raise table.error("phones", "falta; diga pelo menos um telefone.")
    table.finish()
    return Customer(document, name, email, phones)


def _texts(table: Table, facts: Mapping[str, Fact]) -> tuple[Text, Text]:
    """The texts for the customer; the written one may name the ticket only, never a person."""
    ticket, conditions = set(names.TICKET), _conditions(facts)
    say = Text.read(table, "say", names={*facts, *names.READING, *ticket}, conditions=conditions)
    send = Text.read(table, "send", names=ticket, conditions=conditions)
    for key, text in (("say", say), ("send", send)):
        if not {"protocol", "due"} <= text.names():
            raise table.error(key, "precisa dizer {protocol} e {due} ao cliente.")
    table.finish()
    return say, send


def _reasons(table: Table) -> dict[str, tuple[str, ...]]:
    reasons = {}
    for move in MOVES.values():
        if move.needs_reason:
            reasons[move.name] = table.texts(move.name)
            if not reasons[move.name]:
                raise table.error(move.name, f"falta; liste os motivos de “{move.label}”.")
    table.finish()
    return reasons
