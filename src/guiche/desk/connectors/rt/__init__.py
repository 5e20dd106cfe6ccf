"""Request Tracker 5, over REST 2 with a token.

RT answers with success where it drops what it does not take: an unknown custom field, a value off
its list, a status that there is not. So `check` looks every name up, and every change is read back.
Rights and traps: docs/connectors/rt.md.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from guiche.desk.connectors import web
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
)
from guiche.desk.connectors.rt.check import check
from guiche.desk.connectors.rt.notes import is_written, written_by_others
from guiche.desk.connectors.rt.rest import PAGE, Answer, Rest, any_of, having, quoted
from guiche.desk.connectors.rt.settings import RequestTrackerSettings

_MARK = re.compile(r"\[(G\d{10})\]")
_LONGEST_SUBJECT = 200
"""In bytes: RT cuts a longer one, and with it the mark."""


class RequestTracker(Connector[RequestTrackerSettings]):
    """One site of Request Tracker."""

    Settings = RequestTrackerSettings
    answers_within: ClassVar[float] = web.READ_SECONDS

    def __init__(self, settings: RequestTrackerSettings) -> None:
        super().__init__(settings)
        self._rest = Rest(settings.url, settings.token, self.answers_within)

    def close_down(self) -> None:
        """Ends open network connections."""
        self._rest.web.close()

    def check(self) -> Iterable[Check]:
        """Looks up every name of the settings."""
        return check(self._rest, self.settings)

    def create(self, case: Case, customer: Customer) -> Created:  # noqa: ARG002  RT knows none
        """Opens the ticket; what RT dropped of it is said in a comment."""
        asked = self._ticket_of(case)
        answer = self._rest.web.json("POST", "/ticket", writes=True, json=asked)
        created = self._created(having(answer, "id", otherwise=Outcome.UNKNOWN))
        with suppress(DeliveryError):  # the ticket stands, whatever becomes of this
            if dropped := _dropped(asked, self._rest.ticket(created.ref)[0]):
                self.note(created.ref, Note(f"O RT não gravou:\n{dropped}", case.mark))
        return created

    def find(self, key: str, since: datetime) -> Sequence[Found]:
        """Looks in the field and in the subjects."""
        return [found for found in self._found(since, "=", key, f"[{key}]") if found.key == key]

    def recent(self, since: datetime) -> Iterable[Found]:
        """Looks for the beginning of our keys."""
        for found in self._found(since, "LIKE", "G", "[G"):
            if found.key and found.created_at and found.created_at >= since:
                yield found

    def attach(self, ref: str, file: Attachment) -> None:
        """A comment with a file."""
        self._rest.web.call(
            "POST",
            f"/ticket/{ref}/comment",
            writes=True,
            data={"JSON": json.dumps({"Subject": file.name})},
            files={"Attachments": (file.name, file.content, _media_type(file))},
        )

    def note(self, ref: str, note: Note) -> None:
        """A comment, which requestors do not see; the token is its subject as well."""
        comment = {"Content": note.text, "ContentType": "text/plain", "Subject": note.token}
        self._rest.web.call("POST", f"/ticket/{ref}/comment", writes=True, json=comment)

    def solve(self, ref: str, note: Note) -> None:
        """A comment with a heading: RT has no place for a solution."""
        self.note(ref, Note(f"Solução\n\n{note.text}", note.token))

    def forward(self, ref: str, team: str) -> None:
        """Moves the ticket to the queue of the team."""
        queue = self.settings.teams.get(team, team)
        self._rest.change(
            ref,
            {"Queue": queue},
            lambda ticket: str(ticket["Queue"].get("Name")).casefold() == queue.casefold(),
        )

    def close(self, ref: str, note: Note) -> None:
        """Ends the ticket, unless it stands in any status that ends one."""
        if not self.has(ref, note.token):
            self.note(ref, note)
        self._rest.change(
            ref,
            {"Status": self.settings.closed_status},
            lambda ticket: bool(self._ended([str(ticket["id"])])),
        )

    def has(self, ref: str, token: str) -> bool:
        """Looks at the subjects of comments and the names of files."""
        return is_written(self._rest, ref, token)

    def read(self, refs: Sequence[str]) -> Iterable[Remote]:
        """A few queries for a hundred tickets; a merged one stands as that which it went into."""
        for start in range(0, len(refs), PAGE):
            yield from self._read(refs[start : start + PAGE])

    def _ticket_of(self, case: Case) -> Answer:
        fields = {name: _value(case, source) for name, source in self.settings.fields.items()}
        if self.settings.key_field:
            fields[self.settings.key_field] = case.key
        ticket = {
            "Queue": self.settings.queue,
            "Subject": _subject(case),
            "Content": case.text,
            "ContentType": "text/plain",
            "Due": f"{case.due_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
            "CustomFields": {name: value for name, value in fields.items() if value},
        }
        if self.settings.requestor and case.email:
            ticket["Requestor"] = case.email
        return ticket

    def _created(self, ticket: Answer) -> Created:
        ref = str(ticket["id"])
        return Created(ref, ref, f"{self.settings.url}/Ticket/Display.html?id={ref}")

    def _found(self, since: datetime, operator: str, key: str, mark: str) -> Iterator[Found]:
        """RT's search ignores case and takes `%` for anything: what it finds is looked at again."""
        where = f"Subject LIKE {quoted(mark)}"
        if field := self.settings.key_field:
            where += f" OR {quoted(f'CF.{{{field}}}')} {operator} {quoted(key)}"
        # RT takes a date to be in the time zone of the account: the day before holds every zone.
        query = f"Created >= '{since - timedelta(days=1):%Y-%m-%d}' AND ({where})"
        for ticket in self._rest.tickets(query, "Subject,Created,CustomFields"):
            fields = [f"[{value}]" for value in _fields(ticket).get(field, ())]
            keys = [*_MARK.findall("".join([*fields, ticket["Subject"]])), ""]
            made, at = self._created(ticket), web.moment(ticket["Created"])
            yield Found(made.ref, key if key in keys else keys[0], made.number, made.url, at)

    def _ended(self, ids: Sequence[str]) -> set[str]:
        """Which stand in a status that ends a ticket, by ours or the life cycle of their queue."""
        status = f"Status = '__Inactive__' OR Status = {quoted(self.settings.closed_status)}"
        found = self._rest.tickets(f"{any_of('id', ids)} AND ({status})", "Status")
        return {str(ticket["id"]) for ticket in found}

    def _read(self, refs: Sequence[str]) -> Iterator[Remote]:
        found = self._rest.tickets(any_of("id", refs), "Status,Queue")
        tickets = {str(ticket["id"]): ticket for ticket in found}
        for ref in refs:
            if ref not in tickets and (into := self._merged(ref)):
                tickets[ref] = into
        if not tickets:
            return
        ids = sorted({str(ticket["id"]) for ticket in tickets.values()})
        ended, notes = self._ended(ids), written_by_others(self._rest, ids)
        teams = {queue: team for team, queue in self.settings.teams.items()}
        for ref, ticket in tickets.items():
            id_, queue = str(ticket["id"]), ticket["Queue"].get("Name", "")
            team = teams.get(queue, queue)
            yield Remote(ref, ticket["Status"], team, id_ in ended, id_, notes.get(id_, ()))

    def _merged(self, ref: str) -> Answer | None:
        """What a ticket that no search shows was merged into; None where it is gone."""
        try:
            ticket = self._rest.ticket(ref)[0]
        except DeliveryError as error:
            if error.status in (403, 404):
                return None
            raise
        return ticket if ticket["Status"] != "deleted" else None


def _subject(case: Case) -> str:
    titles = (case.title_within(length) for length in range(_LONGEST_SUBJECT, 0, -1))
    return next(title for title in titles if len(title.encode()) <= _LONGEST_SUBJECT)


def _value(case: Case, source: str) -> str:
    """What of a case goes into a field of RT."""
    own = {
        "name": case.name,
        "document": case.document,
        "email": case.email,
        "phones": ", ".join(case.phones),
        "category": case.category,
        "solution": case.solution,
    }
    return own.get(source) or case.facts.get(source, "")


def _fields(ticket: Answer) -> dict[str, list[str]]:
    return {field["name"]: field["values"] for field in ticket.get("CustomFields") or ()}


def _dropped(asked: Answer, ticket: Answer) -> str:
    """What RT was given and did not take, a line each."""
    kept, given = _fields(ticket), asked["CustomFields"]
    lines = [f"{name}: {given[name]}" for name in given if given[name] not in kept.get(name, ())]
    if "Requestor" in asked and not ticket.get("Requestor"):
        lines.append(f"Solicitante: {asked['Requestor']}")
    return "\n".join(lines)


def _media_type(file: Attachment) -> str:
    """RT rewrites a text whose encoding it has to guess: UTF-8 is named, other text is bytes."""
    kind = file.media_type.partition(";")[0].strip()
    if not kind.startswith("text/"):
        return file.media_type
    try:
        file.content.decode()
    except UnicodeDecodeError:
        return "application/octet-stream"
    return f"{kind}; charset=utf-8"
