"""The tree of refusals that refusal.py draws is the one that the code has."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import guiche.desk
from guiche.desk import refusal
from guiche.desk.refusal import Refused


def _below(kind: type[Refused]) -> Iterator[type[Refused]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def test_every_refusal_is_drawn_with_its_file() -> None:
    for module in walk_packages(guiche.desk.__path__, "guiche.desk."):
        import_module(module.name)
    drawn = {
        (line.split()[0], line.rpartition("(")[2].rstrip(")"))
        for line in (refusal.__doc__ or "").translate(dict.fromkeys(map(ord, "├└│─"))).splitlines()
        if line.endswith(".py)")
    }
    there = {
        (each.__name__, each.__module__.removeprefix("guiche.desk.").replace(".", "/") + ".py")
        for each in _below(Refused)
        if each.__module__.startswith("guiche.")
    }
    assert drawn == there
