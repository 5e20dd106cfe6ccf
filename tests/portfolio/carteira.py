"""Synthetic portfolios, in every form in which one comes."""

import base64
import csv
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from certificates import CEI, ZEROS, e_cnpj, e_cpf, pem, selo_eletronico

DERS = (
    e_cnpj(cei=ZEROS).der(), e_cnpj(cei=CEI).der(), e_cpf().der(), selo_eletronico().der(),
)  # fmt: skip


def folder(place: Path, ders: Sequence[bytes] = DERS) -> Path:
    for number, der in enumerate(ders):
        inside = place / f"{number % 3}"
        inside.mkdir(parents=True, exist_ok=True)
        (inside / f"c{number:05}.cer").write_bytes(der)
    return place


def in_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pasta/", "")
        archive.writestr("leia.txt", "oi")
        for number, der in enumerate(DERS):
            archive.writestr(f"pasta/c{number}.cer", der)


def in_tar(path: Path) -> None:
    with tarfile.open(path, "w:xz" if path.suffix == ".xz" else "w") as archive:
        for number, der in enumerate(DERS):
            entry = tarfile.TarInfo(f"c{number}.cer")
            entry.size = len(der)
            archive.addfile(entry, io.BytesIO(der))


def in_parquet(path: Path) -> None:
    ids = [f"MII{number}" for number in range(len(DERS))]  # no certificate, though it begins so
    table = pa.table({"id": pa.array(range(len(DERS))), "cert": pa.array(DERS, pa.binary()),
                      "nome": ids[:1] + [None] * (len(ids) - 1)})  # fmt: skip
    pa.parquet.write_table(table.drop_columns("nome"), path)


def in_arrow(path: Path) -> None:
    texts = pa.array([pem(der) for der in DERS], pa.large_string())
    batch = pa.record_batch({"pem": texts})
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, batch.schema) as writer:
        writer.write_batch(batch.slice(0, 3))
        writer.write_batch(batch.slice(3))


def in_csv(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["certificado", "cliente"])
        for number, der in enumerate(DERS):
            writer.writerow([base64.b64encode(der).decode(), f"cliente {number}, ação"])


def in_csv_of_pem(path: Path) -> None:
    with path.open("w", newline="", encoding="cp1252") as file:
        writer = csv.writer(file)
        writer.writerow(["ação", "pem"])
        writer.writerows(["não", pem(der)] for der in DERS)


def in_ndjson(path: Path) -> None:
    lines = (json.dumps({"id": 1, "der": base64.b64encode(der).decode()}) for der in DERS)
    path.write_text("\n".join(lines))


FORMS: dict[str, Callable[[Path], None]] = {
    "carteira.zip": in_zip, "carteira.tar": in_tar, "carteira.tar.xz": in_tar,
    "carteira.parquet": in_parquet, "carteira.arrow": in_arrow, "carteira.csv": in_csv,
    "pem.csv": in_csv_of_pem, "carteira.ndjson": in_ndjson, "carteira.JSONL": in_ndjson,
}  # fmt: skip
