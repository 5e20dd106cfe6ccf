"""A text with places for values, in a format out of which no value can break.

>>> json_ = Template.read('{"assunto": "{title}", "id": {ref#}}', Format.JSON, {"title", "ref"})
>>> json_.filled({"title": 'Sem "CEI"', "ref": "77"})
'{"assunto": "Sem \\\\"CEI\\\\"", "id": 77}'
>>> Template.read('{"assunto": {title}}', Format.JSON, {"title"})
Traceback (most recent call last):
    ...
ValueError: o corpo não é JSON com {title} entre aspas: ...
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from guiche.desk.connectors.generic.format import Format

_PLACEHOLDER = re.compile(r"\{([A-Za-z_][\w.-]*(?::[\w.-]+)?)(#?)\}")
_WHOLE_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
_WANTED: Mapping[Format, str] = {
    Format.JSON: "o corpo não é JSON com {} entre aspas",
    Format.FORM: "o corpo não é nome=valor&nome=valor com {}",
    Format.XML: "o corpo não é XML com {} em textos ou atributos",
    Format.TEXT: "o corpo não serve com {}",
    Format.PATH: "o caminho não serve com {}",
}


@dataclass(frozen=True)
class Template:
    """`read` proves that every value stays where it was put; `filled` then only escapes.

    `{ref}` is a text, `{ref#}` a whole number, which in JSON stands without quotes.
    """

    text: str
    format: Format

    @classmethod
    def read(cls, text: str, format: Format, known: Collection[str]) -> "Template":  # noqa: A002
        """The template, tried out; `ValueError` says what is wrong with it.

        `known`: the placeholders there are; `fact:` stands for every `{fact:KEY}`.
        """
        template = cls(text, format)
        for name in template.placeholders:
            if name not in known and not (name.startswith("fact:") and "fact:" in known):
                there = ", ".join(f"{{{each}}}" for each in sorted(known)) or "nenhum"
                raise ValueError(f"{{{name}}} não existe aqui; existem: {there}.")
        template._prove()
        return template

    @property
    def placeholders(self) -> frozenset[str]:
        """The names in braces."""
        return frozenset(name for name, _ in _PLACEHOLDER.findall(self.text))

    def filled(self, values: Mapping[str, str]) -> str:
        """The text with values; one that is not known is empty.

        Raises `ValueError` for a number that is none, and where a path would lead elsewhere: to a
        folder, or to its parent.
        """
        return self._with({name: (value, value) for name, value in values.items()})

    def _with(self, values: Mapping[str, tuple[str, str]]) -> str:
        """Each value twice: as a text and as a number."""

        def escaped(found: re.Match[str]) -> str:
            text, number = values.get(found[1], ("", ""))
            in_path = self.format is Format.PATH and "?" not in self.text[: found.start()]
            if in_path and not text.strip("."):
                raise ValueError(f"{{{found[1]}}} é “{text}”, que não serve num endereço.")
            if found[2] and not _WHOLE_NUMBER.fullmatch(number):
                raise ValueError(f"{{{found[1]}#}} é “{number}”, que não é um número inteiro.")
            return number if found[2] else self.format.escaped(text)

        return _PLACEHOLDER.sub(escaped, self.text)

    def _prove(self) -> None:
        """Fills in the worst values there are, and finds each of them whole in what is read."""
        places = sorted(set(_PLACEHOLDER.findall(self.text)))
        samples = {
            name: (f"\"\\'<&>%0A\n]]>-->{{#}}?={name}", str(8_260_000_000_001 + count))
            for count, (name, _) in enumerate(places)
        }
        named = ", ".join(f"{{{name}{mark}}}" for name, mark in places if not mark) or "tudo"
        try:
            held = self.format.held(self._with(samples))
        except ValueError as error:
            raise ValueError(f"{_WANTED[self.format].format(named)}: {error}") from None
        for name, mark in places:
            if not any(samples[name][bool(mark)] in each for each in held):
                raise ValueError(f"{{{name}{mark}}} está onde o valor não chegaria inteiro.")
