"""The stores of this machine, one or all: of its operating system and of the browsers of its user.

They are those of whoever runs the program. On the machine of a technician, or on a server, they are
never the customer's.
"""

import importlib
from collections.abc import Iterator

from guiche.sources.catalogue import EVERY_STORE, KINDS, STORES
from guiche.sources.errors import SourceError
from guiche.sources.found import Found, Reading


def read(name: str = EVERY_STORE) -> Reading:
    """All certificates of one of the `STORES`, or of `EVERY_STORE` that this machine has.

    An empty one is an error only where there is nothing else to tell. Raises as the stores do.
    """
    if name != EVERY_STORE:
        return _read(name)
    here = [each.kind for each in KINDS if each.kind in STORES and not each.missing()]
    # Where there is none, a browser is what anybody may still have: it says what it lacks.
    items = [item for kind in here or ["nss"] for item in _items(kind)]
    told = [item for item in items if isinstance(item, Found) or item.code != "no_certificate"]
    return Reading.of(told or items)


def _items(name: str) -> Iterator[Found | SourceError]:
    try:
        reading = _read(name)
    except SourceError as error:
        yield error
        yield from error.others
    else:
        yield from reading.found
        yield from reading.errors


def _read(name: str) -> Reading:
    reading: Reading = importlib.import_module(f"guiche.sources.{name}").read()
    return reading
