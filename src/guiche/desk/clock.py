"""The one clock of the desk. What happens later asks here what time it is; tests stop it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.utils import timezone

_read: Callable[[], datetime] = timezone.now


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _read()


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """Within the block it is always that moment, in every thread of this process."""
    global _read
    before, _read = _read, lambda: moment
    try:
        yield
    finally:
        _read = before
