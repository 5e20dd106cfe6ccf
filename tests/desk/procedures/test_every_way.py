"""Whatever certificate and answers, each shipped procedure ends in a ticket that can be sent."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest

from certificates import profiles
from certificates.certificate import Certificate
from guiche.desk.intake.answers import Answers
from guiche.desk.intake.reading import Inspection
from guiche.desk.procedures import rules, shelf
from guiche.desk.procedures.procedure import Procedure
from guiche.desk.procedures.text import SILENT
from procedure_calls import complete, ending_in, read, shipped

SLUGS = (
    "cadeia-ausente",
    "cei-ausente",
    "cei-conferir",
    "certificado-errado",
    "certificado-vencido",
    "nis-ausente",
    "selo-eletronico",
    "token-nao-le",
)
CERTIFICATES: dict[str, Certificate | None] = {
    "present": profiles.e_cpf(),
    "blank": profiles.e_cnpj(profiles.ZEROS),
    "absent": profiles.pf_2024(),
    "check_digit": profiles.e_cnpj("115830024984"),
    "caepf": profiles.e_cpf("111444777001"),
    "selo": profiles.selo_eletronico(),
    "equipment": profiles.equipment(),
    "foreign": profiles.other_pki(),
    "unread": None,
}
_LEFT = re.compile(r"[{}\[\]]|\(\)| [.,;:](?!cer)|: ?$|: ?\.|  ", re.MULTILINE)


def test_all_shipped_ones_are_here() -> None:
    assert tuple(sorted(shelf.files(""))) == SLUGS


@pytest.mark.parametrize("slug", SLUGS)
def test_it_keeps_every_rule(slug: str) -> None:
    content = (shelf.SHIPPED / f"{slug}.toml").read_text("utf-8")
    assert rules.mistakes(content, f"{slug}.toml", slug) == []


def depended_on(procedure: Procedure) -> set[str]:
    """The keys that a question or a text of it depends on."""
    conditions = [fact.when for fact in procedure.facts]
    texts = [procedure.texts.say, procedure.texts.verdict, procedure.texts.documents]
    for fact in procedure.facts:
        texts += [fact.proposal or SILENT, fact.notes, fact.stops]
    conditions += [variant.when for text in texts for variant in text.variants]
    return {key for when in conditions for key in when.depends_on}


def ways(procedure: Procedure, row: Inspection | None) -> Iterator[Answers]:
    """Each answer that matters, once, beside the first of all others."""
    yield complete(procedure, row)
    keys = depended_on(procedure)
    for fact in procedure.facts:
        for answer in fact.answers if fact.key in keys else fact.exits:
            yield complete(procedure, row, **{fact.key: answer})


def texts(call: Answers) -> Iterator[tuple[str, str]]:
    """All that the procedure itself says in this call."""
    procedure, known = call.procedure, call.known
    for fact in procedure.facts:
        if fact.key in call.asked:
            yield fact.key, call.values[fact.key]
            yield f"{fact.key} note", call.note(fact)
    yield "documents", procedure.texts.documents.filled(call.words, known)
    ticket = {"protocol": "1", "due": "até amanhã", "team": procedure.team}
    yield "say", procedure.texts.say.filled({**call.words, **ticket}, known)
    yield "send", procedure.texts.send.filled(ticket, known)


@pytest.mark.parametrize("expired", [False, True], ids=["valid", "expired"])
@pytest.mark.parametrize("kind", CERTIFICATES)
@pytest.mark.parametrize("slug", SLUGS)
def test_no_way_leaves_anything_to_fill_in(
    slug: str, kind: str, *, expired: bool, stopped_clock: object
) -> None:
    certificate = CERTIFICATES[kind]
    if certificate and expired:
        certificate = ending_in(timedelta(days=-30), certificate)
    procedure, row = shipped(slug), read(certificate)
    for call in ways(procedure, row):
        stops = {f.key for f in procedure.facts if f.stops.filled(call.words, call.known)}
        assert call.judged[1].keys() <= stops, (call.values, call.judged[1])
        for name, text in texts(call):
            assert not _LEFT.search(text), (name, text)
        assert_honest(call.values["solution"], call.known)
        said = procedure.texts.verdict.filled({}, call.known)
        assert not re.search(r"[0-9]|exemplo", said, re.IGNORECASE), "told to a third party"
        assert said or certificate is None


def assert_honest(solution: str, known: Mapping[str, str]) -> None:
    """No promise that cannot be kept; no step in the wrong order."""
    assert "incluir" not in solution.replace("Não é possível incluir", "")
    assert "O Relacionamento informa se há custo." in solution
    if "é revogado" in solution:
        assert solution.index("testa-se") < solution.index("só então o atual é revogado")
        assert known["validity"] != "expired", "nothing is left to be revoked"
    if known["profile"] == "selo-eletronico" and "CEI" in solution:
        assert "emite-se" not in solution, "another one of the kind has no field"


@pytest.mark.parametrize("slug", SLUGS)
def test_every_fact_that_is_asked_is_required(slug: str, stopped_clock: object) -> None:
    procedure, row = shipped(slug), read(CERTIFICATES["blank"])
    for key in complete(procedure, row).asked:
        call = complete(procedure, row, **{key: " "})
        if key in call.asked:
            assert call.judged[1].get(key) == procedure.fact(key).missing


def test_what_is_asked_alike_keeps_its_answer_when_the_procedure_changes() -> None:
    """The same key is the same question: type, ways out, and who it is about."""
    cei = shipped("cei-ausente")
    for slug in SLUGS:
        procedure = shipped(slug)
        mine = {fact.key: fact for fact in cei.facts}
        for fact in procedure.facts:
            other = mine.get(fact.key)
            if other and fact.key not in ("system", "wanted_kind", "category"):
                assert (fact.type, fact.of, fact.common) == (other.type, other.of, other.common)
        assert procedure.customer.phones == cei.customer.phones
        assert procedure.screens[0].title == "Quem está falando"


def test_a_mistake_in_a_shipped_one_would_be_told() -> None:
    content = (shelf.SHIPPED / "token-nao-le.toml").read_text("utf-8")
    for old, new, key in (
        ('status = ["unreadable", "unread"]', 'status = ["unraed"]', "when.status"),
        ("{symptom}", "{sintoma}", "text"),
        ('"PIN bloqueado",', "", "when.symptom"),
    ):
        assert old in content
        errors = rules.mistakes(content.replace(old, new), "token-nao-le.toml", "token-nao-le")
        assert errors
        assert errors[0].key.endswith(key)
