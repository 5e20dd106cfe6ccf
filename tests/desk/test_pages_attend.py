"""Atender: a call of one's own, the form saved as typed, one ticket whatever is sent twice."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from calls import answers, ticket_of, upload, zeros
from guiche.desk.intake.draft import Draft
from guiche.desk.models import Ticket, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
HTMX = {"HX-Request": "true"}
COMPANY = {"name": "Padaria Exemplo", "document": "11.222.333/0001-81"}
"""A list shows its name; that of a person, or of nobody knows whom, in initials."""


def at(draft: Draft, verb: str = "") -> str:
    return f"/atender/{draft.pk}/{verb}/" if verb else f"/atender/{draft.pk}/"


# Starting


def test_begins_a_call_and_takes_it_up_again(client: Client) -> None:
    first = client.get("/atender/")["Location"]
    assert client.get("/atender/")["Location"] == first
    assert Draft.objects.count() == 1


def test_another_call_begins_beside_the_one_that_was_touched(client: Client, draft: Draft) -> None:
    draft.type_in(COMPANY)
    new = client.post("/atender/")["Location"]
    assert new != at(draft)
    page = client.get(new).content.decode()
    assert "Em pausa" in page
    assert "Padaria Exemplo" in page


def test_an_untouched_call_is_used_again(client: Client, draft: Draft) -> None:
    assert client.post("/atender/")["Location"] == at(draft)


def test_every_paused_call_is_listed(client: Client, bruno: User, draft: Draft) -> None:
    for number in range(9):
        Draft.start(bruno).type_in({**COMPANY, "name": f"Padaria {number}"})
    page = client.get(at(draft)).content.decode()
    assert all(f">Padaria {number}</a>" in page for number in range(9))


def test_a_paused_call_is_thrown_away_once_confirmed(client: Client, draft: Draft) -> None:
    draft.type_in(COMPANY)
    page = client.get(at(draft, "descartar")).content.decode()
    assert "Descartar este atendimento?" in page
    assert "Padaria Exemplo" in page
    assert Draft.objects.count() == 1
    fresh = client.post(at(draft, "descartar"))["Location"]
    assert fresh == at(Draft.objects.get())
    assert Draft.objects.get().is_untouched


def test_a_submitted_call_is_not_thrown_away(client: Client, draft: Draft) -> None:
    client.post(at(draft, "registrar"), answers())
    draft.discard()
    answer = client.post(at(draft, "descartar"))
    assert answer["Location"].endswith("/registrado/")
    assert Draft.objects.count() == 1


# Whose


def colleague() -> Client:
    other = Client()
    other.force_login(User.objects.create_user("davi", role="supervisao"))
    return other


def test_another_persons_call_is_not_ones_own_to_change(draft: Draft) -> None:
    other = colleague()
    assert other.get(at(draft))["Location"] == at(draft, "assumir")
    for verb in ("ler", "salvar", "registrar", "descartar", "pausar", "encerrar"):
        answer = other.post(at(draft, verb), {"name": "X"})
        assert answer.status_code == 404
        assert "agora está com Bruno Exemplo" in answer.content.decode()
    assert Draft.objects.get().is_untouched


def test_a_colleague_takes_a_paused_call_up(client: Client, draft: Draft) -> None:
    client.post(at(draft, "salvar"), {**COMPANY, "phone_1": "11 98888-7777"})
    client.post(at(draft, "pausar"))
    davi = colleague()
    assert "Padaria Exemplo" in davi.get("/atender/", follow=True).content.decode()
    page = davi.get(at(draft), follow=True).content.decode()
    assert "Retomar este atendimento?" in page
    assert davi.post(at(draft, "assumir"))["Location"] == at(draft)
    assert 'value="11 98888-7777"' in davi.get(at(draft)).content.decode()
    late = client.post(at(draft, "salvar"), {"name": "Tarde Demais"}, headers=HTMX)
    assert late.status_code == 404
    assert "agora está com davi" in late.content.decode()


def test_a_call_that_somebody_is_at_is_taken_only_when_confirmed(
    client: Client, draft: Draft
) -> None:
    client.post(at(draft, "salvar"), {"name": "Padaria Exemplo"})
    page = colleague().get(at(draft, "assumir")).content.decode()
    assert "Assumir mesmo assim" in page
    assert "Bruno Exemplo está com ele agora" in page


def test_after_a_pause_another_call_begins(client: Client, draft: Draft) -> None:
    client.post(at(draft, "salvar"), COMPANY)
    new = client.post(at(draft, "pausar"))["Location"]
    assert new != at(draft)
    assert "Padaria Exemplo" in client.get(new).content.decode()


@pytest.mark.parametrize(
    ("verb", "sent"),
    [("encerrar", {"motivo": "Era só uma consulta"}), ("descartar", {}), ("pausar", {})],
)
def test_after_a_call_is_over_nobody_stands_in_another_customers(
    client: Client, bruno: User, draft: Draft, verb: str, sent: dict[str, str]
) -> None:
    other = Draft.start(bruno)
    other.type_in({"name": "Sítio Exemplo"})
    Draft.objects.get(pk=draft.pk).type_in({"name": "Padaria Exemplo"})
    place = client.post(at(draft, verb), sent)["Location"]
    assert place not in (at(draft), at(other))


def test_a_field_that_the_page_did_not_have_yet_is_not_emptied(
    client: Client, draft: Draft
) -> None:
    page = shown(draft)
    page["requester_name"] = "Ana Exemplo"
    client.post(at(draft, "salvar"), page, headers=HTMX)
    client.post(at(draft, "salvar"), {**page, "phone_1": "11 98888-7777"}, headers=HTMX)
    assert Draft.objects.get().values()["phone_1_whose"] == "Ana Exemplo"
    emptied = {**page, "cheio": "phone_1_whose"}
    client.post(at(draft, "salvar"), emptied, headers=HTMX)
    assert Draft.objects.get().values()["phone_1_whose"] == ""


def test_ends_without_a_ticket(client: Client, draft: Draft) -> None:
    client.post(at(draft, "salvar"), {"name": "Padaria Exemplo"})
    refused = client.post(at(draft, "encerrar"), {"motivo": ""}, follow=True)
    assert "Escolha na lista por que não é preciso um chamado." in refused.content.decode()
    ended = client.post(at(draft, "encerrar"), {"motivo": "O sistema não pede o CEI"}, follow=True)
    assert "encerrado sem chamado" in ended.content.decode()
    assert Draft.objects.get(pk=draft.pk).ended_reason == "O sistema não pede o CEI"
    assert Ticket.objects.count() == 0
    assert client.get(at(draft)).status_code == 404
    queue = client.get("/fila/?estado=encerrados").content.decode()
    assert '<b class="digits">1</b> O sistema não pede o CEI' in queue


def test_a_reading_of_somebody_elses_certificate_is_dropped(client: Client, draft: Draft) -> None:
    client.post(at(draft, "ler"), upload(zeros()))
    client.post(at(draft, "descartar-leitura"))
    assert Draft.objects.get().inspection is None
    assert "Sem CEI" not in client.get(at(draft)).content.decode()


def test_an_unknown_call_is_not_found_in_words(client: Client) -> None:
    answer = client.get(f"/atender/{uuid4()}/")
    assert answer.status_code == 404
    assert "Este atendimento não existe mais." in answer.content.decode()


def test_relacionamento_does_not_take_calls(draft: Draft) -> None:
    carla = Client()
    carla.force_login(User.objects.create_user("carla", role="relacionamento"))
    assert carla.get("/atender/").status_code == 403
    assert carla.post("/atender/").status_code == 403
    assert "Seu perfil não abre esta página" in carla.get(at(draft)).content.decode()


# The form


def test_what_the_certificate_knows_is_filled_in_and_marked(client: Client, draft: Draft) -> None:
    client.post(at(draft, "ler"), upload(zeros()))
    page = client.get(at(draft)).content.decode()
    assert 'value="11.222.333/0001-81"' in page
    assert "do certificado" in page
    assert "proposto: confira" in page
    assert page.count("Todos os campos são obrigatórios") == 1


def test_saves_as_typed_and_says_when(client: Client, draft: Draft) -> None:
    answer = client.post(at(draft, "salvar"), {"phone_1": "11 9888"}, headers=HTMX)
    page = answer.content.decode()
    assert "Salvo às 14:44" in page
    assert "<html" not in page
    assert 'value="11 9888"' in client.get(at(draft)).content.decode()


def test_without_a_script_saving_leads_back_to_the_call(client: Client, draft: Draft) -> None:
    answer = client.post(at(draft, "salvar"), {"name": "Padaria Exemplo"})
    assert answer["Location"] == at(draft)
    assert 'value="Padaria Exemplo"' in client.get(at(draft)).content.decode()


def test_a_save_that_comes_late_changes_nothing(client: Client, draft: Draft) -> None:
    client.post(at(draft, "salvar"), {"name": "Novo Exemplo", "revision": "2000"}, headers=HTMX)
    late = {"name": "Velho Exemplo", "revision": "1000"}
    answer = client.post(at(draft, "salvar"), late, headers=HTMX)
    assert "mudou em outra aba" in answer.content.decode()
    assert 'value="Novo Exemplo"' in client.get(at(draft)).content.decode()


def opened(client: Client, draft: Draft, **typed: str) -> dict[str, str]:
    """The form as a tab that is opened now would send it."""
    page = client.get(at(draft)).content.decode()
    hidden = {name: re.findall(f'name="{name}" value="([^"]*)"', page)[0] for name in _OF_THE_TAB}
    return {**hidden, **Draft.objects.get(pk=draft.pk).values(), **typed}


_OF_THE_TAB = ("aba", "visto")


def test_two_tabs_do_not_undo_each_other(client: Client, draft: Draft) -> None:
    first = opened(client, draft, name="Padaria Exemplo")
    second = opened(client, draft, phone_1="11 98888-7777")
    client.post(at(draft, "salvar"), first, headers=HTMX)
    answer = client.post(at(draft, "salvar"), second, headers=HTMX)
    assert answer.status_code == 409
    assert "mudou em outra aba" in answer.content.decode()
    assert Draft.objects.get().typed == {"name": "Padaria Exemplo"}
    again = {**first, "name": "Padaria Exemplo Ltda"}
    assert client.post(at(draft, "salvar"), again, headers=HTMX).status_code == 200


def test_two_saves_of_one_page_may_overtake_each_other(client: Client, draft: Draft) -> None:
    first = opened(client, draft, name="Padaria", revision="1000")
    second = {**first, "name": "Padaria Exemplo", "revision": "2000"}
    assert client.post(at(draft, "salvar"), second, headers=HTMX).status_code == 200
    late = client.post(at(draft, "salvar"), first, headers=HTMX)
    assert (late.status_code, late.content) == (204, b"")
    assert Draft.objects.get().typed["name"] == "Padaria Exemplo"


@pytest.mark.parametrize("verb", ["salvar", "registrar"])
def test_what_only_an_old_tab_had_is_shown(client: Client, draft: Draft, verb: str) -> None:
    second = opened(client, draft, phone_1="11 98888-7777")
    client.post(at(draft, "salvar"), opened(client, draft, name="Padaria Exemplo"))
    answer = client.post(at(draft, verb), second)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "<dt>Telefone para retorno</dt><dd>11 98888-7777</dd>" in page
    assert 'value="Padaria Exemplo"' in page


def test_an_old_tab_reads_no_certificate_into_the_call(client: Client, draft: Draft) -> None:
    second = opened(client, draft)
    client.post(at(draft, "salvar"), opened(client, draft, name="Padaria Exemplo"))
    answer = client.post(at(draft, "ler"), {**second, **upload(zeros())}, headers=HTMX)
    assert answer.status_code == 409
    assert "mudou em outra aba" in answer.content.decode()
    assert "campo-" not in answer.content.decode()
    assert Draft.objects.get().inspection is None


@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 40, "²"])
def test_a_strange_revision_is_no_revision(client: Client, draft: Draft, revision: str) -> None:
    sent = {"name": "Padaria Exemplo", "revision": revision}
    assert client.post(at(draft, "salvar"), sent, headers=HTMX).status_code == 200


def shown(draft: Draft) -> dict[str, Any]:
    """The form as the page shows it: every field that is asked, and that it is there."""
    asked = draft.answers().asked
    return {**{key: draft.values()[key] for key in asked}, "campo": sorted(asked)}


def test_the_list_of_what_is_missing_follows_what_is_known(client: Client, draft: Draft) -> None:
    refused = client.post(at(draft, "registrar"), shown(draft))
    assert 'name="faltas-vistas"' in refused.content.decode()
    sent = {**shown(draft), "requester_name": "Ana Exemplo", "faltas-vistas": "sim"}
    saved = client.post(at(draft, "salvar"), sent, headers=HTMX).content.decode()
    assert 'hx-swap-oob="innerHTML:#acertar"' in saved
    assert 'id="acertar-no_reading"' in saved
    assert 'id="acertar-requester_name"' not in saved
    assert 'role="alert"' not in saved
    read = client.post(at(draft, "ler"), {**sent, **upload(zeros())}, headers=HTMX)
    assert 'id="acertar-relation"' in read.content.decode()
    assert 'id="acertar-no_reading"' not in read.content.decode()


def test_a_list_of_which_nothing_is_left_says_so(client: Client, draft: Draft) -> None:
    sent = {**answers(), "faltas-vistas": "sim"}
    saved = client.post(at(draft, "salvar"), sent, headers=HTMX).content.decode()
    assert "Nada mais falta: já pode registrar o chamado" in saved


def test_a_page_without_the_list_gets_none(client: Client, draft: Draft) -> None:
    for verb, more in (("salvar", {}), ("ler", upload(zeros()))):
        answer = client.post(at(draft, verb), {**shown(draft), **more}, headers=HTMX)
        assert "#acertar" not in answer.content.decode()


def test_a_fact_that_comes_to_be_asked_appears_and_one_that_does_not_goes(
    client: Client, draft: Draft
) -> None:
    sent = {**shown(draft), "wanted_kind": "CNO", "system": "Não sei"}
    page = client.post(at(draft, "salvar"), sent, headers=HTMX).content.decode()
    assert 'name="wanted_number"' in page
    assert 'name="error_words"' in page
    sent = {**shown(Draft.objects.get()), "system": "eSocial"}
    page = client.post(at(draft, "salvar"), sent, headers=HTMX).content.decode()
    assert '<div id="campo-error_words" class="field wide" hidden hx-swap-oob="true">' in page
    assert "Manual de Orientação do eSocial" in page


def test_a_proposal_follows_what_is_typed(client: Client, draft: Draft) -> None:
    sent = {**shown(draft), "phone_1": "(11) 98888-7777"}
    page = client.post(at(draft, "salvar"), sent, headers=HTMX).content.decode()
    assert 'id="campo-description" hx-swap-oob="true"' in page
    assert "Telefones: (11) 98888-7777" in page
    assert 'id="campo-phone_1"' not in page


def test_the_mark_goes_when_a_person_writes_something_else(client: Client, draft: Draft) -> None:
    client.post(at(draft, "ler"), upload(zeros()))
    sent = {**shown(Draft.objects.get()), "name": "Padaria Nova Ltda"}
    page = client.post(at(draft, "salvar"), sent, headers=HTMX).content.decode()
    assert '<span class="tag" id="origem-name" hx-swap-oob="true"></span>' in page


def test_leaving_a_field_says_what_is_wrong_with_it_alone(client: Client, draft: Draft) -> None:
    sent = {**shown(draft), "phone_1": "1234", "document": "111", "conferir": "phone_1"}
    page = client.post(at(draft, "salvar"), sent, headers=HTMX).content.decode()
    assert "Escreva o telefone com DDD" in page
    assert 'id="p-document"' not in page


def test_an_empty_field_is_no_mistake_while_typing(client: Client, draft: Draft) -> None:
    sent = {**shown(draft), "phone_1": "", "conferir": "phone_1"}
    page = client.post(at(draft, "salvar"), sent, headers=HTMX).content.decode()
    assert '<p class="problem" id="p-phone_1" data-for="phone_1" hx-swap-oob="true"></p>' in page


# Submitting


def test_says_all_that_is_missing_at_the_top_and_at_each_field(
    client: Client, draft: Draft
) -> None:
    answer = client.post(at(draft, "registrar"), answers(phone_1="", phone_2="123"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Erro: Atender" in page
    assert ' href="#f-phone_1">Peça ao cliente um telefone para o retorno.</a>' in page
    assert page.count("Peça ao cliente um telefone para o retorno.") == 2
    assert 'value="123"' in page
    assert Ticket.objects.count() == 0


def test_gives_the_number_the_time_and_the_words(client: Client, draft: Draft) -> None:
    client.post(at(draft, "ler"), upload(zeros()))
    answer = client.post(at(draft, "registrar"), answers(), follow=True)
    ticket = Ticket.objects.get()
    page = answer.content.decode()
    assert answer.redirect_chain[-1] == (f"/chamados/{ticket.number}/registrado/", 302)
    assert ticket.spoken in page
    assert f'data-copy="{ticket.number}"' in page
    assert "amanhã, terça, 24/11, às 14h30" in page
    assert ticket.state == "forwarded"


def test_sent_twice_it_is_one_ticket(client: Client, draft: Draft) -> None:
    first = client.post(at(draft, "registrar"), answers(), follow=True)
    second = client.post(at(draft, "registrar"), answers(name="Outro Nome"), follow=True)
    assert first.redirect_chain[-1] == second.redirect_chain[-1]
    assert Ticket.objects.get().customer == "Padaria Exemplo Ltda"


@pytest.mark.parametrize("verb", ["", "ler", "salvar", "registrar"])
def test_going_back_to_a_submitted_call_shows_its_number(
    client: Client, draft: Draft, verb: str
) -> None:
    client.post(at(draft, "registrar"), answers())
    page = client.get(at(draft, verb), follow=True)
    assert page.redirect_chain[-1][0].endswith("/registrado/")


@pytest.mark.parametrize("verb", ["ler", "salvar"])
def test_a_page_left_open_after_the_submit_is_led_to_the_number(
    client: Client, draft: Draft, verb: str
) -> None:
    client.post(at(draft, "registrar"), answers())
    answer = client.post(at(draft, verb), {"name": "Tarde Demais"}, headers=HTMX)
    assert answer["HX-Redirect"] == at(draft)
    assert Ticket.objects.get().customer == "Padaria Exemplo Ltda"


def test_a_way_out_is_an_answer(client: Client, draft: Draft) -> None:
    sent = {
        **answers(phone_2=""),
        "saida-phone_2": "Cliente só tem um telefone",
    }
    client.post(at(draft, "registrar"), sent)
    assert Ticket.objects.get().exits == [
        ("Segundo telefone", "Cliente só tem um telefone"),
    ]


def test_a_way_out_that_was_ticked_stays_ticked(client: Client, draft: Draft) -> None:
    sent = {"phone_2": "", "saida-phone_2": "Cliente só tem um telefone"}
    client.post(at(draft, "salvar"), sent)
    page = client.get(at(draft)).content.decode()
    assert "<option selected>Cliente só tem um telefone</option>" in page


def test_a_confirmation_can_be_taken_back(client: Client, draft: Draft) -> None:
    client.post(at(draft, "salvar"), {"email_confirmed": ["", "sim"]})
    assert draft.__class__.objects.get().values()["email_confirmed"] == "sim"
    client.post(at(draft, "salvar"), {"email_confirmed": [""]})
    assert draft.__class__.objects.get().values()["email_confirmed"] == ""


def test_markup_in_an_answer_stays_text(client: Client, draft: Draft) -> None:
    evil = "<img src=x onerror=alert(1)>'\"{{ 7|add:1 }}"
    sent = answers(name=evil, problem=evil, phone_1=evil)
    page = client.post(at(draft, "registrar"), sent).content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    assert "{{ 7|add:1 }}" in page


def test_the_number_page_of_an_old_ticket_is_shown_to_whoever_works_here(bruno: User) -> None:
    ticket = ticket_of(bruno)
    carla = Client()
    carla.force_login(User.objects.create_user("carla", role="relacionamento"))
    page = carla.get(f"/chamados/{ticket.number}/registrado/").content.decode()
    assert ticket.spoken in page
    assert "Novo atendimento" not in page
