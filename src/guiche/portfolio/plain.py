"""What is plainly one certificate in DER, told of many at once without looking at each.

`guiche.sources` says of such octets that they are one certificate and where it ends, whatever they
hold further in; of all others it is asked.
"""

from typing import Any

import numpy as np
import pyarrow as pa

from guiche.portfolio.octets import octets_of

MOST = 4 + 0xFFFF
"""Octets: the outer length is written with two, and has to be so."""
_LEAST = 4 + 0x100
_HEAD = np.frombuffer(bytes.fromhex("3082000030820000a003020102"), np.uint8)
"""Certificate, TBSCertificate, version (RFC 5280, 4.1); the lengths are any."""
_FIXED = [0, 1, 4, 5, 8, 9, 10, 11, 12]
_SIGNED = (0x02, 0x30, 0x30, 0x30, 0x30, 0x30)
"""What follows: number, algorithm, issuer, validity, subject, key."""
_NEITHER_NOR = (0x17, 0x18)
"""A time: that would be a list of revoked certificates."""


def plain(contents: pa.Array) -> Any:
    """For each value of binary whether it is; a null is not."""
    data, offsets = octets_of(contents)
    begins, ends = offsets[:-1].astype(np.int64), offsets[1:].astype(np.int64)
    is_plain = np.asarray(contents.is_valid()) & (ends - begins >= _LEAST) & (ends - begins <= MOST)
    rows = np.flatnonzero(is_plain)
    is_plain[rows] = _are_certificates(data, begins[rows], ends[rows])
    return is_plain


def _are_certificates(data: Any, begins: Any, ends: Any) -> Any:
    heads = data[begins[:, None] + np.arange(len(_HEAD))].astype(np.int64)
    after = begins + 8 + 256 * heads[:, 6] + heads[:, 7]
    good = (heads[:, _FIXED] == _HEAD[_FIXED]).all(axis=1)
    good &= begins + 4 + 256 * heads[:, 2] + heads[:, 3] == ends
    # What follows what is signed is the algorithm.
    good &= (after < ends) & (data[np.minimum(after, ends - 1)] == _SIGNED[1])
    last = np.where(good, after, begins + len(_HEAD))
    position = begins + len(_HEAD)
    for tag in _SIGNED:
        position, found = _next(data, position, last)
        good &= found == tag
    there = position < last
    tag = data[np.where(there, position, begins)]
    return good & ~(there & np.isin(tag, _NEITHER_NOR))


def _next(data: Any, position: Any, last: Any) -> tuple[Any, Any]:
    """Where the element ends and its tag; 0, and nothing read, where it does not fit in."""
    here = np.minimum(position, last - 1)
    tag, length = data[here], data[np.minimum(here + 1, last - 1)].astype(np.int64)
    octets = np.where(length < 0x80, 0, length - 0x80)
    one = data[np.minimum(here + 2, last - 1)].astype(np.int64)
    two = 256 * one + data[np.minimum(here + 3, last - 1)]
    size = np.select([octets == 0, octets == 1, octets == 2], [length, one, two], 1 << 32)
    least = np.select([octets == 1, octets == 2], [0x80, 0x100], 0)
    after = here + 2 + octets + size
    fits = (position + 2 <= last) & (after <= last) & (length != 0x80) & (size >= least)
    return np.where(fits, after, last), np.where(fits, tag, 0)
