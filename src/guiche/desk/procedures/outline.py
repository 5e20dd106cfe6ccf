"""What of a procedure may be changed on the page: everything that is said, asked and listed.

Keys, types and conditions, on which the rest rests, are for the page of the whole text.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from guiche.desk.procedures import words
from guiche.desk.procedures.entry import KINDS, Entry, Group, Section
from guiche.desk.procedures.procedure import END
from guiche.desk.procedures.system import ACCEPTED
from guiche.desk.procedures.words import Document, rows
from guiche.desk.tickets.moves import MOVES

_ONE_PER_LINE = "Uma por linha."
_HEAD = (
    ("title", "line", "Nome do procedimento", ""),
    ("team", "line", "Equipe que liga para o cliente", ""),
    ("promise.hours", "number", "Prazo de retorno, em horas", "Desde o registro."),
    ("promise.business_hours", "flag", "Só conta o horário da equipe", ""),
    (
        "promise.pauses",
        "lines",
        "Esperas que param o prazo",
        "Motivos de “Aguardar o cliente”, um por linha. Vazio: nenhuma para.",
    ),
    ("promise.warn_at_percent", "number", "Perto do fim, em %", "A partir daqui o chamado avisa."),
    ("promise.attempts", "number", "Tentativas no prazo", "Tantas contam como “tentado”."),
    ("promise.message", "flag", "E um recado deixado", ""),
    ("exits", "lines", "Saídas", "O que se responde quando o cliente não tem. Uma por linha."),
)
_SYSTEM = (
    ("name", "line", "Nome", ""),
    ("demands", "text", "O que pede", "Pode ser dito ao cliente."),
    ("accepts", "several", "Já basta no certificado", ""),
    ("alternatives", "optional", "Outro caminho", ""),
    ("source", "line", "Fonte", "De onde se sabe."),
    ("checked", "day", "Conferido em", "Como 24/11/2026."),
)
_FACT = (
    ("label", "line", "Rótulo", ""),
    ("help", "optional", "Ajuda", ""),
    ("missing", "optional", "Quando falta", ""),
)
_BLOCK = (("title", "line", "Título", ""), ("fields", "lines", "Dados, na ordem", _ONE_PER_LINE))
_TEXTS = (
    ("say", "O que se diz ao cliente"),
    ("send", "O que se manda ao cliente"),
    ("batch", "O que se diz e se manda de vários chamados"),
    ("verdict", "A leitura, dita em voz alta"),
    ("cost", "O que se diz do custo"),
    ("documents", "Documentos que se pedem ao cliente"),
)
_VARIANTS = (("propose", "Texto proposto"), ("notes", "Aviso"), ("stops", "Impedimento"))

Row = tuple[str, str, str, str]


def outline(document: Document) -> tuple[Section, ...]:
    """The sections of the page, from the file as it stands, complete or not."""
    labels = words.labels(document)
    return (
        Section(
            "Nome, equipe e prazo", "head", (_group(document, "", "", _HEAD),),
            _proposed(document, labels),
        ),
        Section(
            "Precisa mesmo? Os sistemas", "systems",
            tuple(
                _group(row, f"systems.{n}", words.name_of_row(row, "systems", n + 1), _SYSTEM)
                for n, row in enumerate(rows(document, "systems"))
            ),
            "O que cada sistema pede do certificado, de onde se sabe e quando foi conferido.",
            adds="systems",
        ),
        *(_screen(row, f"screens.{n}", labels) for n, row in enumerate(rows(document, "screens"))),
        Section("Textos para o cliente", "texts", tuple(_texts(document, labels))),
        Section(
            "Blocos para copiar", "blocks",
            tuple(
                _group(row, f"blocks.{n}", words.name_of_row(row, "blocks", n + 1), _BLOCK)
                for n, row in enumerate(rows(document, "blocks"))
            ),
            "Os dados na ordem das telas do sistema da empresa, pela chave de cada um.",
            adds="blocks",
        ),
        Section("Motivos", "reasons", (_reasons(document),)),
        Section("Encerramento", "closing", (_closing(document),)),
    )  # fmt: skip


def _proposed(document: Document, labels: Mapping[str, str]) -> str:
    fits = words.condition(document.get("when"), labels)
    return f"A página o propõe quando {fits}." if fits else "Só uma pessoa o escolhe."


def _value(node: object, path: str) -> Any:
    for part in path.split("."):
        node = node.get(part) if isinstance(node, Mapping) else None
    return node


def _entry(node: object, base: str, row: Row, **more: Any) -> Entry:
    key, kind, label, help_ = row
    path = f"{base}.{key}" if base else key
    return Entry(path, kind, label, KINDS[kind].show(_value(node, key)), help_, **more)


def _group(node: object, base: str, title: str, table: tuple[Row, ...]) -> Group:
    entries = tuple(
        _entry(node, base, row, choices=_accepted(node) if row[1] == "several" else ())
        for row in table
    )
    return Group(title, base, entries, removable=base != "")


def _accepted(system: object) -> tuple[str, ...]:
    """Those that it accepts first, in its own order: a form sends them back as they were."""
    own = _value(system, "accepts")
    accepted = [each for each in own if each in ACCEPTED] if isinstance(own, list) else []
    return tuple(dict.fromkeys([*accepted, *ACCEPTED]))


def _screen(screen: Mapping[str, Any], base: str, labels: Mapping[str, str]) -> Section:
    title = str(screen.get("title", ""))
    head = Group("", base, (_entry(screen, base, ("title", "line", "Título da tela", "")),))
    facts = (
        _fact(fact, f"{base}.facts.{n}", labels) for n, fact in enumerate(rows(screen, "facts"))
    )
    return Section(f"Tela: {title}", base, (head, *facts))


def _fact(fact: Mapping[str, Any], base: str, labels: Mapping[str, str]) -> Group:
    table = list(_FACT)
    if "choices" in fact or fact.get("type") == "choice":
        table.append(("choices", "lines", "Opções", _ONE_PER_LINE))
    if fact.get("type") != "confirmation":
        table.append(("exits", "lines", "Saídas próprias", "No lugar da resposta. Uma por linha."))
    entries = [_entry(fact, base, row) for row in table]
    for key, label in _VARIANTS:
        entries += _variants(fact, base, key, label, labels)
    asked = words.condition(fact["when"], labels) if "when" in fact else ""
    note = f"Só se pergunta quando {asked}." if asked else ""
    return Group(str(fact.get("label", "")), base, tuple(entries), note)


def _variants(
    node: object, base: str, key: str, label: str, labels: Mapping[str, str]
) -> Iterator[Entry]:
    variants = rows(node, key)
    for n, variant in enumerate(variants):
        name = f"{label} {n + 1}" if len(variants) > 1 else label
        yield _entry(
            variant, f"{base}.{key}.{n}", ("text", "text", name, ""),
            note=_when(variant, labels, alone=len(variants) == 1),
        )  # fmt: skip


def _when(variant: Mapping[str, Any], labels: Mapping[str, str], *, alone: bool) -> str:
    if "when" in variant:
        when = words.condition(variant["when"], labels)
        return f"Quando {when}. Esvaziar o texto apaga este caso."
    return "Sempre." if alone else "Nos outros casos."


def _texts(document: Document, labels: Mapping[str, str]) -> Iterator[Group]:
    texts = document.get("texts")
    for key, label in _TEXTS:
        if entries := tuple(_variants(texts, "texts", key, "Texto", labels)):
            yield Group(label, f"texts.{key}", entries)


def _reasons(document: Document) -> Group:
    lists = {END: "Encerrar sem chamado"}
    lists |= {move.name: move.label for move in MOVES.values() if move.needs_reason}
    table = tuple((f"reasons.{key}", "lines", label, _ONE_PER_LINE) for key, label in lists.items())
    return _group(document, "", "", table)


def _closing(document: Document) -> Group:
    reasons = _value(document, "reasons.resolve")
    resolve = tuple(map(str, reasons)) if isinstance(reasons, list) else ()
    proof = ("closing.proof", "one", "Motivo que pede a leitura do certificado novo", "")
    other = ("closing.other_holder", "lines", "Por que o titular pode ser outro", _ONE_PER_LINE)
    return Group(
        "", "", (_entry(document, "", proof, choices=resolve), _entry(document, "", other))
    )
