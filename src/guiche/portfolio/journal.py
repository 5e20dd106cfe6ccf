"""What an audit has done already, so that one that was killed goes on where it was.

A folder beside the result: the parts as they came, and a table of what each of them holds. A part
is on the disk before it is entered there, in one row with the names of all that it is of: what has
a name is in one part or in none.
"""

import json
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Self

_TABLES = """
CREATE TABLE IF NOT EXISTS about (settings TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS part (
    number INTEGER PRIMARY KEY, counts TEXT NOT NULL, names TEXT NOT NULL
);
"""
_FOR_HAS = """
CREATE TEMP TABLE had (name TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT OR IGNORE INTO had SELECT value FROM part, json_each(names);
"""
"""Made by an audit that goes on: the first one asks for none."""
_HAS = "SELECT 1 FROM had WHERE name = json_extract(?, '$')"
"""A name that is no UTF-8 has surrogates, which only JSON can say."""


class OtherAudit(Exception):
    """The folder is of an audit with other settings; `folder` is which."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} é de uma auditoria que começou com outras opções e não terminou. Repita o "
            "comando como era, para ela ir até o fim, ou apague a pasta."
        )


class Journal:
    """The folder of one audit."""

    def __init__(self, folder: Path, settings: dict[str, object]) -> None:
        """Opens it, or begins one. The moment `at` is the one that it was begun with; where another
        setting is not, `OtherAudit`."""
        self.folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)
        self._base = sqlite3.connect(folder / "journal.sqlite3", isolation_level=None)
        self._base.executescript(_TABLES)
        begun = self._base.execute("SELECT settings FROM about").fetchone()
        if begun is None:
            self._base.execute("INSERT INTO about VALUES (?)", [json.dumps(settings)])
        self.settings: dict[str, object] = json.loads(begun[0]) if begun else settings
        if {**settings, "at": None} != {**self.settings, "at": None}:
            self._base.close()
            raise OtherAudit(folder)
        self.is_new = begun is None
        if begun:
            self._base.executescript(_FOR_HAS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()

    def has(self, name: str) -> bool:
        """Whether what has this name is in a part."""
        found = self._base.execute(_HAS, [json.dumps(name)])
        return found.fetchone() is not None

    def keep(
        self, written: Callable[[BinaryIO], object], names: Sequence[str], counts: Counter[str]
    ) -> None:
        """Adds a part, which is `written` to a file: what was read under these names."""
        number = self._base.execute("SELECT coalesce(max(number), 0) + 1 FROM part").fetchone()[0]
        with self._path(number).open("wb") as file:
            written(file)
            file.flush()
            os.fsync(file.fileno())
        row = [number, json.dumps(counts), json.dumps(names)]
        self._base.execute("INSERT INTO part VALUES (?, ?, ?)", row)

    @property
    def counts(self) -> Counter[str]:
        """How often each status is in all the parts."""
        rows = self._base.execute("SELECT counts FROM part")
        return sum((Counter(json.loads(counts)) for (counts,) in rows), Counter[str]())

    def parts(self) -> Iterator[Path]:
        """The files, in order."""
        for (number,) in self._base.execute("SELECT number FROM part ORDER BY number"):
            yield self._path(number)

    def remove(self) -> None:
        """Deletes the folder: the result is there."""
        self._base.close()
        shutil.rmtree(self.folder)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06}.part"
