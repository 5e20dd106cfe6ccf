"""One value of a procedure as a form shows it and takes it back.

What is typed and is no number or no date is taken as a text: the reader of procedures then says
what is wrong with it, and nothing that was typed is lost.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from guiche.desk.intake.facts import clean_date
from guiche.desk.intake.problem import Problem
from guiche.desk.procedures.words import shown


class Kind(NamedTuple):
    """How a value is shown in an input, and read from it; None: it is left out of the file."""

    show: Callable[[Any], str]
    read: Callable[[str], Any]


def _text(value: Any) -> str:
    return shown(value, {})


def _optional(typed: str) -> str | None:
    return typed.strip() or None


def _lines(typed: str) -> list[str] | None:
    return [line for each in typed.split("\n") if (line := each.strip())] or None


def _number(typed: str) -> int | str | None:
    typed = typed.strip()
    is_number = re.fullmatch(r"-?[0-9]{1,9}", typed)
    return int(typed) if is_number else typed or None


def _day(typed: str) -> date | str | None:
    try:
        return date.fromisoformat(clean_date(typed))
    except Problem:
        return _optional(typed)


KINDS = {
    "line": Kind(_text, str.strip),
    "text": Kind(_text, str.strip),
    "optional": Kind(_text, _optional),
    "lines": Kind(_text, _lines),
    "several": Kind(_text, _lines),
    "number": Kind(_text, _number),
    "day": Kind(_text, _day),
    "flag": Kind(lambda value: "sim" if value is True else "", lambda typed: bool(typed.strip())),
    "one": Kind(_text, _optional),
}


class Entry(NamedTuple):
    """An input: the path of its value, what it is called, what stands in it."""

    path: str
    kind: str
    label: str
    value: str
    help: str = ""
    choices: tuple[str, ...] = ()
    note: str = ""
    """When the text applies."""

    @property
    def lines(self) -> list[str]:
        """Of a list, what is in it."""
        return self.value.split("\n")


class Group(NamedTuple):
    """What belongs together: a question, a system, the variants of a text."""

    title: str
    path: str
    entries: tuple[Entry, ...]
    note: str = ""
    removable: bool = False


class Section(NamedTuple):
    """One part of the page; `adds` is the array to which a row may be added, or ""."""

    title: str
    path: str
    groups: tuple[Group, ...]
    help: str = ""
    adds: str = ""

    @property
    def entries(self) -> list[Entry]:
        """All inputs of it."""
        return [entry for group in self.groups for entry in group.entries]
