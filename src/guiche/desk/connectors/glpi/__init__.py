"""GLPI from 9.1 to 11, by its first REST API (`apirest.php`)."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

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
from guiche.desk.connectors.glpi.answers import Row, confirmed, key_of, upload_words
from guiche.desk.connectors.glpi.check import checked
from guiche.desk.connectors.glpi.session import Session
from guiche.desk.connectors.glpi.settings import GlpiSettings
from guiche.desk.connectors.markup import as_html, as_text
from guiche.desk.connectors.web import READ_SECONDS, moment

STATUS = {1: "Novo", 2: "Em atendimento", 3: "Em atendimento (planejado)", 4: "Pendente",
          5: "Solucionado", 6: "Fechado"}  # fmt: skip
SOLVED, ASSIGNED = 5, 2
_PAGE, _ALL = 100, {"range": "0-999"}
_LONGEST_TITLE = 250


class Glpi(Connector[GlpiSettings]):
    """Texts are HTML, teams assigned groups, notes private follow-ups, the end a solution."""

    Settings = GlpiSettings
    lag = timedelta(seconds=5)  # it searches its own database
    read_seconds: ClassVar[float] = READ_SECONDS

    def __init__(self, settings: GlpiSettings) -> None:
        super().__init__(settings)
        self._api = Session(
            settings.url, app_token=settings.app_token, user_token=settings.user_token,
            read_seconds=self.read_seconds,
        )  # fmt: skip

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
            "urgency": int(settings.urgency), "requesttypes_id": settings.source,
            "_users_id_requester": settings.requester,
            "externalid": case.key if settings.keep_key else "",
        }  # fmt: skip
        if settings.categories:
            fields["itilcategories_id"] = _number(settings.categories, case.category, "categoria")
        return self._created(self._add("Ticket", {k: v for k, v in fields.items() if v != ""}))

    def find(self, key: str, since: datetime) -> Sequence[Found]:  # noqa: ARG002
        """By title, and by externalid where it is kept."""
        rows = {row["id"]: row for field in self._fields() for row in self._rows(field, key)}
        found = [self._found(rows[ref]) for ref in sorted(rows, key=int)]
        return [each for each in found if each.key == key]

    def recent(self, since: datetime) -> Iterable[Found]:
        """The same, the newest first until one is older."""
        found: dict[str, Found] = {}
        for field, beginning in self._fields().items():
            for each in map(self._found, self._rows(field, beginning)):
                if each.created_at and each.created_at < since:
                    break
                if each.key:
                    found[each.ref] = each
        return found.values()

    def forward(self, ref: str, team: str) -> None:
        """Assigns the group, sees that it is there, and takes other assigned groups away."""
        group = _number(self.settings.teams, team, "equipe")
        if group not in self._groups(ref):
            link = {"tickets_id": int(ref), "groups_id": group, "type": ASSIGNED}
            try:
                self._add("Group_Ticket", link)
            except DeliveryError as error:
                raise _explained(error, group, team) from error
        linked = self._groups(ref)
        if group not in linked:
            words = f"O GLPI aceitou o grupo {group} ({team}), mas ele não está no chamado {ref}."
            raise DeliveryError(words, Outcome.REJECTED)
        for other in linked.keys() - {group}:
            confirmed(self._api.json("DELETE", f"/Group_Ticket/{linked[other]}", writes=True))

    def note(self, ref: str, note: Note) -> None:
        """A private follow-up."""
        self._write("ITILFollowup", ref, note.text, is_private=1)

    def solve(self, ref: str, note: Note) -> None:
        """A private follow-up as well, because a solution would end the ticket; as set up."""
        if self.settings.solution == "solution":
            self._write("ITILSolution", ref, note.text)
        else:
            self._write("ITILFollowup", ref, f"Solução proposta:\n{note.text}", is_private=1)

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
        answer = confirmed(self._api.json("POST", "/Document", writes=True, files=parts))
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
        """Four calls a ticket; one that may not be seen is said once the others are read."""
        hidden: DeliveryError | None = None
        for ref in refs:
            try:
                yield self._remote(ref)
            except DeliveryError as error:
                if error.outcome is not Outcome.REJECTED:
                    raise
                hidden = hidden if error.status == 404 else error
        if hidden:
            raise hidden

    def _fields(self) -> Mapping[str, str]:
        """Where our key may stand, and how it begins there."""
        return {"name": "[G"} | ({"externalid": "^G"} if self.settings.keep_key else {})

    def _rows(self, field: str, text: str) -> Iterator[Row]:
        """The tickets in whose field the text stands, the newest first."""
        for start in range(0, 100_000, _PAGE):
            span = f"{start}-{start + _PAGE - 1}"
            params = {f"searchText[{field}]": text, "order": "DESC", "range": span}
            rows = self._api.json("GET", "/Ticket", params=params)
            yield from rows
            if len(rows) < _PAGE:
                return

    def _found(self, row: Row) -> Found:
        created = self._created(row)
        return Found(created.ref, key_of(row), created.number, created.url, self._moment(row))

    def _created(self, row: Row) -> Created:
        ref = str(row["id"])
        return Created(ref, ref, f"{self.settings.url}/front/ticket.form.php?id={ref}")

    def _moment(self, row: Row) -> datetime | None:
        """GLPI tells times of its own place, and not of which."""
        read = moment(str(row.get("date_creation")))
        zone = ZoneInfo(self.settings.timezone)
        return read.replace(tzinfo=zone).astimezone(UTC) if read else None

    def _status(self, ref: str) -> int:
        return int(self._api.json("GET", f"/Ticket/{ref}")["status"])

    def _groups(self, ref: str) -> dict[int, int]:
        """The groups that a ticket is assigned to, each with the number of its link."""
        rows = self._api.json("GET", f"/Ticket/{ref}/Group_Ticket", params=_ALL)
        return {int(row["groups_id"]): row["id"] for row in rows if int(row["type"]) == ASSIGNED}

    def _notes(self, ref: str) -> list[RemoteNote]:
        return [
            RemoteNote(f"{kind}/{row['id']}", as_text(row["content"]), at=self._moment(row))
            for kind in ("ITILFollowup", "ITILSolution")
            for row in self._api.json("GET", f"/Ticket/{ref}/{kind}", params=_ALL)
        ]

    def _remote(self, ref: str) -> Remote:
        status = self._status(ref)
        params = {**_ALL, "expand_dropdowns": "true"}
        links = self._api.json("GET", f"/Ticket/{ref}/Group_Ticket", params=params)
        team = ", ".join(as_text(row["groups_id"]) for row in links if int(row["type"]) == ASSIGNED)
        words, notes = STATUS.get(status, str(status)), self._notes(ref)
        return Remote(ref, words, team, closed=status >= SOLVED, number=ref, notes=notes)

    def _write(self, kind: str, ref: str, text: str, **more: int) -> None:
        ticket = {"itemtype": "Ticket", "items_id": int(ref)}
        self._add(kind, {**ticket, "content": as_html(text), **more})

    def _add(self, kind: str, fields: Row) -> Row:
        answer = self._api.json("POST", f"/{kind}", writes=True, json={"input": fields})
        return confirmed(answer)


def _number(table: Mapping[str, str], name: str, what: str) -> int:
    if name not in table:
        words = f"A {what} “{name}” não tem número do GLPI nas configurações da integração."
        raise DeliveryError(words, Outcome.REJECTED)
    return int(table[name])


def _explained(error: DeliveryError, group: int, team: str) -> DeliveryError:
    if error.outcome is not Outcome.REJECTED:
        return error
    words = (
        f"{error} O grupo {group} ({team}) não foi posto no chamado. O GLPI diz o mesmo quando "
        "o grupo não existe e quando falta um direito: confira o número em Administração > Grupos, "
        "se o grupo pode ser atribuído nessa entidade e se o perfil da integração pode atribuir."
    )
    return DeliveryError(words, Outcome.REJECTED, status=error.status)
