"""The bar shown while folders are read; `rich` is imported for it alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from guiche.cli.inspect.walk import walk


@contextmanager
def bar(paths: list[str]) -> Iterator[Callable[[], object]]:
    """A bar on standard error; call what it gives once a file."""
    total = sum(1 for _ in walk(paths, lambda _: None))
    columns = (TextColumn("Lendo"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)
