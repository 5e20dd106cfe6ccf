"""Whether a certificate is genuine: its path to a root of ICP-Brasil, and its revocation.

>>> from datetime import UTC, datetime
>>> from guiche.trust import Anchors, check
>>> check(b"", Anchors(), at=datetime(2026, 11, 25, tzinfo=UTC)).status.value
'not_verifiable'

The only part of the library that may go online, and only where it is told to. Clock, anchors and
answers are arguments.
"""

from guiche.trust.anchors import Anchors
from guiche.trust.findings import CODES
from guiche.trust.revocation import Cache, Online, Revocation, Standing, State
from guiche.trust.roots import ROOTS, Pins, Root
from guiche.trust.use import USES, Use
from guiche.trust.verdict import UNCHECKED, Status, Trust, check

__all__ = [
    "CODES",
    "ROOTS",
    "UNCHECKED",
    "USES",
    "Anchors",
    "Cache",
    "Online",
    "Pins",
    "Revocation",
    "Root",
    "Standing",
    "State",
    "Status",
    "Trust",
    "Use",
    "check",
]
