"""The form of a call: each fact of the procedure as the field that a page shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import QueryDict

from guiche.desk.intake.draft import Draft
from guiche.desk.procedures.fact import Fact

# Up to this many short choices all stand in sight; more of them, or longer ones, in a list.
_RADIOS, _SHORT = 6, 28
_ORIGINS = {"certificate": "do certificado", "proposed": "proposto: confira"}
_INPUTS: dict[str, dict[str, str]] = {
    "document": {"autocapitalize": "characters"},
    "name": {"autocapitalize": "words"},
    "line": {},
    "date": {"inputmode": "numeric", "placeholder": "dd/mm/aaaa"},
    "phone": {"type": "tel", "inputmode": "tel"},
    "email": {"type": "email", "inputmode": "email", "autocapitalize": "none"},
}


@dataclass(frozen=True)
class Field:
    """One fact on the page: what stands in it, from where, and what is wrong with it."""

    fact: Fact
    value: str
    exit: str
    """The way out that was chosen instead of a value, or ""."""
    origin: str
    problem: str

    @property
    def key(self) -> str:
        """The key of the fact, in names and ids."""
        return self.fact.key

    @property
    def widget(self) -> str:
        """The template that draws it: input, text, radios, list, confirmation."""
        if self.fact.type == "choice":
            short = all(len(choice) <= _SHORT for choice in self.fact.choices)
            return "radios" if short and len(self.fact.choices) <= _RADIOS else "list"
        return self.fact.type if self.fact.type in ("text", "confirmation") else "input"

    @property
    def template(self) -> str:
        """The file of the widget."""
        return f"desk/fields/{self.widget}.html"

    @property
    def wide(self) -> bool:
        """Whether it takes the whole row."""
        return self.widget in ("text", "radios", "list")

    @property
    def attributes(self) -> Mapping[str, str]:
        """What helps the keyboards of phones. A customer's data are no one's own: no autofill."""
        return {"type": "text", "placeholder": " ", **_INPUTS.get(self.fact.type, {})}

    @property
    def answer(self) -> str:
        """What a browser would send of it."""
        return self.exit or self.value


@dataclass(frozen=True)
class Screen:
    """One screen of the procedure, its fields in order."""

    title: str
    fields: tuple[Field, ...]


def screens_of(draft: Draft, problems: Mapping[str, str]) -> list[Screen]:
    """The whole form of a draft, with the problems to show."""
    values = draft.values()

    def field(fact: Fact) -> Field:
        value = values[fact.key]
        is_exit = fact.is_exit(value)
        return Field(
            fact,
            value="" if is_exit else value,
            exit=value if is_exit else "",
            origin=_ORIGINS.get(draft.origin(fact.key), ""),
            problem=problems.get(fact.key, ""),
        )

    return [Screen(s.title, tuple(map(field, s.facts))) for s in draft.procedure.screens]


def typed_in(draft: Draft, data: QueryDict) -> dict[str, str]:
    """What was sent for each fact; a way out that is ticked goes before what is written."""
    values = {}
    for fact in draft.procedure.facts:
        way_out = data.get(f"saida-{fact.key}", "")
        if way_out or fact.key in data:
            values[fact.key] = way_out or data.get(fact.key, "")
    return values


def changed(screens: Iterable[Screen], sent: Mapping[str, str]) -> list[Field]:
    """The fields that no longer say what the page does: filled in, or proposed anew."""
    return [
        field
        for screen in screens
        for field in screen.fields
        if _lines(sent.get(field.key, "")) != _lines(field.answer)
    ]


def _lines(text: str) -> list[str]:
    return text.strip().splitlines()
