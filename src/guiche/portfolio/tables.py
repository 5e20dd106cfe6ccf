"""Tables with a column of certificates: Parquet, Arrow, CSV, NDJSON; a piece at a time."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from guiche.sources import DamagedError, NoCertificateError, SourceError
from guiche.sources.found import Member

_AT_ONCE = 2048
_BLOCK = 1 << 20
_LONGEST_LINE = 1 << 24
_ENCODED = ("-----BEGIN", "MII", "3082", "3083")
"""How a certificate begins as PEM, in base64, in hexadecimal."""
_BLANKS = "\ufeff\xef\xbb\xbf \r\n\t"
_DER = (b"\x30\x82", b"\x30\x83")

Pieces = Iterator[dict[str, Sequence[Any]] | SourceError]
"""Some rows at a time, each column by its name; or a row that cannot be read."""


class NoColumnError(NoCertificateError):
    """Which column holds the certificates is not known."""


def members(path: str, kind: str, column: str | None) -> Iterator[Member]:
    """The cells of the column, each named by its row, from one; empty ones are passed over.

    Without a name it is the one column whose first value looks like a certificate. Raises
    `NoColumnError`; `DamagedError` where the table cannot be read, be it in the middle.
    """
    number = 0
    try:
        for piece in _READERS[kind](path):
            if isinstance(piece, SourceError):
                cells: Sequence[Any] = [piece]
            else:
                column = column or _found(piece)
                cells = _cells(piece, column)
            for cell in cells:
                number += 1
                if cell:
                    known = isinstance(cell, bytes | SourceError)
                    yield Member(str(number), cell if known else _text(cell))
    except (pa.ArrowException, csv.Error, OSError, ValueError) as error:
        raise DamagedError(f"a tabela não se lê depois da linha {number}") from error


def kind_of(path: str, head: bytes) -> str | None:
    """`parquet`, `arrow`, `csv`, `ndjson`, by content and, of text, by name; else None."""
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"ARROW1"):
        return "arrow"
    return _BY_NAME.get(Path(path).suffix.lower())


def _cells(piece: dict[str, Sequence[Any]], column: str) -> Sequence[Any]:
    if column not in piece:
        raise NoColumnError(_said(f"Não há a coluna {column}", piece), "Confira --column.")
    return piece[column]


def _found(piece: dict[str, Sequence[Any]]) -> str:
    likely = [name for name, cells in piece.items() if _is_certificate(cells)]
    if len(likely) == 1:
        return likely[0]
    problem = (
        "Há mais de uma coluna com certificados" if likely else "Nenhuma coluna tem certificados"
    )
    raise NoColumnError(_said(problem, likely or piece), "Diga qual é, com --column.")


def _said(problem: str, names: Sequence[str] | dict[str, Any]) -> str:
    return f"{problem}; as colunas: {', '.join(names)}."


def _is_certificate(cells: Sequence[Any]) -> bool:
    first = next(filter(None, cells), None)
    if isinstance(first, bytes):
        return first.startswith(_DER)
    return isinstance(first, str) and first.lstrip(_BLANKS).startswith(_ENCODED)


def _text(cell: Any) -> bytes:
    return str(cell).encode("utf-8", "surrogatepass")


def _parquet(path: str) -> Pieces:
    with pa.parquet.ParquetFile(path) as file:
        wanted = [each.name for each in file.schema_arrow if _may_hold(each.type)]
        for batch in file.iter_batches(_AT_ONCE, columns=wanted):
            yield _columns(batch)


def _arrow(path: str) -> Pieces:
    with pa.memory_map(path) as file, pa.ipc.open_file(file) as reader:
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            for start in range(0, len(batch), _AT_ONCE):
                yield _columns(batch.slice(start, _AT_ONCE))


def _csv(path: str) -> Pieces:
    """Its first line says how it is parted. Certificates are ASCII, and nothing else is kept."""
    with open(path, encoding="latin-1", newline="") as file:  # noqa: PTH123
        delimiter = max(";,\t", key=file.readline(_BLOCK).count)
        file.seek(0)
        csv.field_size_limit(_LONGEST_LINE)
        for row in csv.DictReader(file, delimiter=delimiter):
            yield {str(name).strip(_BLANKS): [value] for name, value in row.items()}


def _ndjson(path: str) -> Pieces:
    with open(path, "rb") as file:  # noqa: PTH123
        while line := file.readline(_LONGEST_LINE):
            try:
                row = json.loads(line)
                yield {name: [value] for name, value in row.items()}
            except (ValueError, AttributeError):
                yield DamagedError("a linha não é um objeto JSON")


def _may_hold(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_string(kind)
        or pa.types.is_large_string(kind) or pa.types.is_binary_view(kind)
        or pa.types.is_string_view(kind)
    )  # fmt: skip


def _columns(batch: pa.RecordBatch) -> dict[str, Sequence[Any]]:
    return {
        field.name: column.to_pylist()
        for field, column in zip(batch.schema, batch.columns, strict=True)
        if _may_hold(field.type)
    }


_READERS: dict[str, Callable[[str], Pieces]] = {
    "parquet": _parquet, "arrow": _arrow, "csv": _csv, "ndjson": _ndjson,
}  # fmt: skip
_BY_NAME = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson"}
