"""Who the customer is in Qualitor: by CNPJ or CPF, then the contact by e-mail."""

from collections.abc import Mapping

from guiche.desk.connectors.case import Case
from guiche.desk.connectors.connector import Customer, DeliveryError, Outcome
from guiche.desk.connectors.qualitor.settings import QualitorSettings
from guiche.desk.connectors.qualitor.site import Site
from guiche.icpbrasil.numbers import cnpj, cpf

CHOICE = "customer_choice"
"""The fact in which a choice comes back: `A120`, or with the contact `A120/7`."""


def customer_of(case: Case, site: Site) -> Customer:
    """The ids `cdcliente` and `cdcontato`; see `Qualitor.customer`."""
    settings = site.settings
    chosen, _, contact = case.facts.get(CHOICE, "").partition("/")
    customer = chosen or _customer(case.document, site)
    if not customer:
        return _default(settings, _unregistered(case.document))
    contact = contact or _contact(customer, case.email, site)
    if contact:
        return Customer({"cdcliente": customer, "cdcontato": contact})
    missing = f"O cliente {customer} não tem contato com o e-mail {case.email or 'do chamado'}"
    if settings.contact_needed:
        return _default(settings, missing)
    return Customer({"cdcliente": customer}, f"{missing}: o chamado fica sem contato.")


def _customer(document: str, site: Site) -> str:
    if not document:
        return ""
    items = site.read("getCustomer", {"nrcpfcnpj": _spelt(document, site.settings.document_format)})
    found = {item["cdcliente"]: item.get("nmcliente", "") for item in items
             if item.get("cdcliente")}  # fmt: skip
    return _only(found, f"O Qualitor tem {len(found)} clientes com este CNPJ ou CPF: escolha um.")


def _contact(customer: str, email: str, site: Site) -> str:
    """As it is chosen from: with the customer, because contacts are numbered within it."""
    if not email:
        return ""
    items = site.read("getCustomerContact", {"cdcliente": customer, "dsemail": email})
    found = {f"{customer}/{item['cdcontato']}": item.get("nmcontato", "") for item in items
             if item.get("cdcontato")}  # fmt: skip
    question = f"O cliente {customer} tem {len(found)} contatos com este e-mail: escolha um."
    return _only(found, question).rpartition("/")[2]


def _only(found: Mapping[str, str], question: str) -> str:
    if len(found) > 1:
        labels = {value: f"{name} ({value})" for value, name in found.items()}
        raise DeliveryError(question, Outcome.REJECTED, choices=labels)
    return next(iter(found), "")


def _default(settings: QualitorSettings, because: str) -> Customer:
    ids = {"cdcliente": settings.customer, "cdcontato": settings.contact}
    return Customer(ids, f"{because}: o chamado fica no cliente padrão, com os dados no texto.")


def _unregistered(document: str) -> str:
    if not document:
        return "O atendimento não tem CNPJ nem CPF"
    return f"O Qualitor não tem cliente com {_spelt(document, 'mask')}"


def _spelt(document: str, form: str) -> str:
    if form == "digits":
        return document
    return cpf.format(document) if len(document) == cpf.LENGTH else cnpj.format(document)
