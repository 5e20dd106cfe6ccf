"""The moulds that are known, and what the careful reader said of each.

Pieces are compared octet for octet, with the role of each: the hash only says where to look. Of an
input that has a new mould in each row, so many are known; the others are refused until the next
batch begins anew.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

ROLES = 11
MOST = 1 << 14
_SLOT_MASK = (1 << 16) - 1
_OCTETS = 1 << 24
_PIECES = 1 << 20
_MOST_PROBES = 32
_LONGEST = 1 << 14
_random = np.random.default_rng()


class Moulds(NamedTuple):
    """Arrays for the compiled code.

    A mould is `pieces[first[n]:first[n + 1]]` (offset in `octets`, length, role) and a mark;
    `marks` also tells the row of its batch in which it was seen first. `slots` is a hash table.
    `used` counts moulds, pieces, octets.
    """

    slots: "np.ndarray[tuple[int], np.dtype[np.int32]]"
    pieces: "np.ndarray[tuple[int, int], np.dtype[np.int32]]"
    octets: "np.ndarray[tuple[int], np.dtype[np.uint8]]"
    first: "np.ndarray[tuple[int], np.dtype[np.int32]]"
    marks: "np.ndarray[tuple[int, int], np.dtype[np.int64]]"
    weights: "np.ndarray[tuple[int], np.dtype[np.uint32]]"
    used: "np.ndarray[tuple[int], np.dtype[np.int64]]"

    @classmethod
    def none(cls) -> "Moulds":
        """No mould known yet."""
        return cls(
            slots=np.full(_SLOT_MASK + 1, -1, np.int32),
            pieces=np.zeros((_PIECES, 3), np.int32),
            octets=np.zeros(_OCTETS, np.uint8),
            first=np.zeros(MOST + 1, np.int32),
            marks=np.zeros((MOST, 2), np.int64),
            weights=_random.integers(1 << 32, size=_LONGEST, dtype=np.uint32) | 1,
            used=np.zeros(3, np.int64),
        )

    @property
    def count(self) -> int:
        """How many are known."""
        return int(self.used[0])

    @property
    def is_full(self) -> bool:
        """Whether the next one might not fit."""
        return bool(self.used[0] == MOST or self.used[1] > _PIECES - 100 or self.used[2] > _OCTETS - (1 << 16))


# The bounds of both ranges are checked before: without a check at each octet the loop is carried
# out sixteen octets at a time.
@njit(cache=True, boundscheck=False, nogil=True, _nrt=False)
def _same(one, start, other, begin, length):  # type: ignore[no-untyped-def]
    if start < 0 or begin < 0 or length < 0:
        return False
    if start + length > len(one) or begin + length > len(other):
        return False
    difference = np.uint8(0)
    for at in range(length):
        difference |= one[start + at] ^ other[begin + at]
    return difference == 0


@njit(cache=True, boundscheck=False, nogil=True, _nrt=False)
def _sum(data, start, stop, weights, at):  # type: ignore[no-untyped-def]
    total = np.uint32(0)
    if start < 0 or stop > len(data) or at < 0 or at + stop - start > len(weights):
        return total
    for octet in range(stop - start):
        total += np.uint32(data[start + octet]) * weights[at + octet]
    return total


@njit(cache=True, boundscheck=True, nogil=True, _nrt=False)
def _hash(data, pieces, count, weights):  # type: ignore[no-untyped-def]
    """Multilinear over all octets (Carter and Wegman): who knows no weight finds no collisions."""
    total, at = np.uint32(0), 0
    for piece in range(count):
        start, stop = pieces[piece, 0], pieces[piece, 1]
        total += _sum(data, start, stop, weights, at)
        at += stop - start
    return np.int64((total >> 16) & _SLOT_MASK)


@njit(cache=True, boundscheck=True, nogil=True, _nrt=False)
def find(moulds, data, pieces, count, row, mark):  # type: ignore[no-untyped-def]
    """The number of the mould with these pieces of `data`, added where it is new; -1 where there is
    no room. `mark` is a part of it; `row` is kept as the one where it was seen first."""
    slots, known, octets, first, marks, weights, used = moulds
    slot = _hash(data, pieces, count, weights)
    for _ in range(_MOST_PROBES):
        number = slots[slot]
        if number < 0:
            return _add(moulds, data, pieces, count, row, mark, slot)
        if marks[number, 0] == np.int64(mark) and first[number + 1] - first[number] == count:
            same = True
            for piece in range(count):
                at = first[number] + piece
                length = pieces[piece, 1] - pieces[piece, 0]
                if known[at, 1] != length or known[at, 2] != pieces[piece, 2]:
                    same = False
                    break
                if not _same(octets, known[at, 0], data, pieces[piece, 0], length):
                    same = False
                    break
            if same:
                return number
        slot = (slot + 1) & _SLOT_MASK
    return -1


@njit(cache=True, boundscheck=True, nogil=True, _nrt=False)
def _add(moulds, data, pieces, count, row, mark, slot):  # type: ignore[no-untyped-def]
    slots, known, octets, first, marks, weights, used = moulds
    number, at, end = used[0], used[1], used[2]
    size = 0
    for piece in range(count):
        size += pieces[piece, 1] - pieces[piece, 0]
    if number == len(marks) or at + count > len(known) or end + size > len(octets):
        return -1
    for piece in range(count):
        start, stop = pieces[piece, 0], pieces[piece, 1]
        known[at, 0], known[at, 1], known[at, 2] = end, stop - start, pieces[piece, 2]
        for octet in range(stop - start):
            octets[end + octet] = data[start + octet]
        end += stop - start
        at += 1
    first[number + 1] = at
    marks[number, 0], marks[number, 1] = np.int64(mark), row
    used[0], used[1], used[2] = number + 1, at, end
    slots[slot] = number
    return number
