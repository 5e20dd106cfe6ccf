"""One call to a desk over HTTP, and what its answer, or the lack of one, means for a step.

| what happened                                        | a call that writes  | one that reads    |
|------------------------------------------------------|---------------------|-------------------|
| no connection, name unknown, TLS refused             | retry, everywhere   | retry, everywhere |
| timeout or cut once it was sent, 5xx, 3xx, 408       | unknown, everywhere | retry, everywhere |
| 2xx that cannot be understood                        | unknown, everywhere | retry, everywhere |
| 429: `pause` is what `Retry-After` says              | retry, everywhere   | retry, everywhere |
| 401, 407: login refused                              | retry, everywhere   | retry, everywhere |
| other 4xx, in the words of the desk                  | rejected            | rejected          |

Redirects are not followed: they lead to a login page, or to a host that nobody configured.
"""

import json
import time
import zlib
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from django.conf import settings

from guiche.desk import clock
from guiche.desk.connectors.connector import DeliveryError, Outcome
from guiche.desk.connectors.unreached import unreached

CONNECT_SECONDS, READ_SECONDS = 5.0, 60.0
_WHOLE, _BYTE_TO_BYTE = 0.6, 0.4
"""Shares of the longest call: from its beginning on, and for a last byte that does not come."""
_LARGEST_ANSWER = 8 * 1024 * 1024
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_LONGEST_WORDS = 600
_LONGEST_PAUSE = timedelta(hours=1)
_CONNECTIONS = 32
_TLS = httpx.create_ssl_context()
"""Takes a tenth of a second to make, and is the same for all."""

_NEVER_SENT = (
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError,
    httpx.UnsupportedProtocol, httpx.LocalProtocolError,
)  # fmt: skip


def _no_words(_: httpx.Response) -> str:
    return ""


class Web:
    """The HTTP side of one connection; may be used from several threads at once.

    `words` digs the desk's own message out of an answer that is a refusal; without one, or where it
    finds none, the beginning of a plain text answer is shown. `transport` replaces the usual one.
    """

    def __init__(
        self,
        base: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        read_seconds: float = READ_SECONDS,
        words: Callable[[httpx.Response], str] = _no_words,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.base, self._words = base, words
        longest = settings.DELIVERY_LONGEST_CALL.total_seconds()
        self._seconds = longest * _WHOLE
        read_seconds = min(read_seconds, longest * _BYTE_TO_BYTE)
        self._client = httpx.Client(
            base_url=base,
            headers={"User-Agent": "guiche", "Accept-Encoding": "identity", **(headers or {})},
            auth=auth,
            timeout=httpx.Timeout(read_seconds, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=_CONNECTIONS, keepalive_expiry=4),
            follow_redirects=False,
            verify=_TLS,
            transport=transport,
        )

    def close(self) -> None:
        """Ends its connections."""
        self._client.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        writes: bool,
        also: Collection[int] = (),
        **request: Any,
    ) -> httpx.Response:
        """Sends one request, and returns an answer of success with its body read.

        `request` is what `httpx.Client.request` takes; `also` are statuses that answer this call
        as well (404 where it may be gone). Anything else raises a `DeliveryError` after the table
        above.
        """
        try:
            response = self._within_bounds(method, path, request)
        except _NEVER_SENT as error:
            raise DeliveryError(unreached(error), Outcome.RETRY, everywhere=True) from error
        except (httpx.HTTPError, httpx.InvalidURL, _Endless) as error:
            raise self._unsure(_cut(error), writes) from error
        if not response.is_success and response.status_code not in also:
            raise self._refusal(response, writes)
        return response

    def json(self, method: str, path: str, *, writes: bool, **request: Any) -> Any:
        """The same, for an answer in JSON."""
        response = self.call(method, path, writes=writes, **request)
        try:
            return json.loads(response.content)
        except ValueError as error:
            said = plain_words(response) or "nada"
            raise self._unsure(f"A resposta não é JSON: {said}", writes) from error

    def _within_bounds(self, method: str, path: str, request: Mapping[str, Any]) -> httpx.Response:
        """A timeout of httpx counts from byte to byte; an answer that drips has to end as well."""
        ends = time.monotonic() + self._seconds
        with self._client.stream(method, path, **request) as response:
            body = bytearray()
            for piece in response.iter_raw():
                body += piece
                if len(body) > _LARGEST_ANSWER or time.monotonic() > ends:
                    raise _Endless
        encoding = response.headers.pop("Content-Encoding", "")
        content = _unpacked(bytes(body), encoding)
        # Of headers as they are, none is read anew.
        whole = httpx.Response(
            response.status_code, headers=response.headers, content=content,
            request=response.request,
        )  # fmt: skip
        if whole.charset_encoding and not _is_of_texts(whole.charset_encoding):
            whole.encoding = "utf-8"
        return whole

    def _unsure(self, message: str, writes: bool) -> DeliveryError:  # noqa: FBT001
        outcome = Outcome.UNKNOWN if writes else Outcome.RETRY
        return DeliveryError(message, outcome, everywhere=True)

    def _refusal(self, response: httpx.Response, writes: bool) -> DeliveryError:  # noqa: FBT001
        code = response.status_code
        said = (self._words(response) or plain_words(response))[:_LONGEST_WORDS]
        message = f"{said} (HTTP {code})" if said else f"Resposta HTTP {code}, sem explicação."
        if code in (401, 407):
            return DeliveryError(message, Outcome.RETRY, everywhere=True, login=True, status=code)
        if code == 429:
            return DeliveryError(
                message, Outcome.RETRY, everywhere=True, pause=retry_after(response), status=code
            )
        if response.is_redirect:
            message = f"O endereço leva a outro ({code}): confira o endereço da integração."
        if response.is_redirect or response.is_server_error or code == 408:
            error = self._unsure(message, writes)
            error.pause, error.status = retry_after(response), code
            return error
        return DeliveryError(message, Outcome.REJECTED, status=code)


class _Endless(Exception):
    """The answer went past its bounds."""


def _unpacked(body: bytes, encoding: str) -> bytes:
    """What was sent compressed, though it was asked for as it is; of a bomb, nothing."""
    if encoding.strip().lower() in ("", "identity"):
        return body
    for window in (_GZIP_OR_ZLIB, -zlib.MAX_WBITS):
        unpacker = zlib.decompressobj(window)
        try:
            whole = unpacker.decompress(body, _LARGEST_ANSWER + 1)
        except zlib.error:
            continue
        if len(whole) > _LARGEST_ANSWER:
            raise _Endless
        if unpacker.eof:
            return whole
    raise httpx.DecodingError("a resposta veio comprimida sem que se pedisse")


def _is_of_texts(encoding: str) -> bool:
    """Python also knows `hex`, `zlib` and `idna` as encodings, with which httpx breaks."""
    try:
        b"a\xe9".decode(encoding, "replace")
    except (LookupError, ValueError):
        return False
    return True


def retry_after(response: httpx.Response) -> timedelta | None:
    """The pause that the desk asks for, an hour at most; None where it asks for none."""
    asked = response.headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdecimal():
        pause = timedelta(seconds=min(int(asked[:9]), 86_400))
    else:
        try:
            until = parsedate_to_datetime(asked)
        except ValueError:
            return None
        pause = (until if until.tzinfo else until.replace(tzinfo=UTC)) - clock.now()
    return max(timedelta(), min(pause, _LONGEST_PAUSE))


def plain_words(response: httpx.Response) -> str:
    """The beginning of an answer in plain text, in one line; "" for markup."""
    text = " ".join(response.text[:4000].split())
    return "" if text.startswith("<") else text[:_LONGEST_WORDS]


def moment(text: str) -> datetime | None:
    """A moment in ISO 8601, aware (UTC where no zone is given); None for anything else."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _cut(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "O sistema não respondeu a tempo."
    if isinstance(error, _Endless):
        return "A resposta não terminava."
    return f"A conexão caiu antes da resposta: {str(error) or type(error).__name__}."
