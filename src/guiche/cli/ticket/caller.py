"""The HTTP side of `guiche ticket`: one desk, one token, and what did not arrive asked again.

A request that changes something carries its key each time, so that to repeat it is safe.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

if TYPE_CHECKING:
    import httpx

PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds between one try and the next."""
_LONGEST_PAUSE = 60.0
_SECONDS = 30.0
_AGAIN = (429, 502, 503, 504)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Denied(Exception):
    """The desk said no: `errors` has a sentence for each key of what was sent."""

    def __init__(self, words: str, errors: Mapping[str, str]) -> None:
        super().__init__(words)
        self.errors = errors


class Caller:
    """Asks one desk. A `click.ClickException` says why it could not be reached."""

    def __init__(self, client: "httpx.Client", sleep: Callable[[float], None] = time.sleep) -> None:
        self._client, self._sleep = client, sleep

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """What stands at a path."""
        return self._asked("GET", path, params=query)

    def post(self, path: str, content: Mapping[str, Any], key: str = "") -> Any:
        """What comes of sending the content there."""
        headers = {"Idempotency-Key": key} if key else {}
        return self._asked("POST", path, json=content, headers=headers)

    def all(self, path: str, query: Mapping[str, Any], most: int) -> Iterator[Any]:
        """The items of a list, part after part."""
        asked, left = dict(query), most
        while left > 0:
            page = self.get(path, {**asked, "limit": min(left, 200)})
            yield from page["items"]
            left -= len(page["items"])
            if not page["next"]:
                return
            asked["cursor"] = page["next"]

    def _asked(self, method: str, path: str, **request: Any) -> Any:
        for pause in (*PAUSES, None):
            response, why = self._tried(method, path, request)
            if response is not None and not _is_for_later(response):
                return _understood(response)
            if pause is not None:
                self._sleep(_pause(response, pause))
        raise click.ClickException(why)

    def _tried(
        self, method: str, path: str, request: Mapping[str, Any]
    ) -> "tuple[httpx.Response | None, str]":
        import httpx

        try:
            response = self._client.request(method, f"/api/v1{path}", **request)
        except httpx.HTTPError as error:
            said = str(error) or type(error).__name__
            return None, f"Não cheguei ao Guichê. Confira GUICHE_API_URL e a rede. ({said})"
        return (
            response,
            f"O Guichê não atende agora (HTTP {response.status_code}). Tente mais tarde.",
        )


@contextmanager
def caller() -> Iterator[Caller]:
    """One with the address and the token of the environment."""
    try:
        import httpx
    except ModuleNotFoundError as error:
        raise click.ClickException('Falta instalar: pip install "guiche[desk]".') from error
    headers = {"Authorization": f"Bearer {_token()}", "User-Agent": "guiche-ticket"}
    with httpx.Client(base_url=_address(), headers=headers, timeout=_SECONDS) as client:
        yield Caller(client)


def _address() -> str:
    address = os.environ.get("GUICHE_API_URL", "").strip().rstrip("/")
    parts = urlsplit(address)
    if not parts.hostname or parts.scheme not in ("http", "https"):
        raise click.UsageError("Ponha em GUICHE_API_URL o endereço, como https://guiche.exemplo.")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise click.UsageError("GUICHE_API_URL precisa de https://: o token não vai sem TLS.")
    return address


def _token() -> str:
    token, file = os.environ.get("GUICHE_API_TOKEN", ""), os.environ.get("GUICHE_API_TOKEN_FILE")
    if file and not token:
        try:
            token = Path(file).read_text("utf-8")
        except OSError as error:
            words = f"Não consegui ler GUICHE_API_TOKEN_FILE ({error.strerror})."
            raise click.UsageError(words) from error
    if not token.strip():
        raise click.UsageError("Falta o token: GUICHE_API_TOKEN ou GUICHE_API_TOKEN_FILE.")
    return token.strip()


def _is_for_later(response: "httpx.Response") -> bool:
    if response.status_code in _AGAIN:
        return True
    return response.status_code == 409 and "Retry-After" in response.headers


def _pause(response: "httpx.Response | None", otherwise: float) -> float:
    asked = response.headers.get("Retry-After", "") if response is not None else ""
    return min(float(asked), _LONGEST_PAUSE) if asked.isdecimal() else otherwise


def _understood(response: "httpx.Response") -> Any:
    try:
        content: Any = json.loads(response.content)
    except ValueError as error:
        raise click.ClickException(_NO_DESK) from error
    if response.is_success:
        return content
    if not isinstance(content, dict) or "detail" not in content:
        raise click.ClickException(_NO_DESK)
    if response.status_code == 401:
        raise click.ClickException(_REFUSED)
    if response.status_code == 403:
        raise click.ClickException(content["detail"])
    raise Denied(content["detail"], content.get("errors") or {})


_REFUSED = (
    "O Guichê não aceitou o token de GUICHE_API_TOKEN (ou de GUICHE_API_TOKEN_FILE): está errado, "
    "venceu ou foi revogado. Faça outro em Programas (API), no rodapé das páginas."
)
_NO_DESK = "O que respondeu em GUICHE_API_URL não é um Guichê. Confira o endereço."
