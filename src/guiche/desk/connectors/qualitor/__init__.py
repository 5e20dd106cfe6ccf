"""Qualitor (Constat), by the web services of its XML interface.

Operations and elements are those of the vendor's integration manual and of clients in service; what
they leave open is a setting. Qualitor knows no idempotency key: our key stands in `dspalavrachave`,
in the title and at the end of the text, and tickets are found again by it.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from guiche.desk.connectors.case import Attachment, Case, Note
from guiche.desk.connectors.connector import (
    Check,
    Connector,
    Created,
    Customer,
    DeliveryError,
    Found,
    Outcome,
    Remote,
    RemoteNote,
)
from guiche.desk.connectors.one_by_one import one_by_one
from guiche.desk.connectors.qualitor import envelope
from guiche.desk.connectors.qualitor.customers import customer_of
from guiche.desk.connectors.qualitor.search import created, found
from guiche.desk.connectors.qualitor.settings import QualitorSettings
from guiche.desk.connectors.qualitor.setup import checks
from guiche.desk.connectors.qualitor.site import Site

PROBE = "ação – ç ã € 1+1 & <a>"
_STANDS = "cdchamado, cdsituacao, nmsituacao, cdequipe, nmequipe"
_COMING, _CAME = "Anexo a caminho: ", "Anexo recebido: "


class Qualitor(Connector[QualitorSettings]):
    """One site of Qualitor, over HTTP or SOAP."""

    Settings = QualitorSettings
    lag = timedelta(seconds=60)
    poll_every = timedelta(minutes=5)

    def __init__(self, settings: QualitorSettings) -> None:
        super().__init__(settings)
        self.lag = timedelta(seconds=settings.lag)
        self._site = Site(settings)

    def offers(self, capability: str) -> bool:
        """A site may want no solution."""
        left_out = capability == "solve" and self.settings.solution == "none"
        return super().offers(capability) and not left_out

    # Opening

    def customer(self, case: Case) -> Customer:
        """By CNPJ or CPF, then the contact by e-mail; if none, the default one with a warning.

        Several are a refusal with `choices`; the chosen one comes back as the fact
        `customer_choice`.
        """
        return customer_of(case, self._site)

    def create(self, case: Case, customer: Customer) -> Created:
        """`addTicketByData`; the number is `cdchamado`."""
        settings = self.settings
        ids = customer.ids or {"cdcliente": settings.customer, "cdcontato": settings.contact}
        data = {
            **{name: ids[name] for name in ("cdcliente", "cdcontato") if name in ids},
            "idchamado": settings.identified_by,
            "nmtitulochamado": _title(case, settings.title_limit),
            "cdtipochamado": settings.ticket_type,
            "cdcategoria": self._category(case.category),
            "cdlocalidade": settings.locality,
            "cdseveridade": settings.severity,
            "dschamado": case.text,
            "dspalavrachave": case.key,
            "cdorigem": settings.origin,
            **settings.more,
        }
        answers = {number: _answer(case, name) for name, number in settings.infos.items()}
        infos = {number: answer for number, answer in answers.items() if answer}
        items = self._site.write("addTicketByData", data, infos)
        ref = items[0].get("cdchamado", "") if items else ""
        if not ref:
            raise DeliveryError("O Qualitor aceitou, e não deu o número.", Outcome.UNKNOWN)
        return created(settings, ref)

    def find(self, key: str, since: datetime) -> Sequence[Found]:
        """Reads through the tickets of the period; a setting says which ones are listed."""
        own = [each for each in found(self._site, since, key) if each.key == key]
        return sorted(own, key=lambda each: (len(each.ref), each.ref))

    def recent(self, since: datetime) -> Iterable[Found]:
        """The same, of whatever key."""
        return found(self._site, since)

    # Afterwards

    def attach(self, ref: str, file: Attachment) -> None:
        """A note before and one after: no operation tells which files a ticket has."""
        try:
            self._history(ref, f"{_COMING}{file.name}")
        except DeliveryError as error:
            unsure = error.outcome is Outcome.UNKNOWN
            raise (error.turned(Outcome.RETRY) if unsure else error) from error
        data = {
            "cdchamado": ref,
            "nmanexo": file.name,
            "idprivado": "Y" if self.settings.private_notes else "N",
            "attachment": base64.b64encode(file.content).decode("ascii"),
        }
        self._site.write("addAttachment", data)
        # It is there: whether that is written down as well decides only what `has` can say.
        with suppress(DeliveryError):
            self._history(ref, f"{_CAME}{file.name}")

    def solve(self, ref: str, note: Note) -> None:
        """As a solution, or as a note where a solution would close the ticket."""
        if self.settings.solution != "solution":
            self.note(ref, note)
            return
        hours = self.settings.duration
        self._history(ref, note.text, idsolucao="Y", dsacaocorretiva=note.text, hrduracao=hours)

    def note(self, ref: str, note: Note) -> None:
        """`addTicketHistory`."""
        self._history(ref, note.text)

    def forward(self, ref: str, team: str) -> None:
        """`transferTicketTeam`, believed once the ticket shows the team, whatever was answered."""
        code = self.settings.teams.get(team)
        if code is None:
            message = f"A equipe “{team}” não tem código nas configurações do Qualitor."
            raise DeliveryError(message, Outcome.REJECTED)
        data = {"cdchamado": ref, "cdequipe": code}
        if self.settings.transfer_reason != "-":
            data["cdmotivorepasse"] = self.settings.transfer_reason
        refusal = self._refusal("transferTicketTeam", data)
        stands = self._stands(ref)
        if stands.get("cdequipe") == code:
            return
        shown = stands.get("nmequipe") or stands.get("cdequipe") or "equipe que ele não mostra"
        message = f"O Qualitor aceitou o repasse, e o chamado está em: {shown}."
        raise refusal or DeliveryError(message, Outcome.RETRY)

    def close(self, ref: str, note: Note) -> None:
        """`closeTicket`, after the note; nothing where it is at its end already."""
        if self._is_closed(ref):
            return
        if not self.has(ref, note.token):
            self.note(ref, note)
        data = {"cdchamado": ref, "idfecharrelacionados": "N"}
        refusal = self._refusal("closeTicket", data)
        if refusal and not self._is_closed(ref):
            raise refusal

    def cancel(self, ref: str, note: Note) -> None:
        """`cancelTicket`, for a test ticket; nothing where it is at its end already."""
        if not self._is_closed(ref):
            self._site.write("cancelTicket", {"cdchamado": ref, "dsacompanhamento": note.text})

    # Looking

    def has(self, ref: str, token: str) -> bool:
        """By the history. A file that was sent, and of which nobody knows, is for a person."""
        data = {"cdchamado": ref}
        items = self._site.read("getTicketHistoryData", data)
        written = "\n".join(item.get("dsacompanhamento", "") for item in items)
        name = envelope.fitting(token, self.settings.encoding)
        if token.startswith("["):
            return token in written
        if f"{_COMING}{name}" in written and f"{_CAME}{name}" not in written:
            message = f"Não dá para saber se {token} chegou: confira no chamado {ref} do Qualitor."
            raise DeliveryError(message, Outcome.REJECTED)
        return f"{_CAME}{name}" in written

    def read(self, refs: Sequence[str]) -> Iterable[Remote]:
        """One by one, with their notes."""
        return one_by_one(refs, self._remote)

    # Setting up

    def check(self) -> Iterable[Check]:
        """Address and login by reading the default customer; the rest shows in a test ticket."""
        return checks(self._site)

    def probe_encoding(self, ref: str) -> Check:
        """Writes difficult letters into a test ticket and compares what it reads back."""
        label, sent = "Acentos e símbolos", envelope.fitting(PROBE, self.settings.encoding)
        try:
            self._history(ref, sent)
            written = [each.text for each in self._notes(ref)] or ["nada"]
        except DeliveryError as error:
            return Check(label, ok=False, words=str(error))
        words = f"Foi “{sent}” e voltou “{written[-1]}”: mude a codificação."
        return Check(label, sent in written, "" if sent in written else words)

    def close_down(self) -> None:
        """Ends open network connections."""
        self._site.close()

    # Inside

    def _refusal(self, operation: str, data: Mapping[str, str]) -> DeliveryError | None:
        """Writes; a refusal is returned, because it may mean only that it was done before."""
        try:
            self._site.write(operation, data)
        except DeliveryError as error:
            if error.outcome is not Outcome.REJECTED:
                raise
            return error
        return None

    def _history(self, ref: str, text: str, **more: str) -> None:
        kind = self.settings.note_type
        data = {"cdchamado": ref, "dsacompanhamento": text, "cdtipoacompanhamento": kind}
        if self.settings.private_notes and "idsolucao" not in more:
            data["idprivado"] = "Y"
        self._site.write("addTicketHistory", {**data, **more})

    def _remote(self, ref: str) -> Remote:
        stands, settings = self._stands(ref), self.settings
        if not stands:
            raise DeliveryError(f"O chamado {ref} não existe.", Outcome.REJECTED, status=404)
        code, situation = stands.get("cdequipe", ""), stands.get("nmsituacao", "")
        names = {number: name for name, number in settings.teams.items()}
        team = names.get(code) or stands.get("nmequipe") or code
        status, closed = situation or stands.get("cdsituacao", ""), settings.is_closed(situation)
        return Remote(ref, status, team, closed, ref, self._notes(ref))

    def _notes(self, ref: str) -> list[RemoteNote]:
        return [
            RemoteNote(
                item["cdacompanhamento"],
                item.get("dsacompanhamento", ""),
                item.get("nmusuario", ""),
                self._site.moment(item.get("dtacompanhamento", "")),
            )
            for item in self._site.read("getTicketHistoryData", {"cdchamado": ref})
            if item.get("cdacompanhamento")
        ]

    def _stands(self, ref: str) -> Mapping[str, str]:
        """Empty where there is no such ticket."""
        items = self._site.read("getTicketData", {"cdchamado": ref, "campos": _STANDS})
        return items[0] if items else {}

    def _is_closed(self, ref: str) -> bool:
        return self.settings.is_closed(self._stands(ref).get("nmsituacao", ""))

    def _category(self, name: str) -> str:
        code = self.settings.categories.get(name) or self.settings.category
        if not code:
            message = f"A categoria “{name}” não tem código nas configurações do Qualitor."
            raise DeliveryError(message, Outcome.REJECTED)
        return code


def _title(case: Case, limit: int) -> str:
    """The title, with the mark at its end whatever has to be cut."""
    if not limit or len(case.title) <= limit:
        return case.title
    words = case.title.removesuffix(case.mark).rstrip()
    return f"{words[: max(0, limit - len(case.mark) - 1)].rstrip()} {case.mark}"


def _answer(case: Case, name: str) -> str:
    """An answer by its name; phones in E.164, and what the case itself knows."""
    own = {f"phone_{number}": phone for number, phone in enumerate(case.phones, 1)}
    own |= {"email": case.email, "document": case.document, "name": case.name, "key": case.key}
    return own.get(name) or case.facts.get(name, "")
