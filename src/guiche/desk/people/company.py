"""Who comes in by the sign-on of the company: what its token must prove, and whose account it is.

A token counts when the provider signed it (OpenID Connect Core 3.1.3.7): signature by a key that it
publishes, issuer, audience, time, and the nonce of this very attempt. django-allauth alone would
believe what comes from the token address unsigned, and sends no nonce.
"""

# ruff: noqa: ARG002  # django-allauth fixes what an adapter is called with.

import logging
import secrets
from typing import Any

import jwt
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse

from guiche.desk.people.company_settings import KEY, Oidc
from guiche.desk.people.record import Record
from guiche.desk.people.role import Role
from guiche.desk.people.user import User

log = logging.getLogger(__name__)

_SIGNED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key pair alone: the client secret is no key of the provider."""
_ASKED = ("iss", "sub", "aud", "exp", "iat")
_LEEWAY = 60
NOT_KNOWN = "Sua conta da empresa não abre o Guichê. Peça o acesso à supervisão."
FAILED = "Não foi possível entrar pela conta da empresa. Tente de novo."


class Provider(OpenIDConnectOAuth2Adapter):
    """The provider of the company; every token is checked, wherever it came from."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, KEY)

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself; refused where it says it is somebody else."""
        config: dict[str, Any] = super().openid_config
        issuer = _oidc().issuer
        if str(config.get("issuer", "")).rstrip("/") != issuer:
            raise OAuth2Error("the provider is not the issuer that was configured")
        return config

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """Where the provider sends people back to."""
        return request.build_absolute_uri(reverse("openid_connect_callback"))

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """Of the signed token alone."""
        if not isinstance(kwargs["response"].get("id_token"), str):
            raise OAuth2Error("no id_token")
        return super().complete_login(request, app, token, **kwargs)

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        try:
            return self._decoded(app, id_token)
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise OAuth2Error(f"id_token: {type(error).__name__}") from error

    def _decoded(self, app: Any, id_token: str) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        key_id = jwt.get_unverified_header(id_token).get("kid")
        keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        fits = [key for key in keys if key.key_id == key_id or (not key_id and len(keys) == 1)]
        if not fits:
            raise jwt.InvalidTokenError("signed by a key that is not published")
        claims: dict[str, Any] = jwt.decode(
            id_token,
            key=fits[0],
            algorithms=list(_SIGNED),
            audience=app.client_id,
            issuer=self.openid_config["issuer"],
            leeway=_LEEWAY,
            options={"require": list(_ASKED)},
        )
        if claims.get("azp", app.client_id) != app.client_id:
            raise jwt.InvalidTokenError("another client's token")
        return claims


class Company(DefaultSocialAccountAdapter):
    """Whose account a person of the company has, and whether one is made."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Refuses what was not asked for here, and whoever has no account and gets none."""
        claims = sociallogin.account.extra_data["id_token"]
        asked = sociallogin.state.get("nonce")
        if not asked or not secrets.compare_digest(str(claims.get("nonce", "")), asked):
            raise OAuth2Error("id_token: nonce")
        role = _role(claims)
        if _oidc().roles and role is None:
            self._refuse(request, "no group that may come in")
        if not sociallogin.is_existing:
            sociallogin.connect(request, self._account(request, claims, role))

    def _account(self, request: HttpRequest, claims: dict[str, Any], role: str | None) -> User:
        """The account that was made for the sign-on under this user name, or a new one."""
        name = User.objects.normalize_username(str(claims.get(_oidc().username_claim, "")))
        found = User.objects.filter(username=name).first() if name else None
        if found:
            # An account with a password is its owner's: a provider's user names are no proof of it.
            if found.has_usable_password() or found.is_program or _is_linked(found):
                self._refuse(request, "the user name is that of another account")
            return found
        if not name or role is None or (role == Role.SUPERVISAO and not _oidc().makes_supervisors):
            self._refuse(request, "no account")
        user = User(username=name, name=str(claims.get("name", ""))[:120], role=str(role))
        user.set_unusable_password()
        try:
            user.clean_fields(exclude=["password"])
        except ValidationError:
            self._refuse(request, "the user name is none of an account")
        user.save()
        Record.write(Record.Kind.ACCOUNT, "criada pela conta da empresa", None, person=user)
        return user

    def _refuse(self, request: HttpRequest, why: str) -> None:
        log.warning("login refused: company, %s", why)
        messages.error(request, NOT_KNOWN)
        raise ImmediateHttpResponse(redirect("entrar"))

    def on_authentication_error(self, request: HttpRequest, *_: Any, **told: Any) -> None:
        """One page for whatever went wrong, and the reason in the log."""
        log.warning("login refused: company, %s", told.get("exception") or told.get("error"))
        messages.error(request, FAILED)
        raise ImmediateHttpResponse(redirect("entrar"))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """No form makes an account."""
        return False

    def send_notification_mail(self, *_: Any, **__: Any) -> None:
        """None: many desks share one e-mail."""


def _oidc() -> Oidc:
    if settings.OIDC is None:
        raise OAuth2Error("no sign-on of the company is configured")
    oidc: Oidc = settings.OIDC
    return oidc


def _is_linked(user: User) -> bool:
    return bool(SocialAccount.objects.filter(user=user).exists())


def _role(claims: dict[str, Any]) -> str | None:
    """The role of the first of the person's groups that has one, in the order of the setting."""
    told = claims.get(_oidc().role_claim, [])
    listed = told if isinstance(told, list) else [told]
    groups = {each for each in listed if isinstance(each, str)}
    return next((role for group, role in _oidc().roles.items() if group in groups), None)
