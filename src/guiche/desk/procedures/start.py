"""The text that a new procedure begins with: small, commented, and right as it stands."""

from pathlib import Path

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
