"""The form of a call: each fact of the procedure as the field that a page shows."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.http import QueryDict

from guiche.desk.intake.answers import Answers
from guiche.desk.intake.draft import Draft
from guiche.desk.procedures.fact import CHOSEN, Fact
from guiche.desk.procedures.system import System

# Up to this many short choices all stand in sight; more of them, or longer ones, in a list.
_RADIOS, _SHORT = 6, 36
_ORIGINS = {"certificate": "do certificado", "proposed": "proposto: confira"}
_INPUTS: dict[str, dict[str, str]] = {
    "document": {"autocapitalize": "characters"},
    "name": {"autocapitalize": "words"},
    "line": {},
    "date": {"inputmode": "numeric", "placeholder": "dd/mm/aaaa"},
    "phone": {"type": "tel", "inputmode": "tel"},
    "email": {"type": "email", "inputmode": "email", "autocapitalize": "none"},
    "enrolment": {"inputmode": "numeric"},
}


def attributes_of(fact: Fact) -> Mapping[str, str]:
    """What helps the keyboards of phones. A customer's data are no one's own: no autofill."""
    return {"type": "text", "placeholder": " ", **_INPUTS.get(fact.type, {})}


@dataclass(frozen=True)
class Field:
    """One fact on the page: what stands in it, from where, and what is wrong with it."""

    fact: Fact
    value: str
    exit: str
    """The way out that was chosen instead of a value, or ""."""
    origin: str
    problem: str
    asked: bool = True
    note: str = ""
    system: System | None = None
    """What the chosen system demands, at the fact that asks for it."""

    @property
    def key(self) -> str:
        """The key of the fact, in names and ids."""
        return self.fact.key

    @property
    def is_noted(self) -> bool:
        """Whether there may ever be a note at it."""
        return bool(self.fact.notes.variants) or self.fact.type == "system"

    @property
    def is_marked(self) -> bool:
        """Whether what stands in it may ever be from elsewhere than a person."""
        return bool(self.fact.certificate or self.fact.proposal)

    @property
    def widget(self) -> str:
        """The template that draws it: input, text, radios, list, confirmation."""
        if self.fact.type in CHOSEN:
            short = all(len(answer) <= _SHORT for answer in self.fact.answers)
            return "radios" if short and len(self.fact.answers) <= _RADIOS else "list"
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
        """What helps the keyboards of phones."""
        return attributes_of(self.fact)

    @property
    def answer(self) -> str:
        """What a browser would send of it."""
        return self.exit or self.value


@dataclass(frozen=True)
class Screen:
    """One screen of the procedure; an `opening` one stands before the reader."""

    number: int
    title: str
    opening: bool
    fields: tuple[Field, ...]

    @property
    def is_asked(self) -> bool:
        """Whether anything is asked on it."""
        return any(field.asked for field in self.fields)


def screens_of(answers: Answers, problems: Mapping[str, str]) -> list[Screen]:
    """The whole form of a call, with the problems to show."""
    screens = enumerate(answers.procedure.screens, start=1)
    return [
        Screen(number, s.title, s.opening, tuple(_field(answers, f, problems) for f in s.facts))
        for number, s in screens
    ]


def _field(answers: Answers, fact: Fact, problems: Mapping[str, str]) -> Field:
    value = answers.values[fact.key]
    is_exit = fact.is_exit(value)
    chosen = answers.known.get(fact.key, "") if fact.type == "system" else ""
    return Field(
        fact,
        value="" if is_exit else value,
        exit=value if is_exit else "",
        origin=_ORIGINS.get(answers.origin(fact.key), ""),
        problem=problems.get(fact.key, ""),
        asked=fact.key in answers.asked,
        note=answers.note(fact),
        system=answers.procedure.system(chosen),
    )


def typed_in(draft: Draft, data: QueryDict) -> dict[str, str]:
    """What was sent for each fact; a way out that is chosen goes before what is written.

    An empty field is an answer where it was shown filled in, or was typed in; elsewhere the page
    only did not have yet what the draft offers.
    """
    values = {}
    there, filled = set(data.getlist("campo")), set(data.getlist("cheio"))
    for fact in draft.procedure.facts:
        way_out = data.get(f"saida-{fact.key}", "")
        value = way_out or data.get(fact.key, "")
        is_news = value.strip() or fact.key in filled or fact.key in draft.typed
        if (way_out or fact.key in data) and (is_news or fact.key not in there):
            values[fact.key] = value
    return values


def changed(
    screens: Iterable[Screen], sent: Mapping[str, str], there: Collection[str]
) -> list[Field]:
    """The fields that no longer say what the page does: asked or not, filled in, proposed anew.

    `there` are the keys of the fields that the page shows.
    """
    return [
        field
        for screen in screens
        for field in screen.fields
        if field.asked != (field.key in there)
        or (field.asked and _lines(sent.get(field.key, "")) != _lines(field.answer))
    ]


def _lines(text: str) -> list[str]:
    return text.strip().splitlines()
