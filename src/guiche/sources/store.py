"""A store of this machine as a reading: what the stores of all systems have alike."""

from collections.abc import Iterable
from typing import NamedTuple

from guiche.sources.errors import NoCertificateError, SourceError
from guiche.sources.found import Found, Reading, Source, claims_ca, printable


class Stored(NamedTuple):
    """A certificate, and what its store calls it: `Firefox: default-release/padaria`."""

    name: str
    der: bytes


def reading(stored: Iterable[Stored | SourceError], kind: str, none: str) -> Reading:
    """All that a store gave; an error that has no place yet gets `kind` for its place.

    Authorities alone are none: each browser and system keeps some, and nobody looks for them there.
    Raises the first error where no other certificate was found, and `NoCertificateError` with the
    words `none` where there is no error either.
    """
    items = [
        each.at(Source(kind, kind, 0)) if isinstance(each, SourceError) else _found(each, kind)
        for each in stored
    ]
    if not any(isinstance(item, Found) and not item.is_ca for item in items):
        errors = [item for item in items if isinstance(item, SourceError)]
        return Reading.of(errors or [NoCertificateError(none).at(Source(kind, kind, 0))])
    return Reading.of(items)


def _found(stored: Stored, kind: str) -> Found:
    source = Source(printable(stored.name), kind, 0)
    return Found(source, stored.der, is_ca=claims_ca(stored.der))
