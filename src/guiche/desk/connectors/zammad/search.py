"""Finding our tickets in Zammad.

A search with `query` goes to Elasticsearch, whose index lags; one with conditions alone goes to the
database, which does not, and which knows tickets without an article too.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from guiche.desk.connectors.connector import Created, Found
from guiche.desk.connectors.web import moment
from guiche.desk.connectors.zammad.api import Api, Row
from guiche.desk.connectors.zammad.settings import ZammadSettings

_PAGE, _MOST_PAGES = 100, 100
_KEY = re.compile(r"\[(G\d{10})\]")


class Search:
    """Tickets that carry a key in their title, or in an own attribute."""

    def __init__(self, api: Api, settings: ZammadSettings) -> None:
        self._api, self._url = api, settings.url
        self._fields = [name for name, fact in settings.attributes.items() if fact == "key"]

    def by_key(self, key: str) -> Sequence[Found]:
        """By both ways, because an old version takes no conditions; the oldest first."""
        asked = [*self._conditions(key), {"query": key}]
        rows = {row["id"]: row for each in asked for row in self._page(each, 1)}
        found = [self._found(rows[ref]) for ref in sorted(rows)]
        return [each for each in found if each.key == key]

    def since(self, oldest: datetime) -> Iterable[Found]:
        """By the database alone, the newest first until one is older."""
        found: dict[str, Found] = {}
        for condition in self._conditions("G"):
            for each in map(self._found, self._newest(condition)):
                if each.created_at and each.created_at < oldest:
                    break
                if each.key:
                    found[each.ref] = each
        return found.values()

    def created(self, row: Row) -> Created:
        """A ticket as it is told to people."""
        ref = str(row["id"])
        return Created(ref, str(row.get("number", "")), f"{self._url}/#ticket/zoom/{ref}")

    def _conditions(self, text: str) -> list[dict[str, str]]:
        return [
            {f"condition[ticket.{name}][operator]": "contains",
             f"condition[ticket.{name}][value]": text}
            for name in ("title", *self._fields)
        ]  # fmt: skip

    def _page(self, asked: Mapping[str, str], page: int) -> list[Row]:
        order = {"sort_by": "created_at", "order_by": "desc", "per_page": _PAGE, "page": page}
        rows: list[Row] = self._api.get("/tickets/search", **asked, **order)
        return rows

    def _newest(self, asked: Mapping[str, str]) -> Iterator[Row]:
        for page in range(1, _MOST_PAGES + 1):
            rows = self._page(asked, page)
            yield from rows
            if len(rows) < _PAGE:
                return

    def _found(self, row: Row) -> Found:
        texts = [str(row.get("title")), *(f"[{row.get(name)}]" for name in self._fields)]
        key, created = _KEY.search(" ".join(texts)), self.created(row)
        # A ticket that a refused creation left behind has null for its count, not 0.
        is_whole = row.get("article_count", 1) not in (0, None)
        at = moment(str(row.get("created_at")))
        return Found(
            created.ref, key[1] if key else "", created.number, created.url, at, complete=is_whole
        )
