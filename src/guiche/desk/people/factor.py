"""The second factor: who must have one, how its secrets are kept, what takes it away."""

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

from guiche.desk import vault
from guiche.desk.people.role import Role
from guiche.desk.people.user import User

PROVED = "second_factor"
"""In a session: this person has one."""
_ALONE = ("totp", "webauthn")
"""What proves by itself; recovery codes only stand in for it."""


def is_required(user: User) -> bool:
    """Whether the site asks this person for one (`GUICHE_SECOND_FACTOR`)."""
    if settings.SECOND_FACTOR == "todos":
        return True
    return settings.SECOND_FACTOR == "supervisao" and user.role == Role.SUPERVISAO


def is_missing(request: HttpRequest, user: User) -> bool:
    """Whether this person must still set one up before going on.

    Who comes in by the sign-on of the company has it there.
    """
    if not is_required(user) or request.session.get(PROVED) or _came_by_company(request, user):
        return False
    if not has(user):
        return True
    request.session[PROVED] = True
    return False


def has(user: User) -> bool:
    """Whether this person has one."""
    return bool(_of(user).exists())


def take_away(user: User) -> bool:
    """Takes all of it away, codes too; whether there was one."""
    return bool(Authenticator.objects.filter(user=user).delete()[0])


def _came_by_company(request: HttpRequest, user: User) -> bool:
    proved = get_authentication_records(request, user)
    return any(each["method"] == "socialaccount" for each in proved)


def _of(user: User) -> Any:
    return Authenticator.objects.filter(user=user, type__in=_ALONE)


class KeyLost(RuntimeError):
    """The data key that sealed a secret is not here; a supervisor may take the factor away."""


class Factors(DefaultMFAAdapter):
    """django-allauth's second factors, in the words and with the vault of the desk."""

    error_messages = {  # noqa: RUF012  # django-allauth reads it from the class
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": "Quem tem o seu papel precisa da segunda etapa. "
        "Cadastre outra antes de remover esta.",
        "cannot_generate_recovery_codes": "Cadastre antes o aplicativo ou uma chave de acesso.",
        "incorrect_code": "Não confere. Espere o próximo código e tente de novo.",
    }

    def encrypt(self, text: str) -> str:
        """Sealed with the data key."""
        return vault.seal(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What was sealed. Raises `KeyLost`: an empty secret would have a code that all know."""
        opened = vault.unseal(encrypted_text.encode())
        if not opened:
            raise KeyLost("GUICHE_DATA_KEY não é a que cifrou a segunda etapa desta conta.")
        return opened.decode()

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Not the last of somebody who must have one."""
        others = _of(authenticator.user).exclude(pk=authenticator.pk)
        return not is_required(authenticator.user) or others.exists()

    def get_totp_label(self, user: Any) -> str:
        """The user name."""
        return str(user.username)

    def get_totp_issuer(self) -> str:
        """What the app of the phone shows."""
        return "Guichê"

    def build_totp_svg(self, url: str) -> str:
        """The drawing alone, as part of a page: the content policy knows no `data:`."""
        svg: str = super().build_totp_svg(url)
        return svg[svg.index("<svg") :]

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002
        """What a passkey is called until its owner calls it something."""
        return f"Chave {Authenticator.objects.filter(user=user, type=type).count() + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The site, for the browser's own window."""
        return {**super().get_public_key_credential_rp_entity(), "name": "Guichê"}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """The person, for the browser's own window."""
        entity = super().get_public_key_credential_user_entity(user)
        return {**entity, "name": user.username, "display_name": str(user)}
