"""Integrações: a form for every kind of setting, secrets never shown, nothing typed lost."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from desk.deliveries.memory import Desk, away
from guiche.desk import clock
from guiche.desk.connectors.change import ConnectionChange
from guiche.desk.models import Connection, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock", "desk")]

SECRET = "segredo-muito-secreto"
TYPED = {
    "name": "Central",
    "numbers": "sim",
    "s-url": "https://desk.exemplo.com.br",
    "s-password": SECRET,
    "s-hook": "",
    "s-company": "1",
    "s-limit": "20",
    "s-encoding": "latin",
    "s-text": "",
    "s-teams": "Relacionamento = 18",
    "visto": "0",
}
NEW = "/integracoes/nova/sample/"


@pytest.fixture
def client(supervisao: User) -> Client:
    client = Client()
    client.force_login(supervisao)
    return client


@pytest.fixture
def sample() -> Connection:
    made = Connection(kind="sample", name="Exemplo", active=False)
    made.set({"url": "https://desk.exemplo.com.br", "password": SECRET, "hook": "gancho"})
    made.keep()
    return made


def at(connection: Connection, verb: str = "") -> str:
    return f"/integracoes/{connection.pk}/{verb}"


def page(answer: Any) -> str:
    return unescape(answer.content.decode())


def edit(client: Client, connection: Connection, **changes: str) -> Any:
    connection.refresh_from_db()
    kept = {**TYPED, "name": "Exemplo", "s-password": "", "visto": str(connection.version)}
    return client.post(at(connection), {**kept, **changes})


@pytest.mark.parametrize("role", ["suporte", "relacionamento"])
def test_only_a_supervisor_opens_them(
    people: dict[str, User], sample: Connection, role: str
) -> None:
    client = Client()
    client.force_login(people[role])
    for verb in ("", "testar/", "chamado-de-teste/", "tentar/"):
        assert client.post(at(sample, verb)).status_code == 403
    assert client.get("/integracoes/").status_code == client.get(NEW).status_code == 403
    assert "/envios/" not in page(client.get("/fila/"))


class TestForm:
    def test_every_kind_has_its_field(self, client: Client) -> None:
        shown = page(client.get(NEW))
        for field in (
            '<input id="f-s-url" name="s-url" value=""',
            '<input type="password" id="f-s-password"',
            '<textarea id="f-s-text"',
            '<textarea id="f-s-teams" name="s-teams"',
            '<select id="f-s-encoding"',
            '<input type="checkbox" id="f-s-open_window" name="s-open_window" value="sim" checked',
            'name="s-limit" value="20"',
        ):
            assert field in shown
        assert "Relacionamento = 18</textarea>" in shown
        assert 'name="active" value="sim">' in shown
        assert "Onde o sistema atende." in shown

    def test_what_is_typed_is_saved(self, client: Client, supervisao: User) -> None:
        answer = client.post(NEW, {**TYPED, "active": "sim", "s-teams": "A = 1\r\nB = 2"})
        made = Connection.objects.get()
        assert answer["Location"] == at(made)
        settings: Any = made.settings
        assert made.active
        assert settings.password == SECRET
        assert settings.teams == {"A": "1", "B": "2"}
        assert settings.open_window is False
        assert SECRET not in str(made.content)
        change = ConnectionChange.objects.get()
        assert (change.by, change.text) == (supervisao, "Criada.")

    def test_a_box_stands_before_its_help(self, client: Client) -> None:
        shown = page(client.get(NEW))
        assert shown.count('id="f-s-open_window"') == 1
        assert shown.index('id="f-s-open_window"') < shown.index('id="ajuda-s-open_window"')

    def test_a_secret_is_never_shown_and_stays_when_left_empty(
        self, client: Client, sample: Connection
    ) -> None:
        shown = page(client.get(at(sample)))
        assert SECRET not in shown
        assert "Definida; deixe em branco para manter." in shown
        assert edit(client, sample, **{"s-company": "3"}).status_code == 302
        sample.refresh_from_db()
        assert sample.secrets == {"password": SECRET, "hook": "gancho"}

    def test_a_secret_that_was_refused_is_not_called_defined(self, client: Client) -> None:
        answer = client.post(NEW, {**TYPED, "name": ""})
        assert answer.status_code == 422
        assert "As senhas que você digitou não: digite-as de novo." in page(answer)
        assert "Definida" not in page(answer)

    def test_an_optional_secret_is_taken_away(self, client: Client, sample: Connection) -> None:
        assert 'value="s-password"' not in page(client.get(at(sample)))
        edit(client, sample, apagar="s-hook")
        sample.refresh_from_db()
        assert sample.secrets == {"password": SECRET}

    def test_who_changed_what_is_told_without_a_value(
        self, client: Client, sample: Connection
    ) -> None:
        edit(client, sample, **{"s-password": "outro-segredo", "s-company": "3", "name": "Novo"})
        shown = page(client.get(at(sample)))
        change = ConnectionChange.objects.get()
        assert set(change.text.split(", ")) >= {"nome", "Senha", "Empresa"}
        assert change.text in shown
        assert "Supervisão Exemplo" in shown
        assert "outro-segredo" not in shown

    def test_what_is_read_the_same_is_no_change(self, client: Client, sample: Connection) -> None:
        edit(client, sample, active="sim", **{"s-company": " 1 ", "s-open_window": "sim"})
        last = ConnectionChange.objects.latest("pk")
        assert last.text == "ligada"

    def test_the_same_again_is_no_change(self, client: Client, sample: Connection) -> None:
        edit(client, sample)
        version = Connection.objects.get().version
        changes = ConnectionChange.objects.count()
        assert "Nada mudou." in page(client.get(edit(client, sample)["Location"]))
        assert Connection.objects.get().version == version
        assert ConnectionChange.objects.count() == changes

    @pytest.mark.parametrize(
        ("key", "typed", "words"),
        [
            ("name", " ", "dê um nome"),
            ("name", "outra", "já há uma integração com este nome"),
            ("s-url", "desk.exemplo.com.br", "comece com https://"),
            ("s-password", "", "falta."),
            ("s-limit", "vinte", "é um número inteiro"),
            ("s-teams", "só um nome", "use uma linha para cada nome"),
            ("s-teams", "A = 1; B = 2", "“a” divide a linha com outro nome"),
            ("s-encoding", "ebcdic", "escolha entre"),
            ("s-company", "2", "a empresa 2 precisa de um texto"),
        ],
    )
    def test_a_mistake_stands_beside_its_field_and_loses_nothing(
        self, client: Client, key: str, typed: str, words: str
    ) -> None:
        Connection.objects.create(kind="memory", name="Outra")
        answer = client.post(NEW, {**TYPED, "s-company": "<b>7</b>", key: typed})
        shown = page(answer)
        assert answer.status_code == 422
        beside = "s-text" if typed == "2" else key
        problem = re.search(rf'id="p-{beside}">([^<]*)<', shown)
        assert problem is not None
        assert words in problem[1].lower()
        assert f'href="#f-{beside}"' in shown
        assert "<b>7</b>" in shown or key == "s-company"
        assert SECRET not in shown
        assert ("digite-as de novo" in shown) == (key != "s-password")
        assert Connection.objects.count() == 1

    def test_of_two_who_change_it_the_second_is_told(
        self, client: Client, sample: Connection
    ) -> None:
        edit(client, sample, **{"s-company": "3"})
        answer = edit(client, sample, visto="1", **{"s-company": "4"})
        assert answer.status_code == 409
        assert "Supervisão Exemplo mudou esta integração" in page(answer)
        assert 'name="s-company" value="4"' in page(answer)
        sample.refresh_from_db()
        assert f'name="visto" value="{sample.version}"' in page(answer)
        assert sample.content["company"] == "3"

    def test_secrets_that_open_no_more_are_typed_again(
        self, client: Client, sample: Connection, settings: Any
    ) -> None:
        settings.DATA_KEY = "outra-chave-qualquer-de-teste-com-tamanho"
        assert "não abrem mais" in page(client.get(at(sample)))
        assert edit(client, sample).status_code == 422
        assert edit(client, sample, **{"s-password": "novo"}).status_code == 302
        sample.refresh_from_db()
        assert sample.secrets == {"password": "novo"}

    def test_what_the_file_says_is_shown_and_not_changed(
        self, client: Client, sample: Connection
    ) -> None:
        Connection.objects.update(from_file=True)
        shown = page(client.get(at(sample)))
        assert "GUICHE_CONNECTIONS" in shown
        assert "https://desk.exemplo.com.br" in shown
        assert "definida" in shown
        assert 'name="s-url"' not in shown
        edit(client, sample, **{"s-company": "3"})
        sample.refresh_from_db()
        assert "company" not in sample.content

    @pytest.mark.parametrize("address", ["/integracoes/nova/telex/", "/integracoes/99/"])
    def test_what_there_is_not_is_not_found(self, client: Client, address: str) -> None:
        assert client.get(address).status_code == 404


class TestTrying:
    def test_a_kind_that_calls_is_told_where(
        self, client: Client, sample: Connection, connection: Connection
    ) -> None:
        assert f"http://testserver{at(sample, 'aviso/')}" in page(client.get(at(sample)))
        assert "aviso/" not in page(client.get(at(connection)))

    def test_the_checks_are_told_in_words(self, client: Client, sample: Connection) -> None:
        shown = page(client.post(at(sample, "testar/")))
        assert "Certo até aqui" in shown
        assert "Falta ligar" in shown
        Connection.objects.update(active=True)
        shown = page(client.post(at(sample, "testar/")))
        assert "Ligada: os próximos chamados são enviados.</p>" in shown
        answer = edit(client, sample, acao="testar", **{"s-url": "https://outro.exemplo.com.br"})
        shown = page(answer)
        assert "Ainda não está certo" in shown
        assert "A categoria 7 não existe." in shown
        assert "Salva." in shown

    def test_a_test_ticket_is_opened_once_it_is_confirmed(
        self, client: Client, sample: Connection, desk: Desk
    ) -> None:
        assert "Abrir um chamado de teste?" in page(client.get(at(sample, "chamado-de-teste/")))
        assert not desk.tickets
        shown = page(client.post(at(sample, "chamado-de-teste/")))
        assert "Abrir o chamado</b>: certo" in shown
        assert "Tudo certo" in shown
        assert [each.closed for each in desk.tickets] == [True]

    def test_the_standing_is_said_and_ended_by_a_person(
        self, client: Client, sample: Connection
    ) -> None:
        assert "Desligada" in page(client.get(at(sample)))
        Connection.objects.update(active=True)
        sample.refresh_from_db()
        assert "Ligada; nenhum chamado enviado ainda." in page(client.get("/integracoes/"))
        sample.succeeded(clock.now())
        assert "Respondeu pela última vez em 23/11/2026 14:44." in page(client.get(at(sample)))
        for _ in range(3):
            sample.failed(away(), clock.now())
        Connection.objects.update(open_until=clock.now() + timedelta(minutes=5))
        shown = page(client.get(at(sample)))
        assert "Exemplo sem resposta; nova tentativa às 14h49." in shown
        assert "Não consegui me conectar." in shown
        Connection.objects.update(stopped=True)
        shown = page(client.get("/envios/"))
        assert "Parada: o acesso foi recusado duas vezes." in shown
        assert '<span class="count">1<' in shown
        client.post(at(sample, "tentar/"))
        sample.refresh_from_db()
        assert not sample.stopped
        assert sample.open_until is None
