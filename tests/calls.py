"""A call as a technician takes it: the answers of the form, and tickets that came of them."""

import string
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from stdnum.br import cnpj

from certificates import ZEROS, e_cnpj
from guiche.desk.intake.draft import Draft
from guiche.desk.intake.reading import Inspection
from guiche.desk.models import Ticket, User
from guiche.icpbrasil import inspect

NOW = datetime(2026, 11, 23, 17, 44, tzinfo=UTC)
"""A Monday, 14:44 in São Paulo; the synthetic certificates are valid."""

ANSWERS = {
    "requester_name": "Bento Exemplo",
    "relation": "Representante",
    "system": "Conectividade Social, com e-CNPJ",
    "wanted_kind": "CEI",
    "wanted_number": "11.583.00249/85",
    "property": "A única do cliente",
    "no_reading": "Arquivo não abre",
    "holder_is_customer": "Sim",
    "ordered_with_cei": "Não sabe",
    "best_hour": "Qualquer horário",
    "phone_1_whose": "Bento Exemplo",
    "phone_2_whose": "Bento Exemplo",
    "document": "11.222.333/0001-81",
    "name": "Padaria Exemplo Ltda",
    "problem": "A Conectividade Social pede o CEI e o certificado não traz.",
    "category": "Certificado digital: sem matrícula CEI",
    "card_type": "e-CNPJ A1",
    "card_medium": "Token",
    "card_issuer": "AC Exemplo RFB G1",
    "card_serial": "3a1f5c0e9b7d2468",
    "card_validity": "02/03/2027",
    "description": "Cliente precisa do CEI no certificado para enviar a GRRF hoje.",
    "solution": "Encaminhado ao Relacionamento para orientar sobre as opções.",
    "phone_1": "(11) 98888-7777",
    "phone_2": "(11) 3333-4444",
    "email": "contato@padaria.com.br",
    "email_confirmed": "sim",
}


def answers(**changes: str) -> dict[str, Any]:
    return {**ANSWERS, **changes}


def zeros() -> bytes:
    """The most usual certificate: the field is there and holds zeros."""
    began = datetime(2025, 3, 2, 12, tzinfo=UTC)
    return replace(e_cnpj(cei=ZEROS), not_before=began).der()


def upload(data: bytes, name: str = "cliente.cer") -> dict[str, Any]:
    return {"arquivo": SimpleUploadedFile(name, data)}


def signed_in(user: User) -> Client:
    """A browser session of this person."""
    client = Client()
    client.force_login(user)
    return client


def ticket_of(by: User, **changes: str) -> Ticket:
    draft = Draft.start(by)
    draft.attach(Inspection.store(inspect(zeros(), at=NOW), der=zeros(), by=by))
    draft.type_in(answers(**changes))
    return draft.submit(by)


def cnpj_of(number: int) -> str:
    """The CNPJ of the invented company of that number."""
    root = f"{10_000_000 + number * 7919}0001"
    return root + cnpj.calc_check_digits(root)


def company_name(number: int) -> str:
    """`FAZENDA EXEMPLO AB LTDA` is the first."""
    first, second = divmod(number, 26)
    letters = string.ascii_uppercase
    return f"FAZENDA EXEMPLO {letters[first]}{letters[second]} LTDA"


def company(number: int, cei: str | None = ZEROS) -> bytes:
    """The e-CNPJ of one of many invented companies."""
    return e_cnpj(cei, cnpj=cnpj_of(number), cn=f"{company_name(number)}:{cnpj_of(number)}").der()
