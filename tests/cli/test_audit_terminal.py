"""`guiche audit` for a person at a terminal: how far it is."""

from pathlib import Path

from cli.test_inspect_terminal import SHOWN, pytestmark, terminal
from portfolio.carteira import DERS, folder

__all__ = ["pytestmark"]


def test_how_much_was_read_of_how_much(tmp_path: Path) -> None:
    place = folder(tmp_path / "clientes", DERS * 800)
    seen = terminal(place, "--out", tmp_path / "r.csv", command="audit")
    assert seen.status == 1
    assert b"Lendo" in seen.screen
    assert b"/3200" in seen.screen
    assert b"por segundo" in seen.screen
    assert b"Traceback" not in seen.screen
    assert SHOWN in seen.screen


def test_quiet_shows_the_sum_alone(tmp_path: Path) -> None:
    seen = terminal(folder(tmp_path / "c"), "--out", tmp_path / "r.csv", "--quiet", command="audit")
    assert b"Lendo" not in seen.screen
    assert b"tem CEI: 2" in seen.screen
