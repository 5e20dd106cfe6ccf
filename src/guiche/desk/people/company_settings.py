"""The sign-on of the company, as the environment describes it (`GUICHE_OIDC_*`)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from guiche.desk import environment
from guiche.desk.people.role import Role

KEY = "empresa"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_CLAIM = re.compile(r"[A-Za-z0-9_.:/-]{1,120}")


@dataclass(frozen=True)
class Oidc:
    """Where people of the company prove who they are, and who of them may come in."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    name: str
    username_claim: str
    role_claim: str
    roles: Mapping[str, str]
    """The role of each group. Without any only those come in who have an account already."""
    makes_supervisors: bool


def read(environ: Mapping[str, str], *, production: bool) -> Oidc | None:
    """None without `GUICHE_OIDC_ISSUER`. Raises `ImproperlyConfigured` for half a description."""
    issuer = environment.text(environ, "GUICHE_OIDC_ISSUER").rstrip("/")
    if not issuer:
        return None
    _refuse_open(issuer, production=production)
    client_id = environment.text(environ, "GUICHE_OIDC_CLIENT_ID")
    secret = environment.secret(environ, "GUICHE_OIDC_CLIENT_SECRET")
    if not client_id or not secret:
        raise ImproperlyConfigured(
            "GUICHE_OIDC_ISSUER pede também GUICHE_OIDC_CLIENT_ID e GUICHE_OIDC_CLIENT_SECRET_FILE."
        )
    return Oidc(
        issuer=issuer,
        client_id=client_id,
        secret=secret,
        name=environment.text(environ, "GUICHE_OIDC_NAME", "conta da empresa"),
        username_claim=_claim(environ, "GUICHE_OIDC_USERNAME_CLAIM", "preferred_username"),
        role_claim=_claim(environ, "GUICHE_OIDC_ROLE_CLAIM", "groups"),
        roles=_roles(environment.words(environ, "GUICHE_OIDC_ROLES")),
        makes_supervisors=environment.flag(environ, "GUICHE_OIDC_SUPERVISORS"),
    )


def providers(oidc: Oidc | None) -> dict[str, Any]:
    """What django-allauth is told: one provider, PKCE, no scope beyond who somebody is."""
    if oidc is None:
        return {}
    app = {
        "provider_id": KEY,
        "name": oidc.name,
        "client_id": oidc.client_id,
        "secret": oidc.secret,
        "settings": {
            "server_url": f"{oidc.issuer}/.well-known/openid-configuration",
            # What counts is in the signed token.
            "fetch_userinfo": False,
        },
    }
    scope = ["openid", "profile", "email"]
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True, "SCOPE": scope}}


def _refuse_open(issuer: str, *, production: bool) -> None:
    parts = urlsplit(issuer)
    open_here = parts.scheme == "http" and not production and parts.hostname in _LOOPBACK
    if (parts.scheme != "https" and not open_here) or parts.query or parts.fragment:
        raise ImproperlyConfigured(
            f"GUICHE_OIDC_ISSUER={issuer}: use https://endereço, como o provedor o escreve."
        )


def _claim(environ: Mapping[str, str], name: str, default: str) -> str:
    value = environment.text(environ, name, default)
    if not _CLAIM.fullmatch(value):
        raise ImproperlyConfigured(f"{name}={value}: use o nome de um campo do token.")
    return value


def _roles(entries: list[str]) -> dict[str, str]:
    """`grupo=papel,…`."""
    found = {}
    for entry in entries:
        group, equals, role = (part.strip() for part in entry.rpartition("="))
        if not equals or not group or role not in Role.values:
            raise ImproperlyConfigured(
                f"GUICHE_OIDC_ROLES: não entendi {entry}. "
                f"Use grupo=papel, com o papel {', '.join(Role.values)}."
            )
        found[group] = role
    return found
