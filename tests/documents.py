"""The documents as tests read them: blocks of code, links, commands carried out."""

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def blocks(text: str, language: str) -> list[str]:
    """The content of every fenced block of that language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def console_examples(text: str) -> list[tuple[str, str]]:
    """Each command line with the output that the document shows for it."""
    examples = []
    for block in blocks(text, "console"):
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = example.partition("\n")
            examples.append((command, output))
    return examples


def shown_by(command: str, folder: Path) -> str:
    """What a terminal shows of a command line that is given in a folder."""
    guiche = f'guiche() {{ {shlex.quote(sys.executable)} -m guiche "$@"; }}'
    result = subprocess.run(
        ["sh", "-c", f"{guiche}\n{command}"],
        cwd=folder,
        # What was imported on this machine is no part of the examples.
        env={**os.environ, "NO_COLOR": "1", "GUICHE_TRUST": str(folder / "trust")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )
    return result.stdout


def agrees(promised: str, shown: str) -> bool:
    """Whether the output is the promised one, in which `...` stands for anything."""
    return doctest.OutputChecker().check_output(promised, shown, doctest.ELLIPSIS)


def links(text: str) -> list[str]:
    """The targets of all links and pictures; what stands in a block of code is none."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"\]\(([^)\s]+)\)", prose)


def anchors(text: str) -> set[str]:
    """The anchors that its headings give, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
