"""One call to a provider: bounded in time and size, to that address and no other."""

import threading
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx

from guiche.sources.errors import CloudAnswerError, CloudDownError

MAX_ANSWER = 1024 * 1024
"""Bytes; a person's certificates have some 2 kB each."""
_CONNECT_SECONDS = 5.0
_HEADERS = {"User-Agent": "guiche", "Accept": "application/json", "Accept-Encoding": "identity"}
_TLS = httpx.create_ssl_context()
"""Takes a tenth of a second to make, and is the same for all."""


class Answer(NamedTuple):
    """What came back, whatever the status; redirects apart."""

    status: int
    body: bytes


class Address(NamedTuple):
    """Where a provider is: its `name`, what its operations stand below, how long a call may take.

    Both verbs raise `CloudDownError` where nothing came back in time, and `CloudAnswerError` for
    what no PSC answers: another address, or more than `MAX_ANSWER`.
    """

    name: str
    root: str
    seconds: float

    def get(self, operation: str, headers: Mapping[str, str]) -> Answer:
        """Reads."""
        return self._call("GET", operation, headers=headers)

    def post(self, operation: str, form: Mapping[str, str]) -> Answer:
        """Sends a form."""
        return self._call("POST", operation, data=form)

    def _call(self, method: str, operation: str, **request: Any) -> Answer:
        client = httpx.Client(
            headers=_HEADERS, verify=_TLS, follow_redirects=False,
            timeout=httpx.Timeout(self.seconds, connect=min(_CONNECT_SECONDS, self.seconds)),
        )  # fmt: skip
        # A timeout of httpx counts from byte to byte, and headers and body may drip for ever.
        ends = time.monotonic() + self.seconds
        watch = threading.Timer(self.seconds, client.close)
        watch.daemon = True
        watch.start()

        def begin(step: str, _: object) -> None:
            # The watch closes what is open; a name that was slow to be found opens afterwards.
            if step.endswith("send_request_headers.started"):
                _in_time(ends)

        request["extensions"] = {"trace": begin}
        try:
            with client, client.stream(method, f"{self.root}/{operation}", **request) as response:
                return self._whole(response, ends)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            late = isinstance(error, httpx.TimeoutException) or time.monotonic() >= ends
            # Neither the words nor the request of the error: it holds what was sent.
            reason = "o tempo acabou" if late else "não houve conexão"
            raise CloudDownError(self.name, reason) from None
        finally:
            watch.cancel()

    def _whole(self, response: httpx.Response, ends: float) -> Answer:
        if response.is_redirect:
            raise CloudAnswerError(self.name, "o endereço leva a outro")
        body = bytearray()
        _in_time(ends)
        # As it comes: what is compressed though nobody asked may be a bomb.
        for piece in response.iter_raw():
            _in_time(ends)
            body += piece
            if len(body) > MAX_ANSWER:
                raise CloudAnswerError(self.name, "a resposta é grande demais")
        return Answer(response.status_code, bytes(body))


def _in_time(ends: float) -> None:
    if time.monotonic() >= ends:
        raise httpx.ReadTimeout("o tempo acabou")
