"""What is copied into the other desk: its screens, in its order, with our mark at the end."""

from collections.abc import Callable

import pytest

from guiche.desk.models import Ticket
from guiche.desk.tickets.block import copy_blocks

pytestmark = pytest.mark.django_db

Open = Callable[..., Ticket]


def test_each_screen_in_its_order_as_it_is_pasted(ticket: Ticket) -> None:
    first, second = copy_blocks(ticket)
    assert first.title == "Primeira tela"
    assert first.copied == (
        "CNPJ ou CPF: 11.222.333/0001-81\n"
        "Nome: PADARIA EXEMPLO LTDA\n"
        f"Descrição do problema:\n{ticket.facts['problem']}\n"
        "Categoria: Certificado digital: sem matrícula CEI"
    )
    assert second.copied.startswith("Nome de quem fala: Bento Exemplo\nO que é do titular: ")
    assert "\nQual sistema pede o CEI? " in second.copied
    assert f"\nDescrição:\n{ticket.facts['description']}\nSolução:\n" in second.copied


def test_one_field_alone_is_copied_without_its_label(ticket: Ticket) -> None:
    texts = {line.label: line.text for block in copy_blocks(ticket) for line in block.lines}
    assert texts["Telefone para retorno"] == "(11) 3333-4444"
    assert texts["Solução"] == ticket.facts["solution"]


def test_our_mark_ends_the_last_screen(ticket: Ticket) -> None:
    first, second = copy_blocks(ticket)
    assert second.copied.endswith(f"\nGuichê: {ticket.mark}")
    assert ticket.mark not in first.copied


def test_a_way_out_stands_in_words(stopped_clock: object, open_ticket: Open) -> None:
    ticket = open_ticket(email="Cliente não tem e-mail", phone_2="Cliente só tem um telefone")
    copied = copy_blocks(ticket)[1].copied
    assert "\nE-mail: Cliente não tem e-mail\n" in copied
    assert "\nSegundo telefone: Cliente só tem um telefone\n" in copied


def test_what_was_not_asked_is_left_out(ticket: Ticket) -> None:
    del ticket.facts["relation"]
    assert "O que é do titular" not in copy_blocks(ticket)[1].copied
