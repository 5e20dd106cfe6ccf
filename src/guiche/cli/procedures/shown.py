"""A procedure in words, as a person reads it: the order of a call, then the lists."""

import tomllib
from collections.abc import Iterator, Mapping
from textwrap import indent
from typing import Any

from guiche.desk.procedures import words
from guiche.desk.procedures.words import Document

_TEXTS = ("say", "send", "batch", "verdict", "cost", "documents")
_VARIANTS = ("propose", "notes", "stops")


def lines(content: str) -> Iterator[str]:
    """All of a text that can be read as a procedure."""
    document = tomllib.loads(content)
    labels = words.labels(document)
    yield f"{document['title']} ({document['slug']})"
    promise = document["promise"]
    yield f"  Equipe: {document['team']}. Prazo de retorno: {promise['hours']} horas."
    fits = words.condition(document["when"], labels) if "when" in document else ""
    yield f"  Proposto quando {fits}." if fits else "  Só uma pessoa o escolhe."
    for system in words.rows(document, "systems"):
        yield f"  Sistema: {system['name']}. {system['demands']}"
    for screen in words.rows(document, "screens"):
        opening = " (antes da leitura)" if screen.get("opening") else ""
        yield from ("", f"{screen['title']}{opening}")
        for fact in words.rows(screen, "facts"):
            yield from _fact(fact, document, labels)
    yield from ("", "Textos")
    for key in _TEXTS:
        yield from _variants(document["texts"], key, labels, "  ")
    for block in words.rows(document, "blocks"):
        fields = ", ".join(labels.get(key, key) for key in block["fields"])
        yield from ("", f"Bloco para copiar: {block['title']}", f"  {fields}")
    yield from ("", "Motivos")
    for key, reasons in document["reasons"].items():
        yield f"  {words.name_of(key)}: {'; '.join(reasons)}"
    if proof := document.get("closing", {}).get("proof"):
        yield f"  Encerra pela leitura do certificado novo: {proof}"


def _fact(fact: Mapping[str, Any], document: Document, labels: Mapping[str, str]) -> Iterator[str]:
    yield f"  {fact['label']} [{fact['key']}, {fact['type']}]"
    if "when" in fact:
        yield f"    só quando {words.condition(fact['when'], labels)}"
    if fact["type"] == "system":
        yield f"    opções: {'; '.join(row['name'] for row in words.rows(document, 'systems'))}"
    for key, name in (("choices", "opções"), ("exits", "ou")):
        if key in fact:
            yield f"    {name}: {'; '.join(fact[key])}"
    for key in _VARIANTS:
        yield from _variants(fact, key, labels, "    ")


def _variants(
    node: Mapping[str, Any], key: str, labels: Mapping[str, str], margin: str
) -> Iterator[str]:
    for variant in words.rows(node, key):
        when = f", quando {words.condition(variant['when'], labels)}" if "when" in variant else ""
        yield f"{margin}{words.name_of(key)}{when}:"
        yield from indent(str(variant["text"]).strip(), f"{margin}  ").splitlines()
