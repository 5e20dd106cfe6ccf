"""An application that is registered at a double, and a customer's browser that goes there."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client

from guiche.desk.cloud.application import Wanted
from guiche.desk.doubles.psc import CLIENT_ID, CLIENT_SECRET, Psc
from guiche.desk.models import CaseLink, PscApplication, User
from guiche.sources.psc import providers
from sources.psc import decided

BACK = "/nuvem/retorno/"


def registered(double: Psc, by: User, key: str = "birdid", **changed: Any) -> PscApplication:
    """The application at work, as a supervisor saves it."""
    wanted = Wanted(CLIENT_ID, CLIENT_SECRET, double.base, active=True)._replace(**changed)
    row = PscApplication.of(providers()[key])
    row.change(wanted, by, seen=row.version)
    return PscApplication.of(providers()[key])


def begun(customer: Client, link: CaseLink, key: str = "birdid") -> HttpResponse:
    return customer.post(f"/enviar/{link.token}/nuvem/{key}/")  # type: ignore[return-value]


def address_in(page: HttpResponse) -> str:
    """Where the page leads: to the provider."""
    found = re.search(r'class="button go" href="(http[^"]+)"', page.content.decode())
    assert found, page.content.decode()
    return unescape(found[1])


def back_with(address: str, answer: str = "Autorizar") -> str:
    """The address that the browser is sent back to, after that click at the provider."""
    return f"{BACK}?{urlencode(decided(address, answer))}"


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))
