"""Tables with a column of certificates: Parquet, Arrow, CSV, NDJSON; a piece at a time."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from guiche.portfolio.columns import DER
from guiche.portfolio.item import Cells, Group
from guiche.sources import DamagedError, NoCertificateError

ROWS = 8192
"""Of a piece."""
_FIRST = 2048
"""In which a column has to show that it holds certificates."""
_BLOCK = 1 << 20
_SMALL = 64 << 20
"""Bytes of a row group."""
_LONGEST_LINE = 1 << 24
_ENCODED = ("-----BEGIN", "MII", "3082", "3083")
"""How a certificate begins as PEM, in base64, in hexadecimal."""
_BLANKS = "\ufeff\xef\xbb\xbf \r\n\t"
_DER = (b"\x30\x82", b"\x30\x83")
_FAILURES = (pa.ArrowException, csv.Error, OSError, ValueError)

Pieces = Iterator[pa.Array | Group | DamagedError]
"""Some cells of the column at a time; or a row that cannot be read."""
Rows = Iterator[Mapping[str, Any] | DamagedError]


class NoColumnError(NoCertificateError):
    """Which column holds the certificates is not known."""


def pieces(
    path: str, kind: str, column: str | None
) -> Iterator[tuple[int, Cells | Group | DamagedError]]:
    """The cells of the column, some at a time and with the number of the first, from one; or of a
    row why it cannot be read.

    Without a name it is the one column whose first value looks like a certificate. Raises
    `NoColumnError`; `DamagedError` where the table cannot be read, be it in the middle.
    """
    number = 1
    try:
        for piece in _READERS[kind](path, column):
            if isinstance(piece, pa.Array):
                piece = Cells(path, number, pa.record_batch({DER: piece.cast(pa.binary())}))
            yield number, piece
            number += 1 if isinstance(piece, DamagedError) else piece.rows
    except _FAILURES as error:
        raise DamagedError(f"a tabela não se lê depois da linha {number - 1}") from error


def count(path: str, kind: str) -> int | None:
    """How many rows a table says that it has; None where it does not."""
    try:
        if kind == "parquet":
            return int(pa.parquet.read_metadata(path).num_rows)
        if kind == "arrow":
            with pa.memory_map(path) as file, pa.ipc.open_file(file) as reader:
                return int(reader.count_rows())
    except _FAILURES:
        return 1
    return None


def kind_of(path: str, head: bytes) -> str | None:
    """`parquet`, `arrow`, `csv`, `ndjson`, by content and, of text, by name; else None."""
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"ARROW1"):
        return "arrow"
    return _BY_NAME.get(Path(path).suffix.lower())


def _named(column: str | None, names: Sequence[str], first: Mapping[str, Sequence[Any]]) -> str:
    """The one that was named, or else is found in the first rows."""
    if column is None:
        return _found(first)
    if column not in names:
        raise NoColumnError(_said(f"Não há a coluna {column}", names), "Confira --column.")
    return column


def _found(piece: Mapping[str, Sequence[Any]]) -> str:
    likely = [name for name, cells in piece.items() if _is_certificate(cells)]
    if len(likely) == 1:
        return likely[0]
    problem = (
        "Há mais de uma coluna com certificados" if likely else "Nenhuma coluna tem certificados"
    )
    raise NoColumnError(_said(problem, likely or [*piece]), "Diga qual é, com --column.")


def _said(problem: str, names: Sequence[str]) -> str:
    return f"{problem}; as colunas: {', '.join(names)}."


def _is_certificate(cells: Sequence[Any]) -> bool:
    first = next(filter(None, cells), None)
    if isinstance(first, bytes):
        return first.startswith(_DER)
    return isinstance(first, str) and first.lstrip(_BLANKS).startswith(_ENCODED)


def _parquet(path: str, column: str | None) -> Pieces:
    # Buffered, what is read of a group is not held whole: it may be all of the file.
    with pa.parquet.ParquetFile(path, buffer_size=_BLOCK, pre_buffer=False) as file:
        names = [each.name for each in file.schema_arrow if _may_hold(each.type)]
        groups = [*range(file.num_row_groups)[:1]]
        for values in islice(file.iter_batches(_FIRST, row_groups=groups, columns=names), 1):
            name = _named(column, names, _values(values))
            yield from _groups(path, file, name)


def _groups(path: str, file: pa.parquet.ParquetFile, column: str) -> Pieces:
    """Small groups for whoever carries them out to read; a large one is read here, a bit at a time,
    for nobody holds it whole."""
    first = 1
    for number in range(file.num_row_groups):
        group = file.metadata.row_group(number)
        columns = map(group.column, range(group.num_columns))
        [size] = (each.total_uncompressed_size for each in columns if each.path_in_schema == column)
        if size <= _SMALL:
            yield Group(path, first, column, number, group.num_rows, size)
        else:
            for batch in file.iter_batches(ROWS, row_groups=[number], columns=[column]):
                yield batch.column(0)
        first += group.num_rows


def _arrow(path: str, column: str | None) -> Pieces:
    with pa.memory_map(path) as file, pa.ipc.open_file(file) as reader:
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            names = [each.name for each in batch.schema if _may_hold(each.type)]
            column = _named(column, names, _values(batch.select(names).slice(0, _FIRST)))
            for start in range(0, len(batch), ROWS):
                yield batch.column(column).slice(start, ROWS)


def _csv(path: str, column: str | None) -> Pieces:
    """Its first line says how it is parted. Certificates are ASCII, and nothing else is kept."""
    with open(path, encoding="latin-1", newline="") as file:  # noqa: PTH123
        delimiter = max(";,\t", key=file.readline(_BLOCK).count)
        file.seek(0)
        csv.field_size_limit(_LONGEST_LINE)
        rows = csv.DictReader(file, delimiter=delimiter)
        named = ({str(name).strip(_BLANKS): row[name] for name in row} for row in rows)
        yield from _joined(named, column)


def _ndjson(path: str, column: str | None) -> Pieces:
    with open(path, "rb") as file:  # noqa: PTH123
        yield from _joined(map(_row, iter(lambda: file.readline(_LONGEST_LINE), b"")), column)


def _row(line: bytes) -> dict[str, Any] | DamagedError:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    return row if isinstance(row, dict) else DamagedError("a linha não é um objeto JSON")


def _joined(rows: Rows, column: str | None) -> Pieces:
    """Many cells at a time; those before a failure come before it."""
    some: list[bytes] = []
    for cell in _cells(rows, column):
        if isinstance(cell, bytes):
            some.append(cell)
        if some and (len(some) == ROWS or isinstance(cell, Exception)):
            yield pa.array(some, pa.binary())
            some = []
        if isinstance(cell, DamagedError):
            yield cell
        elif isinstance(cell, Exception):
            raise cell
    if some:
        yield pa.array(some, pa.binary())


def _cells(rows: Rows, column: str | None) -> Iterator[bytes | Exception]:
    try:
        for row in rows:
            if isinstance(row, DamagedError):
                yield row
            else:
                column = _named(column, [*row], {name: [row[name]] for name in row})
                yield _octets(row[column])
    except (*_FAILURES, NoColumnError) as error:
        yield error


def _octets(cell: Any) -> bytes:
    """No cell is told from an empty one."""
    if not cell:
        return b""
    return cell if isinstance(cell, bytes) else str(cell).encode("utf-8", "surrogatepass")


def _may_hold(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_string(kind)
        or pa.types.is_large_string(kind) or pa.types.is_binary_view(kind)
        or pa.types.is_string_view(kind)
    )  # fmt: skip


def _values(batch: pa.RecordBatch) -> dict[str, Sequence[Any]]:
    return {name: batch.column(name).to_pylist() for name in batch.schema.names}


_READERS: dict[str, Callable[[str, str | None], Pieces]] = {
    "parquet": _parquet, "arrow": _arrow, "csv": _csv, "ndjson": _ndjson,
}  # fmt: skip
_BY_NAME = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson"}
