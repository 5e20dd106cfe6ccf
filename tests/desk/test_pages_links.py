"""From the first page every role comes wherever it may, and no link leads where it may not."""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import urldefrag, urljoin

import pytest
from django.test import Client
from django.urls import resolve

from calls import signed_in
from guiche.desk.models import Connection, Ticket, User
from guiche.desk.people.role import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

_LINK = re.compile(r"<a\b[^>]*\shref=\"([^\"]+)\"")
EVERYBODY = {"inicio", "fila", "chamado", "conta", "conta_dados", "programas"}
SUPERVISORS = {
    "painel", "repetidos", "ajustes", "equipe", "pessoas", "nova_pessoa", "pessoa", "registro",
    "titular", "integracoes", "envios", "programas_documento", "procedimento", "versoes",
}  # fmt: skip
REACHED = {
    Role.SUPORTE: EVERYBODY | {"atender"},
    Role.RELACIONAMENTO: EVERYBODY,
    Role.SUPERVISAO: EVERYBODY | SUPERVISORS | {"atender"},
}


def walked(client: Client) -> dict[str, set[int]]:
    """All pages that links lead to, by name, with what they answered."""
    found: dict[str, set[int]] = {}
    seen, waiting = {"/"}, ["/"]
    while waiting:
        address = waiting.pop()
        answer = client.get(address, follow=True)
        name = resolve(address.partition("?")[0]).url_name or address
        found.setdefault(name, set()).add(answer.status_code)
        if "text/html" not in answer["Content-Type"]:
            continue
        for link in _LINK.findall(answer.content.decode()):
            there = urldefrag(urljoin(answer.request["PATH_INFO"], unescape(link))).url
            # Of one page with many filters one is enough.
            bare = there.partition("?")[0]
            if there.startswith("/") and bare not in seen and not there.startswith("/static/"):
                seen.add(bare)
                waiting.append(there)
    return found


@pytest.mark.parametrize("role", Role)
def test_links_lead_where_one_may_go(
    open_ticket: Callable[..., Ticket], people: dict[str, User], role: Role
) -> None:
    open_ticket()
    Connection.objects.create(kind="http", name="Central")
    found = walked(signed_in(people[role]))
    refused = {name: codes for name, codes in found.items() if codes != {200}}
    assert refused == {}
    assert REACHED[role] - found.keys() == set()
