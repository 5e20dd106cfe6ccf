"""How many cores what is measured may use."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def cores(count: int) -> Iterator[None]:
    """This process, and those that it starts meanwhile, on the last `count` that it may use."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(allowed)[-count:])
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
