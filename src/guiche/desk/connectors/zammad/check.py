"""Whether a Zammad is set up right: token, groups, final state, own attributes."""

from collections.abc import Iterator

from guiche.desk.connectors.connector import Check, DeliveryError
from guiche.desk.connectors.zammad.api import Api, Row
from guiche.desk.connectors.zammad.settings import ZammadSettings


def checked(api: Api, settings: ZammadSettings) -> Iterator[Check]:
    """What was tried, in order; nothing more where the token was refused."""
    try:
        groups = api.get("/users/me").get("groups") or {}
        known, tickets = api.states(), api.get("/tickets", per_page=1)
    except DeliveryError as error:
        yield Check("Entrar no Zammad", ok=False, words=str(error))
        return
    yield Check("Entrar no Zammad", ok=True)
    for name in dict.fromkeys([settings.group, *settings.teams.values()]):
        words = f"O usuário do token precisa de acesso total a um grupo com o nome “{name}”."
        yield _check(f"Grupo {name}", words, ok="full" in groups.get(name, ()))
    words = f"“{settings.closed_state}” não é um estado do tipo “closed” no Zammad."
    yield _check("Estado ao encerrar", words, ok=known.get(settings.closed_state) == "closed")
    for name in settings.attributes:
        # Zammad drops an attribute that it does not know, and answers 201. Every ticket shows all.
        words = f"O Zammad não tem o campo “{name}”: nem o chamado {_number(tickets)} o mostra."
        yield _check(f"Campo {name}", words, ok=not tickets or name in tickets[0])


def _number(tickets: list[Row]) -> object:
    return tickets[0].get("number") if tickets else ""


def _check(label: str, words: str, *, ok: bool) -> Check:
    return Check(label, ok, "" if ok else words)
