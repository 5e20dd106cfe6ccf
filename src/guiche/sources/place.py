"""Where a reading stands, and what all of it together may still spend."""

from collections.abc import Sequence
from typing import NamedTuple

from guiche.sources.errors import DamagedError, SourceError
from guiche.sources.found import Found, Source, printable

MAX_ITERATIONS_IN_ALL = 5_000_000
"""Of all PKCS#12 files of one input: some 800 as programs write them, or ten seconds of CPU."""
MAX_UNPACKED_IN_ALL = 32 * 1024 * 1024
"""Bytes of all ZIPs of one input; ten thousand certificates have 20 MB."""
MAX_CERTIFICATES_IN_ALL = 10_000
"""Of one input; structures that only resemble them may be smaller, and far more."""
MAX_STEPS_IN_ALL = 500_000
"""Elements of signed structures of one input, walked one by one: a second of CPU. Programs that
sign without knowing the length write the content in pieces of a kilobyte or more."""
MAX_CONTAINERS = 4
"""A ZIP attached to a message forwarded in a message is the deepest that makes sense."""

Item = Found | SourceError


class Allowance:
    """What one reading was given, and what all of it together may still spend."""

    def __init__(self, passwords: Sequence[str], *, keys: bool) -> None:
        self.passwords = tuple(passwords)
        self.keys = keys
        self.iterations = MAX_ITERATIONS_IN_ALL
        self.unpacked = MAX_UNPACKED_IN_ALL
        self.certificates = MAX_CERTIFICATES_IN_ALL
        self.steps = MAX_STEPS_IN_ALL

    def take_certificates(self, count: int) -> None:
        """Raises `DamagedError` where that many more are too many."""
        self.certificates -= count
        if self.certificates < 0:
            raise DamagedError(f"há mais de {MAX_CERTIFICATES_IN_ALL} certificados")


class Place(NamedTuple):
    """Where the reading stands: the name, the kinds of the containers around it."""

    name: str
    inside: tuple[str, ...]
    allowance: Allowance

    def source(self, kind: str) -> Source:
        """This place as the source of something of that kind."""
        return Source(self.name, kind, 0)

    def member(self, name: str, kind: str) -> "Place":
        """The place of what stands under that name in a container of that kind."""
        return self._replace(name=f"{self.name}/{printable(name)}", inside=(*self.inside, kind))
