"""The vectors as they are published."""

import base64
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def paths() -> list[Path]:
    return sorted(HERE.glob("*/*.toml"))


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def load(path: Path) -> tuple[bytes, dict[str, Any]]:
    """The certificate, and the document around it."""
    document = tomllib.loads(path.read_text("utf-8"))
    body = document["certificate"].split("-----")[2]
    return base64.b64decode("".join(body.split())), document
