"""`guiche sources`: from where certificates are read, and what this machine lacks for it."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

import click

from guiche.cli.listing import json_option, show
from guiche.cli.portuguese import Command
from guiche.sources.catalogue import KINDS, Kind
from guiche.sources.found import printable


@click.command("sources", cls=Command)
@json_option
def command(*, as_json: bool) -> None:
    """Lista de onde se leem certificados, na máquina de quem, e o que falta nesta."""
    if as_json:
        show(((_row(kind), "") for kind in KINDS), as_json=True)
        return
    for machine, kinds in groupby(KINDS, attrgetter("machine")):
        click.echo(f"{machine.words}:")
        for kind in kinds:
            for line in _lines(kind):
                click.echo(printable(line))


def _row(kind: Kind) -> dict[str, object]:
    missing = kind.missing()
    return {
        "kind": kind.kind,
        "label": kind.label,
        "machine": kind.machine,
        "use": kind.use,
        "missing": missing and missing._asdict(),
    }


def _lines(kind: Kind) -> Iterator[str]:
    yield f"  {kind.kind:<9} {kind.label:<35} {kind.use}"
    if missing := kind.missing():
        bring = f": {missing.command}" if missing.command else "."
        yield f"  {'':<9} Falta {missing.what}{bring}"
