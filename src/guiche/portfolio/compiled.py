"""How the fast path is compiled: every access checked, and what was compiled kept for the next run.

It is kept under the name of the code that it was made of, all of it: numba itself looks at the one
file in which a function stands, and would go on with what it calls as that was before. The place is
the user's, so that an installation may be read-only; where even that cannot be written, each
process compiles for itself.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from numba import njit
from numba.core import config as numba_config

_FILES = ("compiled.py", "moulds.py", "walk.py", "judge.py")


def compiled(*, checked: bool = True) -> Callable[[Any], Any]:
    """A decorator. `checked`: an index outside is an `IndexError`; without, the function has to see
    to it, and its loops are carried out many octets at a time."""

    jit: Any = njit

    def decorate(function: Any) -> Any:
        with _kept() as kept:
            # No function makes an array, and counting who holds one costs more than most do.
            options = {"cache": kept, "boundscheck": checked, "nogil": True, "_nrt": False}
            return jit(**options)(function)

    return decorate


@contextmanager
def _kept() -> Iterator[bool]:
    """Has numba keep what is compiled within the block in our place; whether there is one."""
    config: Any = numba_config  # whose names are made while it is imported
    before, place = config.CACHE_DIR, _place()
    config.CACHE_DIR = before or str(place or "")
    try:
        yield bool(before or place)
    finally:
        config.CACHE_DIR = before


@cache
def _place() -> Path | None:
    here = Path(__file__).parent
    digest = sha256(b"".join((here / name).read_bytes() for name in _FILES)).hexdigest()[:16]
    for folder in (os.environ.get("XDG_CACHE_HOME"), Path.home() / ".cache", tempfile.gettempdir()):
        if folder:
            place = Path(folder) / f"guiche-{os.getuid() if hasattr(os, 'getuid') else 0}" / digest
            try:
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError:
                continue
            if os.access(place, os.W_OK):
                return place
    return None
