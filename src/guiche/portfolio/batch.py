"""The one function that every engine runs: a batch of certificates in, their readings out. Pure."""

from datetime import datetime

import pyarrow as pa

from guiche.icpbrasil import Inspection, inspect
from guiche.portfolio.columns import DER, SCHEMA, columns_of


def inspect_batch(batch: pa.RecordBatch, *, at: datetime | None = None) -> pa.RecordBatch:
    """The batch with its column `der` replaced by those of `SCHEMA`, row for row; others stay.

    `der` is binary, one certificate a row; a null gives nulls. `at`, an aware moment, judges the
    validity; without it that stays null. `KeyError` where there is no such column, `ValueError`
    where another one has a name of the schema.
    """
    kept = [name for name in batch.schema.names if name != DER]
    if taken := sorted(set(kept) & set(SCHEMA.names)):
        raise ValueError(f"columns of the result are there already: {', '.join(taken)}")
    readings = (_read(der.as_py(), at) for der in batch.column(DER))
    arrays = [batch.column(name) for name in kept] + columns_of(readings)
    fields = [batch.schema.field(name) for name in kept] + list(SCHEMA)
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def _read(der: bytes | None, at: datetime | None) -> Inspection | None:
    return None if der is None else inspect(der, at=at)
