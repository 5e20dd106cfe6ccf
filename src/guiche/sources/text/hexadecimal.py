"""Octets written in hexadecimal: one value, or a dump with offsets."""

import re

from guiche.icpbrasil import OtherName
from guiche.icpbrasil.text import TYPE_NAMES
from guiche.sources.errors import DamagedError

COPY_AGAIN = "Copie o campo inteiro e cole de novo."
_EXPLICIT = 0xA0
_LINE = re.compile(r"(?:[0-9a-f]{2}[ :]?)+", re.IGNORECASE)
# `0010  31 31 35 38 33 30 30 32  34 39 38 35   1158...`: offset, up to 2 x 8 octets, their text.
_DUMP = re.compile(
    r"\s*([0-9a-f]{4,8})(?::| -)? {1,3}((?:[0-9a-f]{2} ){0,7}[0-9a-f]{2})"
    r"(?:(?: {1,3}|-)((?:[0-9a-f]{2} ){0,7}[0-9a-f]{2}))?(?: {2}.*| ?\|.*| *)",
    re.IGNORECASE,
)


def line(text: str) -> bytes | None:
    """The octets of a line that is nothing but hex, with or without blanks; else None.

    >>> line("31 32 3a"), line("31323A"), line("31 32 3")
    (b'12:', b'12:', None)
    """
    if not _LINE.fullmatch(text):
        return None
    return bytes.fromhex(text.replace(":", " "))


def whole(text: str) -> bytes | None:
    """The octets of a text of which every line is hex; else None."""
    octets = []
    for each in text.split("\n"):
        more = line(each)
        if more is None:
            return None
        octets.append(more)
    return b"".join(octets)


def is_encoded(octets: bytes | bytearray) -> bool:
    """Whether it is a whole string of ASN.1, type and length before the content."""
    header = _header(octets)
    return header is not None and header[0] + header[1] == len(octets)


def is_worded(octets: bytes) -> bool:
    """Whether it reads as digits, letters and blanks; what is shorter could be anything."""
    return len(octets) > 2 and octets.isascii() and octets.replace(b" ", b"0").isalnum()


def value(oid: str | None, octets: bytes) -> OtherName:
    """The value of one octet or more, its type and length taken off where they are there.

    Raises `DamagedError` where the type is there and the length is not that of the rest, or not
    whole itself: half a number must not be judged as a number.
    """
    if octets[:1] == bytes([_EXPLICIT]) and len(octets) > 2 and octets[1] == len(octets) - 2:
        octets = octets[2:]
    header = _header(octets)
    if header is None and octets[0] not in TYPE_NAMES:
        return OtherName(oid, None, octets)
    if header is None:
        raise DamagedError("um valor está cortado", COPY_AGAIN)
    start, length = header
    if start + length != len(octets):
        raise DamagedError(
            f"um valor diz ter {length} bytes e o texto traz {len(octets) - start}",
            COPY_AGAIN,
        )
    return OtherName(oid, octets[0], octets[start:])


def undump(text: str) -> str:
    """The text with each dump of offsets and characters beside the octets as one line of hex."""
    result: list[str] = []
    dumped = bytearray()
    inside = False
    for each in text.split("\n"):
        match = _DUMP.fullmatch(each)
        offset = int(match[1], 16) if match else -1
        if match and offset == (len(dumped) if inside else 0):
            dumped += bytes.fromhex(match[2] + (match[3] or ""))
            inside = True
            continue
        if inside:
            result.append(dumped.hex(" "))
            dumped, inside = bytearray(), False
        result.append(each)
    if inside:
        result.append(dumped.hex(" "))
    return "\n".join(result)


def _header(octets: bytes | bytearray) -> tuple[int, int] | None:
    """Where the content starts and how long it says to be; None where no string type leads."""
    # No text of a field starts with a control character, and all string types are such.
    if len(octets) < 2 or octets[0] not in TYPE_NAMES:
        return None
    if octets[1] < 0x80:
        return 2, octets[1]
    count = octets[1] & 0x7F
    if not 0 < count <= 4:
        return None
    return 2 + count, int.from_bytes(octets[2 : 2 + count], "big")
