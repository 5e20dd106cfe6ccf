"""How long a login lasts, and what it has to do before anything else.

It ends an hour after the last use and twelve hours after it began (`GUICHE_LOGIN_IDLE_MINUTES`,
`GUICHE_LOGIN_HOURS`), whatever comes first. What a page asks of itself is no use.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from guiche.desk.models import Login, User
from guiche.desk.pages import fragment
from guiche.desk.people import factor
from guiche.desk.people.login import BEGAN, SEEN
from guiche.desk.portal.address import asking

log = logging.getLogger(__name__)

_OFTEN = timedelta(minutes=1)
"""The time of last use is no finer: a page that is only read writes nothing."""
_FREE = ("account_", "mfa_", "conta", "sair", "entrada")
"""Beginnings of the names of pages that somebody needs who must first see to the account."""


class Staying:
    """Middleware: ends what has run its time, and leads to the account whoever must see to it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer of the rest of the chain, to somebody logged in or to a visitor."""
        if user := _who(request):
            self._judge(request, user)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *_: Any
    ) -> HttpResponse | None:
        """The page that must come first; None where there is none."""
        match, user = request.resolver_match, _who(request)
        if not user or not getattr(view, "login_required", True):
            return None
        if match and str(match.url_name).startswith(_FREE):
            return None
        if user.must_change_password:
            return fragment.sent_to(request, "account_change_password")
        return fragment.sent_to(request, "conta") if factor.is_missing(request, user) else None

    def _judge(self, request: HttpRequest, user: User) -> None:
        now, session = timezone.now(), request.session
        if BEGAN not in session:  # from before this was kept
            agent = request.headers.get("User-Agent", "")
            Login.begin(user, session, agent=agent, address=asking(request.META))
        idle = timedelta(seconds=now.timestamp() - session[SEEN])
        age = timedelta(seconds=now.timestamp() - session[BEGAN])
        if idle > settings.LOGIN_IDLE or age > settings.LOGIN_LONGEST:
            log.info("login over: account %s", user.pk)
            logout(request)
        elif idle > _OFTEN and not _is_by_itself(request):
            session[SEEN] = now.timestamp()
            Login.objects.filter(session_key=session.session_key).update(seen_at=now)


def _who(request: HttpRequest) -> User | None:
    """Who is logged in; a browser without the cookie is asked nothing more."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return request.user if isinstance(request.user, User) else None


def _is_by_itself(request: HttpRequest) -> bool:
    """Whether an open page asks how things stand, with nobody at it."""
    return request.method == "GET" and fragment.wanted(request)
