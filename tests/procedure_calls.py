"""Calls by the shipped procedures, as pure readings: what they say needs no database."""

from dataclasses import replace
from datetime import timedelta

from certificates import profiles
from certificates.certificate import Certificate
from guiche import sources
from guiche.desk import clock
from guiche.desk.intake.answers import Answers
from guiche.desk.intake.reading import Inspection
from guiche.desk.models import User
from guiche.desk.procedures import shelf
from guiche.desk.procedures.fact import Fact
from guiche.desk.procedures.procedure import Procedure

TYPED = {
    "requester_name": "Bento Exemplo",
    "phone_1": "(11) 3333-4444",
    "phone_2": "(11) 98765-4321",
    "document": "11.222.333/0001-81",
    "name": "Padaria Exemplo Ltda",
    "email": "contato@exemplo.com.br",
    "email_confirmed": "sim",
    "wanted_number": "Cliente vai enviar",
    "error_words": "Certificado recusado (erro 12)",
    "system_other": "Portal da Prefeitura",
    "card_type": "e-CNPJ A1",
    "card_issuer": "AC Exemplo",
    "card_serial": "1f2e",
    "card_validity": "24/11/2027",
    "device_model": "eToken",
    "order_number": "4711",
}
"""What a person says to what is no list; of a list, the first answer."""


def shipped(slug: str) -> Procedure:
    return shelf.find(slug, site="")[0]


def read(certificate: Certificate | None) -> Inspection | None:
    if certificate is None:
        return None
    found = sources.read(certificate.der(), "cliente.cer").leaves[0]
    return Inspection.of(found.inspect(at=clock.now()), der=None, by=User(), source=found.source)


def complete(procedure: Procedure, inspection: Inspection | None, **typed: str) -> Answers:
    """The call in which all is said that nobody proposes; `typed` goes before."""
    offers = Answers(procedure, inspection, {}).offers
    said = {f.key: _said(f) for f in procedure.facts if not offers[f.key]}
    return Answers(procedure, inspection, {**{k: v for k, v in said.items() if v}, **typed})


def _said(fact: Fact) -> str:
    if fact.proposal and not fact.choices:
        return ""
    return TYPED.get(fact.key, fact.choices[0] if fact.choices else "")


def ending_in(span: timedelta, certificate: Certificate | None = None) -> Certificate:
    """A certificate that ends so long from now."""
    end = clock.now() + span
    certificate = certificate or profiles.e_cnpj(profiles.ZEROS)
    return replace(certificate, not_before=end - timedelta(days=365), not_after=end)
