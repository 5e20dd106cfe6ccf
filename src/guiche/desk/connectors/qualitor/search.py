"""Tickets of Qualitor by our key, which no operation is known to look for: lists are read."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from guiche.desk import clock
from guiche.desk.connectors.connector import Created, Found
from guiche.desk.connectors.qualitor.settings import QualitorSettings
from guiche.desk.connectors.qualitor.site import Item, Site

_PAGE = "/html/hd/hdincidente/cadastro_incidente.php?cdchamado="
_FIELDS = "cdchamado, nmtitulochamado, dspalavrachave, dschamado, dtchamado"
_KEY = re.compile(r"G\d{10}")
_MARK = re.compile(r"\[(G\d{10})\]")


def created(settings: QualitorSettings, ref: str) -> Created:
    """A ticket by its number, with its page."""
    return Created(ref, ref, f"{settings.url}{_PAGE}{ref}")


def found(site: Site, since: datetime, key: str = "") -> Iterator[Found]:
    """The tickets since then that carry a key; `key` shortens the list where the site heeds it."""
    settings = site.settings
    # A day more at both ends: whose midnight the period means is not documented.
    days = (since - timedelta(days=1), clock.now() + timedelta(days=1))
    first, last = (day.astimezone(site.zone).strftime(settings.dates) for day in days)
    data = {"Idtipoperiodo": "1", "dtperiodo": first, "dtperiodo2": last}
    if settings.search != "period":
        data["cdlocalidade"] = settings.locality
    if settings.search == "keyword" and key:
        data["dspalavrachave"] = key
    for listed in site.read("getTicket", data):
        ref = listed.get("cdchamado", "")
        if each := _found(site, ref, listed) if ref else None:
            yield each


def _found(site: Site, ref: str, listed: Item) -> Found | None:
    """A list does not show every field: where no key stands in it, the ticket itself is read."""
    fields = listed
    if not _key_in(fields):
        items = site.read("getTicketData", {"cdchamado": ref, "campos": _FIELDS})
        fields = items[0] if items else {}
    if not (key := _key_in(fields)):
        return None
    known = created(site.settings, ref)
    return Found(ref, key, known.number, known.url, site.moment(fields.get("dtchamado", "")))


def _key_in(fields: Item) -> str:
    """The keyword, else the mark in the title, else the last one in the text."""
    keyword = fields.get("dspalavrachave", "").strip()
    if _KEY.fullmatch(keyword):
        return keyword
    for name in ("nmtitulochamado", "dschamado"):
        if marks := _MARK.findall(fields.get(name, "")):
            return str(marks[-1])
    return ""
