"""docs/asvs.md names every control that was chosen, and only tests that exist."""

import re

import pytest

import documents

_CHOSEN = """
1.2.10 1.3.6 1.3.11 1.5.1 1.5.2 2.2.3 2.3.3 2.4.1 3.3.1 3.3.2 3.3.3 3.3.4 3.4.1 3.4.3 3.4.4 3.4.5
3.4.6 3.4.7 3.4.8 3.6.1 3.7.2 4.1.3 5.1.1 5.2.1 5.2.2 5.2.3 5.3.2 5.3.3 5.4.1 5.4.2 5.4.3 6.1.1
6.3.1 7.1.1 7.3.1 7.3.2 7.4.2 7.4.3 7.5.1 7.5.2 13.1.2 13.1.3 13.2.6 13.3.1 13.4.2 13.4.5 14.1.1
14.1.2 14.2.1 14.2.6 14.2.7 14.3.1 14.3.2 14.3.3 15.1.3 15.2.2 15.2.5 15.4.2 16.1.1 16.2.1 16.2.2
16.2.5 16.3.1 16.3.2 16.3.3 16.3.4 16.4.1 16.4.2 16.4.3 16.5.1 16.5.2 16.5.3
"""
CONTROLS = _CHOSEN.split()
TEXT = (documents.ROOT / "docs" / "asvs.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.splitlines()
    if re.match(r"\| \d", line)
]


def test_every_control_has_one_row() -> None:
    assert [row[0] for row in ROWS] == CONTROLS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_is_shown_by_a_test_or_says_why_it_does_not_apply(row: list[str]) -> None:
    _, level, asks, here, shown = row
    assert level in {"1", "2", "3"}
    assert asks
    assert here
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", shown)
    assert named or here.startswith("Does not apply: ")
    for file, test in named:
        assert f"def {test}(" in (documents.ROOT / file).read_text("utf-8"), f"{file}::{test}"


def test_what_does_not_apply_is_of_no_level_that_must_be_met_without_a_test() -> None:
    unmet = [row[0] for row in ROWS if not row[4] and row[1] in "12"]
    assert unmet == []
