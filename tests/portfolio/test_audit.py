"""An audit: the same rows in every form, and nothing lost or twice when it is killed."""

import csv
import json
import os
import sys
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from certificates import CEI, e_cnpj
from guiche.portfolio import audit as auditing
from guiche.portfolio import gather
from guiche.portfolio.audit import audit
from guiche.portfolio.engines import Carry, CarryOut, Done, Engine
from guiche.portfolio.engines.processes import processes
from guiche.portfolio.forms import UnknownForm, form_of
from guiche.portfolio.gather import items
from guiche.portfolio.journal import OtherAudit
from guiche.portfolio.load import Load
from guiche.portfolio.passwords import BadList, passwords_of
from guiche.portfolio.table import COLUMNS
from portfolio.carteira import DERS, folder
from sources.pfx import usual

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
FORMS = (".ndjson", ".parquet", ".arrow", ".csv", ".xlsx")


class Killed(BaseException):
    """As SIGKILL does: nothing is tidied up."""


@contextmanager
def here() -> Iterator[Carry]:
    """One load after the other, in this process."""

    def carry(carry_out: CarryOut, loads: Iterable[Load]) -> Iterator[Done]:
        for load in loads:
            yield load, carry_out(load)

    yield carry


def dying(after: int) -> Engine:
    @contextmanager
    def engine() -> Iterator[Carry]:
        with here() as whole:

            def carry(*what: Any) -> Iterator[Done]:
                for number, done in enumerate(whole(*what)):
                    if number == after:
                        raise Killed
                    yield done

            yield carry

    return engine


def run(place: Path, out: Path, *, engine: Any = here, at: datetime = AT, **how: Any) -> Any:
    settings = {"paths": [str(place)]}
    how.setdefault("passwords", {})
    return audit(items([str(place)]), out, settings, at, engine=engine, **how)


def status_of(row: dict[str, Any]) -> str | None:
    return row["enrolment"]["status"] if "enrolment" in row else None


def rows(out: Path) -> list[dict[str, Any]]:
    """Name and status of each, in order."""
    match out.suffix:
        case ".ndjson":
            listed = [json.loads(line) for line in out.read_bytes().splitlines()]
            return [{"name": row["source"]["name"], "status": status_of(row)} for row in listed]
        case ".parquet":
            table = pa.parquet.read_table(out)
        case ".arrow":
            with pa.memory_map(str(out)) as file:
                table = pa.ipc.open_file(file).read_all()
        case ".csv":
            with out.open(encoding="utf-8-sig", newline="") as text:
                return [{"name": row["source_name"], "status": row["enrolment_status"] or None}
                        for row in csv.DictReader(text, delimiter=";")]  # fmt: skip
    assert table.schema == COLUMNS
    chosen = table.select(["source_name", "enrolment_status"])
    return chosen.rename_columns(["name", "status"]).to_pylist()  # type: ignore[no-any-return]


@pytest.fixture
def portfolio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Forty certificates and a damaged one, which take several loads and parts."""
    monkeypatch.setattr(auditing, "_ROWS", 4)
    monkeypatch.setattr(gather, "_FILES", 4)
    monkeypatch.setattr(auditing, "_EVERY_SECONDS", -1.0)
    place = folder(tmp_path / "clientes", DERS * 10)
    (place / "ruim.cer").write_bytes(b"\x30\x82\x01")
    return place


@pytest.mark.parametrize("form", FORMS[:-1])
def test_every_form_holds_the_same(form: str, portfolio: Path, tmp_path: Path) -> None:
    out = tmp_path / f"r{form}"
    counts = run(portfolio, out)
    assert counts == {"blank": 10, "present": 20, "not_applicable": 10, "error": 1}
    names = [name for item in items([str(portfolio)]) for name in item.names]
    assert [row["name"] for row in rows(out)] == names
    assert sum(row["status"] is None for row in rows(out)) == 1
    assert {each.name for each in tmp_path.iterdir()} == {"clientes", out.name}


@pytest.mark.parametrize("form", FORMS[:-1])
@pytest.mark.parametrize("after", [0, 1, 5, 10])
def test_killed_anywhere_it_goes_on_where_it_was(
    form: str, after: int, portfolio: Path, tmp_path: Path
) -> None:
    whole, out = tmp_path / f"whole{form}", tmp_path / f"r{form}"
    run(portfolio, whole)
    with pytest.raises(Killed):
        run(portfolio, out, engine=dying(after))
    assert not out.exists()
    read: list[int] = []
    later = AT + timedelta(days=400)
    counts = run(portfolio, out, at=later, told=read.append)
    assert sum(read) == 41
    assert counts == {"blank": 10, "present": 20, "not_applicable": 10, "error": 1}
    # Byte for byte, also as to the moment that the first one began.
    if form in (".ndjson", ".csv"):
        assert out.read_bytes() == whole.read_bytes()
    assert rows(out) == rows(whole)
    assert {each.name for each in tmp_path.iterdir()} == {"clientes", out.name, whole.name}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a name is text")
def test_a_name_that_is_no_text_is_read_and_known_again(portfolio: Path, tmp_path: Path) -> None:
    (portfolio / os.fsdecode(b"jos\xe9.cer")).write_bytes(DERS[1])
    whole, out = tmp_path / "whole.csv", tmp_path / "r.csv"
    run(portfolio, whole)
    with pytest.raises(Killed):
        run(portfolio, out, engine=dying(10))
    assert run(portfolio, out)["present"] == 21
    assert out.read_bytes() == whole.read_bytes()
    assert "jos?.cer" in out.read_text("utf-8-sig")


def test_what_came_or_went_since_it_was_killed(portfolio: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.csv"
    names = [name for item in items([str(portfolio)]) for name in item.names]
    with pytest.raises(Killed):
        run(portfolio, out, engine=dying(5))
    Path(names[1]).unlink()
    Path(names[-1]).unlink()
    new = portfolio / "0" / "novo.cer"
    new.write_bytes(DERS[1])
    run(portfolio, out)
    found = [row["name"] for row in rows(out)]
    assert sorted(found) == sorted([*names[:-1], str(new)])


def test_killed_while_the_file_is_written(portfolio: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.parquet"
    out.write_text("antes")

    def dies(*_: Any) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        form = form_of(out)
        patch.setattr("guiche.portfolio.audit.form_of", lambda _: form._replace(written=dies))
        with pytest.raises(Killed):
            run(portfolio, out)
    assert out.read_text() == "antes"
    run(portfolio, out)
    assert len(rows(out)) == 41


def test_another_audit_does_not_mix_with_it(portfolio: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.csv"
    with pytest.raises(Killed):
        run(portfolio, out, engine=dying(2))
    with pytest.raises(OtherAudit, match="apague a pasta"):
        audit(items([]), out, {"paths": ["x"]}, AT, passwords={}, engine=here)
    run(portfolio, out)


def test_several_processes_say_the_same(portfolio: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "1.ndjson", tmp_path / "2.ndjson"
    run(portfolio, one)
    run(portfolio, two, engine=lambda: processes(2))
    assert one.read_bytes() == two.read_bytes()


def test_a_first_load_that_is_much_by_itself_is_not_the_only_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guiche.portfolio.engines.processes._MUCH", 1)
    monkeypatch.setattr(auditing, "_ROWS", len(DERS))
    source, out = tmp_path / "grupos.parquet", tmp_path / "r.parquet"
    table = pa.table({"der": pa.array(DERS * 3, pa.binary())})
    pyarrow.parquet.write_table(table, source, row_group_size=len(DERS))
    run(source, out, engine=lambda: processes(2))
    assert pyarrow.parquet.read_metadata(out).num_rows == 3 * len(DERS)


def test_an_engine_that_leaves_loads_behind_gives_no_result(
    portfolio: Path, tmp_path: Path
) -> None:
    @contextmanager
    def lazy() -> Iterator[Carry]:
        with here() as whole:
            yield lambda carry_out, loads: islice(whole(carry_out, loads), 2)

    out = tmp_path / "r.csv"
    with pytest.raises(AssertionError):
        run(portfolio, out, engine=lazy)
    assert not out.exists()
    run(portfolio, out)
    assert len(rows(out)) == 41


def test_a_sheet_holds_no_formula(tmp_path: Path) -> None:
    place = tmp_path / "=cmd.cer"
    place.write_bytes(e_cnpj(cei=CEI, cn='=HYPERLINK("http://x")').der())
    for form in (".csv", ".xlsx"):
        run(place, tmp_path / f"r{form}")
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as text:
        cells = [cell for row in csv.reader(text, delimiter=";") for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    with zipfile.ZipFile(tmp_path / "r.xlsx") as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
        assert b"present" in b"".join(map(book.read, book.namelist()))


def test_an_unknown_ending_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(UnknownForm, match=r"\.parquet"):
        run(tmp_path, tmp_path / "r.doc")
    assert not [*tmp_path.iterdir()]


def test_a_password_is_tried_on_its_own_file_alone(tmp_path: Path) -> None:
    place = tmp_path / "clientes"
    place.mkdir()
    for name in ("a.pfx", "b.pfx"):
        (place / name).write_bytes(usual(DERS[1], f"senha;de;{name}"))
    listed = tmp_path / "senhas.csv"
    listed.write_text(
        "clientes/a.pfx;errada\n\na.pfx;senha;de;a.pfx\nb.pfx;senha;de;a.pfx\n", "utf-8-sig"
    )
    out = tmp_path / "r.ndjson"
    counts = run(place, out, passwords=passwords_of(listed))
    assert counts == {"present": 1, "error": 1}
    assert b"senha;de" not in out.read_bytes()


@pytest.mark.parametrize("text", ["a.pfx senha", ";senha", "a.pfx;s\nsem senha"])
def test_a_list_that_is_none_is_refused_without_its_words(text: str, tmp_path: Path) -> None:
    listed = tmp_path / "senhas.csv"
    listed.write_text(text)
    with pytest.raises(BadList, match="linha") as refused:
        passwords_of(listed)
    assert "senha" not in str(refused.value).partition("linha")[2].replace("arquivo;senha", "")
