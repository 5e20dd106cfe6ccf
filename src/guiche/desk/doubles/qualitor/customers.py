"""Customers and contacts of the double, and the tokens of its login page."""

from guiche.desk.doubles.qualitor import state
from guiche.desk.doubles.qualitor.envelope import Asked, Items
from guiche.desk.doubles.qualitor.state import Contact, Customer, Desk, Refusal


def found(desk: Desk, items: Items) -> Items:
    """What was found; nothing is a refusal where the site takes it for one."""
    if not items and desk.site.none_is_error:
        raise Refusal("Nenhum registro encontrado")
    return items


def get_customer(desk: Desk, asked: Asked) -> Items:
    """By CNPJ or CPF, written as the site wants it."""
    wanted = asked.data["nrcpfcnpj"]
    plain = "".join(each for each in wanted if each.isalnum())
    fits = {"any": True, "digits": plain == wanted, "mask": plain != wanted}[desk.site.documents]
    known = [each for each in desk.customers if fits and plain and each.document == plain]
    return found(desk, [{"cdcliente": each.ref, "nmcliente": each.name} for each in known])


def get_contact(desk: Desk, asked: Asked) -> Items:
    """By login or e-mail, of one customer or of any."""
    data = asked.data
    if not data.get("dsemail") and not data.get("nmloginweb"):
        raise Refusal("Informe nmloginweb ou dsemail")
    return found(desk, [
        {"cdloginweb": each.login, "cdcliente": each.customer, "cdcontato": each.ref,
         "nmcontato": each.name, "dsemail": each.email}
        for each in desk.contacts
        if data.get("cdcliente", each.customer) == each.customer
        and data.get("dsemail", each.email).lower() == each.email
        and data.get("nmloginweb", each.login) == each.login
    ])  # fmt: skip


def get_contact_data(desk: Desk, asked: Asked) -> Items:
    """Names, locality and phone of one contact."""
    known = pairs(desk, asked.data["cdcliente"], asked.data["cdcontato"])
    return found(desk, [
        {"nmcliente": customer.name, "nmcontato": contact.name, "cdlocalidade": "1",
         "nmlocalidade": state.LOCALITIES["1"], "nrpaistelefone": "55", "nrareatelefone": "11",
         "nrtelefone": contact.phone}
        for customer, contact in known
    ])  # fmt: skip


def pairs(desk: Desk, customer: str, contact: str) -> list[tuple[Customer, Contact]]:
    """The customer with that contact, or nothing."""
    return [
        (each, person)
        for each in desk.customers
        for person in desk.contacts
        if each.ref == customer == person.customer and person.ref == contact
    ]


def get_token(desk: Desk, _: Asked) -> Items:
    """A token for the login page."""
    return [{"token": desk.link()}]
