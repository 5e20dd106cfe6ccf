"""How far an audit is, on a terminal."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Thread

from rich.console import Console
from rich.progress import (
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from guiche.portfolio.gather import expected


@contextmanager
def progress(paths: Sequence[str], *, shown: bool) -> Iterator[Callable[[int], None]]:
    """How much was read, how much a second, and, where it is known how much there is, the time
    that is left. Is told how many more were read."""
    if not (shown and sys.stderr.isatty()):
        yield lambda _: None
        return
    columns = (
        SpinnerColumn(), TextColumn("Lendo"), MofNCompleteColumn(), _Speed(), _Left(compact=True),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown_one:
        task = shown_one.add_task("", total=None)
        # Beside the reading: a folder of a million takes seconds to be counted.
        Thread(target=lambda: shown_one.update(task, total=expected(paths)), daemon=True).start()
        yield lambda count: shown_one.advance(task, count)


class _Speed(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.0f} por segundo" if task.speed else "")


class _Left(TimeRemainingColumn):
    def render(self, task: Task) -> Text:
        if task.total is None or task.time_remaining is None:
            return Text("")
        return Text("faltam ") + super().render(task)
