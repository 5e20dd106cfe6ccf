#!/usr/bin/env python3
"""Writes into docs/connectors.md what each kind of desk can do; `--check` only compares."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "connectors.md"
BEGIN, END = "<!-- capabilities -->\n", "<!-- /capabilities -->"


def table() -> str:
    from guiche.desk.connectors.connector import CAPABILITIES, can
    from guiche.desk.connectors.registry import KINDS, connector_class

    heads = ["kind", *CAPABILITIES, "lag", "at once"]
    rows = [heads, ["---"] * len(heads)]
    for kind, (label, _) in KINDS.items():
        connector = connector_class(kind)
        marks = ["yes" if can(connector, each) else "-" for each in CAPABILITIES]
        lag = f"{connector.lag.total_seconds():.0f} s"
        rows.append([label, *marks, lag, str(connector.at_once)])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guiche.desk.settings")
    import django

    django.setup()
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    current = f"{before}{BEGIN}{table()}{END}{after}"
    if "--check" in sys.argv:
        return int(current != text)
    PAGE.write_text(current, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
