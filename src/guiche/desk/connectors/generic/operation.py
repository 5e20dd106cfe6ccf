"""One call as it is written in the settings: the request, and below `HTTP` what its answer means.

    POST /tickets
    Content-Type: application/json

    {"subject": "{title}", "description": "{text}"}

    HTTP 201
    contains "error":false
    ref json /id
    number json /protocol

After `HTTP` stand the statuses of success (any 2xx where none is named); `contains` is a text that
an answer of success has, whatever its white space. The other lines depend on the operation.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import httpx

from guiche.desk.connectors.generic.format import Format
from guiche.desk.connectors.generic.place import Place
from guiche.desk.connectors.generic.rules import NEEDED, PLACEHOLDERS, PLACES, WORDS
from guiche.desk.connectors.generic.template import Template

_FORMATS = {
    "application/json": Format.JSON,
    "application/x-www-form-urlencoded": Format.FORM,
    "application/xml": Format.XML,
    "text/xml": Format.XML,
    "text/plain": Format.TEXT,
}
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_ANSWER = re.compile(r"^HTTP((?: [1-5]\d\d)*)[ \t]*$", re.MULTILINE)
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_NOT_YOURS = {"host", "content-length", "transfer-encoding", "connection", "accept-encoding"}


@dataclass(frozen=True)
class Operation:
    """A call that can be made."""

    method: str
    path: Template
    headers: Mapping[str, str]
    body: Template
    statuses: frozenset[int]
    contains: str
    places: Mapping[str, Place]
    words: Mapping[str, str]

    @classmethod
    def read(cls, name: str, text: str) -> "Operation":
        """The operation of that name; `ValueError` says what is wrong with its text."""
        starts = [*_ANSWER.finditer(text.strip())]
        cut = starts[-1] if starts else None
        asked = text.strip()[: cut.start() if cut else None]
        answered = text.strip()[cut.end() :].splitlines() if cut else []
        method, path, headers, body = _request(asked)
        contains, places, words = _answer(name, [line for line in answered if line.strip()])
        return cls(
            method,
            Template.read(path, Format.PATH, PLACEHOLDERS[name]),
            headers,
            _body(headers, body, PLACEHOLDERS[name]),
            frozenset(int(status) for status in cut[1].split()) if cut else frozenset(),
            contains,
            places,
            words,
        )

    def filled(self, values: Mapping[str, str]) -> tuple[str, bytes]:
        """Path and body; `ValueError` where a value cannot stand in the path."""
        return self.path.filled(values), self.body.filled(values).encode()

    @property
    def gone(self) -> frozenset[int]:
        """The statuses which say that the ticket is no more."""
        return frozenset(int(status) for status in self.words.get("gone", "").split())

    @property
    def names_team(self) -> bool:
        """Whether the team is part of this call."""
        return "team" in self.path.placeholders | self.body.placeholders

    def is_success(self, response: httpx.Response) -> bool:
        """Whether an answer with a status of success says what it has to."""
        said = "".join(response.text.split())
        return not self.contains or "".join(self.contains.split()) in said


def _request(text: str) -> tuple[str, str, Mapping[str, str], str]:
    head, _, body = text.strip().partition("\n\n")
    first, *rest = head.splitlines() or [""]
    method, _, path = first.strip().partition(" ")
    if method not in _METHODS:
        raise ValueError(f"comece com {', '.join(_METHODS)} e o caminho, como: POST /tickets")
    headers = {}
    for line in rest:
        name, _, value = (part.strip() for part in line.partition(":"))
        if not is_header(name, value):
            raise ValueError(f"“{line}” não é um cabeçalho; antes do corpo vai uma linha vazia.")
        headers[name] = value
    return method, path.strip(), headers, body.strip()


def _body(headers: Mapping[str, str], text: str, known: Collection[str]) -> Template:
    format_ = format_of(headers, text)
    if format_ is Format.FORM:  # may be written in several lines
        text = "".join(line.strip() for line in text.splitlines())
    return Template.read(text, format_, known)


def is_header(name: str, value: str) -> bool:
    """Whether it may be set, and can hold nothing but itself."""
    allowed = bool(_HEADER_NAME.fullmatch(name)) and name.lower() not in _NOT_YOURS
    return allowed and value.isascii() and value.isprintable()


def format_of(headers: Mapping[str, str], body: str) -> Format:
    """The format of a body, by its `Content-Type`."""
    if not body:
        return Format.TEXT
    named = {name.lower(): value for name, value in headers.items()}.get("content-type", "")
    format_ = _FORMATS.get(named.partition(";")[0].strip().lower())
    if format_ is None:
        raise ValueError(f"diga o formato do corpo em Content-Type: {', '.join(_FORMATS)}.")
    return format_


def _answer(name: str, lines: list[str]) -> tuple[str, dict[str, Place], dict[str, str]]:
    contains, places, words = "", {}, {}
    for line in lines:
        rule, _, rest = line.strip().partition(" ")
        if rule == "contains" and rest:
            contains = rest
        elif rule in PLACES.get(name, ()):
            places[rule] = Place.read(rest)
        elif rule in WORDS.get(name, ()):
            words[rule] = rest
        else:
            raise ValueError(f"“{line.strip()}” não é uma linha de resposta que exista aqui.")
    if not re.fullmatch(r"([1-5]\d\d *)*", words.get("gone", "")):
        raise ValueError("gone diz com que resposta o chamado não existe mais, como: gone 404")
    if missing := NEEDED.get(name, frozenset()) - places.keys():
        raise ValueError(f"depois de HTTP falta dizer onde está: {', '.join(sorted(missing))}.")
    if "list" in places and places["list"].kind != "json" and not contains:
        # Anything lacks what is searched for: an error page would say “there is no ticket”.
        raise ValueError(
            "a lista precisa de uma linha contains, para não crer numa página de erro."
        )
    return contains, places, words
