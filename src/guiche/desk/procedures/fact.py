"""One datum that a procedure asks for, as the file describes it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from guiche.desk.intake.facts import TYPES
from guiche.desk.intake.register import REGISTERS
from guiche.desk.procedures import names
from guiche.desk.procedures.table import Table
from guiche.desk.procedures.text import SILENT, Text
from guiche.desk.procedures.when import ALWAYS, Known, When

_KEY = re.compile(r"(?=.{1,40}$)[a-z][a-z0-9]*(_[a-z0-9]+)*")
_OF_THE_PAGE = frozenset(
    {
        *("aba", "arquivo", "campo", "cheio", "conferir", "conhecidos", "csrfmiddlewaretoken"),
        *("der", "motivo", "nome", "prazo", "revision", "senha", "texto", "visto"),
    }
)
"""Names of what a page sends beside the facts."""
LINE, PAGE = 200, 4000
CHOSEN = ("choice", "system")
"""The types whose answer is one of a list."""


@dataclass(frozen=True)
class Fact:
    """A question of a screen. Every fact that is asked is required; `exits` are the answers that
    end it."""

    key: str
    label: str
    type: str
    help: str = ""
    choices: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int = LINE
    certificate: str = ""
    """The datum of the certificate that fills it, or ""."""
    proposal: Text | None = None
    """The text that is proposed, or None."""
    exits: tuple[str, ...] = ()
    """What may be answered instead of a value: "Não tem", "Não foi possível ler", ..."""
    differs_from: str = ""
    """The key of the fact that it may not repeat, or ""."""
    confirms: str = ""
    """The key of the fact that a confirmation is about, or ""."""
    follows: str = ""
    """The key of the fact that it says more about, or "": where that one has no value, neither is
    this one asked."""
    of: str = ""
    """The key of the choice that says which register an enrolment number is of, or ""."""
    common: bool = False
    """Whether it is the same for all the certificates that one caller brings."""
    missing: str = ""
    """What is said when there is no answer."""
    when: When = ALWAYS
    """When it is asked at all."""
    notes: Text = SILENT
    """What the technician should know as the answers stand."""
    stops: Text = SILENT
    """Why the call cannot be submitted as the answers stand."""

    def is_exit(self, typed: str) -> bool:
        """Whether the answer is one of the ways out."""
        return typed.strip().casefold() in self._exits

    @cached_property
    def _exits(self) -> frozenset[str]:
        return frozenset(exit_.casefold() for exit_ in self.exits)

    def has(self, typed: str) -> bool:
        """Whether the answer is one of all that may be chosen."""
        return typed.strip().casefold() in {answer.casefold() for answer in self.answers}

    def asked(self, known: Known) -> bool:
        """Whether it is asked, as the answers stand."""
        return self.when.holds(known) and not known.get(self.confirms or self.follows)

    @cached_property
    def answers(self) -> tuple[str, ...]:
        """All that may be chosen, ways out among it."""
        return (*self.choices, *self.exits)

    @classmethod
    def read(
        cls,
        table: Table,
        earlier: Mapping[str, "Fact"],
        *,
        systems: tuple[str, ...] = (),
        exits: tuple[str, ...] = (),
    ) -> "Fact":
        """The fact of one `[[screens.facts]]`, without its texts, which may name later facts.

        `exits` are the ways out of a fact that names none of its own.
        """
        key = _key(table, earlier)
        label = table.text("label")
        kind = table.one_of("type", TYPES)
        maximum = table.number(
            "maximum", PAGE if kind == "text" else LINE, at_least=1, at_most=PAGE
        )
        types = {k: f.type for k, f in earlier.items()}
        return cls(
            key=key,
            label=label,
            type=kind,
            help=table.text("help", ""),
            choices=_choices(table, kind, systems),
            minimum=table.number("minimum", 0, at_least=0, at_most=maximum),
            maximum=maximum,
            certificate=table.one_of("certificate", names.CERTIFICATE, ""),
            exits=_exits(table, kind, exits),
            differs_from=_other(table, "differs_from", types, kind),
            confirms=_belonging(table, "confirms", dict.fromkeys(earlier, kind), kind),
            follows=_followed(table, earlier),
            of=_belonging(table, "of", _registers(earlier, kind), kind),
            common=table.flag("common"),
            missing=table.text("missing", "") or f"Falta informar: {label}.",
            when=When.read(table, conditions_after(earlier)),
        )


def conditions_after(earlier: Mapping[str, Fact]) -> dict[str, Collection[str]]:
    """What a fact may depend on: the reading, and the choices and ways out before it."""
    chosen = {key: fact.answers for key, fact in earlier.items() if fact.answers}
    return {**names.CONDITIONS, **chosen}


def _key(table: Table, earlier: Mapping[str, Fact]) -> str:
    key = table.text("key")
    if not _KEY.fullmatch(key):
        raise table.error("key", f"“{key}”: use letras minúsculas, algarismos e _.")
    conditions = names.CONDITIONS.keys() - names.ADDED
    taken = {*names.READING, *names.TICKET, *names.LINK, *conditions, *_OF_THE_PAGE}
    if key in earlier or key in taken:
        raise table.error("key", f"“{key}” já existe; dê outro nome.")
    return key


def _choices(table: Table, kind: str, systems: tuple[str, ...]) -> tuple[str, ...]:
    choices = table.texts("choices")
    if bool(choices) != (kind == "choice"):
        raise table.error("choices", "é para o tipo choice, e obrigatório nele.")
    if kind == "system" and not systems:
        raise table.error("type", "system precisa de pelo menos um [[systems]].")
    return systems if kind == "system" else choices


def _exits(table: Table, kind: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """A list always has a choice for whoever does not know; a tick and a text are one's own."""
    own = table.texts("exits")
    return own or (() if kind in (*CHOSEN, "confirmation", "text") else default)


def _registers(earlier: Mapping[str, Fact], kind: str) -> dict[str, str]:
    """The choices that name registers, as of the type that may name them."""
    return {key: kind for key, fact in earlier.items() if set(fact.choices) & set(REGISTERS)}


def _other(table: Table, key: str, types: Mapping[str, str], kind: str) -> str:
    """The key of an earlier fact of a type, or "" where none is named."""
    other = table.text(key, "")
    if other and types.get(other) != kind:
        raise table.error(key, f"“{other}” precisa ser um dado anterior, e do mesmo tipo.")
    return other


def _followed(table: Table, earlier: Mapping[str, Fact]) -> str:
    ending = [key for key, fact in earlier.items() if fact.exits and not fact.choices]
    return table.one_of("follows", ending, "")


_OWNERS = {"confirms": "confirmation", "of": "enrolment"}


def _belonging(table: Table, key: str, types: Mapping[str, str], kind: str) -> str:
    """The same, for a key that one type needs and no other has."""
    other = _other(table, key, types, kind)
    if bool(other) != (kind == _OWNERS[key]):
        raise table.error(key, f"é para o tipo {_OWNERS[key]}, e obrigatório nele.")
    return other


def read_proposal(
    table: Table,
    fact: Fact,
    *,
    nameable: Collection[str],
    conditions: Mapping[str, Collection[str]],
) -> Text | None:
    """The proposal of a fact, or None; of a choice it is one of the choices, or none applies."""
    if "propose" not in table:
        return None
    text = Text.read(
        table, "propose", names=nameable, conditions=conditions, partial=bool(fact.choices)
    )
    for variant in text.variants if fact.choices else ():
        if variant.text not in fact.choices:
            raise table.error("propose", f"“{variant.text}” não está em choices.")
    return text
