"""What else of an audit is wanted beside its table, and where it goes."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from guiche.icpbrasil.wording import number
from guiche.portfolio.difference import Difference
from guiche.portfolio.forms import replace
from guiche.portfolio.report import changes
from guiche.portfolio.report.calendar import calendar
from guiche.portfolio.report.page import Page
from guiche.portfolio.report.people import People
from guiche.portfolio.report.words import counted
from guiche.portfolio.result import Batches, batches_of

_IN_A_TERMINAL = 20
_ENDINGS = {"--report": (".html", ".htm"), "--calendar": (".ics",)}


class BadOutput(Exception):
    """A file that would not be what its name says, or that would be written over another one."""


class Outputs(NamedTuple):
    """The files, None where one is not wanted; `since` is the result of an earlier audit."""

    table: Path
    report: Path | None
    calendar: Path | None
    since: Path | None
    people: People

    @property
    def any(self) -> bool:
        """Whether one is wanted."""
        return bool(self.report or self.calendar or self.since)

    def check(self) -> None:
        """Before hours of reading: `BadOutput`, `NoResult`."""
        wanted = {"--report": self.report, "--calendar": self.calendar}
        for option, path in wanted.items():
            if path and path.suffix.lower() not in _ENDINGS[option]:
                raise BadOutput(f"{option} faz um arquivo {_ENDINGS[option][0]}, não {path.name}.")
            if path and not path.parent.is_dir():
                raise BadOutput(f"A pasta {path.parent} não existe. Confira {option}.")
        files = [path.resolve() for path in (self.table, *wanted.values()) if path]
        if len(set(files)) < len(files):
            raise BadOutput("Dois resultados iriam para o mesmo arquivo. Dê um nome a cada um.")
        if self.since:
            batches_of(self.since)

    def write(self, batches: Batches, at: datetime, said: Callable[[str], None]) -> None:
        """Makes them; `said` is told what there is to say."""
        with ExitStack() as stack:
            difference = None
            if self.since:
                difference = stack.enter_context(Difference(batches_of(self.since), batches))
                for line in changes.lines(difference, self.people, most=_IN_A_TERMINAL):
                    said(line)
            if self.report:
                earlier = self.since.name if self.since else ""
                page = Page(self.table.name, at, self.people, difference, earlier)
                replace(self.report, lambda file: page.write(batches, file))
                said(f"{self.report}: relatório")
            if self.calendar:
                said(self._calendar(self.calendar, batches, at))

    def _calendar(self, path: Path, batches: Batches, at: datetime) -> str:
        count = left_out = 0

        def write(file: Path) -> None:
            nonlocal count, left_out
            count, left_out = calendar(batches, file, at, self.people)

        replace(path, write)
        words = f"{path}: {counted(count, 'vencimento', 'vencimentos')}"
        return f"{words}, os primeiros; {number(left_out)} ficaram de fora" if left_out else words
