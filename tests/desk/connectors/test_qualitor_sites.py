"""Sites of Qualitor differ: who a customer is, how tickets are found, what a solution does."""

import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from desk.connectors.conformance import CASE, FILE, note
from desk.connectors.test_qualitor import Bench
from guiche.desk import clock
from guiche.desk.connectors.connector import Customer, DeliveryError, Outcome
from guiche.desk.connectors.qualitor.settings import QualitorSettings
from guiche.desk.connectors.settings import SettingsRefused
from guiche.desk.doubles import qualitor as doubles

SINCE = clock.now() - timedelta(hours=1)
SEVERAL = replace(CASE, document="11444777000161", email="caio@exemplo.com.br")
Make = Callable[..., Bench]


@pytest.fixture
def double() -> Iterator[doubles.Qualitor]:
    with doubles.Qualitor() as double:
        yield double


@pytest.fixture
def make(double: doubles.Qualitor) -> Iterator[Make]:
    made = []

    def bench(**settings: str) -> Bench:
        made.append(Bench(double, **settings))
        return made[-1]

    yield bench
    for each in made:
        each.close()


# Customers


def test_the_customer_and_the_contact_are_looked_up(make: Make) -> None:
    known = make().connector.customer(CASE)
    assert known == Customer({"cdcliente": "A120", "cdcontato": "7"})


def test_a_cpf_is_looked_up_as_a_cnpj_is(make: Make) -> None:
    case = replace(CASE, document="11144477735", email="ANA@exemplo.com.br")
    assert make().connector.customer(case).ids == {"cdcliente": "C9", "cdcontato": "3"}


@pytest.mark.parametrize(
    ("document", "because"),
    [
        ("11222333000262", "O Qualitor não tem cliente com 11.222.333/0002-62"),
        ("52998224725", "O Qualitor não tem cliente com 529.982.247-25"),
        ("", "O atendimento não tem CNPJ nem CPF"),
    ],
)
def test_who_is_not_registered_goes_to_the_default_customer(
    make: Make, document: str, because: str
) -> None:
    known = make().connector.customer(replace(CASE, document=document))
    assert known.ids == {"cdcliente": "1", "cdcontato": "1"}
    assert known.warning == (f"{because}: o chamado fica no cliente padrão, com os dados no texto.")


def test_a_contact_that_is_not_there(make: Make) -> None:
    case = replace(CASE, email="outra@exemplo.com.br")
    known = make().connector.customer(case)
    assert known.ids == {"cdcliente": "1", "cdcontato": "1"}
    assert known.warning.startswith("O cliente A120 não tem contato com o e-mail outra@")
    without = make(contact_needed="não").connector.customer(case)
    assert without.ids == {"cdcliente": "A120"}
    assert without.warning.endswith("o chamado fica sem contato.")


def test_of_several_customers_and_contacts_a_person_chooses(make: Make) -> None:
    connector = make().connector
    with pytest.raises(DeliveryError) as several:
        connector.customer(SEVERAL)
    assert several.value.outcome is Outcome.REJECTED
    assert several.value.choices == {
        "B31": "Comércio Exemplo, matriz (B31)",
        "B32": "Comércio Exemplo, obra (B32)",
    }
    chosen = replace(SEVERAL, facts={"customer_choice": "B32"})
    assert connector.customer(chosen).ids == {"cdcliente": "B32", "cdcontato": "8"}
    with pytest.raises(DeliveryError) as several:
        connector.customer(replace(SEVERAL, facts={"customer_choice": "B31"}))
    assert list(several.value.choices) == ["B31/8", "B31/9"]
    chosen = replace(SEVERAL, facts={"customer_choice": "B31/9"})
    assert connector.customer(chosen).ids == {"cdcliente": "B31", "cdcontato": "9"}


@pytest.mark.parametrize("form", ["digits", "mask"])
def test_the_document_is_written_as_the_site_wants_it(
    make: Make, double: doubles.Qualitor, form: str
) -> None:
    double.site.documents = form
    assert make(document_format=form).connector.customer(CASE).ids["cdcliente"] == "A120"


def test_nothing_found_may_be_an_error_of_the_site(make: Make, double: doubles.Qualitor) -> None:
    double.site.none_is_error = True
    case = replace(CASE, document="11222333000262")
    with pytest.raises(DeliveryError, match=r"^Nenhum registro encontrado$"):
        make().connector.customer(case)
    connector = make(nothing_found="nenhum registro").connector
    assert connector.customer(case).warning
    assert connector.find(CASE.key, SINCE) == []
    assert list(connector.read(["999999"])) == []


# Opening


def test_everything_stands_where_the_site_wants_it(make: Make, double: doubles.Qualitor) -> None:
    connector = make(
        categories="Certificado digital = 345", more="cdcategoria1 = 12\ncdcomplexidade = 2"
    ).connector
    connector.create(CASE, connector.customer(CASE))
    (asked,) = double.asked("addTicketByData")
    assert asked.service == "WSTicket"
    assert asked.asked.data == {
        "cdcliente": "A120",
        "cdcontato": "7",
        "idchamado": "1",
        "nmtitulochamado": CASE.title,
        "cdtipochamado": "2",
        "cdcategoria": "345",
        "cdlocalidade": "1",
        "cdseveridade": "3",
        "dschamado": CASE.text.replace("–", "-").replace("“", '"').replace("”", '"'),
        "dspalavrachave": CASE.key,
        "cdorigem": "1",
        "cdcategoria1": "12",
        "cdcomplexidade": "2",
    }
    assert asked.asked.beside == {
        "321": "+551133334444",
        "322": "+5511987654321",
        "323": "contato@exemplo.com.br",
        "324": "11.583.00249/85",
    }


def test_an_answer_that_was_not_given_is_left_out(make: Make, double: doubles.Qualitor) -> None:
    make().connector.create(replace(CASE, phones=(), facts={}), Customer())
    assert double.asked("addTicketByData")[0].asked.beside == {"323": "contato@exemplo.com.br"}


def test_a_category_without_a_line_of_its_own_gets_the_one_of_all(
    make: Make, double: doubles.Qualitor
) -> None:
    make().connector.create(replace(CASE, category="Outra"), Customer())
    assert double.desk.tickets[0].data["cdcategoria"] == "346"


@pytest.mark.parametrize("limit", [40, 20, 13, 5])
def test_a_title_that_is_cut_keeps_its_mark(
    make: Make, double: doubles.Qualitor, limit: int
) -> None:
    make(title_limit=str(limit)).connector.create(CASE, Customer())
    title = double.desk.tickets[0].data["nmtitulochamado"]
    assert title.endswith("[G4821703657]")
    assert len(title) <= max(limit, 14)


def test_a_title_that_the_site_cuts_is_found_by_its_keyword(
    make: Make, double: doubles.Qualitor
) -> None:
    double.site.title_limit = 20
    connector = make().connector
    ref = connector.create(CASE, Customer()).ref
    assert [each.ref for each in connector.find(CASE.key, SINCE)] == [ref]


def test_the_ticket_page_is_at_the_url(make: Make) -> None:
    url = make().connector.create(CASE, Customer()).url
    with urllib.request.urlopen(url) as page:
        assert page.status == 200


# Finding


@pytest.mark.parametrize("gone", ["dspalavrachave", "nmtitulochamado"])
def test_a_gateway_that_rewrites_a_field_does_not_hide_a_ticket(
    make: Make, double: doubles.Qualitor, gone: str
) -> None:
    connector = make().connector
    ref = connector.create(CASE, Customer()).ref
    double.desk.tickets[0].data[gone] = "Chamado recebido por integração"
    assert [each.ref for each in connector.find(CASE.key, SINCE)] == [ref]
    double.desk.tickets[0].data.update(nmtitulochamado="", dspalavrachave="")
    assert [each.ref for each in connector.find(CASE.key, SINCE)] == [ref]


@pytest.mark.parametrize("search", ["locality", "period", "keyword"])
def test_every_way_of_searching_finds(make: Make, double: doubles.Qualitor, search: str) -> None:
    double.site.filters_keyword = search == "keyword"
    connector = make(search=search).connector
    mine = connector.create(CASE, connector.customer(CASE)).ref
    foreign = replace(CASE, key="-", title="De outra pessoa", text="Impressora")
    connector.create(foreign, Customer())
    before = len(double.asked("getTicketData"))
    (found,) = connector.find(CASE.key, SINCE)
    assert found.ref == mine
    assert found.created_at is not None
    assert abs(found.created_at - clock.now()) < timedelta(minutes=1)
    read = len(double.asked("getTicketData")) - before
    assert read == (0 if search == "keyword" else 1)


def test_a_site_that_wants_more_than_a_period_says_so(make: Make, double: doubles.Qualitor) -> None:
    double.site.period_alone = False
    with pytest.raises(DeliveryError, match="Informe chamado, cliente, contato ou localidade"):
        make(search="period").connector.find(CASE.key, SINCE)
    assert make().connector.find(CASE.key, SINCE) == []


def test_what_is_older_is_not_listed(make: Make, double: doubles.Qualitor) -> None:
    connector = make().connector
    connector.create(CASE, Customer())
    double.desk.tickets[0].opened_at -= timedelta(days=5)
    assert connector.find(CASE.key, SINCE) == []
    assert len(connector.find(CASE.key, SINCE - timedelta(days=5))) == 1


def test_dates_are_written_as_the_site_reads_them(make: Make, double: doubles.Qualitor) -> None:
    double.site.dates = "%Y-%m-%d"
    with pytest.raises(DeliveryError, match="Data inválida"):
        make().connector.find(CASE.key, SINCE)
    connector = make(dates="%Y-%m-%d").connector
    connector.create(CASE, Customer())
    (found,) = connector.find(CASE.key, SINCE)
    assert found.created_at


# Afterwards


def test_the_sequence_of_the_procedure(make: Make, double: doubles.Qualitor) -> None:
    connector = make().connector
    ref = connector.create(CASE, connector.customer(CASE)).ref
    connector.solve(ref, note(CASE.solution, 1))
    connector.attach(ref, FILE)
    connector.forward(ref, CASE.team)
    operations = [each.operation for each in double.requests]
    assert operations == [
        "getCustomer", "getCustomerContact", "addTicketByData", "addTicketHistory",
        "addTicketHistory", "addAttachment", "addTicketHistory", "transferTicketTeam",
        "getTicketData",
    ]  # fmt: skip
    solution, *others = double.desk.tickets[0].history
    assert (solution.solution, solution.private) == (True, False)
    assert all(each.private and not each.solution for each in others)


def test_a_site_where_a_solution_closes(make: Make, double: doubles.Qualitor) -> None:
    double.site.solution_closes = True
    connector = make().connector
    ref = connector.create(CASE, Customer()).ref
    connector.solve(ref, note(CASE.solution, 1))
    with pytest.raises(DeliveryError, match="Chamado já encerrado"):
        connector.forward(ref, CASE.team)
    other = make(solution="note").connector
    ref = other.create(CASE, Customer()).ref
    other.solve(ref, note(CASE.solution, 1))
    other.forward(ref, CASE.team)
    assert not double.desk.tickets[1].closed
    assert double.desk.tickets[1].history[0].text == note(CASE.solution, 1).text


def test_a_site_that_keeps_no_solution(make: Make) -> None:
    assert not make(solution="none").connector.offers("solve")
    assert make(solution="note").connector.offers("solve")
    assert make(solution="none").connector.offers("note")


def test_a_site_says_how_late_its_lists_are(make: Make) -> None:
    assert make(lag="90").connector.lag == timedelta(seconds=90)
    assert make().connector.lag == type(make().connector).lag


def test_one_ticket_that_is_not_shown_keeps_nobody_from_the_others(
    make: Make, double: doubles.Qualitor
) -> None:
    connector = make().connector
    refs = [connector.create(CASE, Customer()).ref for _ in range(3)]
    double.faults.inject("getTicketData", "gateway", 2)
    remotes = iter(connector.read([*refs, "999999"]))
    assert [next(remotes).ref, next(remotes).ref] == [refs[0], refs[2]]
    with pytest.raises(DeliveryError, match="GTWNewTicket"):
        next(remotes)


def test_notes_that_a_site_shows_to_customers(make: Make, double: doubles.Qualitor) -> None:
    connector = make(private_notes="não", transfer_reason="-", note_type="5").connector
    ref = connector.create(CASE, Customer()).ref
    connector.note(ref, note("Olá", 2))
    connector.forward(ref, CASE.team)
    assert (double.desk.tickets[0].history[0].private, double.desk.tickets[0].history[0].kind) == (
        False, "5",
    )  # fmt: skip
    assert "cdmotivorepasse" not in double.asked("transferTicketTeam")[0].asked.data


def test_situations_that_a_site_calls_otherwise(make: Make) -> None:
    bench = make(closed="Solucionado ;encerrado")
    ref = bench.connector.create(CASE, Customer()).ref
    bench.connector.cancel(ref, note("Ensaio", 1))
    (remote,) = bench.connector.read([ref])
    assert (remote.status, remote.closed) == ("Cancelado", False)


# What a build answers


@pytest.mark.parametrize("charset", ["ISO-8859-1", "UTF-8"])
@pytest.mark.parametrize("tag", ["response_status", "responsestatus"])
@pytest.mark.parametrize("transport", ["stateless", "soap"])
def test_every_kind_of_reply_is_read(
    make: Make, double: doubles.Qualitor, charset: str, tag: str, transport: str
) -> None:
    double.site.charset, double.site.status_tag = charset, tag
    connector = make(transport=transport, encoding="utf-8").connector
    assert connector.probe_encoding(connector.create(CASE, Customer()).ref).ok


def test_a_reply_without_a_prolog(make: Make, double: doubles.Qualitor) -> None:
    double.site.prolog, double.site.charset = False, "UTF-8"
    connector = make(encoding="none").connector
    ref = connector.create(CASE, Customer()).ref
    assert connector.probe_encoding(ref).ok
    double.site.charset = "ISO-8859-1"
    assert not connector.probe_encoding(ref).ok
    assert make(encoding="none", reply_encoding="iso-8859-1").connector.probe_encoding(ref).ok


@pytest.mark.parametrize("name", ["WSTicket", "WSTicket.wsdl", "wsticket.wsdl"])
def test_the_description_is_named_as_the_site_does(make: Make, name: str) -> None:
    assert all(check.ok for check in make(wsdl_file=name).connector.check())


# Settings


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("more", "cd categoria = 1"), ("more", "1x = 1"), ("infos", "phone_1 = 3>"),
        ("time_zone", "Brasil"), ("time_zone", "../x"), ("read_seconds", "0"),
        ("transport", "rest"), ("dates", "%c"), ("customer", ""),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_used_are_refused(
    double: doubles.Qualitor, key: str, value: str
) -> None:
    with pytest.raises(SettingsRefused) as refused:
        QualitorSettings.read(double.settings(**{key: value}))
    assert list(refused.value.problems) == [key]


def test_the_password_is_the_secret() -> None:
    assert QualitorSettings.secrets() == {"password"}
