"""Which kinds of desk there are: one literal table; the code of a kind is imported when used."""

import importlib
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from guiche.desk.connectors.connector import Connector


class Kind(NamedTuple):
    """A kind of desk: its name for people, and where its code is."""

    label: str
    path: str


KINDS: Mapping[str, Kind] = {
    "qualitor": Kind("Qualitor", "guiche.desk.connectors.qualitor:Qualitor"),
    "rt": Kind("Request Tracker", "guiche.desk.connectors.rt:RequestTracker"),
    "glpi": Kind("GLPI", "guiche.desk.connectors.glpi:Glpi"),
    "zammad": Kind("Zammad", "guiche.desk.connectors.zammad:Zammad"),
    "email": Kind("E-mail", "guiche.desk.connectors.email:Email"),
    "webhook": Kind("Aviso a um programa (webhook)", "guiche.desk.connectors.webhook:Webhook"),
    "http": Kind("Outro sistema, por HTTP", "guiche.desk.connectors.generic:Generic"),
}


@cache
def connector_class(kind: str) -> type[Connector[Any]]:
    """The code of a kind; `KeyError` for one that there is not."""
    module, _, name = KINDS[kind].path.partition(":")
    found: type[Connector[Any]] = getattr(importlib.import_module(module), name)
    return found
