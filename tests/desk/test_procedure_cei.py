"""The shipped procedure says nothing wrong, whatever the certificate says."""

import re
from collections.abc import Callable

import pytest

from certificates import profiles
from certificates.certificate import Certificate
from guiche.desk.intake.reading import conditions_of
from guiche.desk.models import Draft, Inspection, User
from guiche.desk.procedures import names, shelf

Store = Callable[[Certificate], Inspection]
PROCEDURE, _ = shelf.find("cei-ausente")

CERTIFICATES = {
    "present": profiles.e_cpf(),
    "blank": profiles.e_cnpj(profiles.ZEROS),
    "absent": profiles.e_cnpj(None),
    "absent_new": profiles.pf_2024(),
    "length": profiles.e_cnpj("1234567"),
    "check_digit": profiles.e_cnpj("115830024984"),
    "caepf": profiles.e_cpf("111444777001"),
    "selo": profiles.selo_eletronico(),
    "authority": profiles.ca(),
    "foreign": profiles.other_pki(),
    "unread": None,
}


@pytest.fixture(params=CERTIFICATES)
def draft(request: pytest.FixtureRequest, suporte: User, store: Store) -> Draft:
    certificate = CERTIFICATES[request.param]
    draft = Draft.start(suporte)
    if certificate:
        draft.attach(store(certificate))
    draft.type_in(
        {
            "requester_name": "Bento Exemplo",
            "relation": "O próprio titular",
            "system": "Outro sistema",
            "system_other": "Portal da Prefeitura",
            "error_words": "Certificado sem CEI (erro 12)",
            "no_reading": "Arquivo não abre",
            "holder_is_customer": "Sim",
            "wanted_kind": "CEI",
            "wanted_number": "Cliente vai enviar",
            "document": "11.222.333/0001-81",
            "name": "Padaria Exemplo Ltda",
            "card_type": "e-CNPJ A1",
            "card_medium": "Token",
            "card_issuer": "AC Exemplo",
            "card_serial": "1f2e",
            "card_validity": "24/11/2027",
            "phone_1": "(11) 3333-4444",
            "phone_2": "(11) 98765-4321",
            "email": "contato@exemplo.com.br",
            "email_confirmed": "sim",
        }
    )
    return draft


def test_the_blocks_are_the_two_screens_of_the_desk_in_use() -> None:
    assert [(block.title, list(block.fields)) for block in PROCEDURE.blocks] == [
        ("Primeira tela", ["document", "name", "problem", "category"]),
        (
            "Segunda tela",
            [
                "requester_name", "relation", "phone_1", "phone_2", "best_hour", "email", "system",
                "wanted_kind", "wanted_number", "property", "card_type", "card_medium",
                "card_issuer", "card_serial", "card_validity", "description", "solution",
            ],
        ),
    ]  # fmt: skip
    assert PROCEDURE.promise.term.total_seconds() == 24 * 60 * 60


def test_the_system_that_asks_is_asked_for(draft: Draft) -> None:
    draft.type_in({"system": ""})
    assert draft.problems() == {"system": "Pergunte qual sistema pede o CEI."}
    draft.type_in({"system": "eSocial"})
    assert draft.problems() == {}
    assert "eSocial" in draft.values()["problem"]


def test_the_other_proposals_can_be_sent_as_they_are(draft: Draft) -> None:
    assert draft.problems() == {}
    texts = [draft.values()[key] for key in ("problem", "description", "solution")]
    assert not re.search(r"[{}\[\]]", "".join(texts))
    assert all(
        draft.answers().origin(key) == "proposed" for key in ("problem", "category", "solution")
    )


SYSTEMS = [system.name for system in PROCEDURE.systems]


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_promise_that_cannot_be_kept(draft: Draft, system: str) -> None:
    draft.type_in({"system": system})
    solution = draft.values()["solution"]
    assert "incluir" not in solution.replace("Não é possível incluir", "")
    assert "O Relacionamento informa se há custo." in solution
    revoke = solution.find("revogado")
    if revoke >= 0:
        assert solution.find("certificado novo") + solution.find("emite-se um novo") > -2
        assert solution.find("testa-se") < revoke
        assert "só então o atual é revogado" in solution


def test_another_of_the_same_kind_is_never_proposed_where_it_has_no_field(
    suporte: User, store: Store
) -> None:
    draft = Draft.start(suporte)
    draft.attach(store(profiles.selo_eletronico()))
    for system in ("", *SYSTEMS):
        draft.type_in({"system": system})
        solution = draft.values()["solution"]
        assert "emitir outro igual não resolve" in solution
        assert "emite-se" not in solution
    assert draft.values()["category"] == "Certificado digital: tipo que não comporta CEI"


def test_an_expired_certificate_is_said_to_relacionamento(
    suporte: User, store: Store, stopped_clock: "object"
) -> None:
    draft = Draft.start(suporte)
    stopped_clock.forward(days=400)  # type: ignore[attr-defined]
    draft.attach(store(profiles.e_cnpj(profiles.ZEROS)))
    values = draft.values()
    assert "O certificado venceu em" in values["description"]
    assert "vencido em 02/03/2027" in values["description"]
    assert "está vencido e não traz a matrícula CEI" in values["problem"]


@pytest.mark.parametrize("kind", ["present", "blank", "absent", "check_digit", "caepf"])
def test_of_an_expired_certificate_nothing_is_revoked(
    suporte: User, store: Store, stopped_clock: "object", kind: str
) -> None:
    draft = Draft.start(suporte)
    stopped_clock.forward(days=4000)  # type: ignore[attr-defined]
    draft.attach(store(CERTIFICATES[kind]))  # type: ignore[arg-type]
    solution = draft.values()["solution"]
    assert "não há o que revogar" in solution
    assert "revogado" not in solution
    assert "já na compra do novo" in solution
    assert "vencido" in draft.values()["problem"]


def test_a_reading_gives_every_name_that_a_procedure_may_use(suporte: User, store: Store) -> None:
    reading = store(profiles.e_cpf())
    assert tuple(reading.data) == names.CERTIFICATE
    assert list(reading.words) == list(names.READING)
    known = conditions_of(reading, "11144477735")
    assert {key: value in names.CONDITIONS[key] for key, value in known.items()} == (
        dict.fromkeys(names.CONDITIONS, True)
    )
    assert known["holder"] == names.SAME
    assert conditions_of(reading, "12345678909")["holder"] == names.OTHER
    assert conditions_of(reading)["holder"] == names.UNREAD


@pytest.mark.parametrize("kind", ["blank", "absent"])
def test_without_a_cei_it_is_said_that_none_can_be_added(
    suporte: User, store: Store, kind: str
) -> None:
    draft = Draft.start(suporte)
    draft.attach(store(CERTIFICATES[kind]))  # type: ignore[arg-type]
    for system in ("", "FGTS Digital", "Não sei"):
        draft.type_in({"system": system})
        assert "Não é possível incluir o número" in draft.values()["solution"]


def test_a_system_that_takes_the_nis_is_not_answered_with_a_new_certificate(
    suporte: User, store: Store
) -> None:
    draft = Draft.start(suporte)
    draft.attach(store(profiles.e_cpf(profiles.ZEROS)))
    draft.type_in({"system": "Conectividade Social, com e-CPF"})
    assert draft.answers().known["nis"] == "present"
    assert "antes de qualquer emissão" in draft.values()["solution"]
    note = draft.answers().note(draft.procedure.fact("system"))
    assert note.startswith("O certificado traz o NIS 170.33311.52-2")


def test_what_is_told_to_a_third_party_names_neither_person_nor_number(
    suporte: User, store: Store
) -> None:
    for certificate in filter(None, CERTIFICATES.values()):
        reading = store(certificate)
        words = PROCEDURE.texts.verdict.filled({}, conditions_of(reading))
        assert words
        assert not re.search(r"[0-9]", words)
        for name in (reading.contract["holder"]["name"] or "").split():
            assert name.casefold() not in words.casefold() or len(name) < 4


@pytest.mark.parametrize("system", ["", *SYSTEMS])
@pytest.mark.parametrize("cei", [profiles.ZEROS, "115830024985", "1234567"])
def test_a_selo_with_the_field_is_not_answered_with_another_one(
    suporte: User, store: Store, system: str, cei: str
) -> None:
    draft = Draft.start(suporte)
    draft.attach(store(profiles.selo_eletronico().with_names(profiles.field(7, cei))))
    draft.type_in({"system": system})
    assert "emitir outro igual não resolve" in draft.values()["solution"]
    assert "emite-se" not in draft.values()["solution"]
    assert draft.inspection is not None
    assert "emite-se" not in draft.inspection.explanation
    said = PROCEDURE.texts.verdict.filled({}, draft.answers().known)
    assert "não tem o campo do CEI" in said
