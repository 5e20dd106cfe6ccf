"""What a call costs the technician: keys, clicks, and seconds by the keystroke-level model.

Operators and their seconds after Card, Moran and Newell (1980; The Psychology of Human-Computer
Interaction, 1983, ch. 8): K a key of an average typist, P pointing, B a button down or up, H the
hand from keys to mouse or back, M getting ready. The system's own answers are left out on both
sides, and so is the talking, which is the same.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, expect

from calls import zeros
from guiche.desk.models import Draft, Ticket, User

Open = Callable[..., Page]

SECONDS = {"K": 0.28, "P": 1.1, "B": 0.1, "H": 0.4, "M": 1.35}
CLICK = "PBB"

REQUESTER, EMAIL = "Bento Exemplo", "contato@padaria.com.br"
PHONES, WANTED = ("11988887777", "1133334444"), "115830024985"


class Step(NamedTuple):
    """One thing that is done: the words for people, the operators for the sum."""

    what: str
    operators: str


def typed(what: str, text: str) -> Step:
    """Into a field that is reached with the mouse: look, hand, point, click, hand back, type."""
    return Step(what, "MH" + CLICK + "H" + "K" * len(text))


# The procedure by hand, as it is written: Windows dialogs, hex by eye, two screens of the desk.
# What both have to type (who speaks, phones, e-mail, wanted number) is counted on both sides.
BY_HAND = (
    Step("Opções da Internet, pelo menu Iniciar", "MK" + "K" * len("opções da internet") + "K"),
    Step("guia Conteúdo", "MH" + CLICK),
    Step("botão Certificados", "M" + CLICK),
    Step("dois cliques no certificado", "M" + CLICK + "BB"),
    Step("guia Detalhes", "M" + CLICK),
    Step("rolar até Nome Alternativo Para o Requerente, e clicar", "M" + "PBB" * 2 + CLICK),
    Step("achar o Outro Nome certo entre quatro", "MMMM"),
    Step("ler doze pares de hexadecimais, um a um", "M" * 12),
    Step("fechar quatro janelas", ("M" + CLICK) * 4),
    Step("abrir o atendimento no Qualitor", "M" + CLICK),
    typed("CNPJ", "11222333000181"),
    typed("nome", "PADARIA EXEMPLO LTDA"),
    typed("descrição do problema", "Certificado sem matrícula CEI, pedida pela Conectividade."),
    Step("categoria, na lista", "MH" + CLICK + "M" + CLICK),
    Step("segunda tela", "M" + CLICK),
    typed("quem fala", REQUESTER),
    typed("tipo do certificado", "e-CNPJ A1"),
    typed("emissor", "AC EXEMPLO RFB"),
    Step("olhar o número de série na outra janela, duas vezes", "MM"),
    typed("número de série", "3a1f5c0e9b7d2468"),
    typed("validade", "02032027"),
    typed(
        "descrição",
        "Cliente Padaria Exemplo, e-CNPJ A1 da AC Exemplo, válido até 02/03/2027, sem CEI "
        "(campo com zeros). Precisa do CEI 11.583.00249/85 para a Conectividade Social.",
    ),
    typed(
        "solução",
        "Encaminhado ao Relacionamento para orientar a emissão de novo certificado com o CEI.",
    ),
    *(typed("telefone", phone) for phone in PHONES),
    typed("e-mail", EMAIL),
    typed("número que deve constar", WANTED),
    Step("encaminhar: equipe, na lista, e confirmar", ("M" + CLICK) * 3),
    Step("achar o número e a hora do retorno, somando 24 horas", "MMM"),
)


def seconds(operators: str) -> float:
    return sum(SECONDS[operator] for operator in operators)


COUNT = """() => {
  window.effort = { keys: 0, clicks: 0, hands: 0, last: "mouse" };
  const by = (hand) => { if (effort.last !== hand) { effort.hands += 1; effort.last = hand; } };
  addEventListener("keydown", () => { effort.keys += 1; by("keys"); }, true);
  addEventListener("pointerdown", () => { effort.clicks += 1; by("mouse"); }, true);
}"""
DROP = """bytes => {
  const files = new DataTransfer();
  files.items.add(new File([new Uint8Array(bytes)], "cliente.cer"));
  for (const type of ["dragover", "drop"])
    document.body.dispatchEvent(
      new DragEvent(type, {dataTransfer: files, bubbles: true, cancelable: true}));
}"""


def test_the_call_of_every_day(new_page: Open, bruno: User, certificate: Path) -> None:
    page = new_page(bruno)
    page.goto("/atender/")
    page.evaluate(COUNT)

    page.evaluate(DROP, list(zeros()))
    expect(page.get_by_role("heading", name="Sem CEI")).to_be_visible()
    page.get_by_label("Nome de quem fala").click()
    page.keyboard.type(REQUESTER)
    page.get_by_label("Representante").click()
    press(page, "Tab", "#f-phone_1")
    page.keyboard.type(PHONES[0])
    press(page, "Tab", "#f-phone_2")
    page.keyboard.type(PHONES[1])
    page.get_by_label("Conectividade Social, com e-CNPJ").click()
    page.get_by_label("CEI", exact=True).click()
    expect(page.locator("#f-wanted_number")).to_be_visible()
    press(page, "Tab", "#f-wanted_number")
    page.keyboard.type(WANTED)
    page.get_by_label("E-mail", exact=True).click()
    page.keyboard.press("Control+A")
    page.keyboard.type(EMAIL)
    page.get_by_label("E-mail confirmado").click()
    effort = page.evaluate("window.effort")
    draft = Draft.objects.get()
    page.get_by_role("button", name="Registrar chamado").click()
    page.wait_for_url("**/registrado/")
    clicks = effort["clicks"] + 1

    ticket = Ticket.objects.get()
    assert ticket.facts["requester_name"] == REQUESTER
    assert ticket.phones == [f"+55{phone}" for phone in PHONES]
    assert (ticket.facts["email"], ticket.facts["wanted_number"]) == (EMAIL, WANTED)
    known = {f.key for f in ticket.procedure.facts if f.certificate} - {"email"}
    assert len(known) == 6
    assert all(ticket.facts[key] for key in known)
    assert not known & draft.typed.keys(), "no key for what the certificate knows"
    assert effort["keys"] <= 90
    assert clicks <= 10

    drag = "MPBPB"
    ours = seconds(drag + "K" * effort["keys"] + (CLICK + "M") * clicks + "H" * effort["hands"])
    by_hand = sum(seconds(step.operators) for step in BY_HAND)
    print(f"{effort['keys']} keys, {clicks} clicks, {ours:.0f} s; by hand {by_hand:.0f} s")
    assert ours <= by_hand / 4


def press(page: Page, key: str, selector: str) -> None:
    """The key until the field has the focus, every time counted."""
    for _ in range(5):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{selector} is not near")
