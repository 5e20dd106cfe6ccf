"""What a second factor is proved with: codes, each good for once, and passkeys."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError

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


def _refused(error: Exception) -> Exception:
    """What a sender made up fails anywhere in parsing and in the signature: all of it is a no."""
    return error if isinstance(error, ValidationError) else ValidationError("A chave não confere.")


class _Shown:
    """An answer of a passkey."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except Exception as error:
            raise _refused(error) from error


class KeyToLogIn(_Shown, LoginWebAuthnForm):
    """In place of user name and password."""


class KeyAfterPassword(_Shown, AuthenticateWebAuthnForm):
    """In place of a code."""


class KeyAgain(_Shown, ReauthenticateWebAuthnForm):
    """To go on to what asks who it is."""


class NewKey(AddWebAuthnForm):
    """A passkey that is set up; one that asks for no PIN, finger or face is refused."""

    def clean(self) -> Any:
        """The credential, read and checked."""
        try:
            return super().clean()
        except Exception as error:
            raise _refused(error) from error
