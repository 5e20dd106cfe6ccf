"""A token: what it looks like, what is kept of it, who may make one."""

import re

import pytest

from guiche.desk import clock
from guiche.desk.api.token import MOST, ApiToken, Scope, ServiceAccount, TokenRefused, is_token
from guiche.desk.models import User
from stored import assert_nowhere

pytestmark = pytest.mark.django_db


def new(user: User) -> tuple[ApiToken, str]:
    return ApiToken.create(user, "integração", [Scope.READ], "30", user)


def test_its_form_is_known_to_who_looks_for_secrets(bruno: User) -> None:
    token, text = new(bruno)
    assert re.fullmatch(r"guiche_[0-9A-Za-z]{46}", text)
    assert text.startswith(token.shown)
    assert is_token(text)
    for wrong in ("", "guiche_", text[:-1], text + "a", "x" + text, text.replace("guiche_", "")):
        assert not is_token(wrong)
    swapped = text[:20] + text[21] + text[20] + text[22:]
    assert swapped == text or not is_token(swapped)


def test_only_a_digest_is_kept(bruno: User) -> None:
    _, text = new(bruno)
    assert_nowhere([text, text[7:]])


def test_it_is_found_while_it_holds(bruno: User) -> None:
    token, text = new(bruno)
    assert ApiToken.of(text, clock.now()) == token
    assert ApiToken.of(text, token.expires_at) is None


@pytest.mark.parametrize(
    ("name", "scopes", "days"),
    [("", [Scope.READ], "30"), ("x", [], "30"), ("x", ["tudo"], "30"), ("x", [Scope.READ], "9999")],
)
def test_what_is_refused(bruno: User, name: str, scopes: list[str], days: str) -> None:
    with pytest.raises(TokenRefused):
        ApiToken.create(bruno, name, scopes, days, bruno)


def test_there_is_an_end_to_them(bruno: User) -> None:
    for _ in range(MOST):
        new(bruno)
    with pytest.raises(TokenRefused):
        new(bruno)


def test_a_service_account_is_nobody(supervisao: User, bruno: User) -> None:
    user = ServiceAccount.named("Loja-Exemplo", "suporte", supervisao)
    assert user.username == "loja-exemplo"
    assert not user.has_usable_password()
    assert ServiceAccount.named("loja-exemplo", "suporte", supervisao) == user
    for name, role in ((bruno.username, "suporte"), ("loja-exemplo", "supervisao"), ("a b", "x")):
        with pytest.raises(TokenRefused):
            ServiceAccount.named(name, role, supervisao)
