"""Writes the vectors of `cases/` to `<theme>/<name>.toml`.

python tests/vectors/build.py            write them
python tests/vectors/build.py --check    say which files are not what would be written
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))  # a script knows only its own folder

from certificates import pem
from vectors.case import Vector
from vectors.cases import THEMES
from vectors.files import HERE, paths


def text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)  # JSON escapes are TOML escapes


def paragraph(value: str) -> str:
    return '"""\n' + value.replace("\\", "\\\\").rstrip("\n") + '\n"""'


def table(name: str, facts: Mapping[str, str]) -> Iterator[str]:
    if facts:
        yield ""
        yield f"[expect.{name}]"
        for key, value in facts.items():
            yield f"{key if key.isidentifier() else text(key)} = {text(value)}"


def document(title: str, why: str, vector: Vector) -> str:
    """One case; TOML has no null, so what is not informed is an empty text."""
    kind, verdict = vector.kind, vector.verdict
    claimed = text("") if kind.icp_brasil is None else json.dumps(kind.icp_brasil)
    lines = [
        f"title = {text(title)}",
        f"why = {paragraph(why)}",
        f"certificate = {paragraph(pem(vector.der))}",
        "",
        "[expect]",
        f"status = {text(verdict.status)}",
        f"reason = {text(verdict.reason)}",
        f"number = {text(verdict.number)}",
        f"profile = {text(kind.profile)}",
        f"certificate_type = {text(kind.certificate_type)}",
        f"icp_brasil = {claimed}",
        f"findings = [{', '.join(map(text, sorted(vector.findings)))}]",
        *table("holder", vector.holder),
        *table("responsible", vector.responsible),
        *table("fields", vector.fields),
    ]
    return "\n".join(lines) + "\n"


def documents() -> dict[Path, str]:
    return {
        HERE / theme.name / f"{name}.toml": document(title, why, vector)
        for theme in THEMES
        for name, title, why, vector in theme
    }


def differences() -> list[str]:
    """Each file that is missing, is not what would be written, or has no case."""
    wanted, there = documents(), set(paths())
    stale = [path for path in there & wanted.keys() if path.read_text("utf-8") != wanted[path]]
    return sorted(str(path.relative_to(HERE)) for path in [*stale, *(there ^ wanted.keys())])


def write() -> None:
    wanted = documents()
    for path in set(paths()) - wanted.keys():
        path.unlink()
    for path, content in wanted.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, "utf-8")


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        print(*differences(), sep="\n")
        return bool(differences())
    write()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
