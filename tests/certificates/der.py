"""A small DER writer, and the few ways of breaking DER that real certificates show.

Every function returns the bytes of one complete element. Nothing here checks its input:
the point is to be able to write what no sane library would.
"""

from datetime import datetime

INTEGER, BIT_STRING, OCTET_STRING, OID = 0x02, 0x03, 0x04, 0x06
UTF8, PRINTABLE, TELETEX, IA5, BMP = 0x0C, 0x13, 0x14, 0x16, 0x1E
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
SEQUENCE, SET = 0x30, 0x31
CONSTRUCTED = 0x20
CONTEXT = 0x80

NULL = b"\x05\x00"
TRUE, FALSE = b"\x01\x01\xff", b"\x01\x01\x00"


def length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


def tlv(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return bytes([tag]) + length(len(content)) + content


def indefinite(tag: int, *contents: bytes) -> bytes:
    """BER: no length, an end mark instead. `tag` must be a constructed one."""
    return bytes([tag, 0x80]) + b"".join(contents) + b"\x00\x00"


def non_minimal(tag: int, *contents: bytes) -> bytes:
    """BER: the length written over four octets, whatever its size."""
    content = b"".join(contents)
    return bytes([tag, 0x84]) + len(content).to_bytes(4, "big") + content


def sequence(*items: bytes) -> bytes:
    return tlv(SEQUENCE, *items)


def set_of(*items: bytes) -> bytes:
    return tlv(SET, *sorted(items))


def explicit(number: int, *contents: bytes) -> bytes:
    return tlv(CONTEXT | CONSTRUCTED | number, *contents)


def implicit(number: int, content: bytes) -> bytes:
    return tlv(CONTEXT | number, content)


def base128(arc: int) -> bytes:
    octets = [arc & 0x7F]
    while arc := arc >> 7:
        octets.append(0x80 | arc & 0x7F)
    return bytes(reversed(octets))


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    return tlv(OID, base128(40 * first + second), *map(base128, rest))


def integer(value: int) -> bytes:
    return tlv(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def bit_string(content: bytes, unused: int = 0) -> bytes:
    return tlv(BIT_STRING, bytes([unused]), content)


def octets(content: bytes | str) -> bytes:
    return tlv(OCTET_STRING, content.encode("ascii") if isinstance(content, str) else content)


def printable(text: str) -> bytes:
    return tlv(PRINTABLE, text.encode("latin-1"))


def teletex(text: str) -> bytes:
    """Latin-1, as everyone writes it, and not T.61, as nobody does."""
    return tlv(TELETEX, text.encode("latin-1"))


def ia5(text: str) -> bytes:
    return tlv(IA5, text.encode("latin-1"))


def utf8(text: str) -> bytes:
    return tlv(UTF8, text.encode("utf-8"))


def bmp(text: str) -> bytes:
    return tlv(BMP, text.encode("utf-16-be"))


def time(moment: datetime) -> bytes:
    """UTCTime from 1950 until 2049, GeneralizedTime else (RFC 5280, 4.1.2.5)."""
    if 1950 <= moment.year < 2050:
        return tlv(UTC_TIME, f"{moment:%y%m%d%H%M%SZ}".encode())
    return tlv(GENERALIZED_TIME, f"{moment.year:04d}{moment:%m%d%H%M%SZ}".encode())
