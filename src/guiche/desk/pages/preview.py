"""What a procedure would show and say, with an invented customer: before it is published."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from guiche import sources
from guiche.desk import clock
from guiche.desk.demo.certificates import sample
from guiche.desk.intake.answers import Answers
from guiche.desk.intake.reading import Inspection
from guiche.desk.models import User
from guiche.desk.pages.form import Screen, screens_of
from guiche.desk.procedures.fact import Fact
from guiche.desk.procedures.procedure import Procedure
from guiche.desk.promises.due_choice import ends_at
from guiche.desk.promises.due_time import spoken, written
from guiche.desk.site.site import Site
from guiche.icpbrasil import Reason, Status

Lines = list[tuple[str, str]]
"""Label and text."""

_CEI, _PROTOCOL = "11.583.00249/85", "482 170 365-7"
_LINK = "https://guiche.exemplo.com.br/acompanhar/…"
_NUMBERS = {"CEI": _CEI, "CNO": _CEI, "CAEPF": "111.444.777/001-54"}
_TYPED = {
    "document": "11.222.333/0001-81", "name": "Ana Exemplo", "line": "Exemplo",
    "text": "Um texto de exemplo, escrito na ligação.", "date": "24/11/2026",
    "email": "contato@exemplo.com.br", "confirmation": "sim",
}  # fmt: skip
_PHONES = ("(11) 98888-7777", "(11) 3333-4444")
# What the title of the case says -> status, reason, validity.
_CASES: dict[str, tuple[Status | None, Reason | None, str]] = {
    "Tem CEI": (Status.PRESENT, Reason.OK, "valid"),
    "Tem CEI, vencido": (Status.PRESENT, Reason.OK, "expired"),
    "Conferir CEI": (Status.DOUBTFUL, Reason.CHECK_DIGIT, "valid"),
    "Sem CEI: em branco": (Status.BLANK, Reason.ZEROS, "valid"),
    "Sem CEI: em branco, vencido": (Status.BLANK, Reason.ZEROS, "expired"),
    "Sem CEI: sem o campo": (Status.ABSENT, Reason.OPTIONAL_IN_PROFILE, "valid"),
    "Não comporta CEI": (Status.NOT_APPLICABLE, Reason.PROFILE_WITHOUT_FIELD, "valid"),
    "Não foi possível ler": (Status.UNREADABLE, Reason.MALFORMED, "valid"),
    "Sem leitura": (None, None, ""),
}
SAMPLE_FILES = {
    "e-cnpj-sem-cei.cer": "e-CNPJ, sem CEI",
    "e-cnpj-novo-com-cei.cer": "e-CNPJ novo, com CEI",
    "e-cpf-com-cei.cer": "e-CPF, com CEI",
    "e-cpf-caepf-no-lugar-do-cei.cer": "e-CPF, com um CAEPF no lugar do CEI",
    "e-cnpj-vencido.cer": "e-CNPJ vencido, sem CEI",
    "selo-eletronico.cer": "Selo Eletrônico",
    "pessoa-fisica-sem-o-campo.cer": "Pessoa física (perfil de 2024), sem o campo do CEI",
}
"""What may be chosen, and what each is called."""
_USUAL = "Sem CEI: em branco"


@dataclass(frozen=True)
class Case:
    """What is said and proposed after one verdict."""

    title: str
    texts: Lines


@dataclass(frozen=True)
class Preview:
    """The whole call of an invented customer."""

    screens: list[Screen]
    said: Lines
    blocks: list[tuple[str, Lines]]
    cases: list[Case]
    sampled: Case | None = None
    """The call with the sample certificate that was chosen."""

    @classmethod
    def of(cls, procedure: Procedure, sample: str = "") -> "Preview":
        """The procedure at work; also with the sample certificate of that file name, if any."""
        calls = {title: _call(procedure, _inspection(title)) for title in _CASES}
        usual = calls[_USUAL]
        return cls(
            screens=screens_of(usual, {}),
            said=list(_said(procedure, usual)),
            blocks=[
                (block.title, list(_block(procedure, block.fields, usual)))
                for block in procedure.blocks
            ],
            cases=[Case(title, list(_texts(procedure, call))) for title, call in calls.items()],
            sampled=_sampled(procedure, sample),
        )


def _sampled(procedure: Procedure, file: str) -> Case | None:
    """All that is said and proposed with a sample certificate, really read, and never stored."""
    if file not in SAMPLE_FILES:
        return None
    now = clock.now()
    found = sources.read(sample(file, now), file).leaves[0]
    reading = found.inspect(at=now)
    row = Inspection.of(reading, der=None, by=User(), source=found.source)
    call = _call(procedure, row)
    fits = "sim" if procedure.fits(call.known) else "não"
    lines = [("Leitura", row.words["verdict"]), ("A página propõe este procedimento", fits)]
    return Case(file, [*lines, *_texts(procedure, call), *_said(procedure, call)])


def _call(procedure: Procedure, inspection: Inspection | None) -> Answers:
    """The call after that reading: what nothing else fills in is invented."""
    offers = Answers(procedure, inspection, {}).offers
    phones = iter(_PHONES)
    typed: dict[str, str] = {}
    for fact in procedure.facts:
        if not offers[fact.key]:
            typed[fact.key] = _invented(fact, next(phones, "") if fact.type == "phone" else "")
    return Answers(procedure, inspection, {key: text for key, text in typed.items() if text})


def _invented(fact: Fact, phone: str) -> str:
    if fact.proposal and not fact.choices:
        return ""
    if fact.choices:
        return fact.choices[0]
    return phone or _TYPED.get(fact.type, _NUMBERS["CEI"] if fact.type == "enrolment" else "")


def _inspection(case: str) -> Inspection | None:
    """An invented reading, never stored."""
    status, reason, validity = _CASES[case]
    if status is None or reason is None:
        return None
    end = clock.now() + timedelta(days=-30 if validity == "expired" else 165)
    number = _CEI if status == Status.PRESENT else ""
    contract: dict[str, Any] = {
        "profile": "selo-eletronico" if status == Status.NOT_APPLICABLE else "e-cnpj",
        "certificate_type": "A1",
        "serial": "3a1f5c0e9b7d2468",
        "holder": {
            "name": "Padaria Exemplo Ltda", "cnpj": "11222333000181", "cpf": None,
            "email": "contato@exemplo.com.br",
        },
        "issuer": {"name": "AC Exemplo RFB G1"},
        "validity": {
            "status": validity,
            "not_before": (end - timedelta(days=365)).isoformat(),
            "not_after": end.isoformat(),
        },
        "enrolment": {"status": status.value, "reason": reason.value, "formatted": number},
    }  # fmt: skip
    return Inspection(headline=f"{case}.", contract=contract)


def _said(procedure: Procedure, call: Answers) -> Iterator[tuple[str, str]]:
    now = clock.now()
    due = ends_at(now, procedure.promise, Site.current().hours)
    ticket = {"protocol": _PROTOCOL, "team": procedure.team}
    words = {**call.words, **ticket, "due": spoken(due, now)}
    texts = procedure.texts
    yield "Diga ao cliente", texts.say.filled(words, call.known)
    yield (
        "Mande ao cliente",
        texts.send.filled({**ticket, "due": written(due), "link": _LINK}, call.known),
    )
    yield "Sobre o custo", texts.cost.filled({}, call.known)
    yield "Documentos que se pedem ao cliente", texts.documents.filled(call.words, call.known)


def _block(procedure: Procedure, keys: tuple[str, ...], call: Answers) -> Lines:
    return [(procedure.fact(key).label, call.words[key]) for key in keys if key in call.words]


def _texts(procedure: Procedure, call: Answers) -> Iterator[tuple[str, str]]:
    if said := procedure.texts.verdict.filled({}, call.known):
        yield "Dito em voz alta", said
    for fact in procedure.facts:
        if fact.proposal and fact.key in call.asked and call.offers[fact.key]:
            yield fact.label, call.offers[fact.key]
    if documents := procedure.texts.documents.filled(call.words, call.known):
        yield "Documentos", documents
