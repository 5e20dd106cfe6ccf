"""Texts with variants: the first whose conditions hold is used, with its facts filled in."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from guiche.desk.procedures.table import Table
from guiche.desk.procedures.when import ALWAYS, Known, When

_NAME = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Variant:
    """A text and when it applies."""

    text: str
    when: When = ALWAYS


@dataclass(frozen=True)
class Text:
    """Variants in order."""

    variants: tuple[Variant, ...] = ()

    @classmethod
    def read(
        cls,
        table: Table,
        key: str,
        *,
        names: Collection[str],
        conditions: Mapping[str, Collection[str]],
        partial: bool = False,
    ) -> "Text":
        """The texts of `[[key]]`, every `{name}` and every condition from its closed list.

        One variant has no condition, the last, so that there is always a text; a `partial` one may
        do without, and then may say nothing.
        """
        variants = []
        for entry in table.tables(key, at_least=0 if partial else 1):
            text = entry.text("text")
            for name in _NAME.findall(text):
                if name not in names:
                    known = ", ".join(sorted(names))
                    raise entry.error("text", f"{{{name}}} não existe; use um destes: {known}.")
            if "{" in (bare := _NAME.sub("", text)) or "}" in bare:
                raise entry.error("text", "há uma chave { ou } sozinha; apague-a.")
            variants.append(Variant(text, When.read(entry, conditions)))
            entry.finish()
        if any(not variant.when for variant in variants[:-1]):
            raise table.error(key, "só o último texto fica sem `when`.")
        if not partial and variants[-1].when:
            raise table.error(key, "só o último texto, e ele sempre, fica sem `when`.")
        return cls(tuple(variants))

    def names(self) -> set[str]:
        """The names used in any variant."""
        return {name for variant in self.variants for name in _NAME.findall(variant.text)}

    def filled(self, shown: Mapping[str, str], known: Known) -> str:
        """The text that applies, each `{name}` replaced by what is shown for it; "" where none.

        A line that names what is not in `shown`, a fact that was not asked, is left out.
        """
        if not self.variants:
            return ""
        text = next((each.text for each in self.variants if each.when.holds(known)), "")
        if "{" not in text:
            return text
        lines = [line for line in text.split("\n") if set(_NAME.findall(line)) <= shown.keys()]
        return _NAME.sub(lambda found: shown[found[1]], "\n".join(lines))


SILENT = Text()
"""Says nothing."""
