"""A call in progress: what is typed stays as typed, what is known fills in, nothing gets lost."""

from collections.abc import Callable

import pytest

from certificates import profiles
from certificates.certificate import Certificate
from guiche.desk.intake.draft import Tab
from guiche.desk.models import Draft, Inspection, ProcedureVersion, User

pytestmark = pytest.mark.django_db

Store = Callable[[Certificate], Inspection]
Fill = Callable[..., Draft]


@pytest.fixture
def draft(suporte: User) -> Draft:
    return Draft.start(suporte)


@pytest.fixture
def read(draft: Draft, store: Store) -> Draft:
    draft.attach(store(profiles.e_cnpj(profiles.ZEROS)))
    return draft


def again(draft: Draft) -> Draft:
    return Draft.objects.get(pk=draft.pk)


def test_a_reading_fills_in_what_it_knows(read: Draft) -> None:
    values = again(read).values()
    assert values["document"] == "11.222.333/0001-81"
    assert values["name"] == "PADARIA EXEMPLO LTDA"
    assert values["card_type"] == "e-CNPJ A1"
    assert values["card_issuer"].startswith("AC Exemplo")
    assert values["card_validity"] == "02/03/2027"
    assert values["email"] == "contato@padaria.exemplo.com.br"
    assert {read.answers().origin(key) for key in ("document", "card_serial", "email")} == {
        "certificate"
    }
    assert {read.answers().origin(key) for key in ("problem", "category", "solution")} == {
        "proposed"
    }
    assert {
        read.answers().origin(key) for key in ("phone_1", "card_medium", "email_confirmed")
    } == {""}


def test_what_is_missing_is_said_in_the_order_of_the_form(read: Draft) -> None:
    assert list(read.problems()) == [
        "problem", "card_medium", "phone_1", "phone_2", "email_confirmed",
    ]  # fmt: skip
    assert read.problems()["phone_2"] == "Peça um segundo telefone ao cliente."


def test_an_empty_draft_misses_everything(draft: Draft) -> None:
    assert list(draft.problems()) == [
        "document", "name", "problem", "card_type", "card_medium", "card_issuer", "card_serial",
        "card_validity", "phone_1", "phone_2", "email", "email_confirmed",
    ]  # fmt: skip


def test_what_is_typed_is_kept_exactly(draft: Draft) -> None:
    typed = {"name": "  Padaria  Exemplo ", "phone_1": "11 3333", "document": "não sei"}
    assert draft.type_in({**typed, "unknown": "x"})
    values = again(draft).values()
    assert {key: values[key] for key in typed} == typed
    assert "unknown" not in values
    assert again(draft).answers().origin("phone_1") == "typed"


def test_a_page_that_sends_its_whole_form_types_nothing(read: Draft) -> None:
    form = {key: value.replace("\n", "\r\n") for key, value in read.values().items()}
    assert read.type_in(form)
    assert again(read).typed == {}
    assert again(read).answers().origin("problem") == "proposed"


def test_a_form_with_older_proposals_types_nothing(read: Draft) -> None:
    older = read.values()
    read.type_in({"phone_1": "(11) 3333-4444"})
    assert read.values()["description"] != older["description"]
    again(read).type_in({**older, "phone_1": "(11) 3333-4444"})
    assert list(again(read).typed) == ["phone_1"]
    assert "(11) 3333-4444" in again(read).values()["description"]


def test_another_reading_changes_what_nobody_typed(read: Draft, store: Store) -> None:
    read.type_in({"name": "Padaria da Esquina"})
    read.attach(store(profiles.e_cpf()))
    values = again(read).values()
    assert values["name"] == "Padaria da Esquina"
    assert values["document"] == "111.444.777-35"
    assert "11.583.00249/85" in values["solution"]


def test_to_empty_a_field_is_an_answer_and_is_missing(read: Draft) -> None:
    read.type_in({"name": ""})
    assert again(read).values()["name"] == ""
    assert again(read).answers().origin("name") == ""
    assert read.problems()["name"] == "Informe o nome do cliente."


def test_to_write_back_what_was_offered_undoes_the_typing(read: Draft) -> None:
    offered = read.values()["name"]
    read.type_in({"name": "Outra"})
    read.type_in({"name": offered})
    assert again(read).answers().origin("name") == "certificate"


def test_a_late_autosave_does_not_undo_a_newer_one(draft: Draft) -> None:
    late = again(draft)
    assert draft.type_in({"name": "Nova"}, revision=20)
    assert not late.type_in({"name": "Velha"}, revision=10)
    assert late.values()["name"] == again(draft).values()["name"] == "Nova"
    assert again(draft).type_in({"name": "Mais nova"}, revision=20)


def test_another_tab_that_is_old_changes_nothing(draft: Draft) -> None:
    first, second = Tab("a", draft.version), Tab("b", draft.version)
    assert draft.type_in({"name": "Primeira"}, tab=first)
    old = again(draft)
    assert not old.type_in({"name": "", "phone_1": "11 3333"}, tab=second)
    assert again(draft).values()["name"] == "Primeira"
    assert old.unsaved({"name": "", "phone_1": "11 3333"}) == {"phone_1": "11 3333"}
    assert draft.type_in({"name": "Primeira Ltda"}, tab=first)


def test_a_tab_that_saw_the_latest_goes_on(draft: Draft, store: Store) -> None:
    assert draft.type_in({"name": "Primeira"}, tab=Tab("a", draft.version))
    assert draft.type_in({"name": "Segunda"}, tab=Tab("b", draft.version))
    assert not again(draft).attach(store(profiles.e_cpf()), Tab("a", 0))
    assert again(draft).inspection is None
    assert again(draft).values()["name"] == "Segunda"


def test_what_a_database_refuses_is_left_out(draft: Draft) -> None:
    assert draft.type_in({"name": "Ana\x00 Exemplo \ud83d"})
    assert again(draft).values()["name"] == "Ana Exemplo ?"


def test_a_draft_keeps_the_procedure_it_began_with(draft: Draft) -> None:
    version = draft.procedure_version
    ProcedureVersion.objects.create(slug=version.slug, digest="0" * 64, content="newer")
    assert again(draft).procedure_version == version
    assert [screen.title for screen in draft.procedure.screens] == [
        "Primeira tela",
        "Segunda tela",
    ]


def test_paused_calls_are_ones_own_and_open(fill: Fill, suporte: User, supervisao: User) -> None:
    waiting, submitted = fill(), fill()
    submitted.submit(suporte)
    assert list(Draft.paused(suporte)) == [waiting]
    assert not Draft.paused(supervisao)


def test_the_card_of_an_authority_is_not_the_customers(draft: Draft, store: Store) -> None:
    draft.attach(store(profiles.ca()))
    values = draft.values()
    assert (values["name"], values["document"]) == ("", "")


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({"document": "11.222.333/0001-80"}, "O dígito final deste CNPJ não confere."),
        ({"document": "111.444.777-34"}, "O dígito final deste CPF não confere."),
        ({"document": "111.111.111-11"}, "Este CPF não existe."),
        ({"document": "123"}, "O CNPJ tem 14 posições e o CPF tem 11; este tem 3."),
        ({"name": "Padaria Exemplo Ltda:11222333000181"}, "Tire o número do nome"),
        ({"name": "..."}, "Escreva o nome por extenso."),
        ({"problem": "Curto"}, "São só 5 caracteres. Escreva pelo menos 20."),
        ({"problem": "muito " * 200}, "o limite é 600. Resuma."),
        ({"problem": "O sistema {sistema} pede o CEI ao cliente."}, "Falta trocar “{sistema}”"),
        ({"problem": "O sistema [qual] pede o CEI ao cliente."}, "Falta trocar “[qual]”"),
        ({"problem": "O sistema ____ pede o CEI ao cliente."}, "Falta trocar “____”"),
        ({"problem": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}, "Escreva em poucas frases"),
        ({"problem": "Não instala. A senha do token é abc123."}, "senhas não são anotadas"),
        ({"category": "Outra coisa"}, "Escolha uma das opções da lista."),
        ({"card_validity": "31/02/2027"}, "Escreva a data como 24/11/2026."),
        ({"phone_1": "3333-4444"}, "Escreva o telefone com DDD"),
        ({"phone_1": "telefone"}, "Escreva o telefone com DDD"),
        ({"phone_1": "(10) 98765-4321"}, "Este telefone não serve para retorno."),
        ({"phone_1": "(11) 99999-9999"}, "Este telefone não serve para retorno."),
        ({"phone_1": "0800 123 4567"}, "Este telefone não serve para retorno."),
        ({"phone_1": "+1 212 555 1234"}, "Este telefone não serve para retorno."),
        ({"phone_2": "+55 11 3333 4444"}, "Os dois telefones são iguais."),
        ({"email": "contato@"}, "Confira letra por letra."),
        ({"email": "contato@localhost"}, "Confira letra por letra."),
        ({"email_confirmed": ""}, "Confirme o e-mail com o cliente e marque aqui."),
    ],
    ids=lambda value: next(iter(value.values()))[:24] if isinstance(value, dict) else "",
)
def test_what_is_not_accepted(fill: Fill, answers: dict[str, str], problem: str) -> None:
    problems = fill(**answers).problems()
    assert list(problems) == list(answers)
    assert problem in problems[next(iter(answers))]


def test_the_solution_says_something_else_than_the_description(fill: Fill) -> None:
    text = "O cliente precisa do CEI no certificado para entrar no sistema da Caixa."
    assert list(fill(description=text, solution=f" {text}\r\n").problems()) == ["solution"]


@pytest.mark.parametrize(
    ("answers", "key", "clean"),
    [
        ({"document": "12abc345 01de35"}, "document", "12ABC34501DE35"),
        ({"document": "11144477735"}, "document", "11144477735"),
        ({"name": " Ana   Exemplo\x1b "}, "name", "Ana Exemplo"),
        ({"card_medium": "nuvem"}, "card_medium", "Nuvem"),
        ({"card_validity": "1/2/27"}, "card_validity", "2027-02-01"),
        ({"card_validity": "2027-02-01"}, "card_validity", "2027-02-01"),
        ({"phone_1": "011 98765-1234"}, "phone_1", "+5511987651234"),
        ({"phone_1": "(11) 3333-4445 ramal 12"}, "phone_1", "+551133334445"),
        ({"phone_1": "+55 67 2222-2223"}, "phone_1", "+556722222223"),
        ({"email": " Ana@EXEMPLO.com.br "}, "email", "Ana@exemplo.com.br"),
        ({"problem": "Não lembra a senha do token, e o sistema pede o CEI."}, "problem", None),
    ],
)  # fmt: skip
def test_any_form_that_is_not_ambiguous_is_accepted(
    fill: Fill, suporte: User, answers: dict[str, str], key: str, clean: str | None
) -> None:
    draft = fill(**answers)
    assert draft.problems() == {}
    assert draft.submit(suporte).facts[key] == (clean or answers[key])


def test_every_way_out_is_accepted_and_shown(fill: Fill, suporte: User) -> None:
    ticket = fill(
        card_serial="não foi possível ler",
        phone_2="Cliente só tem um telefone",
        email="Cliente não tem e-mail",
        email_confirmed="",
    ).submit(suporte)
    assert ticket.exits == [
        ("Número de série", "Não foi possível ler"),
        ("Segundo telefone", "Cliente só tem um telefone"),
        ("E-mail", "Cliente não tem e-mail"),
    ]
    assert ticket.phones == ["+551133334444"]
    assert ticket.shown["email_confirmed"] == "—"
    assert "número de série (não foi possível ler)" in ticket.facts["description"]
