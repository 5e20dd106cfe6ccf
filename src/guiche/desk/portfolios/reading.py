"""What there is to read of a portfolio, read; without Django, which is not there in the processes
that an audit starts.

A path of this machine says where its files lie and is nobody's to see: names in the table begin
where the portfolio does.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from guiche.portfolio import gather
from guiche.portfolio.audit import Told, audit
from guiche.portfolio.columns import DER
from guiche.portfolio.engines.processes import processes
from guiche.portfolio.forms import WITH_CERTIFICATES
from guiche.portfolio.item import Failure, Item
from guiche.portfolio.load import Load, Part
from guiche.portfolio.report.actions import Action, Actions, actions
from guiche.portfolio.result import Batches
from guiche.sources import Source
from guiche.sources.walk import walk


class Read(NamedTuple):
    """What came of it: counts by status, the list, and the certificate of each of its lines."""

    counts: dict[str, int]
    at: datetime
    found: Actions
    ders: dict[int, bytes]


def read(place: Path, out: Path, at: datetime, *, column: str, told: Told, outside: bool) -> Read:
    """Reads all that lies in the place into the table `out`, and goes on where one that was killed
    had come to. `outside`: links may lead out of the place, and are not followed there.

    Passwords are not known here: of a container that needs one the row says so.
    """
    listed: list[tuple[datetime, Actions, dict[int, bytes]]] = []

    def then(batches: Batches, moment: datetime) -> None:
        found = actions(batches, moment)
        listed.append((moment, found, _ders(batches, found.listed)))

    form = WITH_CERTIFICATES._replace(carry_out=partial(_carry_out, f"{place}/"))
    counts = audit(
        _items(place, column or None, within=place if outside else None), out,
        {"column": column}, at, passwords={}, engine=processes, told=told, then=then, form=form,
    )  # fmt: skip
    moment, found, ders = listed[0]
    return Read(dict(counts), moment, found, ders)


def _items(place: Path, column: str | None, within: Path | None) -> Iterator[Item]:
    closed: list[OSError] = []
    for entry in walk([str(place)], closed.append):
        if within and not _is_inside(entry.path, within):
            yield _led_out(entry.path)
            continue
        for item in gather.items([entry.path], column=column):
            is_file = item.name == entry.path
            # Of what a person sent there is none that is silently passed over.
            yield item._replace(claimed=entry.claimed or within is None) if is_file else item
    for error in closed:
        yield from gather.items([str(error.filename)])


def _is_inside(path: str, place: Path) -> bool:
    """Whether no link leads out; folders that are links are not walked into at all."""
    return not os.path.islink(path) or Path(os.path.realpath(path)).is_relative_to(place)  # noqa: PTH114


def _led_out(path: str) -> Item:
    why = "É um link que leva para fora da pasta; não foi seguido."
    return Item(path, Failure(Source(path, "unknown", 0), "outside", why))


def _carry_out(root: str, load: Load) -> Part:
    """As the form does, with names that begin where the portfolio does."""
    part = WITH_CERTIFICATES.carry_out(load)
    batch: pa.RecordBatch = part.content
    names = batch["source_name"]
    short = pc.if_else(
        pc.starts_with(names, root), pc.utf8_slice_codeunits(names, len(root)), names
    )
    at = batch.schema.get_field_index("source_name")
    return Part(batch.set_column(at, batch.schema.field(at), short), part.counts)


def _ders(batches: Batches, listed: tuple[Action, ...]) -> dict[int, bytes]:
    """The certificates of these rows, by their number."""
    wanted, found, start = sorted(action.number for action in listed), dict[int, Any](), 0
    at = 0
    for batch in batches():
        here = []
        while at < len(wanted) and wanted[at] <= start + len(batch):
            here.append(wanted[at])
            at += 1
        positions = pa.array([number - start - 1 for number in here], pa.int64())
        found.update(zip(here, batch[DER].take(positions).to_pylist(), strict=True))
        start += len(batch)
    return {number: der for number, der in found.items() if der}
