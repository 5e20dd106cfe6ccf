"""Where the password of a container comes from: never from the command line itself."""

import os
import stat
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import click

from guiche.sources.found import printable

_MAX = 4096
# A pipe without a writer would block the opening.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Passwords:
    """The passwords that are known, and the question for one that is not."""

    def __init__(self, file: str | None, *, ask: bool) -> None:
        """`file` is the value of `--password-file`; a `UsageError` says why it gives none."""
        self.known: list[str] = []
        if file is not None:
            self.known.append(_first_line(file))
        if (password := os.environ.get("GUICHE_PASSWORD")) is not None:
            self.known.append(password)
        # What must be out of the way while a question stands on the terminal.
        self.asking: Callable[[], AbstractContextManager[None]] = nullcontext
        self._ask = ask and sys.stdin.isatty() and sys.stderr.isatty()

    def ask_for(self, name: str) -> str | None:
        """The password that a person types for one file, unseen; None where nobody can."""
        if not self._ask:
            return None
        with self.asking():
            answer: str = click.prompt(
                f"Senha de {printable(name)}",
                hide_input=True,
                default="",
                show_default=False,
                err=True,
            )
        return answer


def _first_line(path: str) -> str:
    """The first line of a text in UTF-8, with or without BOM; `-` is standard input."""
    name = "A entrada padrão" if path == "-" else printable(path)
    try:
        line = sys.stdin.buffer.readline(_MAX + 1) if path == "-" else _line_of_file(path)
        if len(line) > _MAX:
            raise click.UsageError(f"{name}: a primeira linha é longa demais para uma senha.")
        return line.decode("utf-8-sig").rstrip("\r\n")
    except OSError as error:
        raise click.UsageError(f"{name}: não consegui ler a senha ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{name}: a senha precisa ser texto em UTF-8.") from error


def _line_of_file(path: str) -> bytes:
    with open(os.open(path, _FLAGS), "rb") as file:  # noqa: PTH123
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise click.UsageError(f"{printable(path)}: a senha precisa estar em um arquivo comum.")
        return file.readline(_MAX + 1)
