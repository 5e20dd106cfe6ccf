"""What was written into tickets of RT, by us and by others."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from guiche.desk.connectors.connector import RemoteNote
from guiche.desk.connectors.markup import as_text
from guiche.desk.connectors.rt.rest import PAGE, Answer, Rest, any_of
from guiche.desk.connectors.web import moment

_OURS = re.compile(r"\[G\d{10}(\.\d+)?\]")
"""The subject of every comment of ours."""


def is_written(rest: Rest, ref: str, token: str) -> bool:
    """Whether a comment of the ticket has this subject, or this file."""
    # RT lists nothing, and says no error, to whoever may not see a ticket; asked for it, it does.
    ticket = str(rest.ticket(ref)[0]["id"])
    return any(
        token in (part["Subject"], part["Filename"])
        for some in _written(rest, [ticket])
        for part in _parts(rest, some, "Subject,Filename")
    )


def written_by_others(rest: Rest, ids: Sequence[str]) -> Mapping[str, Sequence[RemoteNote]]:
    """Comments and mails of each ticket, the oldest first."""
    notes: dict[str, list[RemoteNote]] = {}
    for some in _written(rest, ids):
        texts = _texts(rest, some)
        for id_, each in some.items():
            if text := texts.get(id_):
                who = each["Creator"].get("RealName") or each["Creator"].get("Name", "")
                note = RemoteNote(id_, text, who, moment(each["Created"]))
                notes.setdefault(each["ObjectId"], []).append(note)
    return notes


def _written(rest: Rest, ids: Sequence[str]) -> Iterator[Mapping[str, Answer]]:
    """Comments and mails of these tickets by their id, some at a time; not the mails of RT."""
    query = f"{any_of('TicketId', ids)} AND (Type = 'Comment' OR Type = 'Correspond')"
    author, fields = {"fields[Creator]": "Name,RealName"}, "ObjectId,Created,Creator"
    found = rest.items("GET", "/transactions", query=query, fields=fields, **author)
    while some := {each["id"]: each for each in islice(found, PAGE)}:
        yield some


def _parts(
    rest: Rest, written: Iterable[str], fields: str, *content_types: str
) -> Iterator[Answer]:
    limits = [*_limits("TransactionId", *written), *_limits("ContentType", *content_types)]
    return rest.items("POST", "/attachments", body=limits, fields=fields)


def _texts(rest: Rest, written: Iterable[str]) -> Mapping[str, str]:
    """The first text of each, files apart; of ours, nothing."""
    # `fields=Parent` would be an error 500 wherever there is none.
    fields = "Subject,Filename,ContentType,TransactionId,Content"
    texts: dict[str, str] = {}
    for part in _parts(rest, written, fields, "text/plain", "text/html"):
        if not part["Filename"] and not _OURS.fullmatch(part["Subject"]):
            is_markup = part["ContentType"] == "text/html"
            text = as_text(part["Content"]) if is_markup else part["Content"]
            texts.setdefault(part["TransactionId"], text.strip())
    return texts


def _limits(field: str, *values: str) -> list[Mapping[str, str]]:
    return [{"field": field, "value": each, "entry_aggregator": "OR"} for each in values]
