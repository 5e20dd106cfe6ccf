"""The text that a new procedure begins with: small, commented, and right as it stands; or that of
another procedure, under a name of its own."""

from pathlib import Path

import tomlkit

from guiche.desk.procedures.procedure import Procedure

_FILE = Path(__file__).parent / "start.toml"
_SLUG = "meu-procedimento"


def text(slug: str) -> str:
    """The beginning of a procedure of that slug; a `ProcedureError` where it is no slug."""
    content = _FILE.read_text("utf-8").replace(
        _SLUG, slug.replace("\\", "\\\\").replace('"', '\\"')
    )
    Procedure.read(content, f"{slug}.toml")
    return content


def text_of(slug: str, title: str, content: str = "") -> str:
    """The same with that title, and as a copy of `content` where there is one; a `ProcedureError`
    that names `slug` or `title` where they do not serve. Comments and order stay."""
    document = tomlkit.parse(content or text(slug))
    document["slug"], document["title"] = slug, title
    named = document.as_string()
    Procedure.read(named, f"{slug}.toml")
    return named
