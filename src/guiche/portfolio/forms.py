"""The forms of a result: how a load is carried out for it, and how its parts become one file."""

import csv
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.parquet

from guiche.icpbrasil.wording import number
from guiche.portfolio.load import (
    LINE,
    Load,
    Part,
    columns_and_certificates_of,
    columns_of_load,
    lines_and_columns_of,
    lines_of,
)
from guiche.portfolio.result import of_lines, of_streams, to_contract
from guiche.portfolio.table import COLUMNS
from guiche.sources.found import harmless
from guiche.sources.line import line_of

_BOM = "\ufeff"
_MOST_ROWS = 1_048_576


class UnknownForm(Exception):
    """The ending of the file name is none of these."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: não conheço esta terminação. Use {', '.join(FORMS)}.")


class TooManyRows(Exception):
    """More than a sheet holds."""

    def __init__(self, rows: int) -> None:
        super().__init__(
            f"Uma planilha tem no máximo {number(_MOST_ROWS)} linhas, e são {number(rows)}. "
            "Use .parquet ou .csv."
        )


class Form(NamedTuple):
    """One form. `kept` writes several contents as a part; `written` a file of the parts, which
    `read` gives as batches of `COLUMNS`."""

    carry_out: Callable[[Load], Part]
    kept: Callable[[list[Any], BinaryIO], None]
    written: Callable[[Iterable[Path], Path], None]
    read: Callable[[Iterable[Path]], Iterator[pa.RecordBatch]]


def form_of(out: Path) -> Form:
    """By the ending of the file name; `UnknownForm`."""
    try:
        return FORMS[out.suffix.lower()]
    except KeyError:
        raise UnknownForm(out.name) from None


def with_columns(form: Form) -> Form:
    """The form whose parts say all that a report does: lines of JSON alone do not."""
    return LINES_WITH_COLUMNS if form is _LINES else form


def _concatenated(parts: Iterable[Path], out: Path) -> None:
    with out.open("wb") as file:
        for part in parts:
            with part.open("rb") as content:
                shutil.copyfileobj(content, file)


def _stream(batches: list[pa.RecordBatch], part: BinaryIO) -> None:
    with pa.ipc.new_stream(part, batches[0].schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _joined(lines: list[bytes], part: BinaryIO) -> None:
    part.writelines(lines)


def _lines(parts: Iterable[Path], out: Path) -> None:
    with out.open("wb") as file:
        for batch in of_streams(parts):
            file.writelines(batch[LINE].to_pylist())


def _columns_alone(parts: Iterable[Path]) -> Iterator[pa.RecordBatch]:
    return (batch.select(COLUMNS.names) for batch in of_streams(parts))


def _parquet(parts: Iterable[Path], out: Path) -> None:
    with pa.parquet.ParquetWriter(out, COLUMNS, compression="zstd") as writer:
        for part in parts:
            with pa.memory_map(str(part)) as file, pa.ipc.open_stream(file) as reader:
                writer.write_table(reader.read_all())


def _arrow(parts: Iterable[Path], out: Path) -> None:
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with (
        pa.OSFile(str(out), "wb") as file,
        pa.ipc.new_file(file, COLUMNS, options=options) as writer,
    ):
        for batch in of_streams(parts):
            writer.write_batch(batch)


def _with_certificates(parts: Iterable[Path], out: Path) -> None:
    write_parquet(_columns_alone(parts), out)


def write_parquet(batches: Iterable[pa.RecordBatch], out: Path) -> None:
    """Batches of `COLUMNS` as Parquet."""
    with pa.parquet.ParquetWriter(out, COLUMNS, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)


def write_lines(batches: Iterable[pa.RecordBatch], out: Path) -> None:
    """Batches of `COLUMNS` as lines of JSON: of the public contract what columns hold."""
    with out.open("wb") as file:
        for batch in batches:
            file.writelines(line_of(to_contract(row)) for row in batch.to_pylist())


def write_csv(batches: Iterable[pa.RecordBatch], out: Path) -> None:
    """As Excel in Portuguese opens it: UTF-8 with its mark, parted by semicolons."""
    with out.open("w", encoding="utf-8", newline="") as file:
        file.write(_BOM)
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(COLUMNS.names)
        for row in _rows(batches):
            writer.writerow(map(harmless, row))


def write_xlsx(batches: Iterable[pa.RecordBatch], out: Path) -> None:
    """A sheet of texts; `TooManyRows`."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet("certificados")
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, COLUMNS.names)
        for number, row in enumerate(_rows(batches), 1):
            if number >= _MOST_ROWS:
                raise TooManyRows(number)
            for at, text in enumerate(row):
                if text:
                    sheet.write_string(number, at, text)


def _rows(batches: Iterable[pa.RecordBatch]) -> Iterator[list[str]]:
    for batch in batches:
        for row in batch.to_pylist():
            yield [_cell(value) for value in row.values()]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "sim" if value else "não"
    return " ".join(value) if isinstance(value, list) else str(value)


_COLUMNS = Form(columns_of_load, _stream, _parquet, of_streams)
_LINES = Form(lines_of, _joined, _concatenated, of_lines)
LINES_WITH_COLUMNS = Form(lines_and_columns_of, _stream, _lines, _columns_alone)
WITH_CERTIFICATES = Form(columns_and_certificates_of, _stream, _with_certificates, of_streams)
"""Parquet, while what is made of the parts sees the certificates too."""
FORMS = {
    ".ndjson": _LINES,
    ".parquet": _COLUMNS,
    ".arrow": _COLUMNS._replace(written=_arrow),
    ".csv": _COLUMNS._replace(written=lambda parts, out: write_csv(of_streams(parts), out)),
    ".xlsx": _COLUMNS._replace(written=lambda parts, out: write_xlsx(of_streams(parts), out)),
}
"""By the ending of the file."""


def replace(out: Path, written: Callable[[Path], None]) -> None:
    """A file in its place whole, or not at all."""
    unfinished = out.with_name(f".{out.name}.tmp")
    try:
        written(unfinished)
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)
