"""The settings of a company as a supervisor types them: understood, or told what is wrong."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from stdnum.exceptions import ValidationError

from guiche.desk.intake.facts import clean_date, clean_phone, show_date, show_phone
from guiche.desk.intake.problem import Problem
from guiche.desk.refusal import Refused
from guiche.desk.site.hours import DAYS, Hours, HoursRefused, read_day
from guiche.desk.site.site import Site
from guiche.icpbrasil.numbers import cnpj

Content = Mapping[str, Any]
"""Of a `SiteVersion`."""

_LONGEST_NAME = 120
_LONGEST_DESK = 40
_NUMBER_LIKE = 8
"""So many digits are meant as a CNPJ."""

KEYS = (*(f"day_{n}" for n in range(len(DAYS))), "closed", "holidays", "desk", "authorities",
        "phones")  # fmt: skip
LABELS = {
    **{f"day_{n}": day.capitalize() for n, day in enumerate(DAYS)},
    "closed": "Dias fechados",
    "holidays": "Fecha nos feriados nacionais",
    "desk": "Nome do sistema de chamados",
    "authorities": "AC e AR da empresa",
    "phones": "Telefones da empresa",
}


class Typed(NamedTuple):
    """What was made of a form: the content of a version, and what is wrong by key."""

    content: dict[str, Any]
    problems: dict[str, str]


def typed_of(content: Content) -> dict[str, str]:
    """What a form shows of a version."""
    hours = content.get("hours") or {}
    return {
        **{f"day_{n}": text for n, text in enumerate(hours.get("week", [""] * len(DAYS)))},
        "closed": "\n".join(map(show_date, hours.get("closed", ()))),
        "holidays": "sim" if hours.get("holidays", True) else "",
        "desk": content.get("desk") or Site.desk,
        "authorities": "\n".join(map(_show_authority, content.get("authorities", ()))),
        "phones": "\n".join(map(show_phone, content.get("phones", ()))),
    }


def read(typed: Mapping[str, str]) -> Typed:
    """What was typed, key by key; content with problems is not to be saved."""
    problems: dict[str, str] = {}

    def take(key: str, clean: Callable[[str], Any]) -> Any:
        try:
            return clean(typed.get(key, ""))
        except Refused as error:
            problems[key] = str(error)
            return None

    week = [take(f"day_{n}", partial(_day, day)) for n, day in enumerate(DAYS)]
    hours = {
        "week": week,
        "closed": take("closed", lambda text: _each(text, _closed_day)),
        "holidays": bool(typed.get("holidays")),
    }
    content = {
        "hours": hours,
        "desk": take("desk", _desk),
        "authorities": take("authorities", lambda text: _each(text, _authority)),
        "phones": take("phones", lambda text: _each(text, clean_phone)),
    }
    if not problems:
        try:
            Hours.read(**hours)
        except HoursRefused as error:
            problems["day_0"] = str(error)
    return Typed(content, problems)


def differences(old: Content, new: Content) -> Iterator[tuple[str, str, str]]:
    """What differs between two versions: what it is called, and how each shows it."""
    before, after = typed_of(old), typed_of(new)
    for key, label in LABELS.items():
        if before[key] != after[key]:
            yield label, _said(key, before[key]), _said(key, after[key])


def _said(key: str, text: str) -> str:
    return {"": "não", "sim": "sim"}[text] if key == "holidays" else text


def _day(day: str, text: str) -> str:
    line = " ".join(text.split())
    read_day(line, day)
    return line


def _desk(text: str) -> str:
    name = " ".join(text.split())
    if not 0 < len(name) <= _LONGEST_DESK:
        raise Problem(f"Diga como se chama o sistema, em até {_LONGEST_DESK} letras.")
    return name


def _each(text: str, clean: Callable[[str], str]) -> list[str]:
    """The lines, each cleaned, none twice; a `Problem` names the line that it is about."""
    values: dict[str, None] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        try:
            values[clean(line)] = None
        except Problem as problem:
            raise Problem(f"“{line}”: {problem}") from problem
    return list(values)


def _closed_day(line: str) -> str:
    try:
        return clean_date(line)
    except Problem as problem:
        raise Problem("escreva a data como 24/12/2026.") from problem


def _authority(line: str) -> str:
    """A CNPJ in compact form, or a name."""
    number = cnpj.compact(line)
    if re.fullmatch(r"[0-9A-Z]{12}[0-9]{2}", number) and cnpj.is_valid(number):
        return str(number)
    if sum(map(str.isdigit, line)) >= _NUMBER_LIKE:
        raise Problem("não é um CNPJ. Confira os dígitos, ou escreva o nome.")
    if not 1 < len(line) <= _LONGEST_NAME:
        raise Problem(f"escreva o nome, em até {_LONGEST_NAME} letras, ou o CNPJ.")
    return " ".join(line.split())


def _show_authority(authority: str) -> str:
    try:
        return str(cnpj.format(cnpj.validate(authority)))
    except ValidationError:
        return authority
