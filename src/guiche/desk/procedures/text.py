"""Texts with variants: the first whose conditions hold is used, with its facts filled in."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from guiche.desk.procedures.table import Table

_NAME = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Variant:
    """A text and when it applies: every key must have one of its values."""

    text: str
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def applies(self, known: Mapping[str, str]) -> bool:
        """Whether all conditions hold."""
        return all(known.get(key, "") in values for key, values in self.when)


@dataclass(frozen=True)
class Text:
    """Variants in order; the last one has no condition, so that there is always one."""

    variants: tuple[Variant, ...]

    @classmethod
    def read(
        cls,
        table: Table,
        key: str,
        *,
        names: Collection[str],
        conditions: Mapping[str, Collection[str]],
    ) -> "Text":
        """The texts of `[[key]]`, every `{name}` and every condition from its closed list."""
        variants = []
        for entry in table.tables(key):
            text = entry.text("text")
            for name in _NAME.findall(text):
                if name not in names:
                    known = ", ".join(sorted(names))
                    raise entry.error("text", f"{{{name}}} não existe; use um destes: {known}.")
            if "{" in (bare := _NAME.sub("", text)) or "}" in bare:
                raise entry.error("text", "há uma chave { ou } sozinha; apague-a.")
            variants.append(Variant(text, _conditions(entry.table("when"), conditions)))
            entry.finish()
        if variants[-1].when or any(not variant.when for variant in variants[:-1]):
            raise table.error(key, "só o último texto, e ele sempre, fica sem `when`.")
        return cls(tuple(variants))

    def names(self) -> set[str]:
        """The names used in any variant."""
        return {name for variant in self.variants for name in _NAME.findall(variant.text)}

    def filled(self, shown: Mapping[str, str], known: Mapping[str, str]) -> str:
        """The text that applies, each `{name}` replaced by what is shown for it."""
        variant = next(variant for variant in self.variants if variant.applies(known))
        return _NAME.sub(lambda found: shown[found[1]], variant.text)


def _conditions(
    table: Table, known: Mapping[str, Collection[str]]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    conditions = []
    for key in table:
        if key not in known:
            raise table.error(key, f"não é uma condição; use {', '.join(sorted(known))}.")
        conditions.append((key, table.texts(key, known[key])))
    return tuple(conditions)
