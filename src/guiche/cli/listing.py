"""What the commands of the desk print of rows: a line each for people, or NDJSON."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from guiche.sources.found import printable

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Um objeto JSON por linha (NDJSON)."
)


def show(rows: Iterable[tuple[Mapping[str, Any], str | Sequence[str]]], *, as_json: bool) -> int:
    """Prints each row, as an object or as its line or lines; how many."""
    count = 0
    for count, (row, told) in enumerate(rows, 1):  # noqa: B007  the count is the answer
        if as_json:
            click.echo(json.dumps(row, default=_text))
            continue
        for line in [told] if isinstance(told, str) else told:
            click.echo(printable(line))
    return count


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(value)
