"""The result of an audit, read again: batches of `COLUMNS`, a piece at a time."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from guiche.icpbrasil import Profile, Reason, Status
from guiche.portfolio.table import COLUMNS

Batches = Callable[[], Iterator[pa.RecordBatch]]
"""Gives the batches of `COLUMNS` from the first one on, each time that it is called."""

_AT_ONCE = 8192
_LONGEST_LINE = 1 << 24
_WORDS: dict[str, set[str]] = {
    "enrolment_status": set(Status), "enrolment_reason": set(Reason), "profile": set(Profile),
}  # fmt: skip
_FORMULAS = ("'=", "'+", "'-", "'@")


class NoResult(Exception):
    """The file is not there, cannot be read, or is not the result of an audit."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"{path.name}: {why}. Informe o resultado de um guiche audit ({', '.join(READERS)})."
        )


def batches_of(path: Path) -> Batches:
    """Those of a file, by its ending. `NoResult`, at once or while they are read."""
    read = READERS.get(path.suffix.lower())
    if read is None:
        raise NoResult(path, "não leio resultados com esta terminação")
    if not path.is_file():
        raise NoResult(path, "não existe")

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            for batch in read(path):
                result = batch.select(COLUMNS.names).cast(COLUMNS)
                _check(path, result)
                yield result
        except (pa.ArrowException, csv.Error, OSError, KeyError, ValueError, TypeError) as error:
            raise NoResult(path, "não é o resultado de uma auditoria") from error

    next(batches(), None)
    return batches


def _check(path: Path, batch: pa.RecordBatch) -> None:
    for name, words in _WORDS.items():
        if newer := set(batch[name].unique().drop_null().to_pylist()) - words:
            why = f"diz {', '.join(sorted(newer))}, que só um Guichê mais novo conhece"
            raise NoResult(path, why)


def of_streams(parts: Iterable[Path]) -> Iterator[pa.RecordBatch]:
    """Those of parts in the stream format of Arrow."""
    for part in parts:
        with pa.memory_map(str(part)) as file, pa.ipc.open_stream(file) as reader:
            yield from reader


def of_lines(parts: Iterable[Path]) -> Iterator[pa.RecordBatch]:
    """Those of files of JSON lines. The contract does not say which key a certificate has."""
    for part in parts:
        with part.open("rb") as file:
            lines = iter(lambda: file.readline(_LONGEST_LINE), b"")
            yield from _batched(_of_contract(json.loads(line)) for line in lines)


def seconds(moments: pa.Array) -> pa.Array:
    """Those of the epoch, null where there is no moment."""
    whole = pc.cast(moments, pa.timestamp("s", tz="UTC"), safe=False)
    return pc.cast(whole, pa.int64())


def _parquet(path: Path) -> Iterator[pa.RecordBatch]:
    with pa.parquet.ParquetFile(path) as file:
        yield from file.iter_batches(_AT_ONCE)


def _arrow(path: Path) -> Iterator[pa.RecordBatch]:
    with pa.memory_map(str(path)) as file, pa.ipc.open_file(file) as reader:
        for number in range(reader.num_record_batches):
            yield reader.get_batch(number)


def _csv(path: Path) -> Iterator[pa.RecordBatch]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        csv.field_size_limit(_LONGEST_LINE)
        rows = csv.DictReader(file, delimiter=";")
        yield from _batched({name: _value(name, row[name]) for name in COLUMNS.names}
                            for row in rows)  # fmt: skip


def _batched(rows: Iterator[dict[str, Any]]) -> Iterator[pa.RecordBatch]:
    while some := list(islice(rows, _AT_ONCE)):
        yield pa.RecordBatch.from_pylist(some, schema=COLUMNS)


def _value(name: str, cell: str) -> Any:
    """What a cell of the table for Excel was."""
    kind = COLUMNS.field(name).type
    if pa.types.is_list(kind):
        return cell.split()
    if not cell:
        return None
    if pa.types.is_timestamp(kind):
        return datetime.fromisoformat(cell)
    if pa.types.is_boolean(kind):
        return cell == "sim"
    if pa.types.is_integer(kind):
        return int(cell)
    return cell[1:] if cell.startswith(_FORMULAS) else cell


def _of_contract(line: Mapping[str, Any]) -> dict[str, Any]:
    row = {name: _at(line, path) for name, path in _PATHS.items()}
    for name in ("not_before", "not_after"):
        row[name] = row[name] and datetime.fromisoformat(row[name])
    if not row["source_name"]:
        raise ValueError("the line says of nothing where it was read")
    row["findings"] = list(dict.fromkeys(each["code"] for each in line.get("findings") or ()))
    return row


def to_contract(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of `COLUMNS` in the shape of the public contract, less what no column holds: octets of
    fields, words of findings. `of_lines` reads it."""
    if row["error_code"]:
        wanted = {name: path for name, path in _PATHS.items() if path[0] in ("source", "error")}
    else:
        wanted = {name: path for name, path in _PATHS.items() if path[0] != "error"}
    line: dict[str, Any] = {}
    for name, path in wanted.items():
        value = row[name]
        place = line.setdefault(path[0], {}) if len(path) > 1 else line
        place[path[-1]] = _moment(value) if isinstance(value, datetime) else value
    if not row["error_code"]:
        line["findings"] = [{"code": code} for code in row["findings"] or ()]
    return line


def _moment(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _at(line: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = line
    for key in path:
        if value is not None and not isinstance(value, dict):
            raise ValueError(f"{key} stands in no object")
        value = value and value.get(key)
    return value


_OUTER = (
    "source", "error", "holder", "responsible", "enrolment", "nis", "validity", "issuer", "key",
    "registration_authority",
)  # fmt: skip
_VALIDITY = ("not_before", "not_after")


def _path(name: str) -> tuple[str, ...]:
    """Where the contract has what a column is named for.

    >>> _path("enrolment_status"), _path("sha256"), _path("not_after")
    (('enrolment', 'status'), ('sha256',), ('validity', 'not_after'))
    """
    if name in _VALIDITY:
        return ("validity", name)
    outer = next((key for key in _OUTER if name.startswith(f"{key}_")), None)
    return (outer, name.removeprefix(f"{outer}_")) if outer else (name,)


_PATHS = {name: _path(name) for name in COLUMNS.names if name != "findings"}

READERS: dict[str, Callable[[Path], Iterator[pa.RecordBatch]]] = {
    ".parquet": _parquet,
    ".arrow": _arrow,
    ".ndjson": lambda path: of_lines([path]),
    ".csv": _csv,
}
"""By the ending of the file."""
