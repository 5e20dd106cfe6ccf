"""The shipped procedure says nothing wrong, whatever the certificate says."""

import re
from collections.abc import Callable

import pytest

from certificates import profiles
from certificates.certificate import Certificate
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


def test_the_facts_of_the_two_screens() -> None:
    assert [[fact.key for fact in screen.facts] for screen in PROCEDURE.screens] == [
        ["document", "name", "problem", "category"],
        [
            "card_type", "card_medium", "card_issuer", "card_serial", "card_validity",
            "description", "solution", "phone_1", "phone_2", "email", "email_confirmed",
        ],
    ]  # fmt: skip
    assert PROCEDURE.promise.term.total_seconds() == 24 * 60 * 60


def test_the_system_that_asks_is_asked_for(draft: Draft) -> None:
    message = "Falta trocar “[sistema que pede o CEI]” pelo que o cliente disse."
    assert draft.problems() == {"problem": message}
    text = draft.values()["problem"]
    draft.type_in({"problem": text.replace("[sistema que pede o CEI]", "Conectividade Social")})
    assert draft.problems() == {}


def test_the_other_proposals_can_be_sent_as_they_are(draft: Draft) -> None:
    texts = [draft.values()[key] for key in ("description", "solution")]
    assert not re.search(r"[{}\[\]]", "".join(texts))
    assert all(
        draft.answers().origin(key) == "proposed" for key in ("problem", "category", "solution")
    )


def test_no_promise_that_cannot_be_kept(draft: Draft) -> None:
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
    assert {key: value in names.CONDITIONS[key] for key, value in reading.conditions.items()} == (
        dict.fromkeys(names.CONDITIONS, True)
    )
