"""A text with places for values, in a format out of which no value can break.

>>> json_ = Template.read('{"assunto": "{title}"}', Format.JSON, {"title"})
>>> json_.filled({"title": 'Sem "CEI"'})
'{"assunto": "Sem \\\\"CEI\\\\""}'
>>> Template.read('{"assunto": {title}}', Format.JSON, {"title"})
Traceback (most recent call last):
    ...
ValueError: o corpo não é JSON com {title} entre aspas: ...
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote
from xml.sax.saxutils import escape

from lxml import etree

from guiche.desk.connectors.generic.xml import parsed

_PLACEHOLDER = re.compile(r"\{([A-Za-z_][\w.-]*(?::[\w.-]+)?)\}")
# What XML 1.0 cannot hold, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_AS_REFERENCES = {'"': "&quot;", "'": "&apos;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


class Format(StrEnum):
    """How values are escaped."""

    JSON = "json"
    FORM = "form"
    XML = "xml"
    TEXT = "text"
    PATH = "path"


@dataclass(frozen=True)
class Template:
    """`read` proves that every value stays where it was put; `filled` then only escapes."""

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
        return frozenset(_PLACEHOLDER.findall(self.text))

    def filled(self, values: Mapping[str, str]) -> str:
        """The text with values; one that is not known is empty.

        Raises `ValueError` where a path would lead elsewhere: to a folder, or to its parent.
        """
        return _PLACEHOLDER.sub(lambda found: self._escaped(found, values), self.text)

    def _escaped(self, found: re.Match[str], values: Mapping[str, str]) -> str:
        value = values.get(found[1], "")
        in_path = self.format is Format.PATH and "?" not in self.text[: found.start()]
        if in_path and not value.strip("."):
            raise ValueError(f"{{{found[1]}}} é “{value}”, que não serve num endereço.")
        return _ESCAPES[self.format](value)

    def _prove(self) -> None:
        """Fills in the worst values there are, and finds each of them whole in what is read."""
        samples = {name: f"\"\\'<&>%0A\n]]>-->{{#}}?={name}" for name in self.placeholders}
        named = ", ".join(f"{{{name}}}" for name in sorted(samples)) or "tudo"
        try:
            held = list(_HELD[self.format](self.filled(samples)))
        except (ValueError, etree.LxmlError) as error:
            raise ValueError(f"{_WANTED[self.format].format(named)}: {error}") from None
        for name, sample in samples.items():
            if not any(sample in each for each in held):
                raise ValueError(f"{{{name}}} está onde o valor não chegaria inteiro.")


def _xml(value: str) -> str:
    return escape(_NOT_XML.sub("", value), _AS_REFERENCES)


_ESCAPES: Mapping[Format, Callable[[str], str]] = {
    Format.JSON: lambda value: json.dumps(value)[1:-1],
    Format.FORM: lambda value: quote_plus(value, safe="", errors="replace"),
    Format.XML: _xml,
    Format.TEXT: lambda value: value.encode("utf-8", "replace").decode(),
    Format.PATH: lambda value: quote(value, safe="", errors="replace"),
}


def _json_held(text: str) -> Iterator[str]:
    def within(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for name, each in value.items():
                yield name
                yield from within(each)
        elif isinstance(value, list):
            for each in value:
                yield from within(each)

    return within(json.loads(text))


def _xml_held(text: str) -> Iterator[str]:
    for element in parsed(text.encode()).iter(etree.Element):
        yield from (element.text or "", element.tail or "", *map(str, element.attrib.values()))


def _form_held(text: str) -> Iterator[str]:
    for name, value in parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)):
        yield from (name, value)


def _path_held(text: str) -> Iterator[str]:
    path, _, query = text.partition("?")
    if not path.startswith("/") or path.startswith("//") or "#" in text or not text.isprintable():
        raise ValueError("comece com uma barra, sem servidor e sem #.")
    if " " in text or not text.isascii() or ".." in path.split("/"):
        raise ValueError("use %20 e afins no lugar de espaços e acentos, e nenhum “..”.")
    yield from map(unquote, path.split("/"))
    yield from _form_held(query)


_HELD: Mapping[Format, Callable[[str], Iterator[str]]] = {
    Format.JSON: _json_held,
    Format.FORM: _form_held,
    Format.XML: _xml_held,
    Format.TEXT: lambda text: iter([text]),
    Format.PATH: _path_held,
}
_WANTED: Mapping[Format, str] = {
    Format.JSON: "o corpo não é JSON com {} entre aspas",
    Format.FORM: "o corpo não é nome=valor&nome=valor com {}",
    Format.XML: "o corpo não é XML com {} em textos ou atributos",
    Format.TEXT: "{}",
    Format.PATH: "o caminho não serve com {}",
}
