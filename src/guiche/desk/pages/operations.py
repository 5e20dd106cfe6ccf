"""The OpenAPI document of `/api/v1` in rows, as its page shows it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

from guiche.desk.api.v1 import api

Schema = Mapping[str, Any]

_GROUPS = {
    "inspections": "Leituras",
    "procedures": "Procedimentos",
    "tickets": "Chamados",
    "moves": "Mudanças",
    "attempts": "Ligações",
    "attachments": "Anexos",
    "events": "Histórico",
    "search": "Busca",
}
_PLACES = {"path": "no endereço", "query": "na consulta", "header": "no cabeçalho"}
_KINDS = {
    "string": "texto",
    "integer": "número inteiro",
    "boolean": "true ou false",
    "object": "objeto",
}
_FORMATS = {"date-time": "data e hora", "binary": "bytes"}
_SAMPLES = {"string": "…", "integer": 1, "boolean": True, "date-time": "2026-11-24T14:30:00-03:00"}


class Row(NamedTuple):
    """One parameter, or one key of a body; `place` is empty of a key."""

    name: str
    place: str
    kind: str
    is_needed: bool
    text: str


class Body(NamedTuple):
    """What is sent, or answered: media types that have one form, its keys, and an example."""

    media_types: list[str]
    rows: list[Row]
    example: str


class Operation(NamedTuple):
    """One verb at one address."""

    key: str
    method: str
    path: str
    title: str
    text: str
    scope: str
    """Empty where any valid token may."""
    parameters: list[Row]
    sent: list[Body]
    answers: list[tuple[str, list[Body]]]


@cache
def groups() -> list[tuple[str, list[Operation]]]:
    """All that the API does, by noun, in the order of the document."""
    document = api.get_openapi_schema()
    reader = _Reader(document["components"]["schemas"])
    told = [
        (operation["tags"][0], reader.operation(method.upper(), path, operation))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    told.sort(key=lambda each: list(_GROUPS).index(each[0]))
    grouped = groupby(told, key=lambda each: each[0])
    return [(_GROUPS[tag], [operation for _, operation in found]) for tag, found in grouped]


@dataclass(frozen=True)
class _Reader:
    """Reads schemas; what they name by reference is one of `named`."""

    named: Mapping[str, Schema]

    def operation(self, method: str, path: str, told: Schema) -> Operation:
        answers = [
            (str(status), self.bodies(answer))
            for status, answer in told["responses"].items()
            if int(status) < 400
        ]
        return Operation(
            key=told["operationId"],
            method=method,
            path=path,
            title=told["summary"],
            text=_plain(told.get("description", "")),
            scope="".join(told["security"][0]["Bearer"]),
            parameters=[self.parameter(each) for each in told.get("parameters", ())],
            sent=self.bodies(told.get("requestBody", {})),
            answers=answers,
        )

    def parameter(self, told: Schema) -> Row:
        schema, words = told["schema"], _plain(told.get("description", ""))
        place, is_needed = _PLACES[told["in"]], told["required"]
        return Row(told["name"], place, self.kind(schema), is_needed, words)

    def bodies(self, told: Schema) -> list[Body]:
        """Media types that say the same stand together."""
        content = told.get("content", {}).items()
        return [
            Body(
                [media_type for media_type, _ in alike], [*self.rows(schema)], self.example(schema)
            )
            for schema, alike in groupby(content, key=lambda each: each[1].get("schema", {}))
        ]

    def rows(self, schema: Schema, before: str = "") -> Iterator[Row]:
        """The keys of an object, and those of the objects in it: `promise.due_at`, `items[].at`."""
        schema = self.meant(schema)
        if schema.get("type") == "array":
            yield from self.rows(schema["items"], f"{before.removesuffix('.')}[].")
            return
        for key, each in schema.get("properties", {}).items():
            is_needed, words = (
                key in schema.get("required", ()),
                _plain(each.get("description", "")),
            )
            yield Row(before + key, "", self.kind(each), is_needed, words)
            yield from self.rows(each, f"{before}{key}.")

    def meant(self, schema: Schema) -> Schema:
        """What stands behind a reference, or beside a null."""
        if "$ref" in schema:
            return self.named[schema["$ref"].rsplit("/", 1)[-1]]
        some = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
        return self.meant(some[0]) if some else schema

    def kind(self, schema: Schema) -> str:
        """What may stand there, with its bounds, in words."""
        meant = self.meant(schema)
        if meant.get("type") == "array":
            words = f"lista de {self.kind(meant['items'])}"
        elif meant.get("enum"):
            words = " ou ".join(str(each) or "vazio" for each in meant["enum"])
        else:
            words = _FORMATS.get(meant.get("format", ""), "") or _KINDS[meant["type"]]
        if "maxLength" in meant:
            words += f", até {meant['maxLength']} caracteres"
        if "maximum" in meant:
            words += f", de {meant['minimum']} a {meant['maximum']}"
        return f"{words}, ou null" if _may_be_null(schema) else words

    def example(self, schema: Schema) -> str:
        """One as JSON, or nothing where the body is no JSON."""
        sample = self.sample(schema)
        return json.dumps(sample, ensure_ascii=False, indent=2) if isinstance(sample, dict) else ""

    def sample(self, schema: Schema) -> Any:
        meant = self.meant(schema)
        given = schema.get("examples") or meant.get("examples") or meant.get("enum")
        if given:
            return given[0]
        if meant.get("type") == "array":
            return [self.sample(meant["items"])]
        if meant.get("type") == "object":
            return {key: self.sample(each) for key, each in meant.get("properties", {}).items()}
        return _SAMPLES.get(meant.get("format", "")) or _SAMPLES.get(meant.get("type", ""), "…")


def _may_be_null(schema: Schema) -> bool:
    return {"type": "null"} in schema.get("anyOf", ())


def _plain(text: str) -> str:
    return text.replace("`", "").replace("\n", " ")
