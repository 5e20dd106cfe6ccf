"""Everything below `/api/` enters here, and past nothing that is for pages: no cookie, login or
form mark counts there, and no answer is a page."""

import logging
from collections.abc import Callable
from threading import BoundedSemaphore

from django.core.exceptions import BadRequest, DisallowedHost, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import resolve

from guiche.desk.api.problem import MEDIA_TYPE, problem
from guiche.desk.logs import hosts
from guiche.desk.pages.uploads import ENCODING, is_too_large

log = logging.getLogger(__name__)

PREFIX = "/api/"
_TURNS = BoundedSemaphore(2)
"""So many are answered at once by one process: more would take the interpreter from each other in
the middle of their work, and take a sixth longer, all together."""
_HOST = "O Guichê não atende por este nome. Use um dos nomes de GUICHE_HOSTS."


class Door:
    """Middleware: answers what is asked of the API, and lets all else pass."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, of which one that is no success is always a problem."""
        # What came to the name of the certificates has addresses of its own.
        if not request.path_info.startswith(PREFIX) or hasattr(request, "urlconf"):
            return self.get_response(request)
        try:
            response = self._answer(request)
        except DisallowedHost:
            hosts.refused(request)
            response = problem(400, _HOST)
        except (SuspiciousOperation, BadRequest):
            response = problem(400)
        except Exception:
            log.exception("api: %s failed", request.method)
            response = problem(500)
        if response.status_code >= 400 and response.headers.get("Content-Type") != MEDIA_TYPE:
            allow = {"Allow": response.headers["Allow"]} if "Allow" in response.headers else None
            response = problem(response.status_code, headers=allow)
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        request.get_host()
        if is_too_large(request):
            return problem(413)
        request.encoding = ENCODING
        try:
            match = resolve(request.path_info)
        except Http404:
            return problem(404)
        request.resolver_match = match
        with _TURNS:
            response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        token = getattr(request, "auth", None)
        log.info(
            "api: %s %s %s, token %s", request.method, match.route, response.status_code,
            token.shown if token else "none",
        )  # fmt: skip
        return response
