"""How often one token may ask, whichever processes and machines it asks.

Each process lets a token make a few requests by itself, a twentieth of what is allowed, and takes
as many more of the token's row each time these are used up: a statement for so many requests, and
none for the few that most programs make. What was let through by itself is counted with the first
that is taken, so that all processes together exceed what is allowed by a twentieth each, at most.
"""

import math
import threading
from datetime import UTC, datetime, timedelta

from guiche.desk.api.token import ApiToken

SPAN = timedelta(minutes=1)
_SHARES = 20


class Allowance:
    """At most `most` requests of one token in each minute of the clock."""

    def __init__(self, most: int) -> None:
        self._lock = threading.Lock()
        self.set(most)

    def set(self, most: int) -> None:
        """How many; counts anew."""
        self._most = most
        # Shares are taken whole, so that they must make up all of it.
        self._share = next(n for n in range(max(1, most // _SHARES), 0, -1) if most % n == 0)
        self.forget()

    def forget(self) -> None:
        """Counts anew, as far as this process knows."""
        with self._lock:
            self._begin(None)

    def allows(self, token: ApiToken, now: datetime) -> bool:
        """Counts one request; whether it may go on."""
        minute, key = _minute(now), token.pk
        with self._lock:
            if minute != self._minute:
                self._begin(minute)
            if self._left.setdefault(key, self._share) > 0:
                self._left[key] -= 1
                return True
            if key in self._over:
                return False
            asked = self._share if key in self._told else 2 * self._share
            self._told.add(key)
        taken = ApiToken.take(key, minute, asked, self._most)
        with self._lock:
            if minute == self._minute:
                if taken:
                    self._left[key] += self._share - 1  # one is this request's
                else:
                    self._over.add(key)
        return taken

    def wait(self, now: datetime) -> int:
        """Whole seconds until all are counted anew, one at least."""
        return max(1, math.ceil((_minute(now) + SPAN - now).total_seconds()))

    def _begin(self, minute: datetime | None) -> None:
        self._minute = minute
        self._left: dict[int, int] = {}
        """Of each token what it may still ask here."""
        self._told: set[int] = set()
        """Whose requests here the row knows of."""
        self._over: set[int] = set()


def _minute(now: datetime) -> datetime:
    """The same of all processes."""
    return now.astimezone(UTC).replace(second=0, microsecond=0)
