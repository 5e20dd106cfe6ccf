"""The files of one portfolio: what was sent, until it was read, and what came of it.

Only this account may look into it (0700). With several machines it lies where all of them see it.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from guiche.portfolio import keys

SHEETS = (".csv", ".xlsx", ".ndjson")
"""The forms in which the table may be taken away."""
_MADE = "feito-"
_LONGEST_NAME = 100
_UNUSUAL = re.compile(r"[^\w.() -]")


class Made(NamedTuple):
    """What is made of a table, by one attempt: another one that is late changes nothing here."""

    path: Path

    @property
    def report(self) -> Path:
        """The page to read; people are masked."""
        return self.path / "relatorio.html"

    def sheet(self, ending: str) -> Path:
        """The table to take away."""
        return self.path / f"carteira{ending}"

    @property
    def sheets(self) -> list[str]:
        """The endings of those that there are."""
        return [ending for ending in SHEETS if self.sheet(ending).is_file()]

    def make(self) -> None:
        """Makes the folder of it."""
        self.path.mkdir(mode=0o700, exist_ok=True)

    def drop(self) -> None:
        """Deletes it."""
        shutil.rmtree(self.path, ignore_errors=True)


class Folder(NamedTuple):
    """One of them; it may not be there."""

    path: Path

    @classmethod
    def of(cls, portfolio: UUID) -> "Folder":
        """That of the portfolio with this key."""
        return cls(settings.PORTFOLIO_DATA / str(portfolio))

    @classmethod
    def every(cls) -> "Iterator[tuple[UUID, Folder]]":
        """Those that there are."""
        if settings.PORTFOLIO_DATA.is_dir():
            for path in settings.PORTFOLIO_DATA.iterdir():
                try:
                    yield UUID(path.name), cls(path)
                except ValueError:
                    continue  # nothing that was made here

    def make(self) -> None:
        """Makes it, with a place for what is sent."""
        self.incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.chmod(0o700)  # of parents that `mkdir` makes it does not take the mode
        settings.PORTFOLIO_DATA.chmod(0o700)

    @property
    def incoming(self) -> Path:
        """Where what was sent waits to be read."""
        return self.path / "entrada"

    @property
    def table(self) -> Path:
        """All rows, as columns."""
        return self.path / "carteira.parquet"

    def made(self, attempt: int) -> "Made":
        """What one attempt makes of the table."""
        return Made(self.path / f"{_MADE}{attempt}")

    def place_for(self, name: str) -> Path:
        """A file of this name that is not there yet, among what is sent."""
        plain = _UNUSUAL.sub("_", name).strip(". ")[-_LONGEST_NAME:] or "arquivo"
        place, number = self.incoming / plain, 1
        while place.exists():
            number += 1
            place = self.incoming / f"{number} {plain}"
        return place

    def may_hold_key(self) -> bool:
        """Whether there may be a private key in what was sent."""
        return any(map(keys.may_be_in, self.incoming.glob("*")))

    def become(self, portfolio: UUID) -> None:
        """Is from now on that of this portfolio, which has none yet; a form sent twice has one."""
        with suppress(OSError):
            self.path.rename(Folder.of(portfolio).path)

    def drop_incoming(self) -> None:
        """Deletes what was sent: keys may be in it."""
        shutil.rmtree(self.incoming, ignore_errors=True)

    def drop_made(self, but: Made | None = None) -> None:
        """Deletes what was made of the table, but what one attempt made."""
        for path in self.path.glob(f"{_MADE}*"):
            if but is None or path != but.path:
                shutil.rmtree(path, ignore_errors=True)

    def drop(self) -> None:
        """Deletes all of it."""
        shutil.rmtree(self.path, ignore_errors=True)

    def is_older_than(self, moment: datetime) -> bool:
        """Whether nothing was put into it or taken from it since."""
        try:
            return self.path.stat().st_mtime < moment.timestamp()
        except FileNotFoundError:
            return False
