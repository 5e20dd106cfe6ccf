"""Supervisors make accounts, change them, and help whoever cannot get in; all of it is recorded."""

import html
import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from calls import signed_in
from desk.factors import turn_on_app
from guiche.desk.api.token import ApiToken, Scope, ServiceAccount
from guiche.desk.models import Record, User
from guiche.desk.people.role import Role

pytestmark = pytest.mark.django_db

NEW = {"username": "Davi", "name": "Davi Exemplo", "role": "suporte", "is_active": "on"}


@pytest.fixture
def supervisor(supervisao: User) -> Client:
    return signed_in(supervisao)


def shown_password(page: str) -> str:
    found = re.search(r'id="senha">([a-z0-9-]+)<', page)
    assert found
    return html.unescape(found[1])


def test_a_new_account_gets_a_password_that_must_be_changed(
    supervisor: Client, visitor: Client, supervisao: User
) -> None:
    page = supervisor.post("/pessoas/nova/", {**NEW, "entra": "senha"}).content.decode()
    password = shown_password(page)
    davi = User.objects.get(username="davi")
    assert (davi.name, davi.role, davi.email) == ("Davi Exemplo", "suporte", "")
    visitor.post("/entrar/", {"username": "davi", "password": password})
    assert visitor.get("/atender/")["Location"] == "/conta/senha/"
    new = "onze girassois amarelos"
    typed = {"old_password": password, "new_password1": new, "new_password2": new}
    visitor.post("/conta/senha/", typed)
    assert visitor.get("/fila/").status_code == 200
    made = Record.objects.order_by("pk").first()
    assert made
    assert (made.by, made.person, made.what) == (supervisao, davi, "criada, Suporte")
    assert password not in str(list(Record.objects.values()))


def test_many_may_have_one_email_and_none_a_user_name_twice(supervisor: Client) -> None:
    typed = {**NEW, "entra": "senha", "email": "suporte@exemplo.com.br"}
    assert supervisor.post("/pessoas/nova/", typed).status_code == 200
    assert supervisor.post("/pessoas/nova/", {**typed, "username": "eva"}).status_code == 200
    answer = supervisor.post("/pessoas/nova/", {**typed, "username": "DAVI"})
    assert answer.status_code == 422
    assert "Já existe uma conta com este usuário." in answer.content.decode()


def test_an_account_for_the_sign_on_of_the_company_has_no_password(supervisor: Client) -> None:
    page = supervisor.post("/pessoas/nova/", {**NEW, "entra": "empresa"}).content.decode()
    assert "entra pela conta da empresa" in page
    assert 'id="senha"' not in page
    assert not User.objects.get(username="davi").has_usable_password()


def test_switched_off_is_out_at_once(supervisor: Client, bruno: User) -> None:
    his = signed_in(bruno)
    supervisor.post(f"/pessoas/{bruno.pk}/", {"username": "bruno", "role": "suporte"})
    assert his.get("/conta/").status_code == 302
    assert not bruno.logins.exists()
    assert "Ativa" in Record.objects.get(person=bruno).what


def test_another_role_asks_to_log_in_again(supervisor: Client, bruno: User) -> None:
    his = signed_in(bruno)
    typed = {"username": "bruno", "role": "relacionamento", "is_active": "on"}
    supervisor.post(f"/pessoas/{bruno.pk}/", typed)
    assert his.get("/conta/").status_code == 302


@pytest.mark.parametrize("typed", [{"role": "supervisao"}, {"role": "suporte", "is_active": "on"}])
def test_somebody_must_remain_who_may_open_the_page(
    supervisor: Client, supervisao: User, typed: dict[str, str]
) -> None:
    address = f"/pessoas/{supervisao.pk}/"
    answer = supervisor.post(address, {"username": supervisao.username, **typed})
    assert answer.status_code == 422
    assert "única conta ativa" in answer.content.decode()
    User.objects.create_superuser("outra", "x")
    assert supervisor.post(address, {"username": supervisao.username, **typed}).status_code == 302


def test_helps_whoever_lost_password_or_phone(supervisor: Client) -> None:
    eva = User.objects.create_user("eva", "girassol de maio")
    hers = signed_in(eva)
    turn_on_app(hers)
    assert "Tirar a segunda etapa" in supervisor.get(f"/pessoas/{eva.pk}/").content.decode()
    supervisor.post(f"/pessoas/{eva.pk}/segunda-etapa/")
    assert not Authenticator.objects.exists()
    assert hers.get("/conta/").status_code == 302
    page = supervisor.post(f"/pessoas/{eva.pk}/senha/").content.decode()
    eva.refresh_from_db()
    assert eva.check_password(shown_password(page))
    assert eva.must_change_password
    told = list(Record.objects.order_by("pk").values_list("what", flat=True))
    assert told == ["segunda etapa tirada", "senha nova"]


def test_who_gives_a_password_is_told_of_tokens_that_still_hold(
    supervisor: Client, bruno: User
) -> None:
    ApiToken.create(bruno, "Notebook", [Scope.READ], "30", bruno)
    page = supervisor.post(f"/pessoas/{bruno.pk}/senha/").content.decode()
    assert "que continuam valendo: 1." in page
    ApiToken.objects.get().revoke()
    page = supervisor.post(f"/pessoas/{bruno.pk}/senha/").content.decode()
    assert "que continuam valendo" not in page


def test_ends_the_logins_of_somebody(supervisor: Client, bruno: User) -> None:
    his = signed_in(bruno)
    supervisor.post(f"/pessoas/{bruno.pk}/entradas/")
    assert his.get("/conta/").status_code == 302


@pytest.mark.parametrize("act", ["senha", "segunda-etapa", "entradas"])
def test_ones_own_account_is_not_helped_so(supervisor: Client, supervisao: User, act: str) -> None:
    before = supervisao.password
    assert supervisor.post(f"/pessoas/{supervisao.pk}/{act}/")["Location"] == "/conta/"
    supervisao.refresh_from_db()
    assert supervisao.password == before


@pytest.mark.parametrize("address", ["", "nova/", "{pk}/"])
@pytest.mark.parametrize("role", [Role.SUPORTE, Role.RELACIONAMENTO])
def test_is_for_supervisors(people: dict[str, User], role: Role, address: str) -> None:
    place = f"/pessoas/{address.format(pk=people[Role.SUPORTE].pk)}"
    assert signed_in(people[role]).get(place).status_code == 403
    assert signed_in(people[role]).post(place, NEW).status_code == 403


def test_the_list_says_who_has_what(supervisor: Client, bruno: User) -> None:
    page = supervisor.get("/pessoas/").content.decode()
    assert "Bruno Exemplo" in page
    assert supervisor.get("/pessoas/999/").status_code == 404


def test_nobody_is_let_in_as_a_program(supervisor: Client, supervisao: User) -> None:
    program = ServiceAccount.named("discador", Role.SUPERVISAO, supervisao)
    page = supervisor.get(f"/pessoas/{program.pk}/").content.decode()
    assert "ninguém entra por ela" in page
    assert "Dar senha nova" not in page
    supervisor.post(f"/pessoas/{program.pk}/senha/")
    program.refresh_from_db()
    assert not program.has_usable_password()
    assert program not in [person.user for person in supervisor.get("/equipe/").context["people"]]
    # It keeps no page open: the last supervisor is a person.
    sent = {"username": supervisao.username, "role": Role.SUPORTE, "is_active": "on"}
    answer = supervisor.post(f"/pessoas/{supervisao.pk}/", sent)
    assert "É a única conta ativa da supervisão" in answer.content.decode()
