"""The columns of a batch say what the reading of each certificate says."""

import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates import CEI, e_cnpj, selo_eletronico
from guiche.icpbrasil import inspect
from guiche.portfolio import SCHEMA, inspect_batch, kept
from guiche.portfolio import batch as batches
from guiche.portfolio.compiled import compiled
from vectors import files

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)


def _more(number: int) -> int:
    return number + 1


def read(*ders: bytes | None) -> list[dict[str, Any]]:
    batch = pa.record_batch({"der": pa.array(ders, pa.binary())})
    rows: list[dict[str, Any]] = inspect_batch(batch, at=AT).to_pylist()
    return rows


def flat(contract: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """What the contract has of each column; a path by its name."""
    for name in SCHEMA.names:
        if name in ("findings", "key_algorithm", "key_bits", "not_before", "not_after"):
            continue
        value: Any = contract
        for parent in ("registration_authority", "holder", "responsible", "enrolment", "nis",
                       "validity", "issuer"):  # fmt: skip
            if name.startswith(f"{parent}_"):
                value = (contract[parent] or {}).get(name.removeprefix(f"{parent}_"))
                break
        else:
            value = contract[name]
        yield name, value


@pytest.mark.parametrize("path", files.paths(), ids=files.name)
def test_every_vector(path: Path) -> None:
    der, _ = files.load(path)
    [row] = read(der)
    reading = inspect(der, at=AT)
    contract = reading.to_dict()
    assert dict(flat(contract)) == {name: row[name] for name, _ in flat(contract)}
    assert row["findings"] == list(dict.fromkeys(each.code for each in reading.findings))
    assert (row["not_before"], row["not_after"]) == reading.validity[:2]


def test_rows_stay_where_they_are_and_other_columns_too() -> None:
    ders = [e_cnpj(cei=CEI).der(), None, b"nada", selo_eletronico().der()]
    batch = pa.record_batch({"id": [4, 3, 2, 1], "der": ders, "nota": ["a", None, "c", "d"]})
    result = inspect_batch(batch)
    assert result.schema.names == ["id", "nota", *SCHEMA.names]
    assert result.column("id").to_pylist() == [4, 3, 2, 1]
    assert result.column("nota").to_pylist() == ["a", None, "c", "d"]
    statuses = result.column("enrolment_status").to_pylist()
    assert statuses == ["present", None, "unreadable", "not_applicable"]
    assert set(result.slice(1, 1).to_pylist()[0].values()) == {3, None}


def test_without_a_moment_the_validity_is_not_judged() -> None:
    batch = pa.record_batch({"der": [e_cnpj().der()]})
    assert inspect_batch(batch).column("validity_status").to_pylist() == [None]


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.binary_view()])
def test_any_kind_of_binary(kind: pa.DataType) -> None:
    batch = pa.record_batch({"der": pa.array([e_cnpj(cei=CEI).der(), None], kind)})
    assert inspect_batch(batch).column("enrolment_status").to_pylist() == ["present", None]


def test_an_empty_batch() -> None:
    batch = pa.record_batch({"der": pa.array([], pa.binary())})
    assert inspect_batch(batch).schema == SCHEMA
    assert len(inspect_batch(batch)) == 0


def test_a_slice_of_a_batch() -> None:
    ders = [b"nada", e_cnpj(cei=CEI).der(), b"nada"]
    batch = pa.record_batch({"der": pa.array(ders, pa.binary())}).slice(1, 1)
    assert inspect_batch(batch).column("enrolment_status").to_pylist() == ["present"]


def test_columns_that_are_missing_or_in_the_way() -> None:
    with pytest.raises(KeyError):
        inspect_batch(pa.record_batch({"cert": [b"x"]}))
    with pytest.raises(ValueError, match="serial"):
        inspect_batch(pa.record_batch({"der": [b"x"], "serial": ["1"]}))


@pytest.fixture(params=["compiled", "without numba"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How a portfolio is read once it is a large one."""
    monkeypatch.setattr(batches, "_thread", batches._Thread())
    batches.hasten()
    if request.param == "without numba":
        monkeypatch.setitem(sys.modules, "numba", None)
    return str(request.param)


def test_a_large_portfolio_is_read_alike(way: str) -> None:
    assert batches.is_fast() == (way == "compiled")
    ders = [e_cnpj(cei=CEI).der(), None, b"nada", selo_eletronico().der()]
    for kind in (pa.binary(), pa.large_binary(), pa.binary_view()):
        batch = pa.record_batch({"id": [1, 2, 3, 4], "der": pa.array(ders, kind)})
        result = inspect_batch(batch, at=AT)
        assert result.column("id").to_pylist() == [1, 2, 3, 4]
        statuses = result.column("enrolment_status").to_pylist()
        assert statuses == ["present", None, "unreadable", "not_applicable"]
    assert (batches._thread.reader is not None) == (way == "compiled")


@given(st.lists(st.none() | st.binary(max_size=60), max_size=8))
def test_any_bytes_give_a_row(ders: list[bytes | None]) -> None:
    statuses = [row["enrolment_status"] for row in read(*ders)]
    assert statuses == [None if der is None else "unreadable" for der in ders]


def test_where_nothing_can_be_kept_it_is_compiled_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.write_text("a file, which holds no folder")
    for name in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "HOME", "TMPDIR"):
        monkeypatch.setenv(name, str(closed))
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    monkeypatch.setattr(tempfile, "tempdir", str(closed))
    kept.place.cache_clear()
    try:
        assert kept.place() is None
        assert not kept.is_kept()
        assert compiled()(_more)(1) == 2
    finally:
        kept.place.cache_clear()
