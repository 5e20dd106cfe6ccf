"""One datum that a procedure asks for, as the file describes it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from guiche.desk.intake.facts import TYPES
from guiche.desk.procedures import names
from guiche.desk.procedures.table import Table
from guiche.desk.procedures.text import Text

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
LINE, PAGE = 200, 4000


@dataclass(frozen=True)
class Fact:
    """A question of a screen. Every fact is required; `exits` are the answers that end it."""

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
    missing: str = ""
    """What is said when there is no answer."""

    def is_exit(self, typed: str) -> bool:
        """Whether the answer is one of the ways out."""
        return typed.strip().casefold() in {exit_.casefold() for exit_ in self.exits}

    @classmethod
    def read(cls, table: Table, earlier: Mapping[str, "Fact"]) -> "Fact":
        """The fact of one `[[screens.facts]]`, without its proposal, which may name later facts."""
        key = table.text("key")
        if not _KEY.fullmatch(key):
            raise table.error("key", f"“{key}”: use letras minúsculas, algarismos e _.")
        if key in earlier or key in names.READING or key in names.TICKET:
            raise table.error("key", f"“{key}” já existe; dê outro nome.")
        label = table.text("label")
        kind = table.one_of("type", TYPES)
        longest = PAGE if kind == "text" else LINE
        maximum = table.number("maximum", longest, at_least=1, at_most=PAGE)
        return cls(
            key=key,
            label=label,
            type=kind,
            help=table.text("help", ""),
            choices=_choices(table, kind),
            minimum=table.number("minimum", 0, at_least=0, at_most=maximum),
            maximum=maximum,
            certificate=table.one_of("certificate", names.CERTIFICATE, ""),
            exits=table.texts("exits"),
            differs_from=_other(
                table, "differs_from", {k: f.type for k, f in earlier.items()}, kind
            ),
            confirms=_other(table, "confirms", dict.fromkeys(earlier, kind), kind),
            missing=table.text("missing", "") or f"Falta informar: {label}.",
        )


def _choices(table: Table, kind: str) -> tuple[str, ...]:
    choices = table.texts("choices")
    if bool(choices) != (kind == "choice"):
        raise table.error("choices", "é para o tipo choice, e obrigatório nele.")
    return choices


def _other(table: Table, key: str, types: Mapping[str, str], kind: str) -> str:
    """The key of an earlier fact of a type, or "" where none is named."""
    other = table.text(key, "")
    if other and types.get(other) != kind:
        raise table.error(key, f"“{other}” precisa ser um dado anterior, e do mesmo tipo.")
    if key == "confirms" and bool(other) != (kind == "confirmation"):
        raise table.error(key, "é para o tipo confirmation, e obrigatório nele.")
    return other


def read_proposal(
    table: Table,
    fact: Fact,
    *,
    nameable: Collection[str],
    conditions: Mapping[str, Collection[str]],
) -> Text | None:
    """The proposal of a fact, or None; of a choice it is one of the choices."""
    if "propose" not in table:
        return None
    text = Text.read(table, "propose", names=nameable, conditions=conditions)
    for variant in text.variants if fact.choices else ():
        if variant.text not in fact.choices:
            raise table.error("propose", f"“{variant.text}” não está em choices.")
    return text
