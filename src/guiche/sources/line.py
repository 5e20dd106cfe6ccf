"""One object of the public contract in one line (NDJSON)."""

import json
from typing import Any


def line_of(data: dict[str, Any]) -> bytes:
    """The object as JSON in UTF-8, with its line end."""
    text = json.dumps(data, ensure_ascii=False)
    if not text.isprintable():
        # JSON may hold raw what ends a line elsewhere (U+2028), commands a terminal (U+009B) or has
        # no UTF-8 (a lone surrogate). All of it stands in strings, where \u.... may.
        text = "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)
    return text.encode() + b"\n"
