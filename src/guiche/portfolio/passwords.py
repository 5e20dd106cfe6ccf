"""A list of passwords, each for its own file."""

from pathlib import Path


class BadList(Exception):
    """The list cannot be read; nothing of it is in the message."""


def passwords_of(path: Path) -> dict[str, list[str]]:
    """The passwords of a list `name;password`, by file name: UTF-8, a line each, no heading.

    What follows the first `;` is the password, as it stands. A name may stand there with folders,
    which are left out, and more than once. Raises `BadList`.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise BadList(f"{path}: não consegui ler ({error.strerror}).") from error
    except UnicodeDecodeError:
        raise BadList(f"{path}: a lista precisa ser texto em UTF-8.") from None
    known: dict[str, list[str]] = {}
    for number, line in enumerate(lines, 1):
        name, semicolon, password = line.partition(";")
        file = name.strip().replace("\\", "/").rpartition("/")[2]
        if line.strip() and not (semicolon and file):
            raise BadList(f"{path}, linha {number}: escreva nome do arquivo;senha.")
        if semicolon:
            known.setdefault(file, []).append(password)
    return known
