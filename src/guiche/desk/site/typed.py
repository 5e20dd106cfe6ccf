"""The settings of a company as a supervisor types them: understood, or told what is wrong."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from django.utils import timezone
from stdnum.exceptions import ValidationError

from guiche.desk import clock
from guiche.desk.intake.facts import clean_date, clean_phone, show_date, show_phone
from guiche.desk.intake.problem import Problem
from guiche.desk.refusal import Refused
from guiche.desk.site import days
from guiche.desk.site.holiday import STATES, YEARS_AHEAD, Named, freeze
from guiche.desk.site.hours import DAYS, Hours, HoursRefused, read_day
from guiche.desk.site.site import Site
from guiche.icpbrasil.numbers import cnpj

Content = Mapping[str, Any]
"""Of a `SiteVersion`."""

_LONGEST_NAME = 120
_LONGEST_DESK = 40
_NUMBER_LIKE = 8
"""So many digits are meant as a CNPJ."""

KEYS = (*(f"day_{n}" for n in range(len(DAYS))), "holidays", "state", "city", "closed", "openings",
        "desk", "authorities", "phones")  # fmt: skip
LABELS = {
    **{f"day_{n}": day.capitalize() for n, day in enumerate(DAYS)},
    "holidays": "Fecha nos feriados nacionais e do estado",
    "state": "Estado",
    "city": "Feriados da cidade e outros",
    "closed": "Dias fechados",
    "openings": "Dias com outro horário",
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
        "holidays": "sim" if hours.get("holidays", True) else "",
        "state": hours.get("state", ""),
        "city": days.show(hours.get("city", ())),
        "closed": "\n".join(map(show_date, hours.get("closed", ()))),
        "openings": days.show(hours.get("openings", ())),
        "desk": content.get("desk") or Site.desk,
        "authorities": "\n".join(map(_show_authority, content.get("authorities", ()))),
        "phones": "\n".join(map(show_phone, content.get("phones", ()))),
    }


def read(
    typed: Mapping[str, str],
    before: Content | None = None,
    today: date | None = None,
    *,
    anew: bool = False,
) -> Typed:
    """What was typed, key by key; content with problems is not to be saved.

    Holidays of the law stay as they were frozen `before`, and those of years that come are added;
    `anew` asks the library again from this year on.
    """
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
        "state": take("state", _state),
        "city": take("city", days.read_holidays),
        "openings": take("openings", days.read_openings),
    }
    for day, _ in hours["openings"] or ():
        if day in (hours["closed"] or ()):
            problems["openings"] = (
                f"{show_date(day)} está também em “{LABELS['closed']}”. Deixe em um dos dois."
            )
    hours["frozen"] = _frozen(
        hours, before or {}, today or timezone.localdate(clock.now()), anew=anew
    )
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


def _frozen(hours: Content, before: Content, today: date, *, anew: bool) -> dict[str, Any]:
    """The holidays of the law, of the years that are known already and of those that are near."""
    if not hours["holidays"]:
        return {}
    old = before.get("hours") or {}
    kept, same = old.get("frozen") or {}, old.get("state", "") == hours["state"]
    if anew or not same:
        kept = {year: days_ for year, days_ in kept.items() if int(year) < today.year}
    return freeze(range(today.year, today.year + YEARS_AHEAD + 1), hours["state"] or "", kept)


def news(content: Content, today: date) -> list[tuple[str, str]]:
    """What the library of holidays says otherwise now than what is frozen, from today on: each
    line, and whether it `falta` or `sobra`."""
    hours = content.get("hours") or {}
    frozen = hours.get("frozen") or {}
    again = freeze((int(year) for year in frozen), hours.get("state", ""), {})
    told = []
    for year in frozen:
        had, has = _days_of(frozen[year], today), _days_of(again[year], today)
        told += [(day, "falta") for day in has if day not in had]
        told += [(day, "sobra") for day in had if day not in has]
    return told


def _days_of(named: Named, today: date) -> list[str]:
    return days.show([each for each in named if each[0] >= today.isoformat()]).splitlines()


def differences(old: Content, new: Content) -> Iterator[tuple[str, str, str]]:
    """What differs between two versions: what it is called, and how each shows it."""
    before, after = typed_of(old), typed_of(new)
    for key, label in LABELS.items():
        if before[key] != after[key]:
            yield label, _said(key, before[key]), _said(key, after[key])
    had, has = _all_frozen(old), _all_frozen(new)
    if had != has:
        gone, come = [day for day in had if day not in has], [day for day in has if day not in had]
        yield "Feriados fixados", "\n".join(gone), "\n".join(come)


def _all_frozen(content: Content) -> list[str]:
    frozen = (content.get("hours") or {}).get("frozen") or {}
    return [line for year in sorted(frozen) for line in days.show(frozen[year]).splitlines()]


def _said(key: str, text: str) -> str:
    return {"": "não", "sim": "sim"}[text] if key == "holidays" else text


def _day(day: str, text: str) -> str:
    line = " ".join(text.split())
    read_day(line, day)
    return line


def _state(text: str) -> str:
    state = text.strip().upper()
    if state and state not in STATES:
        raise Problem("Escolha o estado na lista.")
    return state


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
