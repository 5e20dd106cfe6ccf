"""Painel: who sees it, what it says first, and what can be taken away."""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from calls import signed_in
from guiche.desk import clock
from guiche.desk.figures import keep
from guiche.desk.figures.choice import Choice
from guiche.desk.figures.digest import Digest
from guiche.desk.figures.letter import letter
from guiche.desk.figures.risk import Risk
from guiche.desk.figures.summary import Freshness, Summary
from guiche.desk.figures.table import Table, tables
from guiche.desk.figures.tally import PAUSE, day_of
from guiche.desk.models import (
    Connection,
    Delivery,
    Draft,
    ProcedureVersion,
    SiteVersion,
    Tally,
    Ticket,
    User,
)
from guiche.desk.pages import plot, sheets
from guiche.desk.site.site import Site

pytestmark = pytest.mark.django_db

Open = Callable[..., Ticket]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def supervisor(supervisao: User) -> Client:
    return signed_in(supervisao)


def count(stopped_clock: Any) -> None:
    stopped_clock.forward(seconds=PAUSE.total_seconds())
    keep.count_due(clock.now(), most=1000)


def today() -> Choice:
    return Choice(day_of(clock.now()), day_of(clock.now()))


@pytest.mark.parametrize(
    "address",
    ["/painel/", "/painel/repetidos/", "/painel/prazos.svg", "/painel/prazos.csv",
     "/painel/planilha.xlsx"],
)  # fmt: skip
def test_supervisors_alone_see_it(
    address: str, client: Client, carla: User, supervisor: Client
) -> None:
    assert client.get(address).status_code == 403
    assert signed_in(carla).get(address).status_code == 403
    assert supervisor.get(address).status_code == 200
    assert supervisor.post(address).status_code == 405


def test_without_anything_it_says_so(supervisor: Client) -> None:
    page = supervisor.get("/painel/").content.decode()
    assert "Ainda não há números contados" in page
    assert "Tudo em dia" in page


def test_what_is_about_to_go_wrong_comes_first(
    supervisor: Client, open_ticket: Open, relacionamento: User, stopped_clock: Any
) -> None:
    called, left, late = open_ticket(), open_ticket(), open_ticket()
    late.promise.due_at = clock.now() + timedelta(hours=1)
    late.promise.save()
    stopped_clock.forward(hours=2)
    called.promise.log_attempt(relacionamento, called.phones[0], "no_answer")
    stopped_clock.set(left.promise.due_at - timedelta(minutes=90))
    risk = Risk.of(today(), clock.now())
    assert (risk.overdue, risk.soon, risk.unowned) == (1, 1, 2)
    assert [each.pk for each in risk.tickets] == [late.pk, left.pk]
    page = supervisor.get("/painel/").content.decode()
    assert page.index("vencidos") < page.index("prazos cumpridos")
    assert '<a href="/fila/?quem=sem-dono">sem dono, vencidos ou perto disso</a>' in page
    assert left.spoken in page
    assert called.spoken not in page
    assert left.customer_masked in page
    assert left.phones[0] not in page


def test_a_promise_outside_the_hours_is_a_risk(open_ticket: Open, stopped_clock: Any) -> None:
    open_ticket()
    SiteVersion.objects.create(content={"hours": {"week": ["08:00-09:00"] * 7}})
    assert Risk.of(today(), clock.now()).outside == 1
    assert Risk.of(today(), clock.now(), Site()).outside == 0


def test_deliveries_that_need_somebody_are_a_risk(ticket: Ticket, supervisor: Client) -> None:
    desk = Connection.objects.create(name="Qualitor", kind="qualitor")
    event = ticket.events.get(seq=1)
    for step, state in (("create", "unknown"), ("note", "rejected"), ("close", "done")):
        Delivery.objects.create(
            event=event, ticket=ticket, connection=desk, step=step, state=state,
            open=state != "done",
        )  # fmt: skip
    risk = Risk.of(today(), clock.now())
    assert (risk.unsure, risk.refused) == (1, 1)
    assert not risk.is_calm
    assert "Tudo em dia" not in supervisor.get("/painel/").content.decode()


@pytest.mark.parametrize(
    ("stands", "away"),
    [({"failures": 3}, 1), ({"stopped": True}, 1), ({"failures": 2}, 0),
     ({"failures": 3, "active": False}, 0)],
)  # fmt: skip
def test_a_desk_that_does_not_answer_is_a_risk(
    stands: dict[str, Any], away: int, ticket: Ticket, supervisor: Client
) -> None:
    Connection.objects.create(name="Qualitor", kind="qualitor", **stands)
    risk = Risk.of(today(), clock.now())
    assert (risk.away, risk.is_calm) == (away, not away)
    told = supervisor.get("/painel/").content.decode()
    assert "sistemas sem resposta" in told
    assert f"Sistemas sem resposta: {away}" in letter(clock.now())[1]


def test_the_figures_of_a_day(
    open_ticket: Open, relacionamento: User, suporte: User, supervisao: User, stopped_clock: Any
) -> None:
    kept, closed, left = (
        open_ticket(phone_2="Cliente só tem um telefone"),
        open_ticket(),
        open_ticket(),
    )
    draft = Draft.start(suporte)
    draft.end(suporte, draft.procedure.reasons["end"][0])
    stopped_clock.forward(minutes=50)
    kept.promise.log_attempt(relacionamento, kept.phones[0], "spoke")
    stopped_clock.forward(hours=30)
    closed.refresh_from_db()
    closed.move("cancel", supervisao, closed.procedure.reasons["cancel"][0])
    count(stopped_clock)
    day = day_of(kept.opened_at)
    summary = Summary.of(Choice(day, day), day_of(clock.now()))
    assert (summary.opened, summary.ended, summary.again) == (3, 1, 0)
    assert summary.outcome == {"Contato feito": 1, "Não tentado": 2}
    assert summary.met_share == pytest.approx(1 / 3)
    assert summary.no_need_share == pytest.approx(1 / 4)
    assert summary.contact_within(0.5) == timedelta(hours=1)
    made = tables(summary)
    assert made["prazos"].rows == ((f"{day:%d/%m/%Y}", 1, 0, 0, 2, 0, 0, 0, 3),)
    assert ("Encaminhado", 0, 2, 0, 0, 0, 0, 2) in made["idade"].rows
    assert [row[1:] for row in made["faltas"].rows] == [("Cliente só tem um telefone", 1)]
    assert made["sem-chamado"].rows == ((draft.procedure.reasons["end"][0], 1),)
    assert made["fontes"].rows == (("DER (.cer, .crt, .der)", 3),)
    assert left.state == "forwarded"


def test_who_comes_back_is_listed_masked(
    open_ticket: Open, supervisor: Client, stopped_clock: Any
) -> None:
    answers = {"document": "111.444.777-35", "name": "Ana Exemplo da Silva"}
    first = open_ticket(**answers)
    stopped_clock.forward(days=3)
    second, other = open_ticket(**answers), open_ticket()
    count(stopped_clock)
    assert Tally.objects.get(kind="again").count == 1
    page = supervisor.get("/painel/repetidos/").content.decode()
    assert "Ana E. S." in page
    assert "***.444.777-**" in page
    assert "111.444.777-35" not in page
    assert first.spoken in page
    assert second.spoken in page
    assert other.spoken not in page
    stopped_clock.forward(days=40)
    open_ticket(**answers)
    count(stopped_clock)
    assert Tally.objects.get(kind="again").count == 1


def test_as_many_queries_with_one_ticket_as_with_many(
    open_ticket: Open, supervisor: Client, stopped_clock: Any,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for days in range(6):
        for _ in range(1 + days):
            open_ticket()
        stopped_clock.forward(days=days)
    count(stopped_clock)
    supervisor.get("/painel/")  # the procedure is read once in a process
    with django_assert_max_num_queries(20) as first:
        supervisor.get("/painel/?periodo=hoje")
    with django_assert_max_num_queries(20) as whole:
        supervisor.get("/painel/?periodo=365")
    assert len(whole) <= len(first)


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ({}, 30),
        ({"periodo": "7"}, 7),
        ({"periodo": "x", "de": "ontem"}, 30),
        ({"de": "2026-11-01", "ate": "2026-11-10"}, 10),
        ({"periodo": "30", "de": "2026-11-10", "ate": "2026-11-10"}, 1),
        ({"periodo": "7", "de": "2026-11-17", "ate": "2026-11-23"}, 7),
        ({"de": "2026-11-10", "ate": "2026-11-01"}, 1),
        ({"de": "2026-11-23", "ate": "2099-01-01"}, 1),
        ({"de": "0001-01-01"}, 5 * 366 + 1),
    ],
)
def test_the_period(asked: dict[str, str], days: int, stopped_clock: Any) -> None:
    choice = Choice.of(asked, day_of(clock.now()))
    assert choice.days == days
    assert Choice.of(choice.address, day_of(clock.now())) == choice


def test_a_year_is_shown_by_month_and_taken_away_by_day(
    open_ticket: Open, supervisor: Client, stopped_clock: Any
) -> None:
    open_ticket()
    count(stopped_clock)
    page = supervisor.get("/painel/?periodo=365").content.decode()
    assert '<th scope="row">11/2026</th><td>0</td>' in page
    assert "23/11/2026</th>" not in page
    assert b"23/11/2026;" in supervisor.get("/painel/prazos.csv?periodo=365").content


def test_team_and_procedure_choose(
    open_ticket: Open, supervisor: Client, stopped_clock: Any
) -> None:
    other = open_ticket()
    Ticket.objects.filter(pk=other.pk).update(team="Cartórios")
    open_ticket()
    count(stopped_clock)
    page = supervisor.get("/painel/?equipe=Cart%C3%B3rios&periodo=hoje").content.decode()
    assert re.search(r"<dd>1</dd>", page)
    assert "equipe=Cart%C3%B3rios" in page
    assert ProcedureVersion.objects.first().procedure.title in page  # type: ignore[union-attr]
    nobody = supervisor.get("/painel/?procedimento=nenhum").content.decode()
    assert re.search(r"<dd>0</dd>", nobody)


def test_a_worker_that_does_not_count_is_told_of(
    open_ticket: Open, supervisor: Client, stopped_clock: Any
) -> None:
    open_ticket()
    assert not Freshness.now(clock.now()).late
    stopped_clock.forward(minutes=6)
    assert "guiche worker" in supervisor.get("/painel/").content.decode()


BAD = '=HYPERLINK("http://exemplo.com.br")'
TABLE = Table("faltas", "Título", ("Dado", "N"), ((BAD, 3), ("+1", 2), ("Não é", 1)))


def test_no_cell_of_a_sheet_is_a_formula() -> None:
    text = sheets.as_csv(TABLE).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[1:] == [[f"'{BAD}", "3"], ["'+1", "2"], ["Não é", "1"]]
    book = zipfile.ZipFile(io.BytesIO(sheets.as_workbook([TABLE], "30 dias")))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "HYPERLINK" in sheet
    assert not re.search(r"<f>|<hyperlink", sheet)
    assert "externalLink" not in " ".join(book.namelist())


def test_every_table_can_be_taken_away(
    open_ticket: Open, supervisor: Client, stopped_clock: Any
) -> None:
    open_ticket()
    count(stopped_clock)
    day = day_of(clock.now())
    made = tables(Summary.of(Choice(day, day), day))
    for key in (*made, "repetidos"):
        answer = supervisor.get(f"/painel/{key}.csv")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"] == f'attachment; filename="guiche-{key}.csv"'
        assert answer.headers["Cache-Control"] == "no-store"
    book = supervisor.get("/painel/planilha.xlsx")
    with zipfile.ZipFile(io.BytesIO(book.content)) as file:
        sheets_ = [name for name in file.namelist() if "worksheets/sheet" in name]
    assert len(sheets_) == len(made) + 1
    assert supervisor.get("/painel/outra.csv").status_code == 404
    assert supervisor.get("/painel/faltas.svg").status_code == 404
    assert supervisor.get("/painel/perfis.svg?equipe=ninguem").status_code == 404


@pytest.mark.parametrize("width", ["", "?largura=meia", "?largura=estreita"])
def test_a_drawing_stands_alone(
    width: str, open_ticket: Open, supervisor: Client, stopped_clock: Any
) -> None:
    open_ticket()
    count(stopped_clock)
    for key in ("prazos", "equipes", "idade", "contato", "emissoras", "perfis", "fontes"):
        answer = supervisor.get(f"/painel/{key}.svg{width}")
        assert answer.headers["Content-Type"] == "image/svg+xml"
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        root = ElementTree.fromstring(answer.content)
        tags = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert not tags & {"script", "a", "image", "foreignObject", "desc", "use"}
        for element in root.iter():
            assert not {"style", "onclick", "onload"} & set(element.attrib)
            assert not any("href" in name for name in element.attrib)
        addresses = re.findall(rb"https?://[^\"' <]+", answer.content)
        assert set(addresses) <= {b"http://www.w3.org/2000/svg"}
        assert root.find(f"{SVG}title").text  # type: ignore[union-attr]


def test_a_number_on_a_hatch_has_ground_wider_than_its_lines(supervisor: Client) -> None:
    style = supervisor.get("/painel/prazos.svg").content.decode()
    grounds = re.findall(r"paint-order: stroke; stroke: (#\w+); stroke-width: (\d+)px", style)
    assert [ground for ground, _ in grounds] == ["#fff", "#1b1e28"]
    assert all(int(width) > 2 * 6 for _, width in grounds)


def test_the_style_of_a_drawing_is_the_one_that_its_policy_names() -> None:
    import base64
    from hashlib import sha256

    table = Table("fontes", "T", ("a", "b"), (("x", 2),), "bars")
    root = ElementTree.fromstring(plot.draw(table))
    style = next(root.iter(f"{SVG}style")).text or ""
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in plot.policy(table)


def test_numbers_are_drawn_and_colour_is_not_alone() -> None:
    rows = tuple((f"{day:02}/11/2026", 40, 30, 20, 10, 9, 8, 7, 124) for day in range(1, 8))
    headings = ("Dia", "a", "b", "c", "d", "e", "f", "g", "Total")
    table = Table("prazos", "T", headings, rows, "columns", "outcomes", total=True)
    root = ElementTree.fromstring(plot.draw(table))
    texts = [each.text for each in root.iter(f"{SVG}text")]
    assert texts.count("40") >= 7
    assert {"a", "g"} <= set(texts)
    assert len(list(root.iter(f"{SVG}pattern"))) == 2


def test_the_axis_counts_in_wholes() -> None:
    table = Table("prazos", "T", ("Dia", "a", "b"), (("01/11", 2, 1), ("02/11", 0, 1)), "columns")
    texts = {each.text for each in ElementTree.fromstring(plot.draw(table)).iter(f"{SVG}text")}
    assert {"0", "1", "2", "3"} <= texts
    assert not [text for text in texts if text and re.fullmatch(r"\d+[.,]\d+", text)]


def test_pygal_leaves_no_hook_behind() -> None:
    import sys

    plot.draw(Table("fontes", "T", ("a", "b"), (("x", 2),), "bars"))
    assert "PluginImportFixer" not in {type(each).__name__ for each in sys.meta_path}


def test_many_days_share_a_column() -> None:
    rows = tuple((f"{1 + at % 28:02}/{1 + at // 28:02}/2026", 1, 2, 3) for at in range(90))
    table = Table("prazos", "T", ("Dia", "a", "b", "Total"), rows, "columns", total=True)
    assert "Cada coluna soma 3 dias" in plot.draw(table).decode()
    assert "Cada coluna soma 15 dias" in plot.draw(table, plot.NARROW).decode()


@pytest.mark.parametrize("address", ["", "prazos.csv", "prazos.svg", "planilha.xlsx", "repetidos/"])
def test_days_before_all_time_are_passed_over(supervisor: Client, address: str) -> None:
    days = {"de": "0001-01-01", "ate": "0001-01-02"}
    assert supervisor.get(f"/painel/{address}", days).status_code == 200


@pytest.mark.parametrize("name", ["equipe", "procedimento"])
def test_what_no_database_can_store_is_no_name(supervisor: Client, name: str) -> None:
    assert supervisor.get("/painel/", {name: "\x00"}).status_code == 200


def test_an_hour_of_many_digits_is_none(supervisor: Client, supervisao: User) -> None:
    User.objects.filter(pk=supervisao.pk).update(email="chefia@exemplo.com.br")
    assert supervisor.post("/painel/resumo/", {"hora": "9" * 5000}).status_code == 302
    assert not Digest.objects.exists()
