"""The examples of docs/portfolio.md, as far as they run without Spark."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

import documents
from guiche.portfolio import SCHEMA
from portfolio.carteira import DERS

TEXT = (documents.ROOT / "docs" / "portfolio.md").read_text("utf-8")
EXAMPLES = documents.blocks(TEXT, "python")
SPARK = {
    pa.int64(): "BIGINT", pa.int32(): "INT", pa.string(): "STRING", pa.bool_(): "BOOLEAN",
    pa.timestamp("us", tz="UTC"): "TIMESTAMP",
    pa.list_(pa.field("element", pa.string())): "ARRAY<STRING>",
}  # fmt: skip
Read = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def said_by(*examples: str) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for example in examples:
        exec(example, said)
    return said


def partition() -> Iterator[pa.RecordBatch]:
    """As Spark hands it out: an iterator, also of batches without a row."""
    ids, ders = pa.array(range(len(DERS)), pa.int64()), pa.array(DERS, pa.binary())
    whole = pa.record_batch({"id": ids, "der": ders})
    yield from (whole.slice(0, 3), whole.slice(0, 0), whole.slice(3))


def test_every_example_is_looked_at() -> None:
    kinds = ["def read(", "def read_for_spark(", "COLUMNS =", "import duckdb"]
    assert [kind in example for kind, example in zip(kinds, EXAMPLES, strict=True)] == [True] * 4


def test_the_function_takes_and_gives_batches() -> None:
    read: Read = said_by(EXAMPLES[0])["read"]
    batches = list(read(partition()))
    assert [len(batch) for batch in batches] == [3, 0, 1]
    assert batches[0].schema.names == ["id", *SCHEMA.names]
    statuses = [status for batch in batches for status in batch["enrolment_status"].to_pylist()]
    assert statuses == ["blank", "present", "present", "not_applicable"]


def test_the_function_for_spark_gives_what_its_ddl_says() -> None:
    said = said_by(*EXAMPLES[:3])
    read: Read = said["read_for_spark"]
    given = list(read(partition()))
    columns = re.findall(r"(\w+) ([A-Z<>]+)", said["COLUMNS"])
    for batch in given:
        assert columns == [(field.name, SPARK[field.type]) for field in batch.schema]


def test_duckdb_reads_and_writes_it(tmp_path: Path) -> None:
    pa.parquet.write_table(pa.Table.from_batches(partition()), tmp_path / "certificates.parquet")
    code = "\n".join([EXAMPLES[0], EXAMPLES[3]])
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, timeout=60)
    table = pa.parquet.read_table(tmp_path / "read.parquet")
    assert table.column_names == ["id", *SCHEMA.names]
    assert table.num_rows == len(DERS)
