"""Strict reading of TOML tables: a mistake is told with its file, its key and the remedy."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

T = TypeVar("T")


class ProcedureError(ValueError):
    """A procedure file that cannot be used: `file: key: what is wrong, what to do`."""

    def __init__(self, file: str, key: str, remedy: str) -> None:
        super().__init__(f"{file}: {key}: {remedy}" if key else f"{file}: {remedy}")
        self.file, self.key, self.remedy = file, key, remedy


_NAMES = {
    str: "um texto",
    int: "um número inteiro",
    list: "uma lista",
    dict: "uma tabela",
    date: "uma data, como 2026-11-24",
}


class Table:
    """One table of a file. What is not taken from it is a mistake: see `finish`."""

    def __init__(self, content: Mapping[str, Any], file: str, path: str = "") -> None:
        self._rest = dict(content)
        self.file, self.path = file, path

    def error(self, key: str, remedy: str) -> ProcedureError:
        """The error of one key of this table."""
        return ProcedureError(self.file, f"{self.path}.{key}".strip("."), remedy)

    def __iter__(self) -> Iterator[str]:
        """The keys not taken yet, in the order of the file."""
        return iter(list(self._rest))

    def take(self, key: str, kind: type[T], default: T | None = None) -> T:
        """The value of a key; an error when it is missing without a default, or of another kind."""
        value = self._rest.pop(key, default)
        if value is None:
            raise self.error(key, f"falta; escreva {_NAMES[kind]}.")
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.error(key, f"precisa ser {_NAMES[kind]}.")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """A text without surrounding blanks; an empty one is accepted only as a default."""
        value = self.take(key, str, default).strip()
        if not value and default is None:
            raise self.error(key, "está vazio; escreva um texto.")
        return value

    def one_of(self, key: str, choices: Collection[str], default: str | None = None) -> str:
        """A text that is one of the choices, or the default."""
        value = self.text(key, default)
        if value != default and value not in choices:
            raise self.error(key, f"“{value}” não existe; use {_listed(choices)}.")
        return value

    def number(self, key: str, default: int | None, *, at_least: int, at_most: int) -> int:
        """A whole number within its limits."""
        value = self.take(key, int, default)
        if not at_least <= value <= at_most:
            raise self.error(key, f"{value} está fora dos limites; use de {at_least} a {at_most}.")
        return value

    def texts(self, key: str, choices: Collection[str] | None = None) -> tuple[str, ...]:
        """A list of different texts, each one of the choices; a missing key is an empty list."""
        values = self.take(key, list, [])
        for value in values:
            if not isinstance(value, str) or not value.strip():
                raise self.error(key, "só pode ter textos, e nenhum vazio.")
            if choices is not None and value not in choices:
                raise self.error(key, f"“{value}” não existe; use {_listed(choices)}.")
            if values.count(value) > 1:
                raise self.error(key, f"“{value}” está repetido; deixe um só.")
        return tuple(values)

    def table(self, key: str) -> "Table":
        """The table under a key; a missing one is empty."""
        return Table(self.take(key, dict, {}), self.file, f"{self.path}.{key}".strip("."))

    def flag(self, key: str) -> bool:
        """`true` or `false`; a missing one is `false`."""
        value = self._rest.pop(key, False)
        if not isinstance(value, bool):
            raise self.error(key, "precisa ser true ou false.")
        return value

    def day(self, key: str) -> date:
        """A date, as TOML writes it: `2026-11-24`."""
        value = self.take(key, date)
        if isinstance(value, datetime):
            raise self.error(key, "precisa ser só a data, sem hora.")
        return value

    def table_or_tables(self, key: str) -> Iterator["Table"]:
        """The table under a key, or those of the list under it; none when the key is missing."""
        value = self._rest.pop(key, [])
        if isinstance(value, dict):
            value = [value]
        if not isinstance(value, list):
            raise self.error(key, "precisa ser uma tabela, ou uma lista de tabelas.")
        for number, entry in enumerate(value, start=1):
            place = f"{key}[{number}]" if len(value) > 1 else key
            if not isinstance(entry, dict):
                raise self.error(place, "precisa ser uma tabela.")
            yield Table(entry, self.file, f"{self.path}.{place}".strip("."))

    def tables(self, key: str, *, at_least: int = 1) -> Iterator["Table"]:
        """The tables of an array `[[key]]`, of which there must be so many."""
        entries = self.take(key, list, [])
        if len(entries) < at_least:
            raise self.error(key, f"falta; escreva pelo menos um [[{key}]].")
        for number, entry in enumerate(entries, start=1):
            place = f"{self.path}.{key}[{number}]".strip(".")
            if not isinstance(entry, dict):
                raise ProcedureError(self.file, place, "precisa ser uma tabela.")
            yield Table(entry, self.file, place)

    def finish(self) -> None:
        """An error when a key is left that nobody took: most often a misspelling."""
        for key in self._rest:
            raise self.error(key, "não é conhecido aqui; confira a grafia ou apague a linha.")


def _listed(choices: Collection[str]) -> str:
    if not choices:
        return "nada: não há o que nomear aqui"
    *most, last = sorted(choices)
    return f"{', '.join(most)} ou {last}" if most else last
