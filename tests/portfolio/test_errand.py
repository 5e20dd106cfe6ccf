"""What of a load may go to a worker of another machine, and what stays."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certificates import CEI, e_cnpj, pem
from guiche.portfolio.engines import errand as errands
from guiche.portfolio.engines.errand import Unable, carried_out, errand
from guiche.portfolio.gather import items
from guiche.portfolio.item import Group, Item
from guiche.portfolio.load import Load, lines_of
from guiche.portfolio.rows import Passwords
from portfolio.carteira import DERS, in_parquet
from sources.pfx import usual

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
PFX = usual(DERS[1], "segredo-1")
PEM_KEY = f"{pem(DERS[0])}-----BEGIN PRIVATE KEY-----\nMAA=\n".encode()


def load(*items: Item, passwords: Passwords | None = None) -> Load:
    return Load(items, AT, passwords or {})


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.cer").write_bytes(DERS[0])
    (tmp_path / "b.pfx").write_bytes(PFX)
    return tmp_path


def test_a_worker_elsewhere_gives_the_same(
    place: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = load(Item("a.cer"), Item("b.pfx"), Item("c.zip/c.cer", DERS[1]), Item("nada", b""))
    here, sent = lines_of(whole), errand(lines_of, whole)
    assert sent
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert carried_out(sent.sealed()) == here


@pytest.mark.parametrize("change", ["other time", "other content", "gone"])
def test_another_file_of_that_name_is_not_read(change: str, place: Path) -> None:
    file = place / "a.cer"
    sent = errand(lines_of, load(Item("a.cer")))
    assert sent
    match change:
        case "other time":
            os.utime(file, ns=(1, 1))
        case "other content":
            file.write_bytes(DERS[1] + b"\n")
        case "gone":
            file.unlink()
    assert carried_out(sent.sealed()) is Unable.UNSEEN


def test_it_takes_what_it_needs_with_it(place: Path) -> None:
    whole = load(Item("a.cer"), Item("mais/b.cer", DERS[1]))
    here, sent = lines_of(whole), errand(lines_of, whole)
    filled = sent and sent.with_contents()
    assert filled
    (place / "a.cer").unlink()
    assert carried_out(filled.sealed()) == here


def test_a_row_group_is_read_there_or_taken_there(
    place: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    in_parquet(place / "t.parquet")
    whole = load(*items(["t.parquet"]))
    assert isinstance(whole.items[0].content, Group)
    here, sent = lines_of(whole), errand(lines_of, whole)
    filled = sent and sent.with_contents()
    assert sent
    assert filled
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert carried_out(sent.sealed()) == here
    (place / "t.parquet").unlink()
    assert carried_out(sent.sealed()) is Unable.UNSEEN
    assert carried_out(filled.sealed()) == here


@pytest.mark.parametrize("name", ["a.pfx", "-", "nada.cer", ".", "a.cer\0"])
def test_what_is_read_here(name: str, place: Path) -> None:
    (place / "a.pfx").write_bytes(PFX)
    item = Item(name, once=name == "-")
    assert not errand(lines_of, load(item, passwords={"a.pfx": ["segredo-1"]}))


def test_a_password_for_every_file_stays_here(place: Path) -> None:
    assert not errand(lines_of, load(Item("a.cer"), passwords={"": ["segredo-1"]}))


def test_passwords_of_other_files_do_not_go_with_it(place: Path) -> None:
    sent = errand(lines_of, load(Item("a.cer"), passwords={"outro.pfx": ["segredo-1"]}))
    assert sent
    assert bytes(sent.sealed()).find(b"segredo-1") < 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.zip/b.pfx", b"oi"),
        ("x.zip/b", PFX),
        ("x.zip/b.pem", PEM_KEY),
        ("b.der", b"\x30\x03\x02\x01\x00"),
    ],
)
def test_what_may_hold_a_key_stays_here(name: str, content: bytes) -> None:
    assert not errand(lines_of, load(Item("a", DERS[0]), Item(name, content)))


@pytest.mark.parametrize(
    "content", [*DERS, b"", b"0", b"0\x80", pem(e_cnpj(cei=CEI).der()).encode()]
)
def test_what_holds_none_may_go(content: bytes) -> None:
    assert errand(lines_of, load(Item("a", content)))


def test_a_key_is_not_sent_to_who_does_not_see_it(place: Path) -> None:
    sent = errand(lines_of, load(Item("a.cer"), Item("b.pfx")))
    assert sent
    assert sent.with_contents() is None


def test_more_than_goes_at_once_is_read_here(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errands, "MOST", len(DERS[0]) - 1)
    sent = errand(lines_of, load(Item("a.cer")))
    assert sent
    assert sent.with_contents() is None


def test_an_errand_of_another_version_is_not_carried_out(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = errand(lines_of, load(Item("a.cer")))
    assert sent
    sealed = sent.sealed()
    monkeypatch.setattr(errands, "__version__", "0.0.9")
    assert carried_out(sealed) is Unable.OTHER_VERSION


def test_a_log_shows_nothing_of_it(place: Path) -> None:
    sent = errand(lines_of, load(Item("a.cer")))
    assert sent
    assert "a.cer" not in repr(sent.sealed())
