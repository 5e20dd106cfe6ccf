"""What is held of a person, handed over or erased at their request, and the record of it.

The record says when, by whom and how much; of the person it keeps a keyed digest of the number,
which tells only whoever has the number that it was asked for.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from guiche.desk.intake.draft import Draft
from guiche.desk.intake.facts import show_document, show_phone
from guiche.desk.intake.reading import Inspection
from guiche.desk.people.record import Record, digest_of
from guiche.desk.people.user import User
from guiche.desk.promises.promise import Promise
from guiche.desk.tickets.erasure import ErasureRefused, Held
from guiche.desk.tickets.reading_told import told as told_reading
from guiche.desk.tickets.ticket import Ticket

_WRITTEN = {
    "numero_no_sistema_da_empresa": "número no sistema da empresa",
    "situacao": "situação",
    "validacao_marcada": "validação marcada",
    "historico": "histórico",
    "o_que": "o quê",
    "anotacao": "anotação",
    "comecado_em": "começado em",
    "certificado_guardado_ate": "certificado guardado até",
    "conteudo": "conteúdo",
    "impressao_digital_sha256": "impressão digital (SHA-256)",
    "diz_ser_da_icp_brasil": "diz ser da ICP-Brasil",
    "responsavel": "responsável",
    "numero": "número",
    "numeros": "números",
    "numero_escrito": "número, como se escreve",
    "numero_de_serie": "número de série",
    "posicao": "posição",
    "rotulo": "rótulo",
    "e_mail": "e-mail",
    "rg_orgao": "órgão do RG",
    "rg_uf": "UF do RG",
    "cei": "CEI",
    "nis": "NIS",
    "rg": "RG",
    "cpf": "CPF",
    "cnpj": "CNPJ",
    "oid": "OID",
    "bytes_que_o_sustentam": "bytes que o sustentam",
    "campos_da_icp_brasil": "campos da ICP-Brasil",
    "autoridade_de_registro": "autoridade de registro (AR)",
    "ate": "até",
    "revogacao": "revogação",
    "por_que": "por quê",
    "proxima_data": "próxima data",
    "observacoes": "observações",
    "codigo": "código",
}
_YES_OR_NO = {True: "sim", False: "não"}


@transaction.atomic
def hand_over(number: str, by: User | None = None) -> tuple[dict[str, Any], Record]:
    """All that is held of a compact CPF or CNPJ, and the record that it was given."""
    held = Held.of(number)
    record = _record(Record.Kind.EXPORTED, number, held, by)
    return {
        "documento": show_document(number),
        "entregue_em": _moment(record.at),
        "registro": record.pk,
        "chamados": [_ticket(ticket) for ticket in held.tickets],
        "atendimentos_sem_chamado": [_call(call) for call in held.calls],
        "leituras": [_reading(each) for each in held.each_reading()],
        "carteiras": held.portfolios.told(),
    }, record


def forget(number: str, by: User | None = None) -> tuple[Record, list[ErasureRefused]]:
    """Erases what is not needed any more; the record of it, and why the rest stays."""
    held = Held.of(number)
    with transaction.atomic():
        refusals = held.erase(by)
        record = _record(Record.Kind.ERASED, number, held, by, kept=list(map(str, refusals)))
    return record, refusals


def written(told: Mapping[str, Any]) -> str:
    """The same to be read by the person: one line for each datum."""
    return "\n".join(_lines(told, "")) + "\n"


def _record(
    kind: Record.Kind, number: str, held: Held, by: User | None, kept: list[str] | None = None
) -> Record:
    kept = kept or []
    calls, readings = len(held.calls), len(held.readings)
    counts = {
        "tickets": [ticket.number for ticket in held.tickets],
        "calls": calls,
        "readings": readings,
        "portfolio_rows": held.portfolios.rows,
        "unread_portfolios": held.portfolios.unread,
        "kept": kept,
    }
    tickets = _many(len(held.tickets) - len(kept), "chamado")
    what = f"{tickets}, {_many(calls, 'atendimento')}, {_many(readings, 'leitura')}"
    if rows := held.portfolios.rows:
        what = f"{what}, {_many(rows, 'linha')} de carteiras"
    if kept:
        what = f"{what}; {_many(len(kept), 'chamado')} em aberto não"
    return Record.write(kind, what, by, digest=digest_of(number), detail=counts)


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _ticket(ticket: Ticket) -> dict[str, Any]:
    labels = {fact.key: fact.label for fact in ticket.procedure.facts}
    return {
        "protocolo": ticket.spoken,
        "numero_no_sistema_da_empresa": ticket.desk_number,
        "situacao": ticket.state_label,
        "equipe": ticket.team,
        "aberto_em": _moment(ticket.opened_at),
        "dados": {labels[key]: value for key, value in ticket.shown.items()},
        "como_foi_escrito": {labels.get(key, key): text for key, text in ticket.typed.items()},
        "novo_pedido": ticket.order_number,
        "validacao_marcada": _moment(ticket.validation_at),
        "leitura": _reading(ticket.inspection),
        "novo_certificado": _reading(ticket.proof),
        "certificados_mandados": [
            _reading(each.reading) for each in ticket.received.order_by("pk")
        ],
        "tentativas_de_contato": list(_attempts(ticket.promise.line)),
        "mensagens": [
            {
                "para": each.to, "assunto": each.subject, "texto": each.body,
                "situacao": each.get_state_display(),
            }
            for each in ticket.messages.order_by("pk")
        ],
        "imagens": [_moment(each.created_at) for each in ticket.images.order_by("pk")],
        "historico": [
            {"em": _moment(event.at), "o_que": event.label, "detalhe": event.text}
            for event in ticket.events.order_by("seq")
        ],
    }  # fmt: skip


def _attempts(promises: Iterable[Promise]) -> Iterator[dict[str, Any]]:
    for promise in promises:
        for each in promise.attempts.order_by("at", "pk"):
            yield {
                "em": _moment(each.at),
                "telefone": show_phone(each.phone) if each.phone else "",
                "resultado": str(each),
                "anotacao": each.note,
            }


def _call(call: Draft) -> dict[str, Any]:
    labels = {fact.key: fact.label for fact in call.procedure.facts}
    return {
        "comecado_em": _moment(call.created_at),
        "como_foi_escrito": {labels.get(key, key): text for key, text in call.typed.items()},
    }


def _reading(inspection: Inspection | None) -> dict[str, Any] | None:
    if inspection is None:
        return None
    return {
        "lida_em": _moment(inspection.created_at),
        "veredito": inspection.headline,
        "certificado_guardado_ate": _moment(inspection.der_expires_at),
        "conteudo": told_reading(inspection.contract),
    }


def _moment(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%d/%m/%Y %H:%M}" if moment else ""


def _lines(told: Any, indent: str) -> Iterator[str]:
    """Mappings and lists as an outline; what is empty is left out."""
    pairs = told.items() if isinstance(told, Mapping) else enumerate(told, start=1)
    for key, value in pairs:
        label = _label(str(key))
        if isinstance(value, Mapping | list):
            if value:
                yield f"{indent}{label}"
                yield from _lines(value, f"{indent}  ")
        elif value not in (None, ""):
            text = _YES_OR_NO[value] if isinstance(value, bool) else str(value)
            text = text.replace("\n", f"\n{indent}    ")
            yield f"{indent}{label} {text}"


def _label(key: str) -> str:
    """A key as people write it: the JSON has no accents. A question needs no colon."""
    label = _WRITTEN.get(key) or key.replace("_", " ")
    return label if label.endswith("?") else f"{label}:"
