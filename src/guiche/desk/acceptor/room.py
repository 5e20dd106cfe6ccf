"""How many may be connected at once, and who makes room when more come."""

from collections import defaultdict
from itertools import chain
from typing import Protocol

from guiche.desk.portal.address import whose

IN_ALL, FROM_ONE_ADDRESS = 512, 64
"""More than any desk has customers at one moment, and fewer than the files a process may open; an
office behind one address is not shut out.
"""


class Guest(Protocol):
    """A connection: where from, and how it is told to end."""

    address: str

    def finish(self) -> None:
        """Ends with what is under way, or now."""

    def make_room(self) -> None:
        """Ends at once."""


class Room:
    """Guests by the network they come from; those for whom nothing is being done may be sent away.

    Whoever comes last is more likely a customer than whoever has long been silent. So where there
    is no place, the one that has been half open for longest makes room, else the one that has
    rested for longest after it shook hands.
    """

    def __init__(self, in_all: int = IN_ALL, from_one_address: int = FROM_ONE_ADDRESS) -> None:
        self._in_all, self._from_one = in_all, from_one_address
        self._from: defaultdict[str, dict[Guest, None]] = defaultdict(dict)
        self._half_open: dict[Guest, None] = {}
        self._resting: dict[Guest, None] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def guests(self) -> list[Guest]:
        """All that are here, as they came from each network."""
        return [guest for guests in self._from.values() for guest in guests]

    def enter(self, guest: Guest) -> bool:
        """Whether there is a place; another may have lost its own for it."""
        neighbours = self._from.get(whose(guest.address), {})
        spare = chain(self._half_open, self._resting)
        if len(neighbours) >= self._from_one:
            spare = chain(each for each in spare if each in neighbours)
        elif self._count < self._in_all:
            return self._seat(guest)
        oldest = next(spare, None)
        if oldest is None:
            return False
        self.leave(oldest)
        oldest.make_room()
        return self._seat(guest)

    def _seat(self, guest: Guest) -> bool:
        self._from[whose(guest.address)][guest] = self._half_open[guest] = None
        self._count += 1
        return True

    def rest(self, guest: Guest) -> None:
        """The hands are shaken, and nothing is asked now."""
        self._half_open.pop(guest, None)
        self._resting[guest] = None

    def keep(self, guest: Guest) -> None:
        """This one is being answered, and not sent away meanwhile."""
        self._half_open.pop(guest, None)
        self._resting.pop(guest, None)

    def leave(self, guest: Guest) -> None:
        """Its place is free; nothing where it had none."""
        here = whose(guest.address)
        neighbours = self._from.get(here, {})
        if guest not in neighbours:
            return
        del neighbours[guest]
        self.keep(guest)
        self._count -= 1
        if not neighbours:
            del self._from[here]
