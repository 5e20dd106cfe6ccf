"""Conditions: what must be known for a text to be used, or a fact to be asked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from guiche.desk.procedures.table import Table

Known = Mapping[str, str]


@dataclass(frozen=True)
class When:
    """Alternatives; one holds when every key in it has one of its values. None: always."""

    alternatives: tuple[tuple[tuple[str, tuple[str, ...]], ...], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.alternatives)

    def holds(self, known: Known) -> bool:
        """Whether it is so, as far as is known."""
        return not self.alternatives or any(
            all(known.get(key, "") in values for key, values in alternative)
            for alternative in self.alternatives
        )

    @property
    def depends_on(self) -> set[str]:
        """The keys that are asked about."""
        return {key for alternative in self.alternatives for key, _ in alternative}

    @classmethod
    def read(cls, table: Table, conditions: Mapping[str, Collection[str]]) -> "When":
        """The `when` of a table: one table of conditions, or a list of such tables."""
        return cls(tuple(_alternative(each, conditions) for each in table.table_or_tables("when")))


def _alternative(
    table: Table, conditions: Mapping[str, Collection[str]]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found = []
    for key in table:
        if key not in conditions:
            raise table.error(key, f"não é uma condição; use {', '.join(sorted(conditions))}.")
        values = table.texts(key, conditions[key])
        if not values:
            raise table.error(key, "está vazia, e nunca se cumpriria; escreva um valor.")
        found.append((key, values))
    if not found:
        raise table.error("", "está vazia; escreva uma condição, ou apague a linha.")
    return tuple(found)


ALWAYS = When()
