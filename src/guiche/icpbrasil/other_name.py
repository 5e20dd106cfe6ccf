"""otherName entries of the Subject Alternative Name, where ICP-Brasil keeps its fields."""

from typing import NamedTuple

from guiche.icpbrasil.oids import FIELD_NAMES, dotted, is_dotted
from guiche.icpbrasil.text import type_name
from guiche.icpbrasil.tlv import (
    BMP,
    CONSTRUCTED,
    IA5,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    PRINTABLE,
    SEQUENCE,
    TELETEX,
    TLV,
    UTF8,
    Malformed,
    Reader,
)

OTHER_NAME, RFC822_NAME, DNS_NAME = 0xA0, 0x81, 0x82
_NESTABLE = frozenset({OCTET_STRING, UTF8, PRINTABLE, TELETEX, IA5, BMP})


class OtherName(NamedTuple):
    """One entry: its OID, the universal tag and the content octets of its value.

    `oid` is None where a pasted value came without one, `tag` where it came without prefix.
    """

    oid: str | None
    tag: int | None
    content: bytes
    nested: bool = False
    constructed: bool = False

    @property
    def type(self) -> str | None:
        """The ASN.1 type of the value, None where it is not known."""
        return None if self.tag is None else type_name(self.tag)


class AlternativeNames(NamedTuple):
    """What a Subject Alternative Name holds; `damaged` when its end could not be reached."""

    other_names: tuple[OtherName, ...]
    emails: tuple[str, ...]
    dns_names: tuple[str, ...]
    damaged: bool


def read_alternative_names(reader: Reader, start: int, stop: int) -> AlternativeNames:
    """The GeneralNames in `der[start:stop]`. Never raises: what is not damaged is kept."""
    others: list[OtherName] = []
    emails: list[str] = []
    dns_names: list[str] = []
    entries, damaged = _entries(reader, start, stop)
    for entry in entries:
        tag, first, last = entry
        if tag == OTHER_NAME:
            try:
                other = _plain(reader.der, entry) or read_other_name(reader, entry)
            except ValueError:
                damaged = True
                continue
            others.append(other)
            damaged |= other.oid not in FIELD_NAMES and not is_dotted(other.oid or "")
            continue
        if tag == RFC822_NAME:
            emails.append(reader.der[first:last].decode("latin-1"))
        elif tag == DNS_NAME:
            dns_names.append(reader.der[first:last].decode("latin-1"))
        damaged |= not _is_sound(reader, entry)
    return AlternativeNames(tuple(others), tuple(emails), tuple(dns_names), damaged)


def _entries(reader: Reader, start: int, stop: int) -> tuple[list[TLV], bool]:
    """The entries that can be told apart, and whether others may hide in damage."""
    found: list[TLV] = []
    try:
        (_, position, end), after = reader.first(start, stop)
        # What follows the names may be names that a wrong length left out, unless it is padding.
        cut = position == end or any(reader.der[after:stop])
        try:
            return reader.children(position, end), cut
        except ValueError:
            while position < end:
                entry, position = reader.first(position, end)
                found.append(entry)
    except ValueError:
        pass
    return found, True


def _is_sound(reader: Reader, entry: TLV) -> bool:
    """Whether an entry is what its tag says (RFC 5280, 4.2.1.6), and not the field under it."""
    tag, start, stop = entry
    content = reader.der[start:stop]
    match tag:
        case 0x81 | 0x82 | 0x86:  # texts
            return content.decode("latin-1").isprintable()
        case 0xA3 | 0xA4 | 0xA5:  # X.400 address, directory name, EDI party
            return content[:1] != bytes([OBJECT_IDENTIFIER])
        case 0x87:  # IP address, with or without mask
            return len(content) in (4, 8, 16, 32)
        case 0x88:
            return content[:1] != bytes([OBJECT_IDENTIFIER]) and is_dotted(dotted(content))
    return False


def read_other_name(reader: Reader, entry: TLV) -> OtherName:
    """`[0] { OBJECT IDENTIFIER, [0] EXPLICIT value }` (RFC 5280, 4.2.1.6). Raises `Malformed`."""
    parts = reader.children(entry[1], entry[2])
    if len(parts) != 2 or parts[0][0] != OBJECT_IDENTIFIER or parts[1][0] != OTHER_NAME:
        raise Malformed("otherName sem OID e valor", entry[1])
    oid = dotted(reader.der[parts[0][1] : parts[0][2]])
    values = reader.children(parts[1][1], parts[1][2])
    if not values:
        return OtherName(oid, None, b"")
    (value,) = values
    if value[0] == SEQUENCE:
        return OtherName(oid, SEQUENCE, reader.der[value[1] : value[2]])
    constructed = bool(value[0] & CONSTRUCTED)
    tag = value[0] & ~CONSTRUCTED
    return unwrap(OtherName(oid, tag, reader.content(value), constructed=constructed))


def _plain(der: bytes, entry: TLV) -> OtherName | None:
    """An entry of the usual shape: a primitive string, and lengths of one octet that all fit."""
    _, start, stop = entry
    if stop - start > 0x7F or stop - start < 7 or der[start] != OBJECT_IDENTIFIER:
        return None
    value = start + 2 + der[start + 1]
    if (
        value + 4 < stop
        and der[value] == OTHER_NAME
        and der[value + 1] == stop - value - 2
        and der[value + 2] in _NESTABLE
        and der[value + 3] == stop - value - 4
        and der[value + 4] not in _NESTABLE
    ):
        return OtherName(dotted(der[start + 2 : value]), der[value + 2], der[value + 4 : stop])
    return None


def unwrap(entry: OtherName) -> OtherName:
    """The string inside, where an OCTET STRING holds exactly one more encoded string.

    No text of the norm starts with the control characters that are string tags, so this is read,
    not guessed; some authorities wrap the value twice.
    """
    content = entry.content
    if (
        entry.tag == OCTET_STRING
        and len(content) > 2
        and content[0] in _NESTABLE
        and content[1] == len(content) - 2
    ):
        return entry._replace(tag=content[0], content=content[2:], nested=True)
    return entry
