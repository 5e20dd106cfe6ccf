"""Every example of the README is executed."""

import doctest
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def console_examples() -> list[tuple[str, str]]:
    """Each command line with the output that the README shows for it."""
    examples = []
    for block in blocks("console"):
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = example.partition("\n")
            examples.append((command, output))
    return examples


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `make run` leaves it, as far as the examples need it."""
    from guiche.desk.demo.certificates import write_samples

    folder = tmp_path_factory.mktemp("projeto")
    write_samples(folder / "data" / "exemplos", datetime.now(UTC))
    return folder


@pytest.mark.parametrize(("command", "output"), console_examples())
def test_commands(command: str, output: str, folder: Path) -> None:
    script = command.replace("guiche ", f"{shlex.quote(sys.executable)} -m guiche ", 1)
    result = subprocess.run(
        ["sh", "-c", script], cwd=folder, capture_output=True, text=True, timeout=60
    )
    checker = doctest.OutputChecker()
    assert checker.check_output(output, result.stdout, doctest.ELLIPSIS), result.stdout
    assert "Traceback" not in result.stderr


def test_python(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (session,) = blocks("pycon")
    test = doctest.DocTestParser().get_doctest(session, {}, "README", "README.md", 0)
    assert doctest.DocTestRunner().run(test) == (0, len(test.examples))


def test_examples_were_found() -> None:
    assert len(console_examples()) == 3
    assert len(blocks("pycon")) == 1


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_two_commands_are_targets() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
