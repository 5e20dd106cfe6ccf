"""How often one address may ask: who guesses links, or sends without end, waits."""

import math
import threading
from collections import Counter
from datetime import datetime, timedelta

from guiche.desk.portal.address import whose

MOST_ADDRESSES = 10_000
"""Known at one time, and so the memory it takes; beyond it all are counted anew."""


class Pace:
    """At most `most` requests of one address in each `span`; of one process, for each has its own.

    >>> pace, noon = Pace(1, timedelta(minutes=1)), datetime(2026, 11, 23, 12)
    >>> pace.allows("10.0.0.1", noon), pace.allows("10.0.0.1", noon), pace.allows("10.0.0.2", noon)
    (True, False, True)
    """

    def __init__(self, most: int, span: timedelta) -> None:
        self._most, self._span = most, span
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._since: datetime | None = None

    def allows(self, address: str, now: datetime) -> bool:
        """Counts one request; whether it may go on."""
        key = whose(address)
        with self._lock:
            full = len(self._counts) >= MOST_ADDRESSES and key not in self._counts
            # A clock that is set back begins anew, too.
            if full or not self._since or not self._since <= now < self._since + self._span:
                self._counts.clear()
                self._since = now
            self._counts[key] += 1
            return self._counts[key] <= self._most

    def wait(self, now: datetime) -> int:
        """Whole seconds until all are counted anew, one at least."""
        left = self._since + self._span - now if self._since else timedelta()
        return max(1, math.ceil(left.total_seconds()))

    def forget(self) -> None:
        """Counts anew."""
        with self._lock:
            self._counts.clear()
            self._since = None
