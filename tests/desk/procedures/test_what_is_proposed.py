"""Which call of a shipped procedure proposes what, warns of what, and refuses what."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from certificates import profiles
from certificates.certificate import Certificate
from guiche.desk.intake.answers import Answers
from procedure_calls import ending_in

Call = Callable[..., Answers]

BLANK, CEI_CPF, SELO = profiles.e_cnpj(profiles.ZEROS), profiles.e_cpf(), profiles.selo_eletronico()
NO_NIS = profiles.e_cpf(profiles.ZEROS, person=profiles.JOSE)
CAEPF = profiles.e_cpf("111444777001")

# slug, certificate, answers, fact, what its text begins with or has in it
PROPOSED: list[tuple[str, Certificate | None, dict[str, str], str, str]] = [
    ("cei-conferir", CAEPF, {}, "category", "outro cadastro (CAEPF ou CNO)"),
    ("cei-conferir", CAEPF, {}, "problem", "No campo do CEI, o certificado traz um CAEPF."),
    ("cei-conferir", BLANK, {"wanted_kind": "CAEPF"}, "solution", "Nenhum certificado tem campo"),
    ("cei-conferir", CEI_CPF, {"same_number": "Sim"}, "solution", "outro certificado com o mesmo"),
    ("cei-conferir", SELO, {}, "solution", "emitir outro igual não resolve"),
    ("cei-conferir", None, {}, "solution", "fazer a leitura antes de propor"),
    ("certificado-errado", BLANK, {"other_certificate": "Sim, e é o certo"}, "solution",
     "nada precisa ser emitido"),
    ("certificado-errado", BLANK, {"holder_changed": "Mudou o representante"}, "solution",
     "primeiro o cadastro na Receita Federal"),
    ("certificado-errado", CEI_CPF, {"document": "11.222.333/0001-81"}, "problem",
     "não é o do cliente"),
    ("certificado-vencido", BLANK, {"other_valid": "Sim"}, "solution", "outro certificado válido"),
    ("certificado-vencido", None, {}, "solution", "conferir a validade"),
    ("selo-eletronico", SELO, {"has_ecpf": "Não"}, "solution", "orientar o caminho que serve"),
    ("selo-eletronico", SELO, {"has_ecpf": "Sim, com CEI ou NIS"}, "solution",
     "já tem um e-CPF com CEI ou NIS"),
    ("selo-eletronico", SELO, {"has_ecpf": "Não", "gov_br": "Sim", "system": "eSocial"},
     "solution", "aceita o acesso gov.br"),
    ("selo-eletronico", BLANK, {}, "solution", "O certificado lido não é um Selo Eletrônico."),
    ("nis-ausente", NO_NIS, {}, "category", "Certificado digital: sem NIS"),
    ("nis-ausente", NO_NIS, {}, "solution", "uma agência da Caixa vincula o dado"),
    ("nis-ausente", CEI_CPF, {}, "category", "Certificado digital: conferir NIS"),
    ("nis-ausente", CEI_CPF, {}, "solution", "O certificado traz o NIS 170.33311.52-2"),
    ("nis-ausente", BLANK, {}, "solution", "O certificado lido é de empresa"),
    ("token-nao-le", None, {"symptom": "PIN e PUK bloqueados"}, "solution", "não se recupera"),
    ("token-nao-le", None, {"symptom": "PIN bloqueado"}, "solution", "com o PUK"),
    ("token-nao-le", None, {"symptom": "PIN bloqueado"}, "category", "PIN ou PUK bloqueado"),
    ("token-nao-le", None, {"works_elsewhere": "Sim"}, "solution", "funciona em outro computador"),
    ("token-nao-le", None, {"works_elsewhere": "Não"}, "solution", "outra porta"),
    ("cadeia-ausente", BLANK, {}, "solution", "instalação da cadeia atual"),
    ("cadeia-ausente", BLANK, {"clock_right": "Não"}, "solution", "A data do computador"),
    ("cadeia-ausente", BLANK, {"where": "No servidor da empresa"}, "solution", "do servidor"),
    ("cadeia-ausente", profiles.other_pki(), {}, "solution", "não é da ICP-Brasil"),
]  # fmt: skip


@pytest.mark.parametrize(("slug", "certificate", "said", "key", "text"), PROPOSED)
def test_it_proposes(
    call: Call,
    slug: str,
    certificate: Certificate | None,
    said: dict[str, str],
    key: str,
    text: str,
) -> None:
    assert text in call(slug, certificate, **said).values[key]


@pytest.mark.parametrize(
    ("days", "problem", "category", "solution"),
    [
        (-30, "O certificado venceu", "Certificado digital: vencido", "não há o que revogar"),
        (10, "está para vencer", "Certificado digital: perto de vencer", "vale até lá"),
        (90, "pergunta pela validade", "Certificado digital: perto de vencer", "até quando ele"),
    ],
)
def test_of_an_expired_one(
    call: Call, days: int, problem: str, category: str, solution: str
) -> None:
    certificate = ending_in(timedelta(days=days))
    values = call("certificado-vencido", certificate, needs_number="Não").values
    assert problem in values["problem"]
    assert values["category"] == category
    assert solution in values["solution"]
    with_number = call("certificado-vencido", certificate, needs_number="NIS").values["solution"]
    assert ("com o NIS pedido já na compra" in with_number) == (days < 90)


@pytest.mark.parametrize(
    ("slug", "certificate", "said", "key", "note"),
    [
        ("cei-conferir", None, {"wanted_kind": "CNO"}, "wanted_kind", "os mesmos doze dígitos"),
        ("cei-conferir", None, {"number_source": "De memória"}, "number_source", "comprovante"),
        ("certificado-errado", CEI_CPF,
         {"document": "11.222.333/0001-81", "other_certificate": "Não"},
         "other_certificate", "é de ANA EXEMPLO DA SILVA"),
        ("certificado-errado", profiles.equipment(), {"other_certificate": "Não"},
         "other_certificate", "não é de pessoa nem de empresa"),
        ("nis-ausente", CEI_CPF, {}, "system", "O certificado traz o NIS 170.33311.52-2"),
        ("nis-ausente", None, {"caixa": "Não"}, "caixa", "Uma agência da Caixa"),
        ("token-nao-le", None, {"symptom": "O PIN não é aceito"}, "symptom", "Pare antes"),
        ("token-nao-le", None, {"driver": "Não instalado"}, "driver", "Instale o do fabricante"),
        ("cadeia-ausente", None, {"clock_right": "Não"}, "clock_right", "Acerte primeiro"),
    ],
)  # fmt: skip
def test_it_warns(
    call: Call,
    slug: str,
    certificate: Certificate | None,
    said: dict[str, str],
    key: str,
    note: str,
) -> None:
    answers = call(slug, certificate, **said)
    assert note in answers.note(answers.procedure.fact(key))


@pytest.mark.parametrize(
    "slug",
    ["cadeia-ausente", "certificado-errado", "certificado-vencido", "nis-ausente",
     "selo-eletronico", "token-nao-le"],
)  # fmt: skip
def test_what_was_solved_needs_no_ticket(call: Call, slug: str) -> None:
    answers = call(slug, solved="Sim")
    assert answers.judged[1]["solved"].startswith("Resolvido: não é preciso um chamado.")
    assert "Resolvido na ligação" in answers.procedure.reasons["end"]


@pytest.mark.parametrize(
    ("slug", "wrong", "message"),
    [
        ("nis-ausente", {"wanted_kind": "NIS", "wanted_number": "170.33311.52-3"}, "não confere"),
        ("nis-ausente", {"wanted_kind": "NIS", "wanted_number": "11.583.00249/85"}, "é um CEI"),
        ("nis-ausente", {"wanted_kind": "NIS", "wanted_number": "111.444.777-35"}, "é um CPF"),
        ("cei-conferir", {"wanted_kind": "CNO", "wanted_number": "111.444.777/001-54"}, "CAEPF"),
        ("selo-eletronico", {"wanted_number": "11.583.00249/84"}, "não confere"),
    ],
)
def test_a_wrong_number_is_told(call: Call, slug: str, wrong: dict[str, str], message: str) -> None:
    assert message in call(slug, **wrong).judged[1]["wanted_number"]


def test_a_pin_is_never_written_down(call: Call) -> None:
    answers = call("token-nao-le", error_words="PIN: 123456")
    assert "senhas não são anotadas" in answers.judged[1]["error_words"]


def test_the_nis_is_accepted_and_shown(call: Call) -> None:
    answers = call("nis-ausente", NO_NIS, wanted_kind="NIS", wanted_number="17033311522")
    assert answers.judged[0]["wanted_number"] == "17033311522"
    assert "NIS 170.33311.52-2" in answers.values["description"]
