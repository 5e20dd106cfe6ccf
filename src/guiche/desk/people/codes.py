"""Codes of a second factor, each good for once."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.conf import settings
from django.core.cache import cache

_STEP = 30


class _Once:
    """A code holds for as many steps as are tolerated; django-allauth remembers it for one."""

    user: Any

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        digits = "".join(filter(str.isalnum, code))
        held = _STEP * (2 * settings.MFA_TOTP_TOLERANCE + 1)
        if not cache.add(f"code:{self.user.pk}:{digits}", "used", held):
            raise get_adapter().validation_error("incorrect_code")
        return code


class Code(_Once, AuthenticateForm):
    """To log in."""


class CodeAgain(_Once, ReauthenticateForm):
    """To go on to what asks who it is."""
