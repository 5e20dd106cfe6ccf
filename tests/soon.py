"""What is answered soon, on a machine that may be busy."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec

P = ParamSpec("P")
PATIENCE = 3.0
"""Seconds; the slowest answer on a quiet machine takes a tenth of that."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Of this thread's CPU, so that a busy machine does not fail what is quick, nor what other
    tests have left to be collected."""
    gc.disable()
    try:
        start = time.thread_time()
        yield
        took = time.thread_time() - start
    finally:
        gc.enable()
    assert took < seconds


def soon(test: Callable[P, None]) -> Callable[P, None]:
    """A test that is over within our patience; of Hypothesis, each example of it."""

    @wraps(test)
    def timed(*args: P.args, **kwargs: P.kwargs) -> None:
        with within(PATIENCE):
            test(*args, **kwargs)

    return timed
