"""The table of verdicts and its sheet, the batch as a page: from twelve files to ten tickets."""

import base64
import csv
import io
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from calls import cnpj_of, company, company_name
from certificates import CEI, ZEROS, ca, e_cnpj, e_cpf, selo_eletronico
from guiche.desk.intake.draft import Draft
from guiche.desk.models import Inspection, ProcedureVersion, Promise, SiteVersion, Ticket, User
from guiche.desk.procedures.version import digest_of
from guiche.sources.found import harmless

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
HTMX = {"HX-Request": "true"}
COMMON = {
    "requester_name": "Célia Exemplo",
    "relation": "Contador",
    "phone_1": "(11) 3333-4444",
    "phone_2": "(11) 98765-4321",
    "email": "celia@exemplo.com.br",
    "email_confirmed": "sim",
    "system": "Conectividade Social, com e-CNPJ",
}
ONCE = {"holder_is_customer": "Sim", "wanted_kind": "Cliente vai confirmar"}


def sent(*ders: bytes, **more: Any) -> dict[str, Any]:
    """What the page of the list sends back of the certificates."""
    coded = [base64.b64encode(der).decode() for der in ders]
    return {"der": coded, "nome": [f"{at}.cer" for at in range(len(ders))], **more}


def hidden(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]*)"', page)


def at(draft: Draft, verb: str) -> str:
    return f"/atender/{draft.pk}/{verb}/"


@pytest.fixture
def batch(client: Client, draft: Draft) -> str:
    """The address of a batch of three."""
    draft.type_in(COMMON)
    three = sent(company(1), company(2), company(3), escolhido=["0", "1", "2"])
    return str(client.post(at(draft, "lote"), three)["Location"])


# The table


def test_twelve_files_become_ten_tickets_with_the_common_facts_typed_once(
    client: Client, draft: Draft
) -> None:
    typed: list[str] = []

    def post(address: str, data: dict[str, Any], **more: Any) -> Any:
        typed.extend(key for key in data if key in {*COMMON, *ONCE})
        return client.post(address, data, **more)

    post(at(draft, "salvar"), COMMON)
    ders = [*(company(n) for n in range(1, 11)), company(11, CEI), selo_eletronico().der()]
    files = [SimpleUploadedFile(f"{n}.cer", der) for n, der in enumerate(ders)]
    page = post(at(draft, "ler"), {"arquivo": files}, headers=HTMX).content.decode()
    assert "Há 12 certificados" in page
    form = page[page.index("data-saved-first") :]
    table = post(at(draft, "tabela"), {"der": hidden(form, "der"), "nome": hidden(form, "nome")})
    page = table.content.decode()
    ticked = re.findall(r'name="escolhido" value="(\d+)" checked', page)
    assert ticked == [str(n) for n in range(10)]
    assert not Inspection.objects.exists()
    chosen = {"der": hidden(page, "der"), "nome": hidden(page, "nome"), "escolhido": ticked}
    lote = post(at(draft, "lote"), chosen)["Location"]
    page = client.get(lote).content.decode()
    assert "10 por registrar, 0 completos" in page
    assert set(re.findall(r'<select id="f-(\w+)"', page)) == set(ONCE)
    post(f"{lote}responder/", ONCE)
    page = client.get(lote).content.decode()
    assert "10 por registrar, 10 completos" in page
    assert "Registrar os 10 completos" in page
    post(f"{lote}registrar/", {})
    assert Ticket.objects.count() == 10
    assert {t.customer for t in Ticket.objects.all()} == {company_name(n) for n in range(1, 11)}
    assert {t.facts["document"] for t in Ticket.objects.all()} == {cnpj_of(n) for n in range(1, 11)}
    assert {t.facts["phone_1"] for t in Ticket.objects.all()} == {"+551133334444"}
    assert Inspection.objects.count() == 10
    assert len(typed) == len({*COMMON, *ONCE})
    page = client.get(lote).content.decode()
    assert "Todos registrados." in page
    for ticket in Ticket.objects.all():
        assert f'data-copy="{ticket.number}"' in page
        assert f"{ticket.spoken}: {ticket.customer}" in page
    assert "A equipe de Relacionamento retorna até terça, 24/11, às 14h30." in page


def test_says_of_each_certificate_what_it_is_and_ticks_what_needs_a_ticket(
    client: Client, draft: Draft
) -> None:
    ders = [company(1), company(2, CEI), selo_eletronico().der(), ca().der(), e_cpf("123").der()]
    page = client.post(at(draft, "tabela"), sent(*ders)).content.decode()
    assert re.findall(r'name="escolhido" value="(\d)" checked', page) == ["0", "4"]
    for words in (company_name(1), "Sem CEI", "Tem CEI", "11.583.00249/85", "Não comporta CEI",
                  "Certificado errado", "Conferir CEI", "e-CNPJ A1", "AC Exemplo RFB G1",
                  "Válido até 02/03/2027"):  # fmt: skip
        assert words in page
    assert not Inspection.objects.exists()


def test_a_procedure_that_says_nothing_ticks_nothing(client: Client, draft: Draft) -> None:
    content = draft.procedure_version.content.replace(
        'preselect = ["doubtful", "blank", "absent"]', ""
    )
    draft.procedure_version = ProcedureVersion.objects.create(
        slug="outro", digest=digest_of(content), content=content
    )
    draft.save()
    page = client.post(at(draft, "tabela"), sent(company(1), company(2))).content.decode()
    assert hidden(page, "escolhido") == ["0", "1"]
    assert "checked" not in page


def test_a_file_that_was_not_read_is_a_row_with_the_reason(client: Client, draft: Draft) -> None:
    files = [
        SimpleUploadedFile("um.cer", company(1)),
        SimpleUploadedFile("dois.cer", company(2)),
        SimpleUploadedFile("foto.cer", b"\x89PNG\r\n\x1a\n" + bytes(64)),
    ]
    page = client.post(at(draft, "ler"), {"arquivo": files}, headers=HTMX).content.decode()
    assert "1 arquivo não foi lido" in page
    names = ("der", "nome", "erro-arquivo", "erro")
    form = page[page.index("data-saved-first") :]
    data = {name: hidden(form, name) for name in names}
    page = client.post(at(draft, "tabela"), data).content.decode()
    assert "foto.cer" in page
    assert "Não consegui ler" in page
    assert "É uma imagem." in page
    assert page.count('type="checkbox"') == 2
    assert hidden(page, "erro-arquivo") == ["foto.cer"]


def test_what_is_sent_back_is_read_anew_and_never_believed(client: Client, draft: Draft) -> None:
    data = {"der": ["%%%", base64.b64encode(b"nothing").decode(), ""], "nome": ["<b>x</b>"]}
    page = client.post(at(draft, "tabela"), data)
    assert page.status_code == 200
    assert "<b>x</b>" not in page.content.decode()
    assert 'type="checkbox"' not in page.content.decode()
    answer = client.post(at(draft, "lote"), {**data, "escolhido": ["0", "1", "9", "x", "-1"]})
    assert answer.status_code == 422
    assert "Marque os certificados" in answer.content.decode()
    assert Draft.objects.count() == 1


def test_of_more_than_fifty_the_first_are_there_and_the_count(client: Client, draft: Draft) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(53):
            archive.writestr(f"{number}.cer", company(number))
    file = SimpleUploadedFile("clientes.zip", packed.getvalue())
    page = client.post(at(draft, "ler"), {"arquivo": file}, headers=HTMX).content.decode()
    form = page[page.index("data-saved-first") :]
    data = {name: hidden(form, name) for name in ("der", "nome", "quantos")}
    page = client.post(at(draft, "tabela"), data).content.decode()
    assert "Eram 53 certificados; aqui estão os primeiros 50." in page
    assert page.count('name="escolhido"') == 50


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_more_than_fifty_files_are_refused_in_words(
    client: Client, draft: Draft, headers: dict[str, str]
) -> None:
    files = [SimpleUploadedFile(f"{n}.cer", b"x") for n in range(51)]
    answer = client.post(at(draft, "ler"), {"arquivo": files}, headers=headers)
    assert answer.status_code == 413
    assert "até 50 por vez" in answer.content.decode()


def test_fifty_files_are_read_at_once(client: Client, draft: Draft) -> None:
    files = [SimpleUploadedFile(f"{n}.cer", company(n)) for n in range(50)]
    answer = client.post(at(draft, "ler"), {"arquivo": files}, headers=HTMX)
    assert "Há 50 certificados" in answer.content.decode()


def test_a_table_without_certificates_leads_back(client: Client, draft: Draft) -> None:
    assert "Não há certificado nesta tabela" in client.post(at(draft, "tabela")).content.decode()
    assert client.get(at(draft, "tabela"))["Location"] == f"/atender/{draft.pk}/"


# The sheet


def sheet(client: Client, draft: Draft, data: dict[str, Any]) -> list[list[str]]:
    answer = client.post(at(draft, "tabela/csv"), data)
    assert answer["Content-Disposition"] == 'attachment; filename="leituras.csv"'
    assert answer.content.startswith("\ufeff".encode())
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def test_the_sheet_opens_in_excel_and_stores_nothing(client: Client, draft: Draft) -> None:
    data = sent(company(1), company(2, CEI), **{"erro-arquivo": "x.pdf", "erro": "É um PDF."})
    heading, first, second, third = sheet(client, draft, data)
    assert heading[:3] == ["Titular", "CNPJ ou CPF", "Tipo"]
    assert first[0] == company_name(1)
    assert first[3:7] == ["Sem CEI", "", "02/03/2027", "Válido"]
    assert second[3:5] == ["Tem CEI", "11.583.00249/85"]
    assert third[0] == "x.pdf"
    assert "É um PDF." in third
    assert not Inspection.objects.exists()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r+"])
def test_a_certificate_named_like_a_formula_is_text(
    client: Client, draft: Draft, start: str
) -> None:
    evil = e_cnpj(ZEROS, cn=f"{start}HYPERLINK(1):11222333000181").der()
    data = {**sent(evil), "erro-arquivo": f"{start}cmd", "erro": "-1"}
    for row in sheet(client, draft, data)[1:]:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


@given(st.text())
def test_no_cell_is_a_formula_or_more_than_one_line(text: str) -> None:
    cell = harmless(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert len(cell.splitlines()) <= 1


# The batch


def test_a_form_sent_twice_shows_the_same_batch(client: Client, draft: Draft, batch: str) -> None:
    again = sent(company(1), company(2), company(3), escolhido=["0", "1", "2"])
    assert client.post(at(draft, "lote"), again)["Location"] == batch
    assert Draft.objects.count() == 3
    for _ in range(2):
        client.post(f"{batch}responder/", ONCE)
        client.post(f"{batch}registrar/")
    assert Ticket.objects.count() == 3
    assert client.post(at(draft, "lote"), again)["Location"] == batch


def test_each_row_says_what_is_missing_and_leads_to_its_call(client: Client, batch: str) -> None:
    page = client.get(batch).content.decode()
    calls = list(Draft.objects.all())
    assert all(f'href="/atender/{call.pk}/"' in page for call in calls)
    assert "2 itens" in page
    assert "<li>Qual número deve constar no certificado?</li>" in page
    page = client.get(f"/atender/{calls[1].pk}/").content.decode()
    assert f'href="{batch}"' in page


def test_the_number_of_the_page_does_not_grow_the_queries(
    client: Client, draft: Draft, bruno: User
) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    three = client.post(
        at(draft, "lote"), sent(*(company(n) for n in range(3)), escolhido=["0", "1", "2"])
    )["Location"]
    few = queries(three)
    other = Draft.start(bruno)
    many = client.post(
        at(other, "lote"),
        sent(*(company(n) for n in range(40)), escolhido=[str(n) for n in range(40)]),
    )["Location"]
    assert queries(many) == few
    for answers in (COMMON, ONCE):  # whose certificate it is depends on who speaks
        client.post(f"{many}responder/", answers)
    client.post(f"{many}registrar/")
    assert Ticket.objects.count() == 40
    assert queries(many) <= few + 2  # the tickets, and their attempts


def test_a_batch_is_one_line_among_the_paused(client: Client, batch: str, bruno: User) -> None:
    page = client.get("/atender/", follow=True).content.decode()
    assert page.count(f'href="{batch}"') == 1
    assert "Lote de 3" in page
    assert company_name(2) not in page


def test_a_paused_batch_is_taken_up_by_whoever_of_the_team(
    client: Client, batch: str, supervisao: User
) -> None:
    assert client.post(f"{batch}pausar/")["Location"] == "/atender/"
    other = Client()
    other.force_login(supervisao)
    assert "Lote de 3" in other.get("/atender/", follow=True).content.decode()
    assert other.get(batch)["Location"] == f"{batch}assumir/"
    assert other.post(f"{batch}registrar/").status_code == 404
    page = other.get(f"{batch}assumir/").content.decode()
    assert "Retomar este lote de 3?" in page
    assert other.post(f"{batch}assumir/")["Location"] == batch
    assert other.get(batch).status_code == 200
    assert client.get(batch)["Location"] == f"{batch}assumir/"
    call = Draft.objects.exclude(batch=None)[0]
    assert client.get(f"/atender/{call.pk}/assumir/")["Location"] == batch


def test_whoever_returns_calls_opens_no_batch(batch: str, relacionamento: User) -> None:
    other = Client()
    other.force_login(relacionamento)
    assert other.get(batch).status_code == 403


def test_a_call_taken_out_leads_back_to_the_rest(client: Client, batch: str) -> None:
    call = Draft.objects.all()[1]
    assert client.post(f"/atender/{call.pk}/descartar/")["Location"] == batch
    assert "Lote de 2" in client.get(batch).content.decode()


def test_a_batch_that_is_gone_is_not_found(client: Client, draft: Draft) -> None:
    answer = client.get(f"/lote/{draft.pk}/")
    assert answer.status_code == 404
    assert "Este lote não existe mais." in answer.content.decode()


def test_the_due_time_is_chosen_once_for_all(client: Client, batch: str) -> None:
    # Until 14:00 only: the end of the term, 14:30 of tomorrow, is outside.
    SiteVersion.objects.create(content={"hours": {"week": ["08:00-14:00"] * 7}})
    client.post(f"{batch}responder/", ONCE)
    page = client.get(batch).content.decode()
    assert "O prazo cai fora do horário da equipe" in page
    assert "Registrar os 3 completos" not in page
    client.post(f"{batch}registrar/")
    assert not Ticket.objects.exists()
    client.post(f"{batch}responder/", {"prazo": "before"})
    page = client.get(batch).content.decode()
    assert "Retorno até amanhã, terça, 24/11, às 14h" in page
    client.post(f"{batch}registrar/")
    assert Ticket.objects.count() == 3


def test_without_hours_the_page_says_what_is_missing(client: Client, batch: str) -> None:
    SiteVersion.objects.all().delete()
    client.post(f"{batch}responder/", ONCE)
    page = client.get(batch).content.decode()
    assert "Falta o horário de quem retorna" in page
    assert "Registrar os" not in page


def submitted(client: Client, draft: Draft) -> str:
    """The address of a batch of two, both registered."""
    draft.type_in(COMMON)
    two = sent(company(1), company(2), escolhido=["0", "1"])
    batch = str(client.post(at(draft, "lote"), two)["Location"])
    client.post(f"{batch}responder/", ONCE)
    client.post(f"{batch}registrar/")
    return batch


def told(client: Client, batch: str) -> str:
    """What the page says to tell the customer, or ""."""
    found = re.search(r'id="dizer">(.*?)</p>', client.get(batch).content.decode(), re.DOTALL)
    return found[1] if found else ""


def test_each_of_several_due_times_is_told_with_its_number(client: Client, draft: Draft) -> None:
    batch = submitted(client, draft)
    one, other = Ticket.objects.order_by("pk")
    Promise.objects.filter(pk=other.promise_id).update(
        due_at=other.promise.due_at + timedelta(hours=1)
    )
    *numbers, last = told(client, batch).split("\n")
    assert numbers == [
        "Seus protocolos:",
        f"{one.spoken}: {one.customer}, até terça, 24/11, às 14h30",
        f"{other.spoken}: {other.customer}, até terça, 24/11, às 15h30",
    ]
    assert last.startswith("A equipe de Relacionamento retorna no prazo de cada um.")


@pytest.mark.parametrize(
    ("text", "says"),
    [("Anote:\n{numbers}\nO {team} responde {due}.", "O Relacionamento responde até terça"),
     ("", "")],
)  # fmt: skip
def test_the_procedure_says_what_is_told_of_several(
    client: Client, draft: Draft, text: str, says: str
) -> None:
    batch = submitted(client, draft)
    content = re.sub(
        r"(?s)\[\[texts.batch\]\].*?\n\n",
        f'[[texts.batch]]\ntext = """{text}"""\n\n' if text else "",
        Ticket.objects.all()[0].procedure_version.content,
    )
    version = ProcedureVersion.objects.create(
        slug="outro", digest=digest_of(content), content=content
    )
    Ticket.objects.update(procedure_version=version)
    assert "Todos registrados." in client.get(batch).content.decode()
    words = told(client, batch)
    assert says in words
    assert bool(words) == bool(text)


def test_what_is_told_names_a_person_by_initials(client: Client, draft: Draft) -> None:
    draft.type_in(COMMON)
    two = sent(company(1), e_cpf(ZEROS).der(), escolhido=["0", "1"])
    batch = client.post(at(draft, "lote"), two)["Location"]
    client.post(f"{batch}responder/", {**ONCE, "card_medium": "Token"})
    client.post(f"{batch}registrar/")
    told = re.search(r'id="dizer">(.*?)</p>', client.get(batch).content.decode(), re.DOTALL)
    assert told
    assert "ANA E. S." in told[1]
    assert "SILVA" not in told[1]
    assert "111.444" not in told[1]
