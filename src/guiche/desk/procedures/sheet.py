"""The text of a procedure, changed in place: comments and order stay as they were written.

A value is named by its path, keys and positions from 0: `screens.0.facts.3.label`.
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Comment, Item, Whitespace

from guiche.desk.procedures.entry import KINDS, Section
from guiche.desk.procedures.outline import outline
from guiche.desk.procedures.renaming import follow
from guiche.desk.procedures.table import ProcedureError

_NEW: dict[str, dict[str, Any]] = {
    "systems": {"name": "", "demands": "", "source": ""},
    "blocks": {"title": "", "fields": []},
}
_MULTILINE = 3


class Sheet:
    """One text while it is being changed; it need not be a procedure that can be used."""

    def __init__(self, content: str, file: str) -> None:
        """A `ProcedureError` when the text is not even TOML."""
        self._file = file
        try:
            self._document = tomlkit.parse(content)
            self._document.unwrap()
        except (TOMLKitError, ValueError, RecursionError) as error:
            raise ProcedureError(file, "", f"não é TOML válido: {error}.") from error

    @property
    def content(self) -> str:
        """The text as it stands."""
        return self._document.as_string()

    @property
    def document(self) -> dict[str, Any]:
        """What the text says, as plain values."""
        return self._document.unwrap()

    @property
    def sections(self) -> tuple[Section, ...]:
        """What may be changed in it."""
        return outline(self.document)

    def write(self, values: Mapping[str, str]) -> None:
        """Takes what was typed, by path; what did not change is not touched, others are no paths.

        An answer that gets another name takes it along to every condition. A text of one case
        alone that is emptied goes, with its case.
        """
        before = self.document
        entries = [entry for section in outline(before) for entry in section.entries]
        emptied = []
        for entry in entries:
            typed = values.get(entry.path, entry.value).replace("\r\n", "\n").replace("\r", "\n")
            if typed.strip() == entry.value.strip():
                continue
            parent, _, key = entry.path.rpartition(".")
            if key == "text" and not typed.strip() and "when" in self._node(parent):
                emptied.append(parent)
            else:
                self._set(parent, key, KINDS[entry.kind].read(typed))
        follow(self._document, before)
        for path in reversed(emptied):
            self.remove(path)
        self._check_written()

    def add(self, key: str, today: date) -> None:
        """Adds an empty row at the end of an array; another key than the known ones adds none."""
        if key not in _NEW:
            return
        rows = self._document.setdefault(key, tomlkit.aot())
        row = tomlkit.table()
        row.update(_NEW[key] | ({"checked": today} if key == "systems" else {}))
        if rows:
            _move_end(rows[-1], row)
            rows[-1].add(tomlkit.nl())
        rows.append(row)

    def remove(self, path: str) -> None:
        """Takes a row out of its array; nothing where the path leads to none."""
        parent, _, position = path.rpartition(".")
        rows = self._node(parent)
        if not isinstance(rows, AoT) or not position.isdecimal() or int(position) >= len(rows):
            return
        number = int(position)
        if number:
            _move_end(rows[number], rows[number - 1])
        del rows[number]
        if not rows:
            above, _, key = parent.rpartition(".")
            del self._node(above)[key]

    def _node(self, path: str) -> Any:
        node: Any = self._document
        for part in path.split(".") if path else ():
            if isinstance(node, list):
                node = node[int(part)] if part.isdecimal() and int(part) < len(node) else {}
            else:
                node = node.get(part, {}) if isinstance(node, dict) else {}
        return node

    def _set(self, path: str, key: str, value: Any) -> None:
        if path in ("promise", "reasons", "closing"):
            self._document.setdefault(path, tomlkit.table())
        node = self._node(path)
        if value is None:
            node.pop(key, None)
        elif isinstance(value, list) and isinstance(node.get(key), list):
            _replace(node[key], value)
        else:
            node[key] = _item(value)

    def _check_written(self) -> None:
        """What was written must be what is read: a doubtful text is refused, never published."""
        content = self.content
        if tomllib.loads(content) != tomlkit.parse(content).unwrap() or (
            tomllib.loads(content) != self.document
        ):
            raise ProcedureError(self._file, "", "não consegui gravar; use o texto inteiro.")


def _item(value: Any) -> Item:
    if isinstance(value, list):
        array = tomlkit.array().multiline(len(value) > _MULTILINE)
        array.extend(value)
        return array
    if not isinstance(value, str) or "\n" not in value:
        return tomlkit.item(value)
    lines = (tomlkit.string(line).as_string()[1:-1] for line in value.split("\n"))
    text: Item = tomlkit.value('"""\n{}"""'.format("\n".join(lines)))
    return text


def _replace(items: Any, values: list[str]) -> None:
    """Item by item, so that comments between them stay."""
    for position, value in enumerate(values):
        if position >= len(items):
            items.append(value)
        elif items[position] != value:
            items[position] = value
    del items[len(values) :]


def _move_end(table: Any, other: Any) -> None:
    """The blank lines and comments at the end of a table speak of what comes after it."""
    body = table.value.body
    start = len(body)
    while start and isinstance(body[start - 1][1], Whitespace | Comment):
        start -= 1
    end = body[start:]
    del body[start:]
    if other.value.body and isinstance(other.value.body[-1][1], Whitespace):
        other.value.body.pop()
    other.value.body.extend(end)
