"""How the fast path is compiled: every access checked, and kept for the next run."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from numba import njit
from numba.core import config as numba_config

from guiche.portfolio.kept import place


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
    before, here = config.CACHE_DIR, place()
    config.CACHE_DIR = str(here or "")
    try:
        yield here is not None
    finally:
        config.CACHE_DIR = before
