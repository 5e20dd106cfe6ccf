"""A session of `apirest.php`: begun when needed, shared by threads, renewed when it is over."""

import threading
from typing import Any

from guiche.desk.connectors.connector import DeliveryError, Outcome
from guiche.desk.connectors.glpi.answers import words
from guiche.desk.connectors.web import Web

_OVER = "ERROR_SESSION_TOKEN_INVALID"
_LOGIN_STATUS = (400, 401, 403)
ALL = {"range": "0-999"}
"""Asks for all rows below a ticket; without it there come as many as a screen of GLPI shows."""


class Session:
    """Calls to the API of GLPI with the token of a user."""

    def __init__(self, url: str, *, app_token: str, user_token: str, read_seconds: float) -> None:
        headers = {"App-Token": app_token} if app_token else {}
        self._web = Web(
            f"{url}/apirest.php", headers=headers, read_seconds=read_seconds, words=words
        )
        self._user_token, self._token = user_token, ""
        self._lock = threading.Lock()

    def json(self, method: str, path: str, *, writes: bool = False, **request: Any) -> Any:
        """The answer to a call.

        Where the session is over nothing was done, and the call is sent once more in a new one.
        """
        token = self._token or self._renewed("")
        try:
            return self._sent(token, method, path, writes=writes, **request)
        except DeliveryError as error:
            if not str(error).startswith(_OVER):
                raise
        return self._sent(self._renewed(token), method, path, writes=writes, **request)

    def close(self) -> None:
        """Ends the session in GLPI, where it can be reached, and the connections."""
        token, self._token = self._token, ""
        if token:
            try:
                headers = {"Session-Token": token}
                self._web.call("GET", "/killSession", writes=False, headers=headers)
            except DeliveryError:
                pass  # it ends by itself
        self._web.close()

    def _sent(self, token: str, method: str, path: str, **request: Any) -> Any:
        headers = {"Session-Token": token}
        try:
            return self._web.json(method, path, headers=headers, **request)
        except DeliveryError as error:
            if not error.login:
                raise
            # Up to version 10 GLPI says 401 as well where the user lacks a right.
            is_over = str(error).startswith(_OVER)
            outcome = Outcome.RETRY if is_over else Outcome.REJECTED
            raise DeliveryError(
                str(error), outcome, everywhere=is_over, status=error.status
            ) from error

    def _renewed(self, over: str) -> str:
        """A token other than `over`; of several threads that need one, one logs in."""
        with self._lock:
            if self._token == over:
                self._token = self._begun()
            return self._token

    def _begun(self) -> str:
        headers = {"Authorization": f"user_token {self._user_token}"}
        try:
            answer = self._web.json("GET", "/initSession", writes=False, headers=headers)
            return str(answer["session_token"])
        except DeliveryError as error:
            login = error.status in _LOGIN_STATUS
            raise DeliveryError(
                str(error), Outcome.RETRY, everywhere=True, pause=error.pause, login=login,
                status=error.status,
            ) from error  # fmt: skip
        except (KeyError, TypeError) as error:
            said = "A resposta ao entrar não é a do GLPI: confira o endereço."
            raise DeliveryError(said, Outcome.RETRY, everywhere=True) from error
