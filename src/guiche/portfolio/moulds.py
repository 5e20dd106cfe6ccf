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
_SLOTS = 1 << 16
_OCTETS = 1 << 24
_PIECES = 1 << 20
_MOST_PROBES = 32
_PRIME = 1_099_511_628_211


class Moulds(NamedTuple):
    """Arrays for the compiled code. `used` counts moulds, pieces, octets."""

    slots: "np.ndarray[tuple[int], np.dtype[np.int32]]"
    pieces: "np.ndarray[tuple[int, int], np.dtype[np.int32]]"
    octets: "np.ndarray[tuple[int], np.dtype[np.uint8]]"
    first: "np.ndarray[tuple[int], np.dtype[np.int32]]"
    marks: "np.ndarray[tuple[int, int], np.dtype[np.int64]]"
    used: "np.ndarray[tuple[int], np.dtype[np.int64]]"

    @classmethod
    def none(cls) -> "Moulds":
        """No mould known yet."""
        return cls(
            slots=np.full(_SLOTS, -1, np.int32),
            pieces=np.zeros((_PIECES, 3), np.int32),
            octets=np.zeros(_OCTETS, np.uint8),
            first=np.zeros(MOST + 1, np.int32),
            marks=np.zeros((MOST, 2), np.int64),
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
@njit(cache=True, boundscheck=False, nogil=True)
def _same(one, start, other, begin, length):  # type: ignore[no-untyped-def]
    if start < 0 or begin < 0 or length < 0:
        return False
    if start + length > len(one) or begin + length > len(other):
        return False
    difference = np.uint8(0)
    for at in range(length):
        difference |= one[start + at] ^ other[begin + at]
    return difference == 0


@njit(cache=True, boundscheck=True, nogil=True)
def _hash(data, pieces, mark):  # type: ignore[no-untyped-def]
    found = np.uint64(1469598103934665603) ^ np.uint64(mark)
    prime = np.uint64(_PRIME)
    for piece in range(len(pieces)):
        start, stop = pieces[piece, 0], pieces[piece, 1]
        length = stop - start
        found = (found ^ np.uint64(length)) * prime
        step = max(1, length // 8)
        for at in range(start, stop, step):
            found = (found ^ np.uint64(data[at])) * prime
    return found


@njit(cache=True, boundscheck=True, nogil=True)
def find(moulds, data, pieces, row, mark):  # type: ignore[no-untyped-def]
    """The number of the mould with these pieces of `data`, added where it is new; -1 where there is
    no room. `mark` is a part of it; `row` is kept as the one where it was seen first."""
    slots, known, octets, first, marks, used = moulds
    slot = np.int64(_hash(data, pieces, mark) & np.uint64(_SLOTS - 1))
    for _ in range(_MOST_PROBES):
        number = slots[slot]
        if number < 0:
            return _add(moulds, data, pieces, row, mark, slot)
        if marks[number, 0] == np.int64(mark) and first[number + 1] - first[number] == len(pieces):
            same = True
            for piece in range(len(pieces)):
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
        slot = (slot + 1) & (_SLOTS - 1)
    return -1


@njit(cache=True, boundscheck=True, nogil=True)
def _add(moulds, data, pieces, row, mark, slot):  # type: ignore[no-untyped-def]
    slots, known, octets, first, marks, used = moulds
    number, at, end = used[0], used[1], used[2]
    size = 0
    for piece in range(len(pieces)):
        size += pieces[piece, 1] - pieces[piece, 0]
    if number == len(marks) or at + len(pieces) > len(known) or end + size > len(octets):
        return -1
    for piece in range(len(pieces)):
        start, stop = pieces[piece, 0], pieces[piece, 1]
        known[at, 0], known[at, 1], known[at, 2] = end, stop - start, pieces[piece, 2]
        octets[end : end + stop - start] = data[start:stop]
        end += stop - start
        at += 1
    first[number + 1] = at
    marks[number, 0], marks[number, 1] = np.int64(mark), row
    used[0], used[1], used[2] = number + 1, at, end
    slots[slot] = number
    return number
