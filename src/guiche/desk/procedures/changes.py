"""What changed between two texts of a procedure, in words."""

import tomllib
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from guiche.desk.procedures import words


class Change(NamedTuple):
    """One value that differs; "" where it was not there before, or is no more."""

    place: str
    old: str
    new: str


def changes(old: str, new: str) -> tuple[Change, ...]:
    """All that differs; comments and order of keys are no difference. Both texts are TOML."""
    before, after = tomllib.loads(old), tomllib.loads(new)
    labels = {**words.labels(before), **words.labels(after)}
    return tuple(_changes(before, after, (), labels))


def _changes(
    old: Any, new: Any, names: tuple[str, ...], labels: Mapping[str, str]
) -> Iterator[Change]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            if key == "when":
                before, after = (words.condition(each.get(key), labels) for each in (old, new))
                yield from _leaf(before, after, (*names, words.name_of(key)))
            else:
                below = (*names, words.name_of(key))
                yield from _changes(old.get(key), new.get(key), below, labels)
    elif _is_rows(old) and _is_rows(new):
        for number, row, other in _paired(old or [], new or []):
            name = words.name_of_row(other or row, names[-1], number)
            yield from _changes(row, other, (*names[:-1], name), labels)
    else:
        yield from _leaf(words.shown(old, labels), words.shown(new, labels), names)


def _leaf(old: str, new: str, names: tuple[str, ...]) -> Iterator[Change]:
    if old != new:
        yield Change(" › ".join(names), old, new)


def _is_rows(value: object) -> bool:
    return value is None or (
        isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)
    )


def _paired(old: list[Any], new: list[Any]) -> Iterator[tuple[int, Any, Any]]:
    """Rows that belong together: of one name, or one in the place of the other."""
    matcher = SequenceMatcher(None, [*map(_identity, old)], [*map(_identity, new)], autojunk=False)
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        if tag == "equal" or (tag == "replace" and i_end - i == j_end - j):
            yield from ((j + n + 1, old[i + n], new[j + n]) for n in range(i_end - i))
        else:
            yield from ((n + 1, old[n], None) for n in range(i, i_end))
            yield from ((n + 1, None, new[n]) for n in range(j, j_end))


def _identity(row: Mapping[str, Any]) -> str:
    return str(row.get("key") or row.get("name") or row.get("title") or row.get("text"))
