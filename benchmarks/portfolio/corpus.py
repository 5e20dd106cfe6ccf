"""Portfolios of any size, the same for the same seed, in bounded memory: Arrow, Parquet, files.

A chunk of certificates is made template by template with numpy, then put into random order.
"""

import itertools
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet

from benchmarks.portfolio.templates import ALIKE, MARKS, SERIAL, Template, templates

SCHEMA = pa.schema([("der", pa.binary())])
CHUNK = 20_000
FILLED = 0.02
"""Of the certificates with the field of the CEI, those that hold a number: the others, zeros."""

Bytes = np.ndarray[Any, np.dtype[np.uint8]]
_ZERO = ord("0")


def portfolio(count: int, seed: int = 7) -> Iterator[pa.RecordBatch]:
    """`count` certificates as batches of at most `CHUNK`, one column `der`."""
    plans = [_Plan(template) for template in templates(seed)]
    for number, start in enumerate(range(0, count, CHUNK)):
        rng = np.random.default_rng([seed, number])
        yield _chunk(rng, plans, CHUNK).slice(0, min(CHUNK, count - start))


def write_parquet(path: Path, count: int, seed: int = 7) -> None:
    """zstd, a row group for each chunk."""
    with pa.parquet.ParquetWriter(path, SCHEMA, compression="zstd", use_dictionary=False) as file:
        for batch in portfolio(count, seed):
            file.write_batch(batch)


def write_dump(path: Path, count: int, seed: int = 7) -> None:
    """For the peers of other languages: each certificate after its length, four octets, little."""
    with path.open("wb") as file:
        for batch in portfolio(count, seed):
            for der in batch.column("der").to_pylist():
                file.write(struct.pack("<I", len(der)))
                file.write(der)


def write_folder(folder: Path, count: int, seed: int = 7) -> None:
    """A `.cer` each, a thousand to a folder."""
    numbers = itertools.count()
    for batch in portfolio(count, seed):
        for der in batch.column("der").to_pylist():
            number = next(numbers)
            part = folder / f"{number // 1000:05}"
            if number % 1000 == 0:
                part.mkdir(parents=True)
            (part / f"{number:08}.cer").write_bytes(der)


class _Plan:
    """A template, and where in it stands what is varied."""

    def __init__(self, template: Template) -> None:
        der = template.der
        self.der: Bytes = np.frombuffer(der, np.uint8)
        self.places = {kind: list(_found(der, mark)) for kind, mark in MARKS.items()}
        self.serial = der.index(SERIAL[:8])
        self.serial_size = der[self.serial - 1]
        self.words = [
            (at, np.array([list(word) for word in ALIKE[word]], np.uint8))
            for name in template.names
            for at, word in _words(der, name)
            if word in ALIKE
        ]

    def varied(self, drawn: "_Drawn", start: int, stop: int) -> Bytes:
        """Certificates with what was drawn for these rows; a row of octets each."""
        rows = np.repeat(self.der[None, :], stop - start, axis=0)
        for kind, places in self.places.items():
            values = drawn.values[kind][start:stop]
            for at in places:
                rows[:, at : at + values.shape[1]] = values
        serial = drawn.serials[start:stop, : self.serial_size]
        rows[:, self.serial : self.serial + self.serial_size] = serial
        for at, alike in self.words:
            # By its first letter: where a name stands twice, the same word comes twice.
            picks = drawn.picks[start:stop, self.der[at] % drawn.picks.shape[1]]
            rows[:, at : at + alike.shape[1]] = alike[picks % len(alike)]
        return rows


def _found(der: bytes, mark: bytes) -> Iterator[int]:
    at = der.find(mark)
    while at >= 0:
        yield at
        at = der.find(mark, at + 1)


def _words(der: bytes, name: bytes) -> Iterator[tuple[int, bytes]]:
    for at in _found(der, name):
        for word in name.split():
            yield at + name.index(word), word


class _Drawn:
    """What a chunk of certificates differs in."""

    def __init__(self, rng: np.random.Generator, count: int) -> None:
        self.serials = _octets(rng, count, 16)
        self.serials[:, 0] = self.serials[:, 0] % 127 + 1
        self.picks = rng.integers(0, 1 << 16, (count, 16))
        modulus = _octets(rng, count, 256)
        modulus[:, 0] |= 0x80
        modulus[:, -1] |= 1
        begun = np.datetime64("2024-01-01") + rng.integers(0, 1000, count)
        self.values: dict[str, Bytes] = {
            "modulus": modulus,
            "signature": _octets(rng, count, 256),
            "key_id": _octets(rng, count, 20),
            "cpf": _cpfs(rng, count),
            "cnpj": _cnpjs(rng, count),
            "cei": _ceis(rng, count),
            "nis": _niss(rng, count),
            "birth": _births(rng, count),
            "not_before": _utc_times(begun),
            "not_after": _utc_times(begun + 365 * rng.integers(1, 4, count)),
        }


def _chunk(rng: np.random.Generator, plans: list[_Plan], count: int) -> pa.RecordBatch:
    drawn = _Drawn(rng, count)
    shares = rng.multinomial(count, [1 / len(plans)] * len(plans))
    stops = np.cumsum(shares)
    rows = [
        plan.varied(drawn, stop - share, stop)
        for plan, share, stop in zip(plans, shares, stops, strict=True)
    ]
    sizes = np.repeat([len(plan.der) for plan in plans], shares)
    offsets = np.concatenate(([0], np.cumsum(sizes))).astype(np.int32)
    octets = np.concatenate([each.reshape(-1) for each in rows])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(octets)]
    ordered = pa.Array.from_buffers(pa.binary(), count, buffers)
    mixed = pa.compute.take(ordered, pa.array(rng.permutation(count)))
    return pa.RecordBatch.from_arrays([mixed], schema=SCHEMA)


def _octets(rng: np.random.Generator, count: int, size: int) -> Bytes:
    return np.frombuffer(rng.bytes(count * size), np.uint8).reshape(count, size).copy()


def _digits(rng: np.random.Generator, count: int, size: int) -> Bytes:
    return rng.integers(0, 10, (count, size), dtype=np.uint8)


def _text(digits: Bytes) -> Bytes:
    return digits + np.uint8(_ZERO)


def _mod11(digits: Bytes, weights: list[int]) -> Bytes:
    """The check digit of CPF, CNPJ and NIS: eleven less the rest, ten and eleven become zero."""
    check: Bytes = ((11 - digits @ np.array(weights) % 11) % 11 % 10).astype(np.uint8)
    return check[:, None]


def _checked(digits: Bytes, *weights: list[int]) -> Bytes:
    for each in weights:
        digits = np.hstack([digits, _mod11(digits, each)])
    return _text(digits)


def _cpfs(rng: np.random.Generator, count: int) -> Bytes:
    digits = _digits(rng, count, 9)
    digits[:, 0], digits[:, 1] = digits[:, 0] % 5, digits[:, 1] % 5 + 5  # never all alike
    return _checked(digits, [*range(10, 1, -1)], [*range(11, 1, -1)])


def _cnpjs(rng: np.random.Generator, count: int) -> Bytes:
    digits = _digits(rng, count, 12)
    digits[:, 8:] = [0, 0, 0, 1]
    digits[:, 0] = digits[:, 0] % 9 + 1
    first = [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]
    return _checked(digits, first, [6, *first])


def _niss(rng: np.random.Generator, count: int) -> Bytes:
    digits = _digits(rng, count, 10)
    digits[:, 0] = 1
    values = _checked(digits, [3, 2, 9, 8, 7, 6, 5, 4, 3, 2])
    values[rng.random(count) < 0.6] = _ZERO
    return values


def _ceis(rng: np.random.Generator, count: int) -> Bytes:
    digits = _digits(rng, count, 11)
    digits[:, 0] = digits[:, 0] % 9 + 1
    total = digits @ np.array([7, 4, 1, 8, 5, 2, 1, 6, 3, 7, 4])
    last = (-(total // 10 % 10 + total % 10) % 10).astype(np.uint8)
    values = _text(np.hstack([digits, last[:, None]]))
    values[rng.random(count) >= FILLED] = _ZERO
    return values


def _births(rng: np.random.Generator, count: int) -> Bytes:
    days = np.datetime64("1940-01-01") + rng.integers(0, 365 * 66, count)
    text = np.char.replace(np.datetime_as_string(days), "-", "").astype("S8")
    ymd = text.view(np.uint8).reshape(count, 8)
    day_first: Bytes = ymd[:, [6, 7, 4, 5, 0, 1, 2, 3]]
    return day_first


def _utc_times(days: Any) -> Bytes:
    text = np.char.replace(np.datetime_as_string(days), "-", "").astype("S8")
    ymd = text.view(np.uint8).reshape(len(days), 8)[:, 2:]
    noon = np.broadcast_to(np.frombuffer(b"120000Z", np.uint8), (len(days), 7))
    return np.hstack([ymd, noon])
