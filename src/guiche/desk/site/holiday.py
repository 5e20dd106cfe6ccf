"""Holidays: those of the law, frozen by year when the settings are saved, and those of a city.

The library that knows the law is asked when a version of the settings is made, and what it says is
kept in that version. Another edition of it may name other days, and a time that was promised must
not move. Only a year that was never frozen is asked for when it is needed.

>>> city = Holidays.read(city=[["01-25", "Aniversário da cidade"]], frozen={"2027": []})
>>> city.name(date(2027, 1, 25)), city.name(date(2027, 12, 25))
('Aniversário da cidade', '')
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

STATES = {
    "AC": "Acre", "AL": "Alagoas", "AP": "Amapá", "AM": "Amazonas", "BA": "Bahia", "CE": "Ceará",
    "DF": "Distrito Federal", "ES": "Espírito Santo", "GO": "Goiás", "MA": "Maranhão",
    "MT": "Mato Grosso", "MS": "Mato Grosso do Sul", "MG": "Minas Gerais", "PA": "Pará",
    "PB": "Paraíba", "PR": "Paraná", "PE": "Pernambuco", "PI": "Piauí", "RJ": "Rio de Janeiro",
    "RN": "Rio Grande do Norte", "RS": "Rio Grande do Sul", "RO": "Rondônia", "RR": "Roraima",
    "SC": "Santa Catarina", "SP": "São Paulo", "SE": "Sergipe", "TO": "Tocantins",
}  # fmt: skip
YEARS_AHEAD = 2
"""So many years after the current one are frozen with it."""

Named = Sequence[Sequence[str]]
"""Pairs of a day and its name, as a version keeps them: `2026-11-20`, or `11-20` of every year."""
Frozen = Mapping[str, Named]
"""The holidays of the law by year."""


@lru_cache(maxsize=64)
def by_law(year: int, state: str = "") -> dict[date, str]:
    """National holidays, and those of a state, as the library knows them now."""
    from holidays import country_holidays

    return dict(
        sorted(country_holidays("BR", subdiv=state or None, years=year, language="pt_BR").items())
    )


def optional_by_law(year: int) -> dict[date, str]:
    """Days on which many close though no law says so, as Carnaval and Corpus Christi."""
    from holidays import country_holidays

    found = country_holidays("BR", years=year, language="pt_BR", categories=("optional",))
    return dict(sorted(found.items()))


def freeze(years: Iterable[int], state: str, kept: Frozen) -> dict[str, list[list[str]]]:
    """These years, each as it is `kept` already or else as the library knows it now."""
    now = {str(year): _pairs(by_law(year, state)) for year in years if str(year) not in kept}
    return dict(
        sorted({**{year: [list(each) for each in kept[year]] for year in kept}, **now}.items())
    )


def _pairs(days: Mapping[date, str]) -> list[list[str]]:
    return [[day.isoformat(), name] for day, name in days.items()]


@dataclass(frozen=True)
class Holidays:
    """The holidays of a calendar; which day is one, and what it is called."""

    by_law: bool = True
    """Whether those of the law count."""
    state: str = ""
    frozen: Mapping[int, Mapping[date, str]] = field(default_factory=dict)
    once: Mapping[date, str] = field(default_factory=dict)
    yearly: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """Month and day."""

    @classmethod
    def read(
        cls, *, holidays: bool = True, state: str = "", frozen: Frozen | None = None,
        city: Named = (),
    ) -> "Holidays":  # fmt: skip
        """From the content of a version; one from before years were frozen has none."""
        return cls(
            holidays, state,
            {int(year): _named(days) for year, days in (frozen or {}).items()},
            _named(each for each in city if len(each[0]) > len("01-25")),
            {_month_and_day(day): name for day, name in city if len(day) == len("01-25")},
        )  # fmt: skip

    def name(self, day: date) -> str:
        """What the day is called; "" where it is no holiday."""
        return (
            self.once.get(day)
            or self.yearly.get((day.month, day.day))
            or (self.by_law and self._of_law(day.year).get(day))
            or ""
        )

    def _of_law(self, year: int) -> Mapping[date, str]:
        known = self.frozen.get(year)
        return by_law(year, self.state) if known is None else known

    @property
    def last_year(self) -> int | None:
        """The last that is frozen; None where none is, or none is needed."""
        return max(self.frozen, default=None) if self.by_law else None


def _named(days: Iterable[Sequence[str]]) -> dict[date, str]:
    return {date.fromisoformat(day): name for day, name in days}


def _month_and_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)
