"""The settings of the company: each save a version with its author; a mistake loses nothing."""

import re
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from calls import signed_in
from guiche.desk.models import SiteVersion, User
from guiche.desk.site.site import SavedMeanwhile, Site
from guiche.desk.site.typed import KEYS, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

WEEK = {f"day_{n}": "08:00-12:00 13:00-18:00" for n in range(5)}
TYPED = {
    **WEEK,
    "closed": "24/12/2026\n31/12/2026",
    "holidays": "sim",
    "desk": "Qualitor",
    "authorities": "AC Exemplo RFB\n11.222.333/0001-81",
    "phones": "(11) 3333-4444\n11 98765-4321",
}


@pytest.fixture
def client(supervisao: User) -> Client:
    return signed_in(supervisao)


def form(**changes: str) -> dict[str, str]:
    latest = SiteVersion.latest()
    return {**TYPED, "visto": str(latest.pk if latest else 0), **changes}


def post(client: Client, **changes: str) -> Any:
    return client.post("/ajustes/", form(**changes))


@pytest.mark.parametrize("role", ["suporte", "relacionamento"])
def test_only_a_supervisor_opens_and_saves(people: dict[str, User], role: str) -> None:
    client = signed_in(people[role])
    assert client.get("/ajustes/").status_code == 403
    assert post(client).status_code == 403
    assert SiteVersion.objects.count() == 1
    assert "/ajustes/" not in client.get("/fila/").content.decode()


def test_what_is_saved_holds(client: Client, supervisao: User) -> None:
    assert post(client).status_code == 302
    latest = SiteVersion.latest()
    assert latest is not None
    assert latest.by == supervisao
    site = Site.current()
    assert site.desk == "Qualitor"
    assert site.authorities == ("AC Exemplo RFB", "11222333000181")
    assert site.phones == ("+551133334444", "+5511987654321")
    assert site.hours is not None
    assert {day.isoformat() for day in site.hours.closed} == {"2026-12-24", "2026-12-31"}
    page = client.get("/ajustes/").content.decode()
    assert "11.222.333/0001-81" in page
    assert "(11) 98765-4321" in page
    assert "24/12/2026" in page


def test_a_mistake_is_listed_with_its_name_once(client: Client) -> None:
    page = post(client, day_5="de manhã", closed="24/12").content.decode()
    assert '<a href="#f-day_5">Sábado: escreva como' in page
    assert '<a href="#f-closed">Dias fechados: “24/12”: escreva' in page
    assert "Sem horário nenhum" not in page


def test_the_same_again_is_no_version(client: Client) -> None:
    post(client)
    before = SiteVersion.objects.count()
    assert "Nada mudou" in client.post("/ajustes/", form(), follow=True).content.decode()
    assert SiteVersion.objects.count() == before


@pytest.mark.parametrize(
    ("key", "typed", "said"),
    [
        ("day_1", "de manhã", "Terça: escreva como"),
        ("day_0", "18:00-08:00", "Segunda: escreva como"),
        ("day_4", "25:00-26:00", "não é um horário"),
        ("closed", "24/12/2026\n31-12", "“31-12”: escreva a data"),
        ("desk", "  ", "Diga como se chama"),
        ("authorities", "11.222.333/0001-82", "não é um CNPJ"),
        ("phones", "(11) 3333-4444\n3333", "“3333”: Escreva o telefone com DDD"),
    ],
)
def test_a_mistake_stands_beside_its_field_and_loses_nothing(
    client: Client, key: str, typed: str, said: str
) -> None:
    answer = post(client, **{key: typed, "desk": typed if key == "desk" else "Meu <b>sistema</b>"})
    assert answer.status_code == 422
    page = answer.content.decode()
    problem = re.search(rf'id="p-{key}">([^<]*)<', page)
    assert problem is not None
    assert said in problem[1]
    assert typed.strip() in page
    assert "Meu &lt;b&gt;sistema&lt;/b&gt;" in page or key == "desk"
    assert SiteVersion.objects.count() == 1


def test_a_week_without_hours_is_refused(client: Client) -> None:
    answer = post(client, **dict.fromkeys(WEEK, ""))
    assert answer.status_code == 422
    assert "pelo menos um dia" in answer.content.decode()


def test_the_effect_is_shown_before_it_is_saved(client: Client) -> None:
    answer = post(client, acao="ver")
    page = answer.content.decode()
    assert "Um chamado registrado agora promete: <b>até terça, 24/11, às 14h30</b>" in page
    assert "até sábado, 28/11, às 17h30</b>" in page
    assert "fora do horário da equipe" in page
    assert SiteVersion.objects.count() == 1


def test_of_two_who_save_at_once_the_second_is_told(client: Client, supervisao: User) -> None:
    first = form(desk="Primeiro")
    second = form(desk="Segundo")
    assert client.post("/ajustes/", first).status_code == 302
    answer = client.post("/ajustes/", second)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Supervisão Exemplo salvou os ajustes depois" in page
    assert 'value="Segundo"' in page
    assert 'Agora está salvo: <b class="lines">Primeiro</b>' in page
    assert Site.current().desk == "Primeiro"
    again = re.search(r'name="visto" value="(\d+)"', page)
    assert again is not None
    assert client.post("/ajustes/", {**second, "visto": again[1]}).status_code == 302
    assert Site.current().desk == "Segundo"


def test_a_version_seen_long_ago_is_refused_by_the_model(supervisao: User) -> None:
    with pytest.raises(SavedMeanwhile):
        SiteVersion.save_next({"desk": "Outro"}, supervisao, seen=0)


def test_the_history_tells_who_changed_what(client: Client) -> None:
    post(client)
    post(client, desk="Chamados <i>novos</i>", day_0="")
    page = client.get("/ajustes/").content.decode()
    assert "Supervisão Exemplo" in page
    assert "Chamados &lt;i&gt;novos&lt;/i&gt;" in page
    assert "<dt>Segunda</dt>" in page


def test_without_hours_everybody_is_told_what_to_do(people: dict[str, User]) -> None:
    SiteVersion.objects.all().delete()
    for role, words in (("supervisao", "Defina em Ajustes"), ("suporte", "Peça à supervisão")):
        client = signed_in(people[role])
        for page in ("/fila/", "/atender/"):
            assert words in client.get(page, follow=True).content.decode()
    client.force_login(people["supervisao"])
    assert "Sem horário nenhum chamado é registrado" in client.get("/ajustes/").content.decode()
    assert post(client).status_code == 302
    assert "sem-horario" not in client.get("/fila/").content.decode()


@given(st.fixed_dictionaries({}, optional={key: st.text(max_size=60) for key in KEYS}))
def test_any_typing_is_understood_or_told(typed: dict[str, str]) -> None:
    content, problems = read(typed)
    assert problems.keys() <= set(KEYS)
    if not problems:
        assert Site.of(content).hours is not None
