"""An answer that gets another name keeps what depends on it: conditions, proposals, the proof."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from guiche.desk.procedures.words import Document, facts, rows

Names = Mapping[str, str]
"""Old name -> new name."""


def renamed(old: Sequence[Any], new: Sequence[Any]) -> dict[str, str]:
    """Which names of a list became which: those that gave way to as many others at their place.

    >>> renamed(["Sim", "Não", "Não sabe"], ["Sim", "Não", "Não lembra", "Talvez"])
    {}
    >>> renamed(["Sim", "Não", "Não sabe"], ["Sim, foi", "Não", "Não sabe", "Talvez"])
    {'Sim': 'Sim, foi'}
    """
    if not all(isinstance(each, str) for each in (*old, *new)):
        return {}  # a mistake, which the reader of procedures tells
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return {
        before: after
        for tag, i, i_end, j, j_end in matcher.get_opcodes()
        if tag == "replace" and i_end - i == j_end - j
        for before, after in zip(old[i:i_end], new[j:j_end], strict=True)
        if before not in new and after not in old
    }


def follow(document: Any, before: Document) -> None:
    """Carries every new name of `document` to where it still has the old one of `before`.

    Both have the same tables at the same places.
    """
    answers = dict(_renamed_answers(before, document))
    for when in _conditions(document):
        for key in answers.keys() & when.keys():
            _rename_in(when[key], answers[key])
    for fact in facts(document):
        for variant in rows(fact, "propose"):
            _rename(variant, "text", answers.get(str(fact.get("key")), {}))
    reasons = (_list(_table(each, "reasons"), "resolve") for each in (before, document))
    _rename(_table(document, "closing"), "proof", renamed(*reasons))


def _renamed_answers(before: Document, after: Document) -> Iterator[tuple[str, Names]]:
    systems = renamed(*([row.get("name") for row in rows(d, "systems")] for d in (before, after)))
    shared = renamed(_list(before, "exits"), _list(after, "exits"))
    for old, new in zip(facts(before), facts(after), strict=True):
        names = dict(shared) if "exits" not in old else {}
        for key in ("choices", "exits"):
            names |= renamed(_list(old, key), _list(new, key))
        if old.get("type") == "system":
            names |= systems
        if names:
            yield str(old.get("key")), names


def _conditions(node: Any) -> Iterator[Any]:
    """Every table of conditions in the document."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "when":
                found = value if isinstance(value, list) else [value]
                yield from (each for each in found if isinstance(each, dict))
            else:
                yield from _conditions(value)
    elif isinstance(node, list):
        for each in node:
            yield from _conditions(each)


def _rename_in(values: Any, names: Names) -> None:
    for position, value in enumerate(values if isinstance(values, list) else ()):
        if isinstance(value, str) and value in names:
            values[position] = names[value]


def _rename(node: Any, key: str, names: Names) -> None:
    if isinstance(value := node.get(key), str) and value in names:
        node[key] = names[value]


def _table(node: Any, key: str) -> Any:
    found = node.get(key)
    return found if isinstance(found, dict) else {}


def _list(node: Any, key: str) -> list[Any]:
    found = node.get(key)
    return list(found) if isinstance(found, list) else []
