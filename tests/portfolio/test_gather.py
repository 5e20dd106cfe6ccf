"""Whatever a portfolio comes in, the same certificates are read, and what fails is a row."""

import base64
import io
import json
import struct
import tarfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from certificates import CEI, e_cnpj
from guiche.portfolio import gather, tables
from guiche.portfolio.gather import expected, items
from guiche.portfolio.load import Load, columns_of_load, lines_of
from guiche.sources.walk import walk
from portfolio.carteira import DERS, FORMS, folder

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
STATUSES = ["blank", "present", "present", "not_applicable"]


def read(*paths: Path, **how: Any) -> list[dict[str, Any]]:
    load = Load(tuple(items([*map(str, paths)], **how)), AT, {})
    return [json.loads(line) for line in bytes(lines_of(load).content).splitlines()]


def statuses(rows: list[dict[str, Any]]) -> list[str]:
    return [row["enrolment"]["status"] if "enrolment" in row else row["error"]["code"]
            for row in rows]  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_every_form(name: str, tmp_path: Path) -> None:
    FORMS[name](tmp_path / name)
    rows = read(tmp_path / name)
    assert statuses(rows) == STATUSES
    assert all(row["source"]["name"].startswith(f"{tmp_path / name}/") for row in rows)
    assert len({row["source"]["name"] for row in rows}) == len(DERS)


def test_folders_and_globs(tmp_path: Path) -> None:
    folder(tmp_path / "clientes")
    (tmp_path / "clientes" / "planilha.csv").write_text("nome;fone\nAna;11\n")
    (tmp_path / "clientes" / "leia.txt").write_text("oi")
    (tmp_path / "clientes" / "ruim.cer").write_bytes(b"\x30\x82\x01")
    assert sorted(statuses(read(tmp_path / "clientes"))) == sorted([*STATUSES, "damaged"])
    assert len(read(tmp_path / "clientes" / "*" / "*.cer")) == len(DERS)


def test_files_come_many_at_once_and_in_the_order_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gather, "_FILES", 3)
    for number in range(10):
        (tmp_path / f"{number}.cer").write_bytes(DERS[1])
    (tmp_path / "leia.txt").write_text("oi")
    (tmp_path / "sem-fim").write_bytes(DERS[1])
    (tmp_path / "laco").symlink_to(tmp_path / "laco")
    every = list(items([str(tmp_path)]))
    names = [name for item in every for name in item.names]
    assert names == [entry.path for entry in walk([str(tmp_path)], print)]
    assert sum(item.rows for item in every) == 13
    assert max(item.rows for item in every) == 3
    batch = columns_of_load(Load(tuple(every), AT, {})).content
    assert isinstance(batch, pa.RecordBatch)
    read = batch.select(["source_name", "error_code"]).to_pylist()
    assert [row["source_name"] for row in read] == [each for each in names if "leia" not in each]
    assert {row["error_code"] for row in read if "laco" not in row["source_name"]} == {None}


def test_what_is_not_there_is_a_row(tmp_path: Path) -> None:
    assert statuses(read(tmp_path / "nada.zip")) == ["not_found"]


@pytest.mark.parametrize("name", FORMS)
def test_what_was_cut_gives_what_came_before_and_says_so(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    FORMS[name](path)
    whole = path.read_bytes()
    for length in (len(whole) - 1500, len(whole) // 2, 40):
        path.write_bytes(whole[:length])
        rows = statuses(read(path))
        told = [each for each in rows if each not in STATUSES]
        assert rows[: len(rows) - len(told)] == STATUSES[: len(rows) - len(told)]
        assert told or rows == STATUSES[: len(rows)], (length, rows)


def test_of_a_table_the_column_is_found_or_named(tmp_path: Path) -> None:
    path = tmp_path / "duas.parquet"
    other = e_cnpj(cei=CEI).der()
    pa.parquet.write_table(pa.table({"novo": [DERS[0], None], "velho": [other, other]}), path)
    [row] = read(path)
    assert row["error"]["code"] == "no_certificate"
    assert "novo, velho" in row["error"]["message"]
    assert "--column" in row["error"]["message"]
    assert statuses(read(path, column="velho")) == ["present", "present"]
    assert statuses(read(path, column="novo")) == ["blank"]
    [row] = read(path, column="outro")
    assert "outro" in row["error"]["message"]


def test_one_bad_cell_or_line_loses_no_other(tmp_path: Path) -> None:
    path = tmp_path / "c.ndjson"
    good = json.dumps({"pem": base64.b64encode(DERS[1]).decode()})
    path.write_text("\n".join([good, "{", "[1]", json.dumps({"pem": "MIIlixo"}), good]))
    found = statuses(read(path))
    assert found[0] == found[-1] == "present"
    assert found[1:3] == ["damaged", "damaged"]
    assert len(found) == 5


def test_members_that_cannot_be_had_are_rows(tmp_path: Path) -> None:
    path = tmp_path / "z.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomba.cer", bytes(5_000_000))
        archive.writestr("grande.cer", b"x" * (11 << 20))
        archive.writestr("boa.cer", DERS[1])
    assert sorted(statuses(read(path))) == ["archive_too_large", "present", "too_large"]


def test_a_member_with_a_password_is_told(tmp_path: Path) -> None:
    path = tmp_path / "z.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("c.cer", DERS[1])
    content = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.index(mark) + at
        [flags] = struct.unpack_from("<H", content, place)
        struct.pack_into("<H", content, place, flags | 1)
    path.write_bytes(content)
    assert statuses(read(path)) == ["archive_encrypted"]


def test_of_a_tar_only_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "t.tar"
    with tarfile.open(path, "w") as archive:
        link = tarfile.TarInfo("segredo.cer")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        entry = tarfile.TarInfo("../../fora.cer")
        entry.size = len(DERS[1])
        archive.addfile(entry, io.BytesIO(DERS[1]))
    assert statuses(read(path)) == ["present"]
    assert [each.name for each in tmp_path.iterdir()] == ["t.tar"]


def test_a_closed_folder_is_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder(tmp_path / "a")

    def closed(path: str) -> Any:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr("os.scandir", closed)
    assert statuses(read(tmp_path / "a")) == ["no_permission"]


@pytest.mark.parametrize("name", FORMS)
def test_how_much_there_is_is_told_before_where_it_can(name: str, tmp_path: Path) -> None:
    FORMS[name](tmp_path / name)
    folder(tmp_path / "pasta")
    (tmp_path / "pasta" / "ruim.zip").write_bytes(b"PK\x03\x04 cortado")
    said = expected([str(tmp_path)])
    if name == "carteira.zip":
        assert said == 2 * len(DERS) + 2  # and a text, which nobody claims to be a certificate
    elif name in ("carteira.parquet", "carteira.arrow"):
        assert said == 2 * len(DERS) + 1
    else:
        assert said is None


def test_a_damaged_row_group_loses_no_other(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pa.parquet.write_table(pa.table({"der": DERS}), path, row_group_size=1, compression="zstd")
    group = pa.parquet.read_metadata(path).row_group(2).column(0)
    content = bytearray(path.read_bytes())
    at = group.dictionary_page_offset
    content[at : at + 20] = bytes([0xFF] * 20)
    path.write_bytes(content)
    rows = read(path)
    assert statuses(rows) == [*STATUSES[:2], "damaged", STATUSES[3]]
    assert rows[2]["source"]["name"] == f"{path}/3-3"
    assert "da linha 3 à 3" in rows[2]["error"]["message"]
    batch = columns_of_load(Load(tuple(items([str(path)])), AT, {})).content
    assert isinstance(batch, pa.RecordBatch)
    assert batch.column("error_code").to_pylist() == [None, None, "damaged", None]


def test_a_large_row_group_is_read_a_bit_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.parquet"
    pa.parquet.write_table(pa.table({"der": DERS * 5}), path, row_group_size=12)
    monkeypatch.setattr(tables, "_SMALL", 0)
    monkeypatch.setattr(tables, "ROWS", 5)
    every = list(items([str(path)]))
    assert [item.rows for item in every] == [5, 5, 2, 5, 3]
    assert [item.name for item in every][-1] == f"{path}/18-20"
    assert statuses(read(path)) == STATUSES * 5
