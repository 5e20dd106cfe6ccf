"""The result of an audit in each form says the same when it is read again."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from certificates import ZEROS, ca, e_cnpj, e_cpf
from guiche.portfolio.audit import Then, audit
from guiche.portfolio.engines.processes import processes
from guiche.portfolio.result import Batches, NoResult, batches_of
from guiche.portfolio.table import COLUMNS
from portfolio.audited import NOW, Files, audited, items_of

FILES: Files = {
    "a.cer": e_cnpj(),
    "b.cer": e_cpf(ZEROS),
    "=soma.cer": replace(e_cpf(None), not_after=datetime(9999, 12, 31, tzinfo=UTC)),
    "ac.cer": ca(),
    "rasgado.cer": b"nada",
}


@pytest.mark.parametrize("ending", [".parquet", ".arrow", ".csv", ".ndjson"])
def test_what_was_written_is_read(ending: str, tmp_path: Path) -> None:
    out = tmp_path / f"r{ending}"
    given: list[Any] = []
    audit(
        items_of(FILES), out, {}, NOW, passwords={}, engine=lambda: processes(1),
        then=lambda batches, at: given.append((pa.Table.from_batches(batches(), COLUMNS), at)),
    )  # fmt: skip
    expected = pa.Table.from_batches(audited(FILES)(), COLUMNS)
    read = pa.Table.from_batches(batches_of(out)(), COLUMNS)
    assert not out.with_name(f"{out.name}.auditoria").exists()
    missing = ["key_algorithm", "key_bits"] if ending == ".ndjson" else []
    rows = [table.drop_columns(missing).to_pylist() for table in (expected, read)]
    for row in [*rows[0], *rows[1]]:
        row["findings"] = row["findings"] or []  # of nobody, or none
    assert rows[1] == rows[0]
    assert given[0][0].select(COLUMNS.names) == expected
    assert given[0][1] == NOW


def test_what_was_read_is_kept_until_the_report_is_made(tmp_path: Path) -> None:
    out = tmp_path / "r.ndjson"

    def failing(batches: Batches, at: datetime) -> None:
        raise OSError(28, "No space left on device")

    def run(then: Then) -> None:
        audit(items_of(FILES), out, {}, NOW, passwords={}, engine=lambda: processes(1), then=then)

    with pytest.raises(OSError, match="No space"):
        run(failing)
    assert not out.exists()
    given: list[int] = []
    run(lambda batches, at: given.append(sum(map(len, batches()))))
    assert given == [len(FILES)]
    assert out.read_bytes().count(b"\n") == len(FILES)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("r.xlsx", b"PK", "não leio resultados com esta terminação"),
        ("r.parquet", b"PAR1 nada", "não é o resultado de uma auditoria"),
        ("r.arrow", b"", "não é o resultado de uma auditoria"),
        ("r.csv", b"nome;der\r\nana;MII\r\n", "não é o resultado de uma auditoria"),
        ("r.ndjson", b'{"a": 1}\n[1]\n', "não é o resultado de uma auditoria"),
        ("r.ndjson", b'{"source": "a"}\n', "não é o resultado de uma auditoria"),
    ],
)
def test_what_is_no_result_is_told(name: str, content: bytes, why: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(NoResult, match=why):
        batches_of(tmp_path / name)
    with pytest.raises(NoResult, match="não existe"):
        batches_of(tmp_path / f"outro-{name}".replace(".xlsx", ".csv"))


def test_what_a_newer_one_says_is_told(tmp_path: Path) -> None:
    out = tmp_path / "r.ndjson"
    audit(items_of(FILES), out, {}, NOW, passwords={}, engine=lambda: processes(1))
    out.write_text(out.read_text("utf-8").replace('"present"', '"perhaps"'), "utf-8")
    with pytest.raises(NoResult, match="diz perhaps, que só um Guichê mais novo conhece"):
        batches_of(out)
