"""Logged out shows only the login; the login says nothing about which accounts exist."""

import pytest
from django.test import Client

from guiche.desk.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def bruno() -> User:
    return User.objects.create_user("bruno", "uma senha longa", name="Bruno Exemplo")


def test_the_login_is_the_only_page_without_an_account(visitor: Client) -> None:
    assert visitor.get("/entrar/").status_code == 200
    answer = visitor.get("/")
    assert answer.status_code == 302
    assert answer["Location"] == "/entrar/?next=/"


def test_enters_and_goes_on_to_the_page_asked_for(visitor: Client, bruno: User) -> None:
    answer = visitor.post(
        "/entrar/?next=/fila/", {"username": "Bruno", "password": "uma senha longa"}
    )
    assert answer.status_code == 302
    assert answer["Location"] == "/fila/"


def test_does_not_go_on_to_another_site(visitor: Client, bruno: User) -> None:
    data = {"username": "bruno", "password": "uma senha longa", "next": "https://exemplo.test/"}
    assert visitor.post("/entrar/", data)["Location"] == "/"


@pytest.mark.parametrize("username", ["bruno", "ninguem"])
def test_the_refusal_is_the_same_for_a_wrong_password_and_no_account(
    visitor: Client, bruno: User, username: str
) -> None:
    page = visitor.post("/entrar/", {"username": username, "password": "errada"}).content.decode()
    assert "Usuário ou senha não conferem." in page
    assert "<title>Erro: Entrar" in page
    assert f'value="{username}"' in page
    assert "errada" not in page


def test_an_empty_form_says_what_is_missing(visitor: Client) -> None:
    page = visitor.post("/entrar/", {"username": "", "password": ""}).content.decode()
    assert "Preencha o usuário e a senha." in page


def test_markup_in_the_user_name_stays_text(visitor: Client) -> None:
    page = visitor.post("/entrar/", {"username": '"><script>x', "password": "x"}).content.decode()
    assert "<script>x" not in page


def test_leaving_is_a_post_and_ends_the_login(visitor: Client, bruno: User) -> None:
    visitor.force_login(bruno)
    assert visitor.get("/sair/")["Location"] == "/"
    assert visitor.get("/")["Location"] == "/atender/"
    assert visitor.post("/sair/")["Location"] == "/entrar/"
    assert visitor.get("/")["Location"].startswith("/entrar/")


def test_a_page_of_another_team_leads_to_ones_own(visitor: Client, bruno: User) -> None:
    bruno.role = "relacionamento"
    bruno.save(update_fields=["role"])
    data = {"username": "bruno", "password": "uma senha longa"}
    assert visitor.post("/entrar/?next=/atender/", data)["Location"] == "/"
    assert visitor.get("/")["Location"] == "/fila/"


def test_an_account_that_was_switched_off_does_not_enter(visitor: Client, bruno: User) -> None:
    bruno.is_active = False
    bruno.save(update_fields=["is_active"])
    page = visitor.post("/entrar/", {"username": "bruno", "password": "uma senha longa"})
    assert "Usuário ou senha não conferem." in page.content.decode()


def test_a_request_inside_a_page_learns_that_the_login_ended(visitor: Client) -> None:
    """htmx follows redirects: the login page must not land in the middle of another page."""
    answer = visitor.get("/", headers={"HX-Request": "true"}, follow=True)
    assert answer.status_code == 401
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize(
    ("role", "page"),
    [("suporte", "/atender/"), ("relacionamento", "/fila/"), ("supervisao", "/fila/")],
)
def test_each_role_starts_on_its_own_page(visitor: Client, role: str, page: str) -> None:
    visitor.force_login(User.objects.create_user(role, role=role))
    assert visitor.get("/")["Location"] == page
