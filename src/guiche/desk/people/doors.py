"""How django-allauth lets people in: the rules and words of the desk."""

# ruff: noqa: ARG002  # django-allauth fixes what an adapter is called with.

import logging
from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from guiche.desk.people.user import User
from guiche.desk.portal.address import asking, whose

log = logging.getLogger(__name__)

NO_MATCH = "Usuário ou senha não conferem."
TOO_OFTEN = "Foram tentativas demais. Espere cinco minutos e tente de novo."


class Door(DefaultAccountAdapter):
    """No sign-up, one answer for all refusals, the address as the proxy tells it."""

    error_messages = {  # noqa: RUF012  # django-allauth reads it from the class
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": NO_MATCH,
        "incorrect_password": "A senha não confere.",
        "enter_current_password": "A senha não confere.",
        "incorrect_code": "Não confere. Tente de novo.",
        "too_many_login_attempts": TOO_OFTEN,
        "rate_limited": TOO_OFTEN,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by supervisors."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whom refused logins are counted against."""
        return asking(request.META)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """An account that was switched off is refused like any other."""
        messages.error(request, "Não foi possível entrar.")
        return redirect("entrar")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuses whoever guessed too often from this address, of this account from it, or of this
        account from anywhere (ASVS 6.1.1: a hundred an hour), and logs it."""
        try:
            super().pre_authenticate(request, **credentials)
            self._count_anywhere(request, credentials)
        except ValidationError:
            log.warning("login refused: account %s, too often", _known(credentials))
            raise

    def _count_anywhere(self, request: HttpRequest, credentials: Mapping[str, Any]) -> None:
        usage = ratelimit.consume(
            request, app="allauth.account", action="login_failed_anywhere", key=_login(credentials)
        )
        if usage is None:
            raise self.validation_error("too_many_login_attempts")
        # A login that succeeds takes its own count back, here as there.
        self._login_failed_rl_usage.usage += usage.usage

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """The login as this address tries it."""
        return f"{whose(self.get_client_ip(request))} {_login(credentials)}"

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Logs it, without the name that was typed: it may be a password."""
        log.warning("login refused: account %s, wrong password", _known(credentials))


def _login(credentials: Mapping[str, Any]) -> str:
    return User.objects.normalize_username(str(credentials.get("username", "")))


def _known(credentials: Mapping[str, Any]) -> int | str:
    """The number of the account that was meant; "?" for none."""
    account = User.objects.filter(username=credentials.get("username", "")).first()
    return account.pk if account else "?"
