"""What is made of the table of a portfolio: the report, what changed, the sheets to take away."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from guiche.desk.portfolios.folder import SHEETS, Made
from guiche.portfolio import forms
from guiche.portfolio.difference import Difference
from guiche.portfolio.load import ERROR
from guiche.portfolio.report.changes import TITLES
from guiche.portfolio.report.page import Page
from guiche.portfolio.report.people import People
from guiche.portfolio.result import Batches, batches_of, to_contract

_MASKED = (
    "Nomes de pessoas e CPF estão mascarados, e nomes de arquivos não aparecem; a linha da tabela, "
    "que se baixa na Carteira, diz de quem é cada um."
)
_Write = Callable[[Iterable[pa.RecordBatch], Path], None]
_WRITE: dict[str, _Write] = dict(
    zip(SHEETS, (forms.write_csv, forms.write_xlsx, forms.write_lines), strict=True)
)
_NUMBERS = ("holder_cnpj", "holder_cpf", "responsible_cpf")


class Earlier(NamedTuple):
    """The portfolio to compare with: its table, and what it is called."""

    table: Path
    name: str


def write(
    table: Path, made: Made, at: datetime, earlier: Earlier | None, before: Made
) -> list[tuple[str, int]]:
    """Makes the report, and the sheets that were not made before; what changed, in words, and how
    often."""
    batches = batches_of(table)
    with ExitStack() as stack:
        difference, name = None, ""
        if earlier:
            difference = stack.enter_context(Difference(batches_of(earlier.table), batches))
            name = earlier.name
        page = Page("carteira.csv", at, People(), difference, name, _MASKED)
        forms.replace(made.report, lambda file: page.write(batches, file))
        changes = list(_told(difference)) if difference else []
    for ending, written in _WRITE.items():
        if ending in before.sheets:
            made.sheet(ending).hardlink_to(before.sheet(ending))
        else:
            _sheet(made.sheet(ending), batches, written)
    return changes


def _sheet(out: Path, batches: Batches, write: _Write) -> None:
    # Of a table that no sheet holds there are the other forms.
    with suppress(forms.TooManyRows):
        forms.replace(out, lambda file: write(batches(), file))


def _told(difference: Difference) -> Iterator[tuple[str, int]]:
    for change, count in difference.counts.items():
        if count:
            yield TITLES[change], count


def naming(table: Path, number: str) -> list[dict[str, Any]]:
    """The rows that name the CPF or CNPJ, in the shape of the public contract."""
    batches = batches_of(table)()
    found = (batch.filter(_naming(batch, number)) for batch in batches)
    return [to_contract(row) for batch in found for row in batch.to_pylist()]


def without(table: Path, number: str) -> list[tuple[int, str]]:
    """Takes the rows out that name the CPF or CNPJ; their numbers and statuses."""
    batches, gone, start = batches_of(table), list[tuple[int, str]](), 0

    def left() -> Iterator[pa.RecordBatch]:
        nonlocal start
        for batch in batches():
            there = _naming(batch, number)
            at = pc.indices_nonzero(there)
            statuses = batch["enrolment_status"].take(at).to_pylist()
            numbers = (start + position + 1 for position in at.to_pylist())
            gone.extend(zip(numbers, (status or ERROR for status in statuses), strict=True))
            start += len(batch)
            yield batch.filter(pc.invert(there))

    forms.replace(table, lambda file: forms.write_parquet(left(), file))
    return gone


def _naming(batch: pa.RecordBatch, number: str) -> pa.Array:
    masks = [pc.fill_null(pc.equal(batch[name], number), fill_value=False) for name in _NUMBERS]
    return pc.or_(pc.or_(masks[0], masks[1]), masks[2])
