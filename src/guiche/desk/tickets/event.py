"""The history of a ticket: one row for each thing that happened, chained by digests.

Each event seals its payload with a random salt into `digest`, and `link` seals the digest, the
other columns and the link before. A payload can be erased with its salt, after which nobody can
guess it back, and the chain still proves that nothing else was changed, taken out or put in.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.dispatch import Signal

from guiche.desk.intake.facts import show_moment, show_phone
from guiche.desk.intake.plain import plain
from guiche.desk.people.user import User
from guiche.desk.promises.attempt import Result
from guiche.desk.refusal import Refused
from guiche.desk.rows import insert
from guiche.desk.tickets.chain import Sealed, breaks, digest_of
from guiche.desk.tickets.proof import differences_written

# Sent within the transaction that writes events, so that what follows from them is written in the
# same one or not at all. `events` are these, those of a ticket in their order.
recorded = Signal()

# Sent within the transaction that undoes an `event` of a ticket, on behalf of `by`. A receiver
# takes back what follows from it, and answers whether nothing of it has left the desk.
undoing = Signal()

KINDS = {
    "submitted": "Chamado aberto",
    "forwarded": "Encaminhado",
    "forwarded_again": "Encaminhado de novo",
    "waiting": "Aguardando o cliente",
    "resumed": "Retomado",
    "returned": "Devolvido ao suporte",
    "resolved": "Resolvido",
    "cancelled": "Cancelado",
    "reopened": "Reaberto",
    "claimed": "Assumido",
    "handed_over": "Passado adiante",
    "released": "Liberado",
    "undone": "Desfeito",
    "attempted": "Tentativa de contato",
    "informed": "Protocolo informado ao cliente",
    "numbered": "Número no sistema da empresa",
    "heard": "Mudou no sistema da empresa",
    "ordered": "Novo certificado pedido",
    "checked": "Novo certificado lido",
    "erased": "Dados do cliente apagados",
    "ending": "Prazo de retorno perto do fim",
    "overdue": "Prazo de retorno vencido",
    "relinked": "Link do cliente trocado",
    "customer_phone": "Cliente mandou um telefone",
    "customer_answer": "Cliente respondeu",
    "customer_file": "Cliente mandou um arquivo",
    "attached": "Arquivo anexado",
}

ATTACHED = "attached"
"""No act upon the ticket: an answer of the customer still waits for one."""
FROM_CUSTOMER = ("customer_phone", "customer_answer", "customer_file")
"""What the customer sent by the page of the ticket; by nobody of the desk."""

ANSWERS = {
    "now": "Pode me ligar neste horário",
    "called": "Já me ligaram",
    "other": "Prefiro outro horário",
}


CHANNELS = {"voice": "voz", "whatsapp": "WhatsApp", "email": "e-mail"}
"""How the customer was told the number."""


class AlreadyRecorded(Refused):
    """The same form was sent before, and its event is in the history."""

    def __init__(self) -> None:
        super().__init__("Isto já foi registrado.")


class Overtaken(Exception):
    """Somebody else changed what was to change with an event."""


class ChainBroken(Exception):
    """The history was changed from outside; `seq` is the first event that does not fit."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"O histórico não confere a partir do evento {seq}.")
        self.seq = seq


class Event(models.Model):
    """One thing that happened. Written once; only its payload can be erased."""

    ticket = models.ForeignKey("desk.Ticket", on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=KINDS)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    """None: the worker, or the customer (`FROM_CUSTOMER`)."""
    payload: "models.JSONField[dict[str, Any] | None, dict[str, Any] | None]" = models.JSONField(
        null=True
    )
    salt = models.BinaryField(null=True)
    digest = models.CharField(max_length=64)
    link = models.CharField(max_length=64)
    form = models.UUIDField(null=True)
    """The form that was sent, one for each page shown: sent twice, it leaves one event."""

    class Meta:
        """Without gaps, from one, for each ticket."""

        ordering = ("ticket", "seq")
        constraints = (
            models.UniqueConstraint(fields=["ticket", "seq"], name="event_seq_once"),
            models.UniqueConstraint(fields=["ticket", "form"], name="event_form_once"),
        )

    def __str__(self) -> str:
        return self.label

    @classmethod
    def sealed(
        cls,
        *,
        ticket_id: int,
        seq: int,
        kind: str,
        at: datetime,
        by: User | None,
        payload: Mapping[str, Any],
        previous: str,
    ) -> "Event":
        """An event that is not saved yet, chained to the link before it."""
        content, salt = plain(dict(payload)), secrets.token_bytes(16)
        event = cls(
            ticket_id=ticket_id, seq=seq, kind=kind, at=at, by=by, payload=content, salt=salt,
            digest=digest_of(salt, content),
        )  # fmt: skip
        event.link = event.sealing.link_after(previous, ticket_id)
        return event

    @property
    def sealing(self) -> Sealed:
        """The event as far as the chain goes."""
        salt = None if self.salt is None else bytes(self.salt)
        return Sealed(
            self.seq, self.kind, self.at, self.by_id, self.payload, salt, self.digest, self.link
        )

    def erase(self) -> None:
        """Forgets the payload; that the event happened, when and by whom, stays proved."""
        self.payload, self.salt = None, None
        self.save(update_fields=["payload", "salt"])

    @property
    def label(self) -> str:
        """What happened, in one word or two."""
        return KINDS.get(self.kind, self.kind)

    @property
    def who(self) -> str:
        """Who did it."""
        return str(self.by or ("Cliente" if self.kind in FROM_CUSTOMER else "Guichê"))

    @property
    def text(self) -> str:
        """The details, in one line; "" when there are none."""
        if self.payload is None:
            return "Conteúdo apagado."
        payload = self.payload
        parts = [
            f"Desfaz “{KINDS[payload['undoes']['kind']]}”." if payload.get("undoes") else "",
            f"Equipe: {payload['team']}." if payload.get("team") else "",
            f"Para {payload['to']}." if payload.get("to") else "",
            f"Retorno {payload['due']}." if payload.get("due") else "",
            f"Motivo: {payload['reason']}." if payload.get("reason") else "",
            f"Prazo em pausa, faltando {payload['paused']}." if payload.get("paused") else "",
            _DETAILS[self.kind](payload) if self.kind in _DETAILS else "",
            str(payload.get("note") or ""),
            _kept(payload) if self.kind == "erased" else "",
            _claimed(payload) if self.kind == "attempted" else "",
        ]
        return " ".join(part for part in parts if part)


def _submitted(payload: Mapping[str, Any]) -> str:
    source = payload.get("source") or {}
    if source.get("kind") == "psc":
        return f"O cliente autorizou no celular, e o certificado veio do {source['name']}."
    name = f" ({source['name']})" if source.get("name") else ""
    if source.get("kind") == "browser":
        return f"O cliente mandou o certificado pelo navegador dele{name}."
    if source.get("sent") == "customer":
        return f"O cliente mandou o certificado pela página do link{name}."
    return ""


def _attempt(payload: Mapping[str, Any]) -> str:
    phone = payload["phone"]
    again = f" Próxima tentativa: {payload['next']}." if payload.get("next") else ""
    called = show_phone(phone) if phone else "Sem telefone"
    return f"{called}: {Result(payload['result']).label}.{again}"


def _claimed(payload: Mapping[str, Any]) -> str:
    """Whoever calls about what is nobody's has it from then on."""
    return "Assumiu o chamado." if "owner_id" in payload.get("was", {}) else ""


def _ordered(payload: Mapping[str, Any]) -> str:
    order = f"Pedido {payload['order']}." if payload["order"] else ""
    moment = payload["validation"]
    return f"{order} Validação em {show_moment(moment)}.".strip() if moment else order


def _checked(payload: Mapping[str, Any]) -> str:
    register = payload.get("register", "")
    return f"Não encerra: {differences_written(payload['differences'], register)}."


def _resolved(payload: Mapping[str, Any]) -> str:
    if "sha256" not in payload:
        return ""
    holder = f" Titular: {payload['other_holder']}." if payload["other_holder"] else ""
    register = payload.get("register") or "número"
    number = f": {register} {payload['number']}" if payload["number"] else ""
    return f"Certificado lido{number}.{holder}"


def _numbered(payload: Mapping[str, Any]) -> str:
    before = f" Antes: {payload['previous']}." if payload["previous"] else ""
    return f"{payload['number'] or 'Apagado'}.{before}"


def _informed(payload: Mapping[str, Any]) -> str:
    return f"Por {CHANNELS[payload['channel']]}: {payload['number']}."


def _heard(payload: Mapping[str, Any]) -> str:
    return f"{payload['desk']}: {' '.join(payload['changes'])}"


def _released(payload: Mapping[str, Any]) -> str:
    return "A conta de quem estava com ele foi encerrada." if payload.get("closed_account") else ""


def _file(payload: Mapping[str, Any]) -> str:
    if payload["file"] == "picture":
        return "Uma imagem: não prova o que está no certificado."
    return f"Um certificado. {payload['verdict']}"


_DETAILS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "submitted": _submitted,
    "attempted": _attempt,
    "numbered": _numbered,
    "informed": _informed,
    "heard": _heard,
    "ordered": _ordered,
    "checked": _checked,
    "resolved": _resolved,
    "released": _released,
    "customer_phone": lambda payload: f"{show_phone(payload['phone'])}.",
    "customer_answer": lambda payload: (
        f"{ANSWERS[payload['answer']]}{':' if payload.get('note') else '.'}"
    ),
    "customer_file": _file,
    "attached": _file,
}


def _kept(payload: Mapping[str, Any]) -> str:
    """The reasons of the events whose content was erased."""
    reasons = [each["reason"] for each in payload.get("kept", ()) if each.get("reason")]
    return f"Motivos que ficam: {'; '.join(reasons)}." if reasons else ""


def write(events: Sequence[Event]) -> None:
    """Writes events whose place in the history of their ticket is taken, and tells of them."""
    insert(events)
    recorded.send(Event, events=events)


def verify(events: Iterable[Event], *, ticket: int, count: int, head: str) -> None:
    """Checks a whole history, in order, against the count and last link that the ticket keeps.

    Raises `ChainBroken` at the first event that is missing, out of place or changed. That a content
    was erased breaks nothing.
    """
    found = breaks(ticket, (event.sealing for event in events), count=count, head=head)
    if first := next((each for each in found if each.code != "emptied"), None):
        raise ChainBroken(first.seq)
