"""Every example of the README is executed."""

import doctest
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import documents
from guiche.desk.demo.certificates import write_samples

ROOT = documents.ROOT
README = (ROOT / "README.md").read_text("utf-8")
EXAMPLES = documents.console_examples(README)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `make run` leaves it, as far as the examples need it."""
    folder = tmp_path_factory.mktemp("projeto")
    write_samples(folder / "data" / "exemplos", datetime.now(UTC))
    return folder


@pytest.mark.parametrize(("command", "output"), EXAMPLES)
def test_commands(command: str, output: str, folder: Path) -> None:
    shown = documents.shown_by(command, folder)
    assert documents.agrees(output, shown), shown


def test_python(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (session,) = documents.blocks(README, "pycon")
    test = doctest.DocTestParser().get_doctest(session, {}, "README", "README.md", 0)
    assert doctest.DocTestRunner().run(test) == (0, len(test.examples))


def test_examples_were_found() -> None:
    assert len(EXAMPLES) == 3
    assert len(documents.blocks(README, "pycon")) == 1


def test_links_lead_somewhere() -> None:
    for target in documents.links(README):
        assert (ROOT / target).exists(), target


def test_the_two_commands_are_targets() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
