"""A procedure file in words: where a value stands, and when a text applies."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from guiche.desk.procedures.names import CONDITIONS, UNREAD
from guiche.desk.tickets.moves import MOVES
from guiche.icpbrasil import Profile

Document = Mapping[str, Any]
"""A file as it was read from TOML; of any shape."""

_KEYS = {
    "title": "título", "team": "equipe", "promise": "prazo de retorno", "hours": "horas",
    "warn_at_percent": "perto do fim", "attempts": "tentativas", "message": "recado deixado",
    "exits": "saídas", "systems": "sistema", "name": "nome", "demands": "o que pede",
    "accepts": "já basta", "alternatives": "outro caminho", "source": "fonte",
    "checked": "conferido em", "screens": "tela", "facts": "pergunta", "label": "rótulo",
    "type": "tipo", "help": "ajuda", "missing": "quando falta", "choices": "opções",
    "propose": "texto proposto", "notes": "aviso", "stops": "impedimento", "text": "texto",
    "when": "condição", "texts": "textos", "say": "o que se diz", "send": "o que se manda",
    "verdict": "leitura em voz alta", "cost": "custo", "documents": "documentos",
    "batch": "vários chamados",
    "blocks": "bloco", "fields": "dados", "reasons": "motivos", "end": "Encerrar sem chamado",
    "closing": "encerramento", "proof": "motivo com prova", "other_holder": "outro titular",
    "carries": "o que o novo traz",
    "several": "vários certificados", "preselect": "já marcados",
    "customer": "cliente", "wanted": "o que deve constar", "solution": "solução",
    **{move.name: move.label for move in MOVES.values()},
}  # fmt: skip
_CONDITIONS = {
    "status": "CEI", "reason": "motivo", "profile": "tipo do certificado", "validity": "validade",
    "type": "mídia", "nis": "NIS", "holder": "titular", "ends": "vencimento",
}  # fmt: skip
_FOUND = {
    "present": "tem", "doubtful": "conferir", "blank": "em branco", "absent": "sem o campo",
    "not_applicable": "não comporta", "unreadable": "não lido",
}  # fmt: skip
_VALUES = {
    "status": _FOUND,
    "nis": _FOUND,
    "profile": {profile.value: profile.label for profile in Profile},
    "validity": {"valid": "válido", "expired": "vencido", "not_yet": "ainda não vale"},
    "type": {"other": "outra"},
    "holder": {"same": "é o cliente", "other": "é outro"},
    "ends": {"past": "já passou", "soon": "nos próximos 30 dias", "later": "depois de 30 dias"},
}


def rows(node: object, key: str) -> list[dict[str, Any]]:
    """The tables of an array `[[key]]`; none where the file has something else there."""
    found = node.get(key) if isinstance(node, Mapping) else None
    whole = isinstance(found, list) and all(isinstance(row, Mapping) for row in found)
    return list(found) if whole and found else []


def facts(document: Document) -> list[dict[str, Any]]:
    """All facts, in the order of the screens."""
    return [fact for screen in rows(document, "screens") for fact in rows(screen, "facts")]


def labels(document: Document) -> dict[str, str]:
    """What each fact is called, by its key."""
    return {str(fact.get("key")): str(fact.get("label", "")) for fact in facts(document)}


def name_of(key: str) -> str:
    """What a key is called."""
    return _KEYS.get(key, key)


def name_of_row(row: object, key: str, number: int) -> str:
    """What one row of an array is called: by its own name, else by its number."""
    own = [row.get(each) for each in ("label", "name", "title")] if isinstance(row, Mapping) else []
    return next((str(name) for name in own if name), f"{name_of(key)} {number}")


def path_of(key: str) -> str:
    """The path of the key that a `ProcedureError` names: `facts[2].label` is `facts.1.label`."""
    return re.sub(r"\[(\d+)\]", lambda found: f".{int(found[1]) - 1}", key)


def place(document: Document, path: str) -> str:
    """Where a path leads: `Certificado e número › Número do pedido › rótulo`."""
    names: list[str] = []
    node: Any = document
    for part in path.split(".") if path else ():
        if isinstance(node, list) and part.isdecimal():
            number = int(part)
            node = node[number] if number < len(node) else None
            names[-1] = name_of_row(node, names[-1], number + 1)
        else:
            node = node.get(part) if isinstance(node, Mapping) else None
            names.append(name_of(part))
    return " › ".join(names)


def condition(when: object, labels: Mapping[str, str]) -> str:
    """A `when`: `CEI: em branco ou sem o campo; validade: vencido`."""
    alternatives = when if isinstance(when, list) else [when]
    return ", ou ".join(
        "; ".join(
            f"{_CONDITIONS.get(key) or labels.get(key) or key}: {_values(key, values)}"
            for key, values in each.items()
        )
        for each in alternatives
        if isinstance(each, Mapping)
    )


def _values(key: str, values: object) -> str:
    words = _VALUES.get(key, {}) if key in CONDITIONS else {}
    each = values if isinstance(values, list) else [values]
    return " ou ".join("sem leitura" if v == UNREAD else words.get(str(v), str(v)) for v in each)


def shown(value: object, labels: Mapping[str, str]) -> str:
    """A value as a person reads it; "" where there is none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "sim" if value else "não"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Mapping):
        return "\n".join(
            f"{name_of(key)}: {condition(v, labels) if key == 'when' else shown(v, labels)}"
            for key, v in value.items()
        )
    if isinstance(value, list):
        return "\n".join(shown(each, labels) for each in value)
    return str(value).strip()
