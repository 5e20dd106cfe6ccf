"""A call in progress: what is typed stays as typed, what is known fills in, nothing gets lost."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from certificates import profiles
from certificates.certificate import Certificate
from guiche.desk.intake.draft import Incomplete, Tab
from guiche.desk.models import Draft, Inspection, ProcedureVersion, SiteVersion, User
from guiche.desk.promises.due_time import written
from guiche.desk.refusal import Refused

pytestmark = pytest.mark.django_db

Store = Callable[[Certificate], Inspection]
Fill = Callable[..., Draft]
Clock = Any


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
    assert {read.answers().origin(key) for key in ("phone_1", "relation", "email_confirmed")} == {
        ""
    }


def test_what_is_missing_is_said_in_the_order_of_the_form(read: Draft) -> None:
    assert list(read.problems()) == [
        "requester_name", "relation", "phone_1", "phone_2", "system", "wanted_kind",
        "email_confirmed",
    ]  # fmt: skip
    assert read.problems()["phone_2"] == "Peça um segundo telefone ao cliente."


def test_an_empty_draft_misses_everything(draft: Draft) -> None:
    assert list(draft.problems()) == [
        "requester_name", "relation", "phone_1", "phone_2", "system", "no_reading",
        "wanted_kind", "document", "name", "email", "email_confirmed", "card_type",
        "card_medium", "card_issuer", "card_serial", "card_validity",
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
    assert draft.procedure.title == "Matrícula CEI no certificado digital"


def test_ones_own_calls_wait_and_the_teams_once_paused(
    fill: Fill, suporte: User, supervisao: User, stopped_clock: Clock
) -> None:
    waiting, submitted = fill(), fill()
    submitted.submit(suporte)
    now = stopped_clock.now
    assert list(Draft.waiting(suporte, now)) == [waiting]
    assert not Draft.waiting(supervisao, now)
    assert waiting.pause()
    assert list(Draft.waiting(supervisao, now)) == [waiting]


def test_a_call_that_was_left_alone_waits_like_a_paused_one(
    fill: Fill, supervisao: User, stopped_clock: Clock
) -> None:
    draft = fill()
    assert not Draft.waiting(supervisao, stopped_clock.forward(minutes=14))
    assert list(Draft.waiting(supervisao, stopped_clock.forward(minutes=1))) == [draft]
    assert draft.is_waiting(stopped_clock.now)


def test_who_takes_a_call_up_has_it_and_an_open_page_of_it_is_old(
    fill: Fill, supervisao: User
) -> None:
    draft = fill()
    tab = Tab("a", draft.version)
    assert draft.type_in({"phone_1": "11 98888-7777"}, tab=tab)
    draft.pause()
    assert again(draft).take(supervisao)
    assert (again(draft).by, again(draft).paused_at) == (supervisao, None)
    assert not draft.type_in({"phone_1": "11 97777-6666"}, tab=tab)
    assert again(draft).values()["phone_1"] == "11 98888-7777"


def test_to_go_on_with_a_paused_call_takes_it_up(fill: Fill, supervisao: User) -> None:
    draft = fill()
    draft.pause()
    assert draft.type_in({"name": "Padaria da Esquina"})
    assert again(draft).paused_at is None
    assert not Draft.waiting(supervisao, draft.updated_at)


@pytest.mark.parametrize(
    ("typed", "called"),
    [
        ({}, ""),
        ({"requester_name": "Ana Exemplo da Silva"}, "Ana E. S."),
        (
            {"name": "Padaria Exemplo", "document": "11.222.333/0001-81"},
            "Padaria Exemplo",
        ),
        ({"requester_name": "Ana Exemplo", "name": "Iris Exemplo Quadros"}, "Iris E. Q."),
        ({"name": "Iris Exemplo", "document": "Cliente não quis informar"}, "Iris E."),
        ({"name": "Ana Exemplo", "document": "111.444.777-35"}, "Ana E."),
    ],
)
def test_a_list_calls_it_by_its_customer_and_a_person_by_initials(
    draft: Draft, typed: dict[str, str], called: str
) -> None:
    draft.type_in(typed)
    assert again(draft).called == called


def test_a_submitted_call_is_neither_paused_nor_taken(
    fill: Fill, suporte: User, supervisao: User
) -> None:
    draft = fill()
    draft.submit(suporte)
    assert not draft.pause()
    assert not draft.take(supervisao)
    assert again(draft).by == suporte


def test_a_call_that_needs_no_ticket_ends_with_its_reason_and_nothing_else(
    fill: Fill, suporte: User
) -> None:
    draft = fill()
    with pytest.raises(Refused, match="por que não é preciso"):
        draft.end(suporte, "Porque sim")
    assert draft.end(suporte, "O sistema não pede o CEI")
    ended = again(draft)
    assert (ended.typed, ended.offered, ended.inspection) == ({}, {}, None)
    assert (ended.ended_reason, ended.by) == ("O sistema não pede o CEI", suporte)
    assert not ended.end(suporte, "Era só uma consulta")
    assert not ended.type_in({"name": "Tarde Demais"})
    assert not Draft.waiting(suporte, ended.updated_at)


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
        ({"requester_name": ""}, "Pergunte o nome de quem está falando."),
        ({"wanted_number": "11.583.00249/84"}, "O dígito final deste CEI não confere."),
        ({"wanted_number": "111.444.777/001-54"}, "Este número é um CAEPF, não um CEI."),
        ({"wanted_number": "11.222.333/0001-81"}, "Este número é um CNPJ, não um CEI."),
        ({"wanted_number": "12345678901234"}, "O CEI tem 12 dígitos; este tem 14."),
        ({"wanted_number": "1234567"}, "O CEI tem 12 dígitos; este tem 7."),
        ({"wanted_number": "0" * 12}, "não é um número de CEI"),
        ({"wanted_number": "doze"}, "O CEI só tem algarismos"),
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
        ({"wanted_number": "11 583 00249 85"}, "wanted_number", "115830024985"),
        ({"wanted_kind": "cno", "wanted_number": "900205868272"}, "wanted_number", "900205868272"),
        (
            {"wanted_kind": "CAEPF", "wanted_number": "111.444.777/001-54"},
            "wanted_number",
            "11144477700154",
        ),
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
        ("Segundo telefone", "Cliente só tem um telefone"),
        ("E-mail", "Cliente não tem e-mail"),
        ("Número de série", "Não foi possível ler"),
    ]
    assert ticket.phones == ["+551133334444"]
    assert not {"email_confirmed", "phone_2_whose"} & ticket.shown.keys()
    assert "número de série (não foi possível ler)" in ticket.facts["description"]


# Facts that depend on others


def test_what_does_not_apply_is_not_asked(read: Draft) -> None:
    asked = read.answers().asked
    assert not asked & {"system_other", "error_words", "wanted_number", "order_number"}
    assert "no_reading" not in asked
    read.type_in({"system": "Não sei", "wanted_kind": "CNO", "ordered_with_cei": "Sim"})
    assert read.answers().asked >= {"error_words", "wanted_number", "property", "order_number"}
    assert "system_other" not in read.answers().asked


def test_an_answer_to_what_is_no_longer_asked_is_neither_judged_nor_kept(
    fill: Fill, suporte: User
) -> None:
    draft = fill(wanted_number="1234567")
    draft.type_in({"wanted_kind": "Cliente vai confirmar"})
    assert draft.problems() == {}
    ticket = draft.submit(suporte)
    assert "wanted_number" not in ticket.facts
    assert "1234567" not in ticket.facts["description"]
    assert ("Qual número deve constar no certificado?", "Cliente vai confirmar") in ticket.exits


def test_the_offices_own_certificate_is_asked_about_and_stops_the_call(
    fill: Fill, store: Store
) -> None:
    draft = fill(document="11.444.777/0001-61", holder_is_customer="")
    assert list(draft.problems()) == ["holder_is_customer"]
    note = draft.answers().note(draft.procedure.fact("holder_is_customer"))
    assert note.startswith("O certificado lido é de PADARIA EXEMPLO LTDA")
    draft.type_in({"holder_is_customer": "Não, é de outra pessoa"})
    assert draft.problems()["holder_is_customer"].startswith("A leitura é de outro certificado.")


def test_an_accountants_certificate_is_asked_about_though_the_numbers_agree(fill: Fill) -> None:
    draft = fill(relation="Contador", holder_is_customer="")
    assert list(draft.problems()) == ["holder_is_customer"]


def test_the_companys_own_number_is_no_customers(fill: Fill, site: SiteVersion) -> None:
    site.content = {**site.content, "phones": ["+551133334444"]}
    site.save()
    with pytest.raises(Incomplete) as incomplete:
        fill().submit(User.objects.get())
    assert "da própria empresa" in incomplete.value.problems["phone_1"]


# The time that is promised


def test_before_the_hours_are_set_nothing_is_promised(fill: Fill, suporte: User) -> None:
    SiteVersion.objects.all().delete()
    with pytest.raises(Incomplete) as incomplete:
        fill().submit(suporte)
    assert "A supervisão define em Ajustes" in incomplete.value.problems["due"]


def office_hours(site: SiteVersion) -> None:
    site.content = {"hours": {"week": ["08:00-18:00"] * 5 + ["", ""]}}
    site.save()


def test_a_time_within_hours_needs_no_choice(
    fill: Fill, suporte: User, site: SiteVersion, stopped_clock: Clock
) -> None:
    office_hours(site)
    assert written(fill().submit(suporte).promise.due_at) == "até terça, 24/11, às 14h30"


@pytest.mark.parametrize(
    ("key", "due"),
    [
        ("before", "até sexta, 27/11, às 18h"),
        ("term", "até sábado, 28/11, às 14h30"),
        ("after", "até segunda, 30/11, às 9h"),
    ],
)
def test_a_time_outside_hours_is_shown_and_chosen(
    fill: Fill, suporte: User, site: SiteVersion, stopped_clock: Clock, key: str, due: str
) -> None:
    office_hours(site)
    stopped_clock.forward(days=4)  # a Friday
    draft = fill()
    with pytest.raises(Incomplete) as incomplete:
        draft.submit(suporte)
    assert list(incomplete.value.problems) == ["due"]
    draft.choose_due("amanhã")
    with pytest.raises(Incomplete):
        draft.submit(suporte)
    draft.choose_due(key)
    assert written(draft.submit(suporte).promise.due_at) == due


def test_a_certificate_that_ends_while_a_call_is_paused_is_expired_in_every_text(
    fill: Fill, stopped_clock: Clock
) -> None:
    draft = fill(replace(profiles.e_cnpj(profiles.ZEROS), not_after=stopped_clock.now))
    assert draft.answers().known["validity"] == "valid"
    stopped_clock.forward(days=2)
    answers = again(draft).answers()
    assert answers.known["validity"] == "expired"
    assert "O certificado venceu em 23/11/2026." in answers.values["description"]
    assert "não há o que revogar" in answers.values["solution"]
    said = draft.procedure.texts.verdict.filled({}, answers.known)
    assert "vencido" in said
    assert "normalmente" not in said


@pytest.mark.parametrize("field", ["phone_1", "name", "problem"])
def test_no_answer_keeps_the_desk_busy(draft: Draft, field: str) -> None:
    draft.type_in({field: "1" + " x" * 50_000})
    assert len(again(draft).typed[field]) == 10_000
    assert again(draft).problems()[field]
    assert again(draft).terms.count() <= 40
