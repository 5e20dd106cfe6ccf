"""What can be tried of the settings without writing; the other ids show only in a test ticket."""

from collections.abc import Iterator

from guiche.desk.connectors.connector import Check, DeliveryError
from guiche.desk.connectors.qualitor.site import Site


def checks(site: Site) -> Iterator[Check]:
    """Address and login by reading the default customer, and whether there is such a customer."""
    customer, contact = site.settings.customer, site.settings.contact
    wanted = {"cdcliente": customer, "cdcontato": contact}
    try:
        items = site.read("getCustomerContactData", wanted)
    except DeliveryError as error:
        yield _failed(error)
        return
    yield Check("Endereço, usuário, senha e empresa", ok=True)
    named = [items[0].get(name) for name in ("nmcliente", "nmcontato")] if items else []
    if any(named):
        label = f"Cliente e contato padrão: {' / '.join(filter(None, named))}"
        words = "Os outros códigos só se conferem no uso: abra um chamado de teste."
        yield Check(label, ok=True, words=words)
    else:
        words = (
            f"O Qualitor não mostra o cliente {customer} com o contato {contact}: "
            "confira os dois códigos."
        )
        yield Check("Cliente e contato padrão", ok=False, words=words)


def _failed(error: DeliveryError) -> Check:
    if error.login:
        words = f"Confira usuário, senha e empresa. O Qualitor disse: {error}"
        return Check("Usuário, senha e empresa", ok=False, words=words)
    if error.everywhere:
        return Check("Endereço", ok=False, words=f"Confira o endereço. {error}")
    words = f"O Qualitor recusou a leitura do cliente padrão: {error}"
    return Check("Cliente e contato padrão", ok=False, words=words)
