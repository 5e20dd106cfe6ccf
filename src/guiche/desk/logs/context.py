"""What a record of the log is about: the request and its person, and the ticket where known."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import uuid4

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from guiche.desk.logs.redaction import redact
from guiche.desk.tickets import number

HEADER = "X-Request-ID"
_KEY = "guiche.request_id"
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_RANDOM = re.compile(r"[0-9a-f]{32}")  # nginx's and ours; one in five has a long run of digits

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)
_protocolo: ContextVar[str] = ContextVar("protocolo", default="")


class RequestContext:
    """Middleware, the outermost: one id for a request, in its records and in its answer.

    That of the proxy in front, so that both logs can be joined; one that is malformed, or could be
    somebody's number, is replaced.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer of the rest of the chain, with the id."""
        request.META[_KEY] = request_id = _sane(request.headers.get(HEADER, "")) or uuid4().hex
        token = _request.set(request)
        try:
            response = self.get_response(request)
        finally:
            _request.reset(token)
        response.headers[HEADER] = request_id
        return response


def _sane(given: str) -> str:
    sane = _RANDOM.fullmatch(given) or (_SANE.fullmatch(given) and redact(given) == given)
    return given if sane else ""


@contextmanager
def about(protocolo: str) -> Iterator[None]:
    """What is logged within the block is about the ticket of this number."""
    token = _protocolo.set(protocolo)
    try:
        yield
    finally:
        _protocolo.reset(token)


def known(record: logging.LogRecord) -> dict[str, str | int]:
    """`request_id`, `user_id` and `protocolo` of a record, as far as they are known."""
    # Django logs the answer 500 after the middleware, and hands the request over.
    handed = getattr(record, "request", None)
    request = handed if isinstance(handed, HttpRequest) else _request.get()
    facts = {
        "request_id": request.META.get(_KEY) if request else None,
        # Looked at, not asked for: the login is read from the database when it is first needed.
        "user_id": getattr(getattr(request, "_cached_user", None), "pk", None),
        "protocolo": _protocolo.get() or _of_address(request),
    }
    return {name: value for name, value in facts.items() if value}


def _of_address(request: HttpRequest | None) -> str:
    match = request.resolver_match if request else None
    text = str(match.kwargs.get("number", "")) if match else ""
    return number.spoken(number.compact(text)) if number.is_valid(text) else ""
