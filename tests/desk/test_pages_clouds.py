"""Certificado em nuvem, for the supervisor: what a provider gave, kept, and never shown again."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from desk.cloud import registered, words
from guiche.desk.cloud.application import LONGEST
from guiche.desk.doubles.psc import CLIENT_ID, CLIENT_SECRET, Psc
from guiche.desk.models import PscApplication, User
from guiche.sources.psc import providers
from stored import assert_nowhere

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

FORM = "/integracoes/nuvem/vidaas/"
TYPED = {"client_id": CLIENT_ID, "secret": CLIENT_SECRET, "base": "", "active": "sim", "visto": "0"}


@pytest.fixture
def client(supervisao: User) -> Client:
    client = Client()
    client.force_login(supervisao)
    return client


@pytest.fixture
def double() -> Iterator[Psc]:
    with Psc([]) as started:
        yield started


def saved() -> PscApplication:
    return PscApplication.of(providers()["vidaas"])


def test_supervisors_alone(visitor: Client, suporte: User, client: Client) -> None:
    for address in ("/integracoes/nuvem/", FORM):
        assert visitor.get(address).status_code == 302
        assert client.get(address).status_code == 200
    client.force_login(suporte)
    for address in ("/integracoes/nuvem/", FORM):
        assert client.get(address).status_code == 403


def test_every_provider_is_listed(client: Client) -> None:
    page = words(client.get("/integracoes/nuvem/"))
    for provider in providers().values():
        assert provider.name in page
    assert page.count("endereço a conferir") == 2
    assert client.get("/integracoes/nuvem/nenhum/").status_code == 404


def test_the_address_of_return_is_shown_to_be_registered(client: Client) -> None:
    page = words(client.get(FORM))
    assert "http://testserver/nuvem/retorno/" in page
    assert "authentication_session" in page


def test_saved_enciphered_and_never_shown(client: Client, supervisao: User) -> None:
    assert client.post(FORM, TYPED).status_code == 302
    row = saved()
    assert (row.client_id, row.secret, row.active, row.by) == (
        CLIENT_ID, CLIENT_SECRET, True, supervisao,
    )  # fmt: skip
    assert_nowhere([CLIENT_SECRET])
    page = client.get(FORM).content.decode()
    assert CLIENT_SECRET not in page
    assert "Definido; deixe em branco para manter." in page


def test_a_secret_that_is_left_empty_stays(client: Client) -> None:
    client.post(FORM, TYPED)
    client.post(FORM, {**TYPED, "secret": "", "client_id": "outra", "visto": "1"})
    assert (saved().client_id, saved().secret) == ("outra", CLIENT_SECRET)
    client.post(FORM, {**TYPED, "secret": "novo", "active": "", "visto": "2"})
    assert saved().secret == "novo"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"client_id": ""}, "client_id: falta."),
        ({"secret": ""}, "client_secret: falta."),
        ({"base": "psc.exemplo.com.br"}, "comece com https://"),
        ({"base": "http://psc.exemplo.com.br/v0"}, "comece com https://"),
        ({"client_id": "x" * (LONGEST + 1)}, f"tem mais de {LONGEST} caracteres"),
    ],
)
def test_what_cannot_be_used_is_refused_and_stays_typed(
    client: Client, changed: dict[str, str], said: str
) -> None:
    answer = client.post(FORM, {**TYPED, **changed})
    assert answer.status_code == 422
    assert said in words(answer)
    page = answer.content.decode()
    assert (f'value="{changed["base"]}"' if changed.get("base") else "vidaas") in page
    assert CLIENT_SECRET not in page
    assert not PscApplication.objects.exists()


def test_a_provider_of_unknown_address_needs_one(client: Client) -> None:
    form = "/integracoes/nuvem/remoteid/"
    assert "Endereço do provedor: comece com" in words(client.post(form, TYPED))
    base = {"base": "https://psc.exemplo.com.br/v0"}
    assert client.post(form, {**TYPED, **base}).status_code == 302


def test_two_supervisors_at_once(client: Client) -> None:
    client.post(FORM, TYPED)
    answer = client.post(FORM, {**TYPED, "client_id": "outra"})
    assert answer.status_code == 409
    assert "mudou isto depois que você abriu a página" in words(answer)
    assert 'value="outra"' in answer.content.decode()
    assert saved().client_id == CLIENT_ID


def test_trying_it(client: Client, double: Psc, supervisao: User) -> None:
    registered(double, supervisao, "vidaas")
    assert "O VIDaaS respondeu e não recusou a aplicação." in words(
        client.post(FORM, {"acao": "testar"})
    )
    registered(double, supervisao, "vidaas", secret="outro")
    assert "O VIDaaS não reconheceu esta aplicação." in words(client.post(FORM, {"acao": "testar"}))
    double.stop()
    assert "O VIDaaS não respondeu" in words(client.post(FORM, {"acao": "testar"}))


def test_nothing_to_try_yet(client: Client) -> None:
    assert "não reconheceu esta aplicação" in words(client.post(FORM, {"acao": "testar"}))


def test_another_data_key(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.post(FORM, TYPED)
    monkeypatch.setattr(settings, "DATA_KEY", "outra" * 12)
    monkeypatch.setattr(settings, "DATA_KEY_FALLBACKS", [])
    assert "não abre mais. Digite-o de novo." in words(client.get(FORM))
    assert client.post(FORM, {**TYPED, "secret": "", "visto": "1"}).status_code == 422
    assert client.post(FORM, {**TYPED, "visto": "1"}).status_code == 302
    assert saved().secret == CLIENT_SECRET


def test_what_went_wrong_last_is_shown(client: Client, stopped_clock: Any) -> None:
    client.post(FORM, TYPED)
    assert "Ligado; ainda não foi usado." in words(client.get("/integracoes/nuvem/"))
    PscApplication.objects.update(last_error="O VIDaaS não respondeu.", last_at=stopped_clock.now)
    for address in (FORM, "/integracoes/nuvem/"):
        assert "O VIDaaS não respondeu." in words(client.get(address))
    PscApplication.objects.update(last_error="")
    assert "Funcionou em 23/11/2026 14:44." in words(client.get(FORM))
