"""Finding our tickets in GLPI: by the text of a field, in its own database."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from guiche.desk.connectors.connector import Created, Found
from guiche.desk.connectors.glpi.answers import Row, key_of
from guiche.desk.connectors.glpi.session import Session
from guiche.desk.connectors.glpi.settings import GlpiSettings
from guiche.desk.connectors.web import moment

_PAGE = 100


class Search:
    """Tickets that carry a key in their title, and in externalid where it is kept there."""

    def __init__(self, api: Session, settings: GlpiSettings) -> None:
        self._api, self._url = api, settings.url
        self._zone = ZoneInfo(settings.timezone)
        self._beginnings = {"name": "[G"} | ({"externalid": "^G"} if settings.keep_key else {})

    def by_key(self, key: str) -> Sequence[Found]:
        """The oldest first."""
        rows = {row["id"]: row for field in self._beginnings for row in self._rows(field, key)}
        found = [self._found(rows[ref]) for ref in sorted(rows, key=int)]
        return [each for each in found if each.key == key]

    def since(self, oldest: datetime) -> Iterable[Found]:
        """The newest first until one is older."""
        found: dict[str, Found] = {}
        for field, beginning in self._beginnings.items():
            for each in map(self._found, self._rows(field, beginning)):
                if each.created_at and each.created_at < oldest:
                    break
                if each.key:
                    found[each.ref] = each
        return found.values()

    def created(self, row: Row) -> Created:
        """A ticket as it is told to people."""
        ref = str(row["id"])
        return Created(ref, ref, f"{self._url}/front/ticket.form.php?id={ref}")

    def moment(self, row: Row) -> datetime | None:
        """When a row was made: GLPI tells times of its own place, and not of which."""
        read = moment(str(row.get("date_creation")))
        return read.replace(tzinfo=self._zone).astimezone(UTC) if read else None

    def _rows(self, field: str, text: str) -> Iterator[Row]:
        """The tickets in whose field the text stands, the newest first."""
        for start in range(0, 100_000, _PAGE):
            span = f"{start}-{start + _PAGE - 1}"
            params = {f"searchText[{field}]": text, "order": "DESC", "range": span}
            rows = self._api.json("GET", "/Ticket", params=params)
            yield from rows
            if len(rows) < _PAGE:
                return

    def _found(self, row: Row) -> Found:
        created = self.created(row)
        return Found(created.ref, key_of(row), created.number, created.url, self.moment(row))
