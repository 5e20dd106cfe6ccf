"""Three calls as they go, each with what the desk must not say.

1. A token at home, in a remote-support window, and the line drops.
2. An accountant by e-mail: the office's own certificate first, then twelve more customers.
3. A Selo Eletrônico, for which another one is no answer.
"""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from certificates import ZEROS, Person, e_cnpj, e_cpf, other_pki, pem, selo_eletronico
from guiche.desk.models import Draft, Ticket, User

Open = Callable[..., Page]

PHONE, SECOND = "(11) 98888-7777", "(11) 3333-4444"


def words(page: Page) -> str:
    """All that a person sees or hears, typed values too."""
    typed = page.evaluate(
        "() => [...document.querySelectorAll('input, textarea')]"
        ".filter(e => e.checkVisibility()).map(e => e.value).join('\\n')"
    )
    return f"{page.locator('body').inner_text()}\n{typed}"


def paste(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+V")


def who_speaks(page: Page, name: str, relation: str) -> None:
    page.get_by_label("Nome de quem fala").fill(name)
    page.get_by_label(relation, exact=True).check()
    page.get_by_label("Telefone para retorno").fill(PHONE)
    page.get_by_label("Segundo telefone", exact=True).fill(SECOND)


def register(page: Page) -> Ticket:
    page.get_by_label("E-mail confirmado").check()
    page.get_by_role("button", name="Registrar chamado").click()
    page.wait_for_url(re.compile("/registrado/"))
    return Ticket.objects.latest("pk")


def test_a_token_at_home_and_the_line_drops(new_page: Open, bruno: User, carla: User) -> None:
    page = new_page(bruno)
    page.goto("/atender/")
    who_speaks(page, "Ana Exemplo", "O próprio titular")
    page.get_by_label("Conectividade Social, com e-CPF").check()
    expect(page.get_by_text("um dos dois basta")).to_be_visible()
    expect(page.locator("#salvo")).to_contain_text("Salvo")
    assert "Sem CEI" not in words(page), "nothing was read yet"
    page.get_by_role("button", name="Pausar").click()
    expect(page.get_by_text("Atendimento em pausa.")).to_be_visible()

    # She calls again, and a colleague finds her by the number that she calls from.
    davi = User.objects.create_user("davi", name="Davi Exemplo")
    page = new_page(davi)
    page.goto("/fila/")
    page.get_by_role("search").get_by_role("searchbox").fill("11 98888 7777")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Ana").first.click()
    page.get_by_role("button", name="Retomar").click()
    page.wait_for_load_state()  # and its script, which hears what is pasted
    expect(page.get_by_label("Telefone para retorno")).to_have_value(PHONE)

    # The certificate is on her computer: nothing asks for a PIN, a password, or a token here.
    page.get_by_text("Ler no PC do cliente").click()
    page.get_by_text("Uma linha no Executar", exact=True).click()
    panel = page.locator("#leitor")
    expect(panel.get_by_text("CurrentUser").first).to_be_visible()
    assert page.locator("input[type=password]").count() == 0
    asked = re.findall(r"[^.]*\b(?:PIN|senha)\b[^.]*\.", panel.inner_text())
    assert all(re.search("[Nn]ão|nunca|[Nn]enhum|sem", sentence) for sentence in asked), asked
    assert page.locator("main a[href^='http']").count() == 0, "a link may make it ask for a PIN"

    others = [e_cnpj(ZEROS, cn=f"EMPRESA {n} EXEMPLO LTDA:11222333000181") for n in range(10)]
    without_nis = e_cpf(ZEROS, person=Person("ANA EXEMPLO DA SILVA", "11144477735"))
    store = [*others, without_nis, other_pki()]
    page.locator("h1").click()
    paste(page, "".join(pem(each.der()).replace("\n", "\r\n") for each in store))
    expect(page.get_by_role("heading", name="Há 12 certificados")).to_be_visible()
    page.get_by_role("button", name=re.compile("Usar este.*ANA EXEMPLO DA SILVA")).click()
    expect(page.get_by_role("heading", name="Sem CEI")).to_be_visible()
    expect(page.get_by_text("Sem NIS: ")).to_be_visible()
    assert "EMPRESA 3" not in words(page), "the rest is dropped unseen"

    page.get_by_role("link", name="Modo falar").click()
    page.wait_for_url(re.compile("/falar/"))
    spoken = words(page)
    assert "Sem CEI" in spoken
    assert not re.search(r"ANA|Ana|\d{3}", spoken), spoken
    page.get_by_role("link", name="Voltar ao atendimento").click()
    page.wait_for_url(re.compile("/atender/[^/]+/#leitura"))

    page.get_by_label("CEI", exact=True).check()
    page.locator("[name=saida-wanted_number]").select_option("Cliente vai enviar")
    page.get_by_label("Token").check()
    ticket = register(page)
    assert ticket.opened_by == davi
    assert ("Número que deve constar", "Cliente vai enviar") in ticket.exits
    number = words(page)
    assert ticket.spoken in number
    assert "111.444.777-35" not in ticket.send
    assert not re.search(r"\b(?:grátis|sem custo|vai pagar|incluir no)\b", number)


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    path.write_bytes(content.getvalue())
    return path


def test_an_accountant_by_e_mail(new_page: Open, bruno: User, tmp_path: Path) -> None:
    page = new_page(bruno)
    page.goto("/atender/")
    who_speaks(page, "Caio Exemplo", "Contador")
    page.get_by_label("Conectividade Social, com e-CNPJ").check()
    page.get_by_label("CNPJ ou CPF").fill("11.444.777/0001-61")
    expect(page.locator("#salvo")).to_contain_text("Salvo")

    # Outlook blocks .cer: it comes renamed, in a ZIP, and it is the office's own.
    office = e_cnpj(ZEROS, cn="CONTABIL EXEMPLO LTDA:11222333000181").der()
    page.set_input_files("#arquivo", zipped(tmp_path / "anexo.zip", {"certificado.cer_": office}))
    expect(page.get_by_role("heading", name="Sem CEI")).to_be_visible()
    expect(page.get_by_text("O certificado lido é de CONTABIL EXEMPLO LTDA")).to_be_visible()
    page.get_by_label("Não, é de outra pessoa").check()
    page.get_by_role("button", name="Registrar chamado").click()
    expect(page.get_by_role("alert")).to_contain_text("A leitura é de outro certificado.")
    assert Ticket.objects.count() == 0
    page.get_by_role("button", name="descartar leitura").click()
    page.wait_for_load_state()
    expect(page.get_by_label("CNPJ ou CPF")).to_have_value("11.444.777/0001-61")
    assert "Sem CEI" not in words(page), "that was not the customer's"

    right = e_cnpj(ZEROS, cnpj="11444777000161", cn="SITIO EXEMPLO LTDA:11444777000161").der()
    page.set_input_files("#arquivo", zipped(tmp_path / "certo.zip", {"sitio.txt": right}))
    expect(page.get_by_role("heading", name="Sem CEI")).to_be_visible()
    page.get_by_label("Sim", exact=True).first.check()
    page.get_by_label("CNO", exact=True).check()
    page.get_by_label("Número que deve constar").fill("90.020.58682/72")
    page.get_by_label("E-mail", exact=True).fill("caio@contabil.exemplo.com.br")
    ticket = register(page)
    assert (ticket.customer, ticket.facts["wanted_number"]) == (
        "SITIO EXEMPLO LTDA",
        "900205868272",
    )
    assert ticket.facts["email"] == "caio@contabil.exemplo.com.br", "not the one of the certificate"
    assert ticket.facts["phone_1_whose"] == "Caio Exemplo", "the callback goes to the office"
    assert "padaria" not in ticket.facts["description"].casefold()


def test_a_selo_eletronico(new_page: Open, bruno: User, tmp_path: Path) -> None:
    path = tmp_path / "selo.cer"
    path.write_bytes(selo_eletronico().der())
    page = new_page(bruno)
    page.goto("/atender/")
    who_speaks(page, "Bento Exemplo", "Representante")
    page.get_by_label("Conectividade Social, com e-CPF").check()
    page.set_input_files("#arquivo", path)
    expect(page.get_by_role("heading", name="Não comporta CEI")).to_be_visible()
    page.get_by_label("CEI", exact=True).check()
    expect(page.get_by_text("O Selo Eletrônico não tem campo para nenhum deles.")).to_be_visible()
    page.get_by_label("Número que deve constar").fill("115830024985")
    page.get_by_label("Nuvem").check()
    page.get_by_label("E-mail", exact=True).fill("contato@padaria.com.br")
    expect(page.locator("#salvo")).to_contain_text("Salvo")
    call = words(page)
    ticket = register(page)
    page.get_by_role("link", name="Ver o chamado").click()
    page.wait_for_url(re.compile(r"/chamados/\d+/$"))
    for said in (call, words(page), ticket.facts["solution"], ticket.say, ticket.send):
        assert not re.search(r"emite-se um (?:novo|certificado)|novo Selo|Sem CEI:", said), said
    assert "e-CPF do responsável com CEI ou NIS" in ticket.facts["solution"]
    assert "gov.br" in ticket.facts["solution"]
    assert Draft.objects.get(pk=ticket.submission_key).inspection is not None


def test_a_press_counts_though_the_button_moves_before_the_release(
    new_page: Open, bruno: User
) -> None:
    """As when a save is answered in between, and more stands above the button."""
    page = new_page(bruno)
    page.goto("/atender/")
    button = page.get_by_role("button", name="Registrar chamado")
    button.scroll_into_view_if_needed()
    # Safari keeps nothing in its place when something comes above it.
    page.evaluate("document.documentElement.style.overflowAnchor = 'none'")
    button.hover()
    page.mouse.down()
    page.evaluate(
        """() => {
          const more = document.createElement("p"), { scrollY } = window;
          more.textContent = "mais ".repeat(500);
          document.querySelector("#chamado").prepend(more);
          window.scrollTo({ top: scrollY, behavior: "instant" });
        }"""
    )
    page.mouse.up()
    page.wait_for_url(re.compile("/registrar/"))  # which says what is missing
