"""The second factor: asked for after the password, each code once, wrong ones counted."""

import logging

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from pytest_django.fixtures import Settings

from calls import signed_in
from desk.factors import PASSWORD, code_of, confirm, stand_still, turn_on_app
from guiche.desk.models import Login, User
from guiche.desk.people.factor import KeyLost
from guiche.desk.people.role import Role

pytestmark = pytest.mark.django_db

CREDENTIALS = {"username": "silvia", "password": PASSWORD}


@pytest.fixture
def silvia() -> User:
    return User.objects.create_user("silvia", PASSWORD, name="Silvia Exemplo", role=Role.SUPERVISAO)


def enter(client: Client) -> None:
    """The password; the second step comes next."""
    answer = client.post("/entrar/?next=/fila/", CREDENTIALS)
    assert (answer.status_code, answer["Location"]) == (302, "/entrar/codigo/")


def test_nothing_opens_between_password_and_code(
    silvia: User, visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_still(monkeypatch)
    secret, _ = turn_on_app(signed_in(silvia))
    enter(visitor)
    assert visitor.get("/fila/")["Location"].startswith("/entrar/")
    before = visitor.session.session_key
    answer = visitor.post("/entrar/codigo/", {"code": code_of(secret, -1)})
    assert answer["Location"] == "/fila/"
    assert visitor.session.session_key != before
    assert visitor.get("/fila/").status_code == 200


def test_a_code_opens_once(silvia: User, visitor: Client) -> None:
    secret, _ = turn_on_app(signed_in(silvia))
    code = code_of(secret, 1)
    enter(visitor)
    assert visitor.post("/entrar/codigo/", {"code": code}).status_code == 302
    other = Client()
    enter(other)
    page = other.post("/entrar/codigo/", {"code": code})
    assert "Não confere." in page.content.decode()


def test_a_recovery_code_opens_once_and_is_counted_off(silvia: User, visitor: Client) -> None:
    owner = signed_in(silvia)
    _, codes = turn_on_app(owner)
    assert len(set(codes)) == 10
    enter(visitor)
    assert visitor.post("/entrar/codigo/", {"code": codes[3]}).status_code == 302
    other = Client()
    enter(other)
    assert "Não confere." in other.post("/entrar/codigo/", {"code": codes[3]}).content.decode()
    assert "9 por usar" in owner.get("/conta/").content.decode()


def test_recovery_codes_are_shown_once(silvia: User) -> None:
    owner = signed_in(silvia)
    _, codes = turn_on_app(owner)
    page = owner.get("/conta/codigos/").content.decode()
    assert "Restam 10 de 10" in page
    assert not any(code in page for code in codes)


def test_wrong_codes_are_counted(
    silvia: User, visitor: Client, caplog: pytest.LogCaptureFixture
) -> None:
    secret, _ = turn_on_app(signed_in(silvia))
    enter(visitor)
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            assert visitor.post("/entrar/codigo/", {"code": "abcdef"}).status_code == 200
    assert f"account {silvia.pk}, wrong code of totp" in caplog.text
    page = visitor.post("/entrar/codigo/", {"code": code_of(secret)}).content.decode()
    assert "tentativas demais" in page
    assert visitor.get("/fila/").status_code == 302


def test_secrets_are_enciphered_in_the_database(silvia: User, settings: Settings) -> None:
    secret, codes = turn_on_app(signed_in(silvia))
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert not any(code in kept for code in codes)
    settings.DATA_KEY, settings.DATA_KEY_FALLBACKS = "another key that is long enough, too", []
    with pytest.raises(KeyLost, match="GUICHE_DATA_KEY"):
        Authenticator.objects.get(type="totp").wrap().validate_code("000000")


@pytest.mark.parametrize(
    "address",
    ["/conta/aplicativo/", "/conta/chaves/nova/", "/conta/codigos/novos/", "/conta/dados/"],
)
def test_a_change_asks_again_who_it_is(silvia: User, address: str) -> None:
    client = signed_in(silvia)
    answer = client.get(address)
    assert answer["Location"].startswith("/conta/confirmar/")
    page = client.post("/conta/confirmar/", {"password": "errada"})
    assert "A senha não confere." in page.content.decode()
    confirm(client)
    assert client.get("/conta/dados/").status_code == 200


def test_guesses_there_are_counted_as_those_of_a_login(silvia: User) -> None:
    client = signed_in(silvia)
    for _ in range(5):
        client.post("/conta/confirmar/", {"password": "errada"})
    page = client.post("/conta/confirmar/", {"password": PASSWORD}).content.decode()
    assert "tentativas demais" in page


def test_who_must_have_one_sets_it_up_before_anything_else(
    silvia: User, bruno: User, visitor: Client, settings: Settings
) -> None:
    settings.SECOND_FACTOR = "supervisao"
    client = signed_in(silvia)
    assert client.get("/fila/")["Location"] == "/conta/"
    assert "Cadastre a segunda etapa" in client.get("/conta/").content.decode()
    answer = client.post("/busca/", {"q": "x"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/conta/")
    turn_on_app(client)
    assert client.get("/fila/").status_code == 200
    assert signed_in(bruno).get("/fila/").status_code == 200
    settings.SECOND_FACTOR = "todos"
    assert signed_in(bruno).get("/fila/")["Location"] == "/conta/"


def test_the_last_one_stays_where_one_must_be(silvia: User, settings: Settings) -> None:
    client = signed_in(silvia)
    turn_on_app(client)
    settings.SECOND_FACTOR = "supervisao"
    page = client.post("/conta/aplicativo/remover/").content.decode()
    assert "precisa da segunda etapa" in page
    assert Authenticator.objects.filter(type="totp").exists()
    settings.SECOND_FACTOR = "ninguem"
    assert client.post("/conta/aplicativo/remover/")["Location"] == "/conta/"
    assert not Authenticator.objects.exists()


def test_a_local_desk_asks_for_none(silvia: User, visitor: Client) -> None:
    assert visitor.post("/entrar/", CREDENTIALS)["Location"] == "/"
    assert visitor.get("/fila/").status_code == 200
    assert Login.objects.count() == 1


@pytest.mark.parametrize(
    "body", ["", "null", "[]", "{", '{"id": "x"}', '{"response": {"userHandle": "AA"}}', "7"]
)
def test_what_is_no_passkey_is_refused_in_words(visitor: Client, body: str) -> None:
    visitor.get("/entrar/chave/", headers={"Accept": "application/json"})
    answer = visitor.post("/entrar/chave/", {"credential": body}, follow=True)
    assert answer.status_code == 200
    assert "_auth_user_id" not in visitor.session
