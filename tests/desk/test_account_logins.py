"""How long a login lasts, who sees and ends it, and what ends it at once."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from calls import signed_in
from desk.factors import PASSWORD, confirm
from guiche.desk import clock, retention
from guiche.desk.api.token import ApiToken, Scope, ServiceAccount
from guiche.desk.models import Login, Record, Remembered, User
from guiche.desk.people.login import BEGAN, SEEN

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def bruno() -> User:
    return User.objects.create_user("bruno", PASSWORD, name="Bruno Exemplo")


def enter(password: str = PASSWORD, **extra: Any) -> Client:
    client = Client(headers={"User-Agent": FIREFOX}, **extra)
    client.post("/entrar/", {"username": "bruno", "password": password})
    return client


def is_in(client: Client) -> bool:
    return client.get("/conta/").status_code == 200


def back_date(client: Client, **times: timedelta) -> None:
    session = client.session
    for name, span in times.items():
        session[name] -= span.total_seconds()
    session.save()


@pytest.mark.parametrize(
    ("times", "stays"),
    [
        ({SEEN: timedelta(minutes=59)}, True),
        ({SEEN: timedelta(minutes=61)}, False),
        ({BEGAN: timedelta(hours=11, minutes=59)}, True),
        ({BEGAN: timedelta(hours=12, minutes=1)}, False),
    ],
)
def test_ends_after_an_hour_without_use_and_after_twelve_in_any_case(
    bruno: User, times: dict[str, timedelta], *, stays: bool
) -> None:
    client = enter()
    back_date(client, **times)
    assert is_in(client) is stays
    assert Login.objects.exists() is stays


def test_use_keeps_it_open_and_what_a_page_asks_of_itself_does_not(bruno: User) -> None:
    client = enter()
    back_date(client, **{SEEN: timedelta(minutes=50)})
    client.get("/fila/", headers={"HX-Request": "true"})
    assert timezone.now().timestamp() - client.session[SEEN] > 49 * 60
    client.get("/fila/")
    assert timezone.now().timestamp() - client.session[SEEN] < 60
    assert timezone.now() - Login.objects.get().seen_at < timedelta(minutes=1)


def test_a_page_costs_no_query_for_it(
    bruno: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = enter()
    with django_assert_num_queries(2):  # the session and its account
        client.get("/")


def test_one_sees_where_one_is_logged_in(bruno: User) -> None:
    enter(REMOTE_ADDR="203.0.113.9")
    page = enter(REMOTE_ADDR="2001:db8:7::1").get("/conta/").content.decode()
    assert page.count("<h3>Firefox, Linux") == 2
    assert "203.0.113.x" in page
    assert "203.0.113.9" not in page
    assert "2001:db8:7::x" in page


def test_one_ends_one_or_all_others_but_nobody_elses(bruno: User, carla: User) -> None:
    here, there, far = enter(), enter(), enter()
    others = Login.objects.filter(session_key=there.session.session_key).get()
    signed_in(carla).post(f"/conta/entradas/{others.pk}/encerrar/")
    assert is_in(there)
    here.post(f"/conta/entradas/{others.pk}/encerrar/")
    assert [is_in(each) for each in (here, there, far)] == [True, False, True]
    own = Login.objects.filter(session_key=here.session.session_key).get()
    here.post(f"/conta/entradas/{own.pk}/encerrar/")
    here.post("/conta/entradas/encerrar/")
    assert [is_in(each) for each in (here, far)] == [True, False]
    assert Login.objects.filter(user=bruno).count() == 1


def test_an_account_that_is_switched_off_is_out_at_once(bruno: User) -> None:
    client = enter()
    bruno.is_active = False
    bruno.save(update_fields=["is_active"])
    assert not is_in(client)


def test_a_new_password_ends_every_other_login(bruno: User) -> None:
    here, there = enter(), enter()
    new = "onze girassois amarelos"
    typed = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    refused = here.post("/conta/senha/", {**typed, "old_password": "errada"})
    assert refused.status_code == 422
    assert "A senha atual não confere." in refused.content.decode()
    assert is_in(there)
    assert here.post("/conta/senha/", typed)["Location"] == "/conta/"
    assert [is_in(here), is_in(there)] == [True, False]
    assert not is_in(enter())
    assert is_in(enter(password=new))
    assert Record.objects.get().what == "senha trocada pela própria pessoa"


def test_with_a_new_password_one_chooses_which_tokens_end(bruno: User, supervisao: User) -> None:
    def token(user: User, by: User, name: str) -> ApiToken:
        return ApiToken.create(user, name, [Scope.READ], "30", by)[0]

    program = ServiceAccount.named("loja-exemplo", "suporte", bruno)
    lost, kept = token(bruno, bruno, "Notebook"), token(bruno, bruno, "Servidor")
    made, others = token(program, bruno, "Loja"), token(supervisao, supervisao, "Alheio")
    here = enter()
    page = here.get("/conta/senha/").content.decode()
    assert [each.name in page for each in (lost, kept, made, others)] == [True, True, True, False]
    new = "onze girassois amarelos"
    typed = {
        "old_password": "errada", "new_password1": new, "new_password2": new,
        "revogar": [lost.pk, made.pk, others.pk],
    }  # fmt: skip
    refused = here.post("/conta/senha/", typed).content.decode()
    assert refused.count(" checked>") == 2
    assert ApiToken.holding(clock.now()).count() == 4
    here.post("/conta/senha/", {**typed, "old_password": PASSWORD})
    assert set(ApiToken.holding(clock.now())) == {kept, others}
    assert Record.objects.get().what.endswith("Tokens revogados: 2")
    assert "Tokens revogados: 2." in here.get("/conta/").content.decode()


@pytest.mark.parametrize("new", ["1234", "12345678901", "brunobru", "password"])
def test_a_poor_password_is_refused(bruno: User, new: str) -> None:
    typed = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert enter().post("/conta/senha/", typed).status_code == 422
    bruno.refresh_from_db()
    assert bruno.check_password(PASSWORD)


def test_an_email_is_changed_after_asking_who_it_is(bruno: User) -> None:
    client = enter()
    assert client.post("/conta/dados/", {"name": "Bruno", "email": "b@exemplo.com.br"})[
        "Location"
    ].startswith("/conta/confirmar/")
    confirm(client)
    client.post("/conta/dados/", {"name": "Bruno", "email": "b@exemplo.com.br"})
    bruno.refresh_from_db()
    assert bruno.email == "b@exemplo.com.br"
    assert Record.objects.get().what == "nome ou e-mail trocado"


def test_the_session_is_another_one_after_the_login(bruno: User) -> None:
    client = Client()
    client.get("/entrar/chave/", headers={"Accept": "application/json"})  # makes a visitor's
    before = client.session.session_key
    client.post("/entrar/", {"username": "bruno", "password": PASSWORD})
    assert before
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_leaving_asks_the_browser_to_forget(bruno: User) -> None:
    client = enter()
    key = client.session.session_key
    answer = client.post("/sair/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert not Session.objects.filter(session_key=key).exists()
    assert not Login.objects.exists()


def test_logins_and_refusals_are_logged_without_what_was_typed(
    bruno: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        enter()
        enter(password="um segredo qualquer")
        Client().post("/entrar/", {"username": "minha senha", "password": "x"})
    assert f"login: account {bruno.pk}" in caplog.text
    assert f"login refused: account {bruno.pk}, wrong password" in caplog.text
    assert "login refused: account ?" in caplog.text
    assert "segredo" not in caplog.text
    assert "minha senha" not in caplog.text


@pytest.mark.parametrize("username", ["bruno", "ninguem"])
def test_guesses_are_counted_for_accounts_that_exist_and_that_do_not(
    bruno: User, username: str, caplog: pytest.LogCaptureFixture
) -> None:
    client, typed = Client(), {"username": username, "password": "errada"}
    for _ in range(5):
        assert "não conferem" in client.post("/entrar/", typed).content.decode()
    with caplog.at_level(logging.WARNING):
        answer = Client().post("/entrar/", {"username": username.upper(), "password": PASSWORD})
    assert "tentativas demais" in answer.content.decode()
    assert "too often" in caplog.text


def test_guesses_of_somebody_elsewhere_lock_nobody_out(bruno: User) -> None:
    for _ in range(10):
        Client(REMOTE_ADDR="203.0.113.7").post("/entrar/", {"username": "bruno", "password": "x"})
    right = {"username": "bruno", "password": PASSWORD}
    assert Client(REMOTE_ADDR="203.0.113.7").post("/entrar/", right).status_code == 200
    assert Client(REMOTE_ADDR="203.0.113.8").post("/entrar/", right).status_code == 302


@pytest.mark.parametrize("username", ["bruno", "ninguem"])
def test_from_many_addresses_a_login_is_guessed_a_hundred_times_an_hour(
    bruno: User, username: str
) -> None:
    right = {"username": username, "password": PASSWORD}
    for n in range(100):
        if username == "bruno" and n % 25 == 0:  # one that succeeds is not counted
            assert Client(REMOTE_ADDR="203.0.113.250").post("/entrar/", right).status_code == 302
        typed = {"username": username.upper(), "password": "x"}
        answer = Client(REMOTE_ADDR=f"203.0.113.{n // 5}").post("/entrar/", typed)
        assert "não conferem" in answer.content.decode()
    answer = Client(REMOTE_ADDR="203.0.113.250").post("/entrar/", right)
    assert "tentativas demais" in answer.content.decode()


def test_one_address_guesses_at_few_accounts(bruno: User) -> None:
    client = Client(REMOTE_ADDR="203.0.113.7")
    for number in range(20):
        client.post("/entrar/", {"username": f"nome{number}", "password": "x"})
    typed = {"username": "bruno", "password": PASSWORD}
    assert "tentativas demais" in client.post("/entrar/", typed).content.decode()
    assert Client(REMOTE_ADDR="203.0.113.8").post("/entrar/", typed).status_code == 302


def test_what_is_over_is_swept(bruno: User) -> None:
    enter()
    Client().post("/entrar/", {"username": "bruno", "password": "x"})
    assert Remembered.objects.exists()
    long_ago = timezone.now() - timedelta(days=2)
    Login.objects.update(seen_at=long_ago)
    Remembered.objects.update(expires_at=long_ago)
    done = retention.sweep(clock.now())
    assert done["logins"] == 1
    assert done["refused logins"] >= 1
    assert not Session.objects.exists()


def test_what_is_remembered_is_json(settings: Settings) -> None:
    """Nothing that is kept between requests runs when it is read."""
    cache.set("a", {"b": [1, 2]}, 60)
    assert Remembered.objects.get().value == {"b": [1, 2]}
    with pytest.raises(TypeError):
        cache.set("a", object(), 60)
    assert settings.SESSION_SERIALIZER == "django.contrib.sessions.serializers.JSONSerializer"


def test_the_memory_keeps_what_a_cache_keeps(db: None) -> None:
    assert cache.get("a", "none") == "none"
    assert [cache.add("a", 1, 60), cache.add("a", 2, 60)] == [True, False]
    assert cache.touch("a", 0)
    assert cache.get("a") is None
    assert cache.add("a", 3, None)
    assert [cache.delete("a"), cache.delete("a")] == [True, False]
    cache.set("b", 1)
    cache.clear()
    assert cache.get("b") is None


def test_who_logs_in_where_somebody_else_was_has_a_login_of_their_own(
    client: Client, bruno: User, carla: User
) -> None:
    client.force_login(carla)
    assert client.get("/conta/").context["user"] == carla
    (login,) = carla.logins.all()
    assert login.session_key == client.session.session_key
