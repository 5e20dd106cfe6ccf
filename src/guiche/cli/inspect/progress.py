"""The bar shown while folders are read; `rich` is imported for it alone."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from guiche.sources.walk import walk


class Bar:
    """A bar on standard error for as long as its block lasts."""

    def __init__(self, paths: list[str]) -> None:
        self._progress = Progress(
            TextColumn("Lendo"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            # At a terminal the verdicts go above the bar; into a file or a pipe they go untouched.
            redirect_stdout=sys.stdout.isatty(),
        )
        total = sum(1 for _ in walk(paths, lambda _: None))
        self._task = self._progress.add_task("", total=total)

    def __enter__(self) -> Self:
        try:
            self._progress.start()
        except KeyboardInterrupt:
            self._progress.stop()  # gives the cursor back
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def advance(self) -> None:
        """One file more is read."""
        self._progress.advance(self._task)

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Takes the bar away while a person answers: it would paint over the question."""
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()
