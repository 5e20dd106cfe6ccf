"""Calls any desk over HTTP, as its settings say.

An operation that is not set up is no capability of that connection. Values are escaped for the
place where they stand; redirects are not followed, and no host but the configured one is called.
What answers mean is the table of `web`, and for those of success the one of `answer`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import httpx

from guiche.desk import clock
from guiche.desk.connectors.case import Case, Note
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
from guiche.desk.connectors.generic import answer
from guiche.desk.connectors.generic.settings import HttpSettings
from guiche.desk.connectors.web import Web

_NOBODYS_KEY = "G0000000000"
_CASE = ("key", "mark", "title", "text", "name", "document", "email", "category", "solution")


class Generic(Connector[HttpSettings]):
    """A desk of which nothing is known but its calls."""

    Settings = HttpSettings
    lag: timedelta = timedelta(minutes=2)
    at_once: int = 2

    def __init__(self, settings: HttpSettings) -> None:
        super().__init__(settings)
        self._operations = settings.operations()
        login = {settings.login_header: settings.login} if settings.login else {}
        self._web = Web(
            settings.base,
            headers={**settings.headers, **login},
            read_seconds=settings.timeout,
            words=self._words,
        )

    def close_down(self) -> None:
        """Ends open network connections."""
        self._web.close()

    def offers(self, capability: str) -> bool:
        """What is set up."""
        return super().offers(capability) and capability in self._operations

    def create(self, case: Case, customer: Customer) -> Created:  # noqa: ARG002
        """The ticket, by the id that the answer gives."""
        response = self._ask("create", self._values(case), writes=True)
        made = answer.created(self._operations["create"], response)
        return replace(made, url=self.settings.page(made.ref, made.number))

    def find(self, key: str, since: datetime) -> Sequence[Found]:  # noqa: ARG002
        """What the search of the desk gives."""
        response = self._ask("find", {"key": key, "mark": f"[{key}]"}, writes=False)
        return [
            replace(each, url=self.settings.page(each.ref, each.number))
            for each in answer.found(self._operations["find"], key, response)
        ]

    def note(self, ref: str, note: Note) -> None:
        """Adds a note."""
        self._ask("note", _noted(ref, note), writes=True)

    def forward(self, ref: str, team: str) -> None:
        """Hands the ticket to a team, by the desk's name or id of it."""
        self._ask("forward", {"ref": ref, "team": self._team(team)}, writes=True)

    def close(self, ref: str, note: Note) -> None:
        """Ends the ticket."""
        self._ask("close", _noted(ref, note), writes=True)

    def read(self, refs: Sequence[str]) -> Iterable[Remote]:
        """One call for each; a status that `gone` names leaves it out."""
        operation = self._operations["read"]
        for ref in refs:
            response = self._ask("read", {"ref": ref}, writes=False)
            if response.status_code not in operation.gone:
                yield answer.standing(operation, ref, response)

    def check(self) -> Iterable[Check]:
        """Makes the call that checks, and a search for a key that nobody has."""
        if "check" in self._operations:
            yield Check.tried("Conferência", lambda: self._ask("check", {}, writes=False))
        if "find" in self._operations:
            yield Check.tried("Busca", lambda: self.find(_NOBODYS_KEY, clock.now()))
        if not {"check", "find"} & self._operations.keys():
            words = "Preencha “Conferir” ou “Procurar”: sem isso, só um chamado de verdade testa."
            yield Check("Conferência", ok=False, words=words)

    def _ask(self, name: str, values: Mapping[str, str], *, writes: bool) -> httpx.Response:
        operation = self._operations[name]
        try:
            path, body = operation.filled(values)
        except ValueError as error:
            raise DeliveryError(str(error), Outcome.REJECTED) from error
        response = self._web.call(
            operation.method, path, writes=writes, also=operation.statuses | operation.gone,
            headers=operation.headers, content=body or None,
        )  # fmt: skip
        if response.status_code in operation.gone:
            return response
        if operation.statuses and response.status_code not in operation.statuses:
            raise answer.not_understood(response, writes=writes)
        if not operation.is_success(response):
            raise answer.denied(operation, response, self._words(response), writes=writes)
        return response

    def _words(self, response: httpx.Response) -> str:
        place = self.settings.error_place
        return place.one(response.content) if place else ""

    def _values(self, case: Case) -> Mapping[str, str]:
        first, second, *_ = (*case.phones, "", "")
        return {
            **{f"fact:{key}": value for key, value in case.facts.items()},
            **{name: getattr(case, name) for name in _CASE},
            "phone_1": first,
            "phone_2": second,
            "team": self._team(case.team) if self._operations["create"].names_team else "",
        }

    def _team(self, team: str) -> str:
        teams = self.settings.teams
        if teams and team not in teams:
            words = f"A equipe “{team}” não está na tabela de equipes da integração."
            raise DeliveryError(words, Outcome.REJECTED)
        return teams.get(team, team)


def _noted(ref: str, note: Note) -> Mapping[str, str]:
    key = note.token.strip("[]").partition(".")[0]
    return {"ref": ref, "note": note.text, "key": key, "mark": f"[{key}]"}
