"""Every vector says what the reader must answer: the verdict, and the whole set of findings."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from guiche.icpbrasil import inspect
from guiche.icpbrasil.findings import CODES
from vectors import build, files

FILES = files.paths()
HOW_MANY = 229
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)

CONTRACT = {
    "": "source sha256 profile certificate_type icp_brasil holder responsible enrolment nis fields "
    "validity issuer registration_authority serial trust findings",
    "holder": "name cnpj cpf email birth_date nis rg rg_issuer rg_state",
    "enrolment": "status reason number formatted evidence",
    "nis": "status number",
}
LISTED = {
    "fields": {"oid", "name", "type", "hex", "text", "value"},
    "findings": {"code", "severity", "message", "citation"},
}


def load(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the vector expects, and what the reader says."""
    der, document = files.load(path)
    return document["expect"], inspect(der, at=AT).to_dict(None)


def informed(value: object) -> object:
    """TOML has no null: an empty text in a vector says that nothing is informed."""
    return None if value == "" else value


def some(keys: Iterable[str], answered: dict[str, Any]) -> dict[str, Any]:
    return {key: answered[key] for key in keys}


@pytest.mark.parametrize("path", FILES, ids=files.name)
def test_reader_answers_as_the_vector_says(path: Path) -> None:
    expected, answer = load(path)
    enrolment = answer["enrolment"]
    said = {
        "status": enrolment["status"],
        "reason": enrolment["reason"],
        "number": enrolment["number"],
        "profile": answer["profile"],
        "certificate_type": answer["certificate_type"],
        "icp_brasil": answer["icp_brasil"],
        "findings": sorted({finding["code"] for finding in answer["findings"]}),
    }
    assert said == {key: informed(expected[key]) for key in said}
    for whose in ("holder", "responsible"):
        wanted = {key: informed(value) for key, value in expected.get(whose, {}).items()}
        assert some(wanted, answer[whose]) == wanted
    texts = {field["oid"]: field["text"] for field in answer["fields"]}
    assert some(expected.get("fields", {}), texts) == expected.get("fields", {})


@pytest.mark.parametrize("path", FILES, ids=files.name)
def test_answer_keeps_the_contract(path: Path) -> None:
    _, answer = load(path)
    assert set(CONTRACT[""].split()) <= answer.keys()
    assert set(CONTRACT["holder"].split()) <= answer["holder"].keys()
    assert set(CONTRACT["enrolment"].split()) <= answer["enrolment"].keys()
    assert set(CONTRACT["nis"].split()) <= answer["nis"].keys()
    for listed, keys in LISTED.items():
        assert all(keys <= entry.keys() for entry in answer[listed])
    assert all(entry["citation"] and entry["message"] for entry in answer["findings"])


def test_no_vector_is_left_out() -> None:
    assert len(FILES) == HOW_MANY


def test_files_are_what_the_script_writes() -> None:
    assert build.differences() == []


@pytest.mark.parametrize("path", FILES, ids=files.name)
def test_vector_says_why(path: Path) -> None:
    _, document = files.load(path)
    assert document["title"].strip()
    assert document["why"].strip()


def test_every_finding_of_a_certificate_has_a_vector() -> None:
    met = {code for path in FILES for code in files.load(path)[1]["expect"]["findings"]}
    assert met >= CODES - {"field_unknown"}, "field_unknown comes from pasted text alone"
