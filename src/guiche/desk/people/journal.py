"""What the log keeps of logins and second factors, and what a login leaves behind.

Refusals are logged where they are refused (doors.py, company.py).
"""

import logging
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest

from guiche.desk.people import factor
from guiche.desk.people.login import Login
from guiche.desk.people.user import User
from guiche.desk.portal.address import asking

log = logging.getLogger(__name__)


def follow() -> None:
    """Listens to what Django and django-allauth say; called once, when the desk starts."""
    from allauth.mfa import signals

    user_logged_in.connect(_logged_in, dispatch_uid="journal")
    user_logged_out.connect(_logged_out, dispatch_uid="journal")
    signals.authentication_failed.connect(_refused, dispatch_uid="journal")
    signals.authenticator_used.connect(_used, dispatch_uid="journal")
    for change, signal in {
        "added": signals.authenticator_added,
        "removed": signals.authenticator_removed,
        "made anew": signals.authenticator_reset,
    }.items():
        signal.connect(_changed(change), dispatch_uid=f"journal {change}", weak=False)


def _logged_in(request: HttpRequest, user: User, **_: Any) -> None:
    meta = request.META
    Login.begin(user, request.session, agent=meta.get("HTTP_USER_AGENT", ""), address=asking(meta))
    log.info("login: account %s", user.pk)


def _logged_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    if user:
        Login.objects.filter(session_key=request.session.session_key).delete()
        log.info("logout: account %s", user.pk)


def _refused(user: User, authenticator: Any, **_: Any) -> None:
    log.warning("login refused: account %s, wrong code of %s", user.pk, authenticator.type)


def _used(user: User, authenticator: Any, **_: Any) -> None:
    log.info("second factor used: account %s, %s", user.pk, authenticator.type)


def _changed(change: str) -> Any:
    def changed(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
        request.session[factor.PROVED] = factor.has(user)
        log.info("second factor %s: account %s, %s", change, user.pk, authenticator.type)

    return changed
