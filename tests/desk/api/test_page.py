"""Programas (API): who makes which token, and who sees and ends it."""

import re
from uuid import uuid4

import pytest
from django.test import Client

from calls import signed_in
from guiche.desk import clock
from guiche.desk.api.token import ApiToken
from guiche.desk.models import User

pytestmark = pytest.mark.django_db

FORM = {"nome": "Planilha", "pode": ["tickets:read", "search"], "validade": "90"}


def text_of(page: str) -> str:
    found = re.search(r"guiche_[0-9A-Za-z]{46}", page)
    return found[0] if found else ""


def test_ones_own(client: Client, bruno: User) -> None:
    page = client.post("/programas/novo/", FORM).content.decode()
    token = ApiToken.of(text_of(page), clock.now())
    assert token
    assert (token.user, token.by) == (bruno, bruno)
    listed = client.get("/programas/").content.decode()
    assert "Planilha" in listed
    assert text_of(listed) == ""


def test_a_double_click_makes_one(client: Client) -> None:
    form = {**FORM, "form": str(uuid4())}
    client.post("/programas/novo/", form)
    assert client.post("/programas/novo/", form).status_code == 422
    assert ApiToken.objects.count() == 1


def test_what_is_missing_is_said(client: Client) -> None:
    page = client.post("/programas/novo/", {**FORM, "pode": []})
    assert page.status_code == 422
    assert "Marque o que o token pode fazer." in page.content.decode()


def test_a_supervisor_makes_one_for_a_program(supervisao: User, bruno: User) -> None:
    boss = signed_in(supervisao)
    page = boss.post("/programas/novo/", {**FORM, "conta": "loja", "papel": "suporte"})
    token = ApiToken.of(text_of(page.content.decode()), clock.now())
    assert token
    assert (token.user.username, token.by) == ("loja", supervisao)
    assert boss.post("/programas/novo/", {**FORM, "conta": bruno.username}).status_code == 422


def test_nobody_else_does(client: Client, bruno: User) -> None:
    client.post("/programas/novo/", {**FORM, "conta": "loja", "papel": "supervisao"})
    assert ApiToken.objects.get().user == bruno
    assert not User.objects.filter(username="loja").exists()


def test_another_ones_is_neither_seen_nor_ended(
    client: Client, carla: User, supervisao: User
) -> None:
    token, _ = ApiToken.create(carla, "Dela", ["search"], "30", carla)
    assert "Dela" not in client.get("/programas/").content.decode()
    assert client.post(f"/programas/{token.pk}/revogar/").status_code == 404
    boss = signed_in(supervisao)
    assert "Dela" in boss.get("/programas/").content.decode()
    boss.post(f"/programas/{token.pk}/revogar/")
    token.refresh_from_db()
    assert token.revoked_at


def test_nobody_who_is_not_signed_in(visitor: Client) -> None:
    for path in ("/programas/", "/programas/documento/"):
        assert visitor.get(path).status_code == 302
