"""A ticket of each shipped procedure, by the pages: number, blocks, delivery, queue, search."""

import base64
import re

import pytest
from django.test import Client

from calls import signed_in, upload, zeros
from desk.api.caller import Caller
from guiche import sources
from guiche.desk import clock
from guiche.desk.connectors.case import case_of
from guiche.desk.demo.certificates import SAMPLES
from guiche.desk.models import Draft, Inspection, ProcedureVersion, Ticket, User
from guiche.desk.pages.preview import SAMPLE_FILES
from guiche.desk.procedures import shelf
from guiche.desk.tickets.block import copy_blocks
from procedure_calls import complete

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
SLUGS = sorted(shelf.files(""))


@pytest.mark.parametrize("read", [True, False], ids=["read", "unread"])
@pytest.mark.parametrize("slug", SLUGS)
def test_from_the_page_to_the_other_desk(
    client: Client, draft: Draft, carla: User, slug: str, *, read: bool
) -> None:
    if read:
        client.post(f"/atender/{draft.pk}/ler/", upload(zeros()))
    client.post(f"/atender/{draft.pk}/procedimento/", {"procedimento": slug})
    draft.refresh_from_db()
    answers = complete(draft.procedure, draft.inspection)
    sent = {key: answers.values[key] for key in answers.asked}
    answer = client.post(f"/atender/{draft.pk}/registrar/", sent)
    assert answer.status_code == 302, re.findall(
        r'<p class="problem"[^>]*>([^<]+)', answer.content.decode()
    )
    ticket = Ticket.objects.get()
    assert ticket.procedure.slug == slug
    assert client.get(f"/chamados/{ticket.number}/registrado/").status_code == 200

    blocks = copy_blocks(ticket)
    assert [block.title for block in blocks] == ["Primeira tela", "Segunda tela"]
    assert all(line.text for block in blocks for line in block.lines)
    case = case_of(ticket)
    assert case.title.startswith(ticket.procedure.title)
    assert case.category in ticket.procedure.fact("category").choices
    assert case.solution
    assert len(case.phones) == 2
    assert ticket.mark in case.text
    assert not re.search(r"[{}]", case.text)
    assert case.category in case.text

    returns = signed_in(carla)
    page = returns.get(f"/chamados/{ticket.number}/").content.decode()
    assert ticket.procedure.title in page
    assert ticket.facts["solution"].splitlines()[0] in page
    assert ticket.procedure.title in returns.get("/fila/").content.decode()
    found = returns.post("/busca/", {"q": "11.222.333/0001-81"}, follow=True)
    assert ticket.spoken in found.content.decode()
    ticket.verify_chain()


@pytest.mark.parametrize("read", [True, False], ids=["read", "unread"])
@pytest.mark.parametrize("slug", SLUGS)
def test_a_program_opens_what_the_page_would(bruno: User, slug: str, *, read: bool) -> None:
    found = sources.read(zeros(), "cliente.cer").leaves[0]
    inspected = Inspection.of_found(found, found.inspect(at=clock.now()), bruno) if read else None
    answers = complete(shelf.find(slug, site="")[0], inspected)
    facts = {key: answers.values[key] for key in answers.asked}
    certificate = {"certificate": base64.b64encode(zeros()).decode()} if read else {}
    caller = Caller(bruno)
    answer = caller.post("/tickets", {"procedure": slug, "facts": facts, **certificate})
    assert answer.status_code == 201, answer.content
    ticket = Ticket.objects.get()
    assert ticket.procedure.slug == slug
    shown = caller.get(f"/tickets/{ticket.number}")
    assert shown.json()["procedure"]["slug"] == slug
    assert shown.json()["facts"] == ticket.facts
    ticket.verify_chain()


@pytest.mark.parametrize("slug", SLUGS)
def test_each_is_edited_and_tried_on_the_page(supervisao: User, slug: str) -> None:
    client = signed_in(supervisao)
    assert client.get(f"/ajustes/{slug}/").status_code == 200
    version = ProcedureVersion.current(slug)
    sent = {"content": version.content, "visto": version.digest, "modo": "texto"}
    review = client.post(f"/ajustes/{slug}/conferir/", {**sent, "amostra": "e-cpf-com-cei.cer"})
    assert review.status_code == 200
    page = review.content.decode()
    assert "Tem CEI: 11.583.00249/85." in page
    assert "A página propõe este procedimento" in page


def test_every_sample_is_offered_by_a_name() -> None:
    assert SAMPLE_FILES.keys() == {each.file for each in SAMPLES}


def test_a_sample_shows_what_the_edited_text_gives(supervisao: User) -> None:
    version = ProcedureVersion.current("selo-eletronico")
    edited = version.content.replace("por norma não tem campo", "por regra não tem campo")
    sent = {"content": edited, "visto": version.digest, "modo": "texto"}
    page = signed_in(supervisao).post(
        "/ajustes/selo-eletronico/conferir/", {**sent, "amostra": "selo-eletronico.cer"}
    )
    text = page.content.decode()
    assert "O Selo Eletrônico por regra não tem campo para o CEI" in text
    assert "esse tipo não tem o campo do CEI" in text
    assert ProcedureVersion.current("selo-eletronico").content == version.content
