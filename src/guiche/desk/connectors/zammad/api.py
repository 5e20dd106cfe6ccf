"""Calls to `/api/v1` of Zammad, and the words in which it refuses."""

from typing import Any

import httpx

from guiche.desk.connectors.connector import DeliveryError, Outcome
from guiche.desk.connectors.web import Web

Row = dict[str, Any]


class Api:
    """Calls with a token; whatever comes back has names beside its numbers."""

    def __init__(self, url: str, token: str, read_seconds: float) -> None:
        headers = {"Authorization": f"Token token={token}"}
        base = f"{url}/api/v1"
        self._web = Web(base, headers=headers, read_seconds=read_seconds, words=_words)
        self.close = self._web.close

    def get(self, path: str, **params: object) -> Any:
        """Reads."""
        asked = {"expand": "true", **params}
        return self._web.json("GET", path, writes=False, params=asked)

    def send(self, method: str, path: str, fields: Row) -> Row:
        """Writes, and gives back what is there now; an answer without `id` is none of Zammad's."""
        answer = self._web.json(method, path, writes=True, json=fields, params={"expand": "true"})
        if not isinstance(answer, dict) or "id" not in answer:
            raise DeliveryError("A resposta não é a do Zammad.", Outcome.UNKNOWN, everywhere=True)
        return answer

    def states(self) -> dict[str, str]:
        """The states of this Zammad, each with its type."""
        return {row["name"]: row.get("state_type", "") for row in self.get("/ticket_states")}


def _words(response: httpx.Response) -> str:
    """Zammad says it in `error`, and for people in `error_human`."""
    try:
        said = response.json()
    except ValueError:
        return ""
    return str(said.get("error_human") or said.get("error") or "") if isinstance(said, dict) else ""
