"""The number page: copying for the desk in use, taking its number, telling the customer."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import unquote

import pytest
from django.test import Client

from calls import NOW, signed_in, ticket_of
from guiche.desk import clock
from guiche.desk.messages.outbox import send_due
from guiche.desk.models import Message, SiteVersion, Ticket, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


@pytest.fixture
def ticket() -> Ticket:
    return ticket_of(User.objects.create_user("bruno", name="Bruno Exemplo"))


@pytest.fixture
def suporte(ticket: Ticket) -> Client:
    return signed_in(ticket.opened_by)


def at(ticket: Ticket, verb: str = "registrado") -> str:
    return f"/chamados/{ticket.number}/{verb}/"


def shown(client: Client, ticket: Ticket) -> str:
    return unescape(client.get(at(ticket)).content.decode())


def take(client: Client, ticket: Ticket, number: str, form: str = "") -> str:
    sent = {"desk_number": number, "form": form}
    return unescape(client.post(at(ticket, "numero"), sent, follow=True).content.decode())


# The desk in use


def test_the_number_is_provisional_until_the_desk_gives_its_own(
    suporte: Client, ticket: Ticket
) -> None:
    page = shown(suporte, ticket)
    assert "Este é o protocolo provisório:" in page
    assert "ele substitui o provisório" in page
    page = take(suporte, ticket, "2026/118")
    assert "provisório" not in page
    assert '<span class="protocol foreign" id="protocolo">2026/118</span>' in page
    assert f'No Guichê: <span class="digits">{ticket.spoken}</span>' in page
    assert 'data-copy="2026/118" data-protocol' in page
    assert page.count("Seu protocolo é 2026/118.") == 2


def test_a_company_without_another_desk_works_with_ours_alone(
    suporte: Client, ticket: Ticket
) -> None:
    content = SiteVersion.objects.get().content
    SiteVersion.objects.create(content={**content, "desk": ""})
    page = shown(suporte, ticket)
    assert ticket.spoken in page
    for words in ("provisório", "Copiar para o", 'name="desk_number"'):
        assert words not in page
    assert "Informar o cliente" in suporte.get(f"/chamados/{ticket.number}/").content.decode()


def test_the_desk_is_called_by_its_name(suporte: Client, ticket: Ticket) -> None:
    content = SiteVersion.objects.get().content
    SiteVersion.objects.create(content={**content, "desk": "GLPI"})
    assert "Nº no GLPI" in shown(suporte, ticket)
    assert "Copiar para o GLPI" in suporte.get(f"/chamados/{ticket.number}/").content.decode()


def test_what_is_shown_of_a_block_is_what_is_copied(suporte: Client, ticket: Ticket) -> None:
    page = shown(suporte, ticket)
    copied = re.findall(r'data-copy="([^"]*)" data-said="(?:Primeira|Segunda) tela', page)
    assert [text.split("\n")[0] for text in copied] == [
        "CNPJ ou CPF: 11.222.333/0001-81",
        "Nome de quem fala: Bento Exemplo",
    ]
    shown_lines = re.findall(r'<p class="copied-text">(.*?)</p>', page, re.DOTALL)
    lines = [re.sub("</?span[^>]*>", "", line) for line in shown_lines]
    assert "\n".join(lines) == "\n".join(copied)
    assert copied[1].endswith(ticket.mark)


def test_a_refused_number_says_why_and_stays_typed(suporte: Client, ticket: Ticket) -> None:
    answer = suporte.post(at(ticket, "numero"), {"desk_number": "pendente"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("Escreva só o número") == 2
    assert 'value="pendente"' in page
    assert 'aria-invalid="true"' in page
    assert "<title>Erro: Protocolo" in page


def test_a_number_of_another_ticket_leads_to_that_one(suporte: Client, ticket: Ticket) -> None:
    other = ticket_of(ticket.opened_by)
    take(suporte, other, "118")
    page = take(suporte, ticket, "118")
    assert f'<a href="/chamados/{other.number}/">Ver o chamado {other.spoken}</a>' in page


def test_a_form_sent_twice_is_one_number(suporte: Client, ticket: Ticket) -> None:
    mark = re.findall('name="form" value="([^"]+)"', shown(suporte, ticket))[0]
    take(suporte, ticket, "118", mark)
    take(suporte, ticket, "119")
    assert 'id="protocolo">119<' in take(suporte, ticket, "118", mark)


def test_ticket_and_queue_show_both(suporte: Client, ticket: Ticket) -> None:
    take(suporte, ticket, "2026/118")
    row = suporte.get("/fila/").content.decode()
    assert ticket.spoken in row
    assert '<span class="soft">2026/118</span>' in row
    page = suporte.get(f"/chamados/{ticket.number}/").content.decode()
    assert ticket.spoken in page
    assert "Nº no Qualitor: <b>2026/118</b>" in page
    assert "Número no sistema da empresa" in page


# Telling the customer


def test_whatsapp_is_for_mobiles_and_carries_no_data(suporte: Client, ticket: Ticket) -> None:
    page = shown(suporte, ticket)
    (url,) = re.findall(r'href="(https://wa\.me/[^"]+)"', page)
    assert url.startswith("https://wa.me/5511988887777?text=Ol%C3%A1.%20Seu%20protocolo")
    text = unquote(url.partition("?text=")[2])
    assert text == ticket.send
    for datum in ("11.222.333", "Padaria", "PADARIA", "Bento", "11.583", "e-CNPJ", "Exemplo"):
        assert datum not in text
    assert 'target="_blank" rel="noopener noreferrer"' in page
    assert "(abre outra janela)" in page


def test_one_click_notes_that_it_was_said(suporte: Client, ticket: Ticket) -> None:
    assert "Ainda não está anotado." in shown(suporte, ticket)
    mark = re.findall('name="form" value="([^"]+)"', shown(suporte, ticket))[0]
    for _ in range(2):
        answer = suporte.post(at(ticket, "informado"), {"channel": "voice", "form": mark})
        assert answer["Location"] == f"{at(ticket)}#informado"
    suporte.post(at(ticket, "informado"), {"channel": "whatsapp"})
    page = shown(suporte, ticket)
    assert page.count("Por voz:") == 1
    assert page.count("Por WhatsApp:") == 1
    assert "23/11/2026 14:44 · Bruno Exemplo" in page


def test_whoever_knows_the_old_number_is_to_be_told_the_new(
    suporte: Client, ticket: Ticket
) -> None:
    suporte.post(at(ticket, "informado"), {"channel": "voice"})
    assert "diga o novo" not in shown(suporte, ticket)
    assert "não é mais este: diga o novo" in take(suporte, ticket, "118")


def test_an_unknown_way_is_refused(suporte: Client, ticket: Ticket) -> None:
    assert suporte.post(at(ticket, "informado"), {"channel": "x"}).status_code == 422
    assert suporte.post(at(ticket, "informado")).status_code == 422


def test_the_email_is_queued_once_and_its_state_is_shown(suporte: Client, ticket: Ticket) -> None:
    assert "Mandar por e-mail para c***@padaria.com.br" in shown(suporte, ticket)
    assert suporte.post(at(ticket, "mensagem")).status_code == 302
    page = shown(suporte, ticket)
    assert "na fila, sai em instantes" in page
    assert "Mandar por e-mail" not in page
    answer = suporte.post(at(ticket, "mensagem"))
    assert answer.status_code == 422
    assert "já está a caminho" in answer.content.decode()
    assert Message.objects.count() == 1
    Message.objects.update(state="sent", sent_at=NOW)
    assert "enviado em 23/11/2026 14:44" in shown(suporte, ticket)


def test_an_email_that_failed_says_why_and_may_be_sent_again(
    suporte: Client, ticket: Ticket
) -> None:
    suporte.post(at(ticket, "mensagem"))
    Message.objects.update(state="failed", last_error="O servidor recusou o endereço (550 não).")
    page = shown(suporte, ticket)
    assert "não enviado. O servidor recusou o endereço (550 não)." in page
    assert "Mandar por e-mail" in page


def test_an_email_that_waits_says_until_when(suporte: Client, ticket: Ticket) -> None:
    suporte.post(at(ticket, "mensagem"))
    Message.objects.update(attempts=2, next_at=NOW + timedelta(minutes=2), last_error="Fora do ar.")
    assert "na fila; nova tentativa às 14:46. Fora do ar." in shown(suporte, ticket)


def test_without_a_server_the_page_does_not_say_that_it_was_sent(
    suporte: Client, ticket: Ticket
) -> None:
    suporte.post(at(ticket, "mensagem"))
    send_due(clock.now())
    page = shown(suporte, ticket)
    assert "só gravada na pasta" in page
    assert "enviado em" not in page
    assert "Ainda não está anotado." in page


# In every case


@pytest.mark.parametrize(
    ("hours", "result", "words"),
    [(25, "", "O prazo venceu sem contato."), (1, "spoke", "O contato já foi feito.")],
)
def test_a_time_that_no_longer_holds_is_neither_said_nor_sent(
    suporte: Client, ticket: Ticket, hours: int, result: str, words: str
) -> None:
    carla = User.objects.create_user("carla", role="relacionamento")
    with clock.stopped_at(NOW + timedelta(hours=hours)):
        if result:
            ticket.promise.log_attempt(carla, ticket.phones[0], result)
        page = shown(suporte, ticket)
        assert words in page
        for gone in ("Diga ao cliente", "wa.me", "Mandar por e-mail", "liga até"):
            assert gone not in page
        assert suporte.post(at(ticket, "mensagem")).status_code == 422


def test_closed_and_reopened(suporte: Client, ticket: Ticket) -> None:
    ticket.move("cancel", ticket.opened_by, "Aberto por engano")
    assert "O chamado foi encerrado." in shown(suporte, ticket)
    with clock.stopped_at(NOW + timedelta(hours=30)):
        ticket.move("reopen", ticket.opened_by, "Cliente ligou de novo")
        page = shown(suporte, ticket)
    assert "liga até amanhã, quarta, 25/11, às 20h30" in page
    assert "Mandar por e-mail" in page


def test_without_a_phone_nobody_is_said_to_call(suporte: Client, ticket: Ticket) -> None:
    none = {"phone_1": "Cliente não tem telefone", "phone_2": "Cliente só tem um telefone"}
    page = shown(suporte, ticket_of(ticket.opened_by, **none))
    assert "O Relacionamento responde até amanhã" in page
    assert " liga " not in page
    assert "wa.me" not in page


@pytest.mark.parametrize("verb", ["numero", "informado", "mensagem"])
def test_an_address_of_a_form_opened_by_hand_leads_to_the_page(
    suporte: Client, ticket: Ticket, verb: str
) -> None:
    assert suporte.get(at(ticket, verb))["Location"].startswith(at(ticket))
    assert suporte.post(f"/chamados/4821703657/{verb}/").status_code == 404


def test_a_number_is_not_broken_between_two_lines(suporte: Client, ticket: Ticket) -> None:
    page = suporte.get(at(ticket)).content.decode()
    assert 'CNPJ ou CPF: <span class="digits">11.222.333/0001-81</span></p>' in page
    assert 'Telefone para retorno: <span class="digits">(11) ' in page
