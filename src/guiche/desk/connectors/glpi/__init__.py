"""GLPI from 9.1 to 11, by its first REST API (`apirest.php`)."""

import hashlib
import json
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
    RemoteNote,
)  # fmt: skip
from guiche.desk.connectors.glpi.answers import Row, confirmed, upload_words
from guiche.desk.connectors.glpi.assignment import hand_over, team_of
from guiche.desk.connectors.glpi.check import checked
from guiche.desk.connectors.glpi.search import Search
from guiche.desk.connectors.glpi.session import ALL, Session
from guiche.desk.connectors.glpi.settings import GlpiSettings
from guiche.desk.connectors.markup import as_html, as_text
from guiche.desk.connectors.one_by_one import one_by_one
from guiche.desk.connectors.web import READ_SECONDS

STATUS = {1: "Novo", 2: "Em atendimento", 3: "Em atendimento (planejado)", 4: "Pendente",
          5: "Solucionado", 6: "Fechado"}  # fmt: skip
SOLVED = 5
_LONGEST_TITLE = 250


class Glpi(Connector[GlpiSettings]):
    """Texts are HTML, teams assigned groups, notes private follow-ups, the end a solution."""

    Settings = GlpiSettings
    lag = timedelta(seconds=5)  # it searches its own database
    poll_every = timedelta(minutes=5)  # a ticket takes four calls
    read_seconds: ClassVar[float] = READ_SECONDS

    def __init__(self, settings: GlpiSettings) -> None:
        super().__init__(settings)
        self._api = Session(
            settings.url, app_token=settings.app_token, user_token=settings.user_token,
            read_seconds=self.read_seconds,
        )  # fmt: skip
        self._search = Search(self._api, settings)

    def close_down(self) -> None:
        """Ends the session too."""
        self._api.close()

    def check(self) -> Iterable[Check]:
        """Login, rights of the profile, numbers."""
        return checked(self._api, self.settings)

    def create(self, case: Case, customer: Customer) -> Created:  # noqa: ARG002
        """A ticket; GLPI would take a category that does not exist."""
        settings = self.settings
        fields: Row = {
            "name": case.title_within(_LONGEST_TITLE), "content": as_html(case.text),
            "entities_id": settings.entity, "type": int(settings.kind),
            "urgency": int(settings.urgency), "_users_id_requester": settings.requester,
        }  # fmt: skip
        if settings.categories and case.category:
            fields["itilcategories_id"] = _number(settings.categories, case.category, "categoria")
        if settings.source:
            fields["requesttypes_id"] = settings.source
        if settings.keep_key:
            fields["externalid"] = case.key
        return self._search.created(self._add("Ticket", fields))

    def find(self, key: str, since: datetime) -> Sequence[Found]:  # noqa: ARG002
        """By title, and by externalid where it is kept."""
        return self._search.by_key(key)

    def recent(self, since: datetime) -> Iterable[Found]:
        """The same."""
        return self._search.since(since)

    def forward(self, ref: str, team: str) -> None:
        """Assigns the group, and takes other assigned groups away."""
        group = _number(self.settings.teams, team, "equipe")
        hand_over(self._api, ref, group, team)

    def note(self, ref: str, note: Note) -> None:
        """A private follow-up."""
        self._write("ITILFollowup", ref, note.text, is_private=1)

    def solve(self, ref: str, note: Note) -> None:
        """A private follow-up as well, because a solution would end the ticket; as set up."""
        if self.settings.solution == "solution":
            self._write("ITILSolution", ref, note.text)
        else:
            self.note(ref, note)

    def close(self, ref: str, note: Note) -> None:
        """A solution, which sets the status; `closed` is set after it where that is wanted."""
        status, wanted = self._status(ref), int(self.settings.closed)
        if status < SOLVED:
            self._write("ITILSolution", ref, note.text)
            status = self._status(ref)
        if status < wanted:
            change = {"input": {"status": wanted}}
            confirmed(self._api.json("PUT", f"/Ticket/{ref}", writes=True, json=change))

    def attach(self, ref: str, file: Attachment) -> None:
        """A document, its file compared, and then linked to the ticket."""
        manifest = {"name": file.name, "entities_id": self.settings.entity,
                    "_filename": [file.name]}  # fmt: skip
        parts = {"uploadManifest": (None, json.dumps({"input": manifest}), "application/json"),
                 "filename[0]": (file.name, file.content, file.media_type)}  # fmt: skip
        answer = confirmed(self._api.json("POST", "/Document", writes=True, files=parts), "id")
        # The document is made as well where the file was not taken (glpi#2609).
        kept = self._api.json("GET", f"/Document/{answer['id']}").get("sha1sum")
        if kept != hashlib.sha1(file.content, usedforsecurity=False).hexdigest():
            words = f"O GLPI não guardou o arquivo {file.name}: {upload_words(answer)}"
            raise DeliveryError(words, Outcome.REJECTED)
        link = {"documents_id": answer["id"], "itemtype": "Ticket", "items_id": int(ref)}
        self._add("Document_Item", link)

    def has(self, ref: str, token: str) -> bool:
        """Looks through follow-ups and solutions, or through the documents for a file."""
        if token.startswith("["):
            return any(token in note.text for note in self._notes(ref))
        ticket = self._api.json("GET", f"/Ticket/{ref}", params={"with_documents": "true"})
        return any(token in (row.get("filename"), row.get("name")) for row in ticket["_documents"])

    def read(self, refs: Sequence[str]) -> Iterable[Remote]:
        """Four calls a ticket: GLPI answers a list with 404 as soon as one of it is gone."""
        return one_by_one(refs, self._remote)

    def _status(self, ref: str) -> int:
        return int(self._api.json("GET", f"/Ticket/{ref}")["status"])

    def _notes(self, ref: str) -> list[RemoteNote]:
        return [
            RemoteNote(f"{kind}/{row['id']}", as_text(row["content"]), at=self._search.moment(row))
            for kind in ("ITILFollowup", "ITILSolution")
            for row in self._api.json("GET", f"/Ticket/{ref}/{kind}", params=ALL)
        ]

    def _remote(self, ref: str) -> Remote:
        status, team = self._status(ref), team_of(self._api, ref)
        words, notes = STATUS.get(status, str(status)), self._notes(ref)
        return Remote(ref, words, team, closed=status >= SOLVED, number=ref, notes=notes)

    def _write(self, kind: str, ref: str, text: str, **more: int) -> None:
        ticket = {"itemtype": "Ticket", "items_id": int(ref)}
        self._add(kind, {**ticket, "content": as_html(text), **more})

    def _add(self, kind: str, fields: Row) -> Row:
        answer = self._api.json("POST", f"/{kind}", writes=True, json={"input": fields})
        return confirmed(answer, "id")


def _number(table: Mapping[str, str], name: str, what: str) -> int:
    if name not in table:
        words = f"A {what} “{name}” não tem número do GLPI nas configurações da integração."
        raise DeliveryError(words, Outcome.REJECTED)
    return int(table[name])
