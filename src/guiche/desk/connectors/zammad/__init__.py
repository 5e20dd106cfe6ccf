"""Zammad, by its REST API as documented for versions 5 to 7."""

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

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
)  # fmt: skip
from guiche.desk.connectors.one_by_one import one_by_one
from guiche.desk.connectors.web import READ_SECONDS
from guiche.desk.connectors.zammad.api import Api, Row
from guiche.desk.connectors.zammad.article import article, body, remote_note
from guiche.desk.connectors.zammad.check import checked
from guiche.desk.connectors.zammad.search import Search
from guiche.desk.connectors.zammad.settings import ZammadSettings
from guiche.desk.connectors.zammad.webhook import ticket_of

ENDED = ("closed", "merged", "removed")
"""The types of state in which nobody works on a ticket any more."""
_LONGEST_TITLE = 250
_POLL_WHEN_CALLED = timedelta(minutes=15)


class Zammad(Connector[ZammadSettings]):
    """Teams are groups, notes internal articles in plain text."""

    Settings = ZammadSettings
    lag = timedelta(seconds=30)
    read_seconds: ClassVar[float] = READ_SECONDS

    def __init__(self, settings: ZammadSettings) -> None:
        super().__init__(settings)
        self.lag = timedelta(seconds=settings.lag)
        if settings.webhook_secret:
            self.poll_every = _POLL_WHEN_CALLED
        self._api = Api(settings.url, settings.token, self.read_seconds)
        self._search = Search(self._api, settings)

    def offers(self, capability: str) -> bool:
        """It is called only where calls can be checked."""
        is_deaf = capability == "heard" and not self.settings.webhook_secret
        return super().offers(capability) and not is_deaf

    def close_down(self) -> None:
        """Ends open network connections."""
        self._api.close()

    def check(self) -> Iterable[Check]:
        """Token, groups, final state, own attributes."""
        return checked(self._api, self.settings)

    def create(self, case: Case, customer: Customer) -> Created:  # noqa: ARG002
        """A ticket with its first article; Zammad makes the customer of an unknown address.

        Refused, it may have left a ticket without article (zammad#2421): that is unknown as well.
        """
        mail, title = case.email or self.settings.customer, case.title_within(_LONGEST_TITLE)
        if not mail:
            words = "O Zammad exige o e-mail do cliente: ponha um padrão nas configurações."
            raise DeliveryError(words, Outcome.REJECTED)
        fields = {
            **self._own(case), "title": title, "group": self.settings.group,
            "customer_id": f"guess:{mail}", "article": article(title, case.text),
        }  # fmt: skip
        try:
            return self._search.created(self._api.send("POST", "/tickets", fields))
        except DeliveryError as error:
            if error.outcome is Outcome.REJECTED:
                raise error.turned(Outcome.UNKNOWN, otherwise=Outcome.REJECTED) from error
            raise

    def complete(self, ref: str, case: Case) -> None:
        """Writes the first article, if there is none yet."""
        if not self._api.get(f"/tickets/{ref}").get("article_count"):
            self._write(ref, case.title_within(_LONGEST_TITLE), case.text)

    def find(self, key: str, since: datetime) -> Sequence[Found]:  # noqa: ARG002
        """By the database and by the index."""
        return self._search.by_key(key)

    def recent(self, since: datetime) -> Iterable[Found]:
        """By the database."""
        return self._search.since(since)

    def attach(self, ref: str, file: Attachment) -> None:
        """An internal article with the file; never without its `mime-type`."""
        media_type = file.media_type.partition(";")[0].strip() or "application/octet-stream"
        data = base64.b64encode(file.content).decode()
        attached = {"filename": file.name, "data": data, "mime-type": media_type}
        # The key, as our notes carry it: what has one does not come home as news.
        marks = " ".join(f"[{key}]" for key in re.findall(r"G\d{10}", file.name))
        self._write(ref, file.name, f"Arquivo: {file.name} {marks}".strip(), attachments=[attached])

    def note(self, ref: str, note: Note) -> None:
        """An internal article."""
        self._write(ref, "Guichê", note.text)

    def solve(self, ref: str, note: Note) -> None:
        """An internal article as well: Zammad has no place of its own for it."""
        self._write(ref, "Solução", note.text)

    def forward(self, ref: str, team: str) -> None:
        """Moves the ticket to the group."""
        group = self.settings.teams.get(team)
        if not group:
            words = f"A equipe “{team}” não tem grupo do Zammad nas configurações da integração."
            raise DeliveryError(words, Outcome.REJECTED)
        self._change(ref, "group", group)

    def close(self, ref: str, note: Note) -> None:
        """State and article in one call."""
        state = self._api.get(f"/tickets/{ref}")["state"]
        if self._api.states().get(state) not in ENDED:
            written = article("Guichê", note.text)
            self._change(ref, "state", self.settings.closed_state, article=written)

    def has(self, ref: str, token: str) -> bool:
        """Looks through the articles, or through the names of their files."""
        written = self._articles(ref)
        if token.startswith("["):
            return any(token in body(each) for each in written)
        files = [file for each in written for file in each.get("attachments") or ()]
        return any(token == file.get("filename") for file in files)

    def read(self, refs: Sequence[str]) -> Iterable[Remote]:
        """Two calls a ticket, none of them the search, whose index lags."""
        states = self._api.states() if refs else {}
        return one_by_one(refs, lambda ref: self._remote(ref, states))

    def heard(self, headers: Mapping[str, str], body: bytes) -> str:
        """A webhook of a trigger."""
        return ticket_of(headers, body, self.settings.webhook_secret)

    def _write(self, ref: str, subject: str, text: str, **more: object) -> None:
        fields = {"ticket_id": int(ref), **article(subject, text), **more}
        self._api.send("POST", "/ticket_articles", fields)

    def _change(self, ref: str, field: str, value: str, **more: object) -> None:
        """Sets a field, and sees in the answer that it is set: a workflow may have another mind."""
        now = self._api.send("PUT", f"/tickets/{ref}", {field: value, **more}).get(field)
        if now != value:
            words = f"O Zammad aceitou {field} “{value}”, mas o chamado {ref} ficou em “{now}”."
            raise DeliveryError(words, Outcome.REJECTED)

    def _own(self, case: Case) -> Mapping[str, str]:
        """Own attributes, as far as something is known for them."""
        known = {
            **case.facts, "key": case.key, "document": case.document, "name": case.name,
            "phone": case.phones[0] if case.phones else "", "category": case.category,
        }  # fmt: skip
        chosen = {name: known.get(fact, "") for name, fact in self.settings.attributes.items()}
        return {name: value for name, value in chosen.items() if value}

    def _articles(self, ref: str) -> list[Row]:
        rows: list[Row] = self._api.get(f"/ticket_articles/by_ticket/{ref}")
        return rows

    def _remote(self, ref: str, states: Mapping[str, str]) -> Remote:
        ticket = self._api.get(f"/tickets/{ref}")
        state, team, number = str(ticket["state"]), str(ticket["group"]), str(ticket["number"])
        notes = [remote_note(each) for each in self._articles(ref)]
        return Remote(ref, state, team, states.get(state) in ENDED, number, notes)
