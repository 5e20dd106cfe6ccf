"""Where the password of a container comes from: never from the command line itself."""

import os
import sys
from pathlib import Path

import click


class Passwords:
    """The passwords that are known, and the question for one that is not."""

    def __init__(self, file: str | None, *, ask: bool) -> None:
        self.known: list[str] = []
        if file:
            text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
            self.known.append(text.split("\n", 1)[0].rstrip("\r"))
        if (password := os.environ.get("GUICHE_PASSWORD")) is not None:
            self.known.append(password)
        self._ask = ask and sys.stdin.isatty() and sys.stderr.isatty()

    def ask_for(self, name: str) -> str | None:
        """The password that a person types for one file, unseen; None where nobody can."""
        if not self._ask:
            return None
        answer: str = click.prompt(
            f"Senha de {name}", hide_input=True, default="", show_default=False, err=True
        )
        return answer
