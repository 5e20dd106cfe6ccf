"""REST 2 of RT: reading by TicketSQL, and changing a ticket that may change meanwhile."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import httpx

from guiche.desk.connectors.connector import DeliveryError, Outcome
from guiche.desk.connectors.web import Web

Answer = dict[str, Any]

PAGE = 100
"""The most that RT gives at a time."""
_RACES = 4


class Rest:
    """A site of RT as one account sees it."""

    def __init__(self, url: str, token: str, read_seconds: float) -> None:
        self.web = Web(
            f"{url}/REST/2.0",
            headers={"Authorization": f"token {token}"},
            read_seconds=read_seconds,
            words=_words,
        )

    def get(self, path: str, *keys: str) -> Answer:
        """An object that has these keys."""
        return having(self.web.json("GET", path, writes=False), *keys)

    def items(self, method: str, path: str, *, body: Any = None, **asked: str) -> Iterator[Answer]:
        """A list, page by page, in the order in which it grew unless asked otherwise."""
        asked = {"per_page": str(PAGE), "orderby": "id", "order": "ASC", **asked}
        more = {} if body is None else {"json": body}
        page, items = 1, [Answer()]
        while items:
            params = {**asked, "page": str(page)}
            answer = self.web.json(method, path, writes=False, params=params, **more)
            items, page = having(answer, "items")["items"], page + 1
            yield from items
            # Without a total RT may have hidden some of a page: a short one need not be the last.
            if answer.get("total") is not None and len(items) < PAGE:
                return

    def tickets(self, query: str, fields: str, order: str = "ASC") -> Iterator[Answer]:
        """The tickets that TicketSQL finds; never one that was deleted, or merged into another."""
        queue = {"fields[Queue]": "Name"}
        return self.items("GET", "/tickets", query=query, fields=fields, order=order, **queue)

    def ticket(self, ref: str) -> tuple[Answer, str]:
        """A ticket, or the one that it was merged into, and the tag that changes with it."""
        params = {"fields[Queue]": "Name"}
        answer = self.web.call("GET", f"/ticket/{ref}", writes=False, params=params)
        try:
            ticket = json.loads(answer.content)
        except ValueError:
            ticket = None
        return having(ticket, "id", "Status", "Queue"), answer.headers.get("ETag", "")

    def change(self, ref: str, change: Answer, done: Callable[[Answer], bool]) -> None:
        """Changes a ticket as it was read, and believes only what is read afterwards."""
        said = ""
        for _ in range(_RACES):
            ticket, tag = self.ticket(ref)
            if done(ticket):
                return
            if said:
                raise DeliveryError(said, Outcome.REJECTED)
            said = self._put(ref, change, tag)
        raise DeliveryError("O chamado está sendo mudado no RT sem parar.", Outcome.RETRY)

    def _put(self, ref: str, change: Answer, tag: str) -> str:
        """What RT says of the change; "" where somebody else was quicker."""
        match = {"If-Match": tag} if tag else {}
        try:
            said = self.web.json("PUT", f"/ticket/{ref}", writes=True, json=change, headers=match)
        except DeliveryError as error:
            if error.status == 412:
                return ""
            raise
        return " ".join(map(str, said)) or "O RT não fez a mudança e não disse por quê."


def having(answer: Any, *keys: str, otherwise: Outcome = Outcome.RETRY) -> Answer:
    """The answer, where it is an object with these keys; else a `DeliveryError`."""
    if isinstance(answer, dict) and answer.keys() >= set(keys):
        return answer
    words = "A resposta não é da REST 2 do RT: confira o endereço."
    raise DeliveryError(words, otherwise, everywhere=True)


def _words(response: httpx.Response) -> str:
    try:
        return str(response.json()["message"])
    except (ValueError, LookupError, TypeError):
        return ""


def quoted(text: str) -> str:
    """A string of TicketSQL."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def any_of(column: str, ids: Sequence[str]) -> str:
    """A condition of TicketSQL; `ids` has to name one at least."""
    return "(" + " OR ".join(f"{column} = {quoted(each)}" for each in ids) + ")"
