"""The formats of what is sent: how a value is escaped in each, and what a reader finds in it."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote
from xml.sax.saxutils import escape

from lxml import etree

from guiche.desk.connectors.generic.xml import parsed

# What XML 1.0 cannot hold, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_AS_REFERENCES = {'"': "&quot;", "'": "&apos;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


class Format(StrEnum):
    """A format with its rules."""

    JSON = "json"
    FORM = "form"
    XML = "xml"
    TEXT = "text"
    PATH = "path"

    def escaped(self, value: str) -> str:
        """The value as it stands in a text of this format."""
        return _ESCAPES[self](value)

    def held(self, text: str) -> list[str]:
        """Every value that a reader finds in the text; `ValueError` where it cannot be read."""
        return list(_HELD[self](text))


def _xml(value: str) -> str:
    return escape(_NOT_XML.sub("", value), _AS_REFERENCES)


def _json_held(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _json_held(each)
    elif isinstance(value, list):
        for each in value:
            yield from _json_held(each)
    elif isinstance(value, str | int):
        yield str(value)


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


_ESCAPES: Mapping[Format, Callable[[str], str]] = {
    Format.JSON: lambda value: json.dumps(value)[1:-1],
    Format.FORM: lambda value: quote_plus(value, safe="", errors="replace"),
    Format.XML: _xml,
    Format.TEXT: lambda value: value.encode("utf-8", "replace").decode(),
    Format.PATH: lambda value: quote(value, safe="", errors="replace"),
}
_HELD: Mapping[Format, Callable[[str], Iterator[str]]] = {
    Format.JSON: lambda text: _json_held(json.loads(text)),
    Format.FORM: _form_held,
    Format.XML: _xml_held,
    Format.TEXT: lambda text: iter([text]),
    Format.PATH: _path_held,
}
