"""The sign-on of the company: what a token must prove, and whose account it opens."""

import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django.fixtures import Settings

from calls import signed_in
from desk.factors import PASSWORD, turn_on_app
from desk.provider import CLIENT, SECRET, Provider, running
from guiche.desk.api.token import ServiceAccount
from guiche.desk.models import Record, User
from guiche.desk.people import company_settings
from guiche.desk.people.role import Role

pytestmark = pytest.mark.django_db

ROLES = "atendimento=suporte,retorno=relacionamento,chefia=supervisao"


def configured(settings: Settings, provider: Provider, **more: str) -> None:
    environ = {
        "GUICHE_OIDC_ISSUER": provider.issuer,
        "GUICHE_OIDC_CLIENT_ID": CLIENT,
        "GUICHE_OIDC_CLIENT_SECRET": SECRET,
        "GUICHE_OIDC_NAME": "conta Exemplo",
        "GUICHE_OIDC_ROLES": ROLES,
        **more,
    }
    settings.OIDC = company_settings.read(environ, production=False)
    settings.SOCIALACCOUNT_PROVIDERS = company_settings.providers(settings.OIDC)


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    with running() as provider:
        configured(settings, provider)
        yield provider


def come_in(client: Client, provider: Provider) -> str:
    """The text of the page on which the way ends."""
    answer = client.get("/entrar/empresa/")
    assert answer.status_code == 302
    back = provider.authorize(answer["Location"])
    return client.get(back.partition("testserver")[2], follow=True).content.decode()


def is_in(client: Client) -> bool:
    return client.get("/conta/").status_code == 200


def test_a_person_of_a_group_gets_an_account_with_its_role(
    visitor: Client, provider: Provider
) -> None:
    assert "Entrar com a conta Exemplo" in visitor.get("/entrar/").content.decode()
    come_in(visitor, provider)
    davi = User.objects.get()
    assert (davi.username, davi.name, davi.role) == ("davi", "Davi Exemplo", Role.SUPORTE)
    assert not davi.has_usable_password()
    assert is_in(visitor)
    assert Record.objects.get().person == davi
    assert set(provider.asked["scope"].split()) == {"openid", "profile", "email"}
    again = Client()
    come_in(again, provider)
    assert is_in(again)
    assert User.objects.count() == 1
    assert not SocialToken.objects.exists()


def _times(claims: dict[str, Any]) -> None:
    claims.update(iat=int(time.time()) - 900, exp=int(time.time()) - 600)


LIES = {
    "nonce": lambda claims: claims.update(nonce="another"),
    "no nonce": lambda claims: claims.pop("nonce"),
    "audience": lambda claims: claims.update(aud="another"),
    "audiences": lambda claims: claims.update(aud=[CLIENT, "another"], azp="another"),
    "issuer": lambda claims: claims.update(iss="https://outro.example"),
    "expired": _times,
    "no end": lambda claims: claims.pop("exp"),
    "nobody": lambda claims: claims.pop("sub"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_is_not_for_this_attempt_opens_nothing(
    visitor: Client, provider: Provider, lie: str
) -> None:
    provider.lie = LIES[lie]
    assert "Não foi possível entrar pela conta da empresa" in come_in(visitor, provider)
    assert not is_in(visitor)
    assert not User.objects.exists()


@pytest.mark.parametrize("how", ["foreign", "unsigned", "secret", "garbage", "number", "none"])
def test_a_token_that_the_provider_did_not_sign_opens_nothing(
    visitor: Client, provider: Provider, how: str
) -> None:
    provider.sign = {
        "foreign": lambda claims: provider.signed(claims, "foreign"),
        "unsigned": provider.unsigned,
        "secret": provider.signed_with_the_secret,
        "garbage": lambda claims: "a.b.c",
        "number": lambda claims: 7,
        "none": lambda claims: None,
    }[how]  # type: ignore[assignment]
    assert "Não foi possível entrar" in come_in(visitor, provider)
    assert not User.objects.exists()


def test_a_key_that_is_not_published_opens_nothing(visitor: Client, provider: Provider) -> None:
    provider.sign = lambda claims: jwt.encode(
        claims, provider.keys["own"], "RS256", headers={"kid": "another"}
    )
    assert "Não foi possível entrar" in come_in(visitor, provider)


def test_another_issuer_at_the_same_address_is_not_believed(
    visitor: Client, provider: Provider
) -> None:
    provider.issuer_told = "https://outro.example"
    page = visitor.get("/entrar/empresa/", follow=True).content.decode()
    assert "Não foi possível entrar" in page


def test_an_answer_that_nobody_asked_for_opens_nothing(visitor: Client, provider: Provider) -> None:
    asked = Client().get("/entrar/empresa/")["Location"]
    back = provider.authorize(asked).partition("testserver")[2]
    page = visitor.get(back, follow=True).content.decode()
    assert "Não foi possível entrar" in page
    assert not is_in(visitor)


def test_an_answer_is_used_up(visitor: Client, provider: Provider) -> None:
    back = provider.authorize(visitor.get("/entrar/empresa/")["Location"])
    address = back.partition("testserver")[2]
    visitor.get(address)
    assert is_in(visitor)
    visitor.post("/sair/")
    visitor.get(address)
    assert not is_in(visitor)


@pytest.mark.parametrize(
    ("claims", "comes_in"),
    [
        ({"groups": []}, False),
        ({"groups": ["outra"]}, False),
        ({"groups": "retorno"}, True),
        ({"groups": ["chefia"]}, False),
        ({"preferred_username": ""}, False),
        ({"groups": None}, False),
        ({"groups": 7}, False),
        ({"preferred_username": "davi exemplo / outro"}, False),
        ({"preferred_username": "d" * 200}, False),
    ],
)
def test_who_may_come_in(
    visitor: Client, provider: Provider, claims: dict[str, Any], *, comes_in: bool
) -> None:
    provider.claims |= claims
    page = come_in(visitor, provider)
    assert is_in(visitor) is comes_in
    assert ("Peça o acesso à supervisão" in page) is not comes_in


def test_a_supervisor_is_made_only_where_the_site_says_so(
    visitor: Client, provider: Provider, settings: Settings
) -> None:
    configured(settings, provider, GUICHE_OIDC_SUPERVISORS="1")
    provider.claims["groups"] = ["chefia"]
    come_in(visitor, provider)
    assert User.objects.get().role == Role.SUPERVISAO


def test_a_user_name_opens_no_account_that_has_a_password(
    visitor: Client, provider: Provider
) -> None:
    User.objects.create_superuser("davi", PASSWORD)
    assert "Peça o acesso à supervisão" in come_in(visitor, provider)
    assert not SocialAccount.objects.exists()


def test_a_user_name_opens_no_account_of_a_program(
    visitor: Client, provider: Provider, supervisao: User
) -> None:
    """It has no password either, and is nobody's."""
    ServiceAccount.named("davi", Role.SUPERVISAO, supervisao)
    assert "Peça o acesso à supervisão" in come_in(visitor, provider)
    assert not SocialAccount.objects.exists()


def test_an_account_that_was_made_for_it_is_taken_once(
    visitor: Client, provider: Provider, settings: Settings
) -> None:
    configured(settings, provider, GUICHE_OIDC_ROLES="")
    User.objects.create_superuser("davi")
    come_in(visitor, provider)
    assert is_in(visitor)
    provider.claims["sub"] = "0002"
    other = Client()
    assert "Peça o acesso" in come_in(other, provider)
    provider.claims |= {"sub": "0003", "preferred_username": "eva"}
    assert "Peça o acesso" in come_in(Client(), provider)


def test_the_account_of_a_program_is_nobodys(
    visitor: Client, provider: Provider, supervisao: User
) -> None:
    ServiceAccount.named("davi", Role.SUPERVISAO, supervisao)
    assert "Peça o acesso à supervisão" in come_in(visitor, provider)
    assert not is_in(visitor)
    assert not SocialAccount.objects.exists()


def test_who_left_the_group_stays_out(visitor: Client, provider: Provider) -> None:
    come_in(visitor, provider)
    provider.claims["groups"] = []
    other = Client()
    come_in(other, provider)
    assert not is_in(other)


def test_an_account_that_was_switched_off_stays_out(visitor: Client, provider: Provider) -> None:
    come_in(visitor, provider)
    User.objects.update(is_active=False)
    other = Client()
    come_in(other, provider)
    assert not is_in(other)


def test_the_second_factor_of_the_company_counts(
    visitor: Client, provider: Provider, settings: Settings
) -> None:
    settings.SECOND_FACTOR = "todos"
    come_in(visitor, provider)
    assert visitor.get("/fila/").status_code == 200


def test_without_it_there_is_no_such_page(visitor: Client) -> None:
    assert visitor.get("/entrar/empresa/").status_code == 404
    assert visitor.get("/entrar/empresa/retorno/?code=x&state=y").status_code == 404
    assert "empresa" not in visitor.get("/entrar/").content.decode()


def test_a_provider_that_is_away_is_said(visitor: Client, settings: Settings) -> None:
    with running() as provider:
        configured(settings, provider)
    page = visitor.get("/entrar/empresa/", follow=True).content.decode()
    assert "Não foi possível entrar pela conta da empresa" in page


WHOLE = {
    "GUICHE_OIDC_ISSUER": "https://entrada.exemplo.com.br",
    "GUICHE_OIDC_CLIENT_ID": "guiche",
    "GUICHE_OIDC_CLIENT_SECRET": "segredo",
}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"GUICHE_OIDC_ISSUER": "http://entrada.exemplo.com.br"}, "https"),
        ({"GUICHE_OIDC_ISSUER": "http://127.0.0.1:9"}, "https"),
        ({"GUICHE_OIDC_CLIENT_ID": ""}, "CLIENT_ID"),
        ({"GUICHE_OIDC_CLIENT_SECRET": ""}, "CLIENT_SECRET"),
        ({"GUICHE_OIDC_ROLES": "grupo"}, "ROLES"),
        ({"GUICHE_OIDC_ROLES": "grupo=chefe"}, "suporte"),
        ({"GUICHE_OIDC_ROLE_CLAIM": "a b"}, "ROLE_CLAIM"),
    ],
)
def test_half_a_description_is_refused(changes: dict[str, str], told: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=told):
        company_settings.read({**WHOLE, **changes}, production=True)


def test_the_secret_is_not_shown() -> None:
    oidc = company_settings.read(WHOLE, production=True)
    assert "segredo" not in repr(oidc)
    assert company_settings.read({}, production=True) is None


def test_who_has_a_factor_here_is_asked_for_it_too(visitor: Client, provider: Provider) -> None:
    come_in(visitor, provider)
    davi = User.objects.get()
    davi.set_password(PASSWORD)
    davi.save()
    turn_on_app(signed_in(davi))
    other = Client()
    assert "Segunda etapa" in come_in(other, provider)
    assert not is_in(other)
