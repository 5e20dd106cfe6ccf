"""The compiled walk through plain certificates: where each value stands, and what surrounds it.

A certificate is a *mould* filled with values. The mould is everything that an authority writes
alike into many of its certificates: issuer, policies, units, the set of fields and their types. It
is never read here. Where two certificates have the same mould, octet for octet, what the careful
reader said of the first one's holds for the other's, so that only values are left to be read:
serial number, dates, names, the octets of the fields.

Refused, and left to the careful reader, is whatever is not plain: a length that is not minimal or
over two octets, an element that does not fill its place exactly, an attribute or name of another
kind than the usual ones or a second one of those that are read, a string type that is not allowed,
a text with anything but printable ASCII and the accents of Portuguese, a date that does not exist,
a serial number that is not positive. A refusal is never an answer.
"""

import numpy as np
from numba import njit

from guiche.portfolio.moulds import ROLES, find

# Each access is checked by the compiler: a wrong length is an IndexError, not a look outside.
compiled = njit(cache=True, boundscheck=True, nogil=True, _nrt=False)
# A call costs more than what these do.
inlined = njit(cache=True, boundscheck=True, nogil=True, _nrt=False, inline="always")

_INTEGER, _BIT_STRING, _OCTET_STRING, _OID = 0x02, 0x03, 0x04, 0x06
_UTF8, _PRINTABLE, _IA5, _UTC_TIME, _GENERALIZED_TIME = 0x0C, 0x13, 0x16, 0x17, 0x18
_SEQUENCE, _SET, _EXPLICIT, _EXTENSIONS, _EMAIL = 0x30, 0x31, 0xA0, 0xA3, 0x81
_COUNTRY, _LOCALITY, _STATE, _ORGANIZATION, _UNIT, _COMMON_NAME, _SERIAL = 6, 7, 8, 10, 11, 3, 5

(FIXED, FREE, NAMED, NUMBERED, ENTRY, MAIL, KEY_ID, NAMES, RSA, OTHER_KEY, TIMES) = range(ROLES)
"""What a piece of the mould is for: two moulds are one only where these agree too."""

# Columns of `spans`: offset and length of each value, and in `tags` the type of a field.
CN, SUBJECT_SERIAL, MAIL_ADDRESS, CERTIFICATE_SERIAL = 0, 1, 2, 3
FIELD = 4
"""From here on, the value of 2.16.76.1.3.n at FIELD + n."""
SPANS = FIELD + 8

REFUSED = -1


@inlined
def _element(data, at, stop):  # type: ignore[no-untyped-def]
    """Tag, beginning and end of the element's content; tag 0 where it is not plain."""
    if at + 2 > stop:
        return 0, 0, 0
    tag, length, body = data[at], int(data[at + 1]), at + 2
    if length >= 0x80:
        if length == 0x81 and body < stop:
            length = int(data[body])
            body += 1
            if length < 0x80:
                return 0, 0, 0
        elif length == 0x82 and body + 1 < stop:
            length = (int(data[body]) << 8) | int(data[body + 1])
            body += 2
            if length < 0x100:
                return 0, 0, 0
        else:
            return 0, 0, 0
    if tag & 0x1F == 0x1F or body + length > stop:
        return 0, 0, 0
    return int(tag), body, body + length


@inlined
def _note(pieces, count, start, stop, role):  # type: ignore[no-untyped-def]
    """Adds a piece to the mould; to the one before, where it goes on in the same role."""
    if count and pieces[count - 1, 1] == start and pieces[count - 1, 2] == role == FIXED:
        pieces[count - 1, 1] = stop
        return count
    if count == len(pieces):
        return -1
    pieces[count, 0], pieces[count, 1], pieces[count, 2] = start, stop, role
    return count + 1


# The range is checked before: without a check at each octet the loop takes many of them at a time.
@njit(cache=True, boundscheck=False, nogil=True, _nrt=False)
def _is_printable(data, start, stop):  # type: ignore[no-untyped-def]
    if start < 0 or stop > len(data):
        return False
    odd = np.uint8(0)
    for at in range(start, stop):
        odd |= np.uint8(data[at] - np.uint8(0x20) > np.uint8(0x5E))
    return odd == 0


@compiled
def _is_plain(data, start, stop, accents):  # type: ignore[no-untyped-def]
    """Printable ASCII, and where they are allowed the accents of Latin-1, as UTF-8 has them."""
    if _is_printable(data, start, stop):
        return True
    at = start
    while at < stop:
        octet = data[at]
        if octet < 0x20 or octet == 0x7F:
            return False
        if octet >= 0x80:
            if not accents or octet != 0xC3 or at + 1 >= stop or data[at + 1] & 0xC0 != 0x80:
                return False
            at += 1
        at += 1
    return True


@compiled
def _two(data, at):  # type: ignore[no-untyped-def]
    """Two digits as a number; a large negative one where they are none."""
    tens, units = int(data[at]) - 48, int(data[at + 1]) - 48
    if tens < 0 or tens > 9 or units < 0 or units > 9:
        return -100_000
    return 10 * tens + units


@compiled
def _days(year, month, day):  # type: ignore[no-untyped-def]
    """Days since 1970 (Hinnant, days_from_civil)."""
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


@compiled
def _moment(data, tag, start, stop):  # type: ignore[no-untyped-def]
    """Milliseconds since 1970 of a date (RFC 5280, 4.1.2.5); -2**63 where it is none."""
    none = np.int64(-(2**63))
    if tag == _UTC_TIME and stop - start == 13:
        year = _two(data, start)
        year += 1900 if year >= 50 else 2000
        at = start + 2
    elif tag == _GENERALIZED_TIME and stop - start == 15:
        year = 100 * _two(data, start) + _two(data, start + 2)
        at = start + 4
    else:
        return none
    month, day, hour = _two(data, at), _two(data, at + 2), _two(data, at + 4)
    minute, second = _two(data, at + 6), _two(data, at + 8)
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if year < 1 or month < 1 or month > 12 or day < 1 or data[at + 10] != 0x5A:
        return none
    last = 31
    if month in (4, 6, 9, 11):
        last = 30
    elif month == 2:
        last = 29 if leap else 28
    if day > last or hour < 0 or hour > 23 or minute < 0 or minute > 59 or second < 0:
        return none
    if second > 59:
        return none
    seconds = ((_days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
    return np.int64(seconds) * 1000


@compiled
def _subject(data, start, stop, pieces, count, spans, row):  # type: ignore[no-untyped-def]
    """The holder's name: C, O and OU are of the mould, places are free, CN and number are read."""
    at = start
    while at < stop:
        tag, first, last = _element(data, at, stop)
        pair, begin, end = _element(data, first, last)
        if tag != _SET or pair != _SEQUENCE or end != last:
            return -1
        oid, oid_start, value_at = _element(data, begin, end)
        kind, value, value_end = _element(data, value_at, end)
        if oid != _OID or value_at - oid_start != 3 or value_end != end:
            return -1
        if data[oid_start] != 0x55 or data[oid_start + 1] != 4:
            return -1
        which = data[oid_start + 2]
        if which == _COUNTRY or which == _ORGANIZATION or which == _UNIT:
            count = _note(pieces, count, at, last, FIXED)
            if count < 0:
                return -1
            at = last
            continue
        if not (kind == _PRINTABLE or kind == _UTF8 or kind == _IA5):
            return -1
        if not _is_plain(data, value, value_end, kind == _UTF8):
            return -1
        if which == _LOCALITY or which == _STATE:
            count = _note(pieces, count, oid_start, value_at + 1, FREE)
        elif which == _COMMON_NAME or which == _SERIAL:
            column = CN if which == _COMMON_NAME else SUBJECT_SERIAL
            if spans[row, column, 0] >= 0:
                return -1
            spans[row, column, 0], spans[row, column, 1] = value, value_end - value
            role = NAMED if which == _COMMON_NAME else NUMBERED
            count = _note(pieces, count, oid_start, value_at + 1, role)
        else:
            return -1
        if count < 0:
            return -1
        at = last
    return count


@compiled
def _key(data, start, stop, pieces, count):  # type: ignore[no-untyped-def]
    """The public key: of RSA its size in bits; of others the algorithm is all that is told."""
    algorithm, first, bits_at = _element(data, start, stop)
    bits, body, end = _element(data, bits_at, stop)
    if algorithm != _SEQUENCE or bits != _BIT_STRING or end != stop or body >= end:
        return -1, 0
    oid, oid_start, oid_end = _element(data, first, bits_at)
    if oid != _OID:
        return -1, 0
    # 1.2.840.113549.1.1.1
    is_rsa = oid_end - oid_start == 9 and data[oid_end - 3] == 1 and data[oid_end - 2] == 1
    is_rsa = is_rsa and data[oid_end - 1] == 1 and data[oid_start] == 0x2A
    if not is_rsa:
        return _note(pieces, count, start, bits_at, OTHER_KEY), 0
    sequence, inner, inner_end = _element(data, body + 1, end)
    modulus, number, number_end = _element(data, inner, inner_end)
    exponent, _, exponent_end = _element(data, number_end, inner_end)
    if sequence != _SEQUENCE or inner_end != end or modulus != _INTEGER or number >= number_end:
        return -1, 0
    if exponent != _INTEGER or exponent_end != inner_end:
        return -1, 0
    while number < number_end and data[number] == 0:
        number += 1
    size = 8 * (number_end - number)
    if size:
        top = int(data[number])
        while top < 0x80:
            top <<= 1
            size -= 1
    return _note(pieces, count, start, bits_at, RSA), size


@compiled
def _names(data, start, stop, pieces, count, spans, row):  # type: ignore[no-untyped-def]
    """The Subject Alternative Name: fields of ICP-Brasil and e-mail addresses, nothing else."""
    sequence, at, end = _element(data, start, stop)
    if sequence != _SEQUENCE or end != stop or at == end:
        return -1
    while at < end:
        tag, first, last = _element(data, at, end)
        if tag == _EMAIL:
            if not _is_plain(data, first, last, False):  # noqa: FBT003
                return -1
            if spans[row, MAIL_ADDRESS, 0] < 0:
                spans[row, MAIL_ADDRESS, 0], spans[row, MAIL_ADDRESS, 1] = first, last - first
            count = _note(pieces, count, at, at + 1, MAIL)
        elif tag == _EXPLICIT:
            oid, oid_start, explicit_at = _element(data, first, last)
            explicit, value_at, explicit_end = _element(data, explicit_at, last)
            kind, value, value_end = _element(data, value_at, explicit_end)
            if oid != _OID or explicit != _EXPLICIT or explicit_end != last:
                return -1
            if value_end != explicit_end:
                return -1
            if not (kind == _OCTET_STRING or kind == _PRINTABLE or kind == _UTF8):
                return -1
            if not _is_plain(data, value, value_end, kind != _PRINTABLE):
                return -1
            count = _note(pieces, count, first, explicit_at, ENTRY)
            if count >= 0:
                count = _note(pieces, count, value_at, value_at + 1, ENTRY)
            field = _field(data, oid_start, explicit_at)
            if field:
                if spans[row, FIELD + field, 0] >= 0:
                    return -1
                spans[row, FIELD + field, 0] = value
                spans[row, FIELD + field, 1] = value_end - value
        else:
            return -1
        if count < 0:
            return -1
        at = last
    return count


@compiled
def _field(data, start, stop):  # type: ignore[no-untyped-def]
    """Of 2.16.76.1.3.n the n, where its value is read here; else 0."""
    if stop - start != 5 or data[start] != 0x60 or data[start + 1] != 0x4C:
        return 0
    if data[start + 2] != 1 or data[start + 3] != 3 or data[start + 4] > 7:
        return 0
    return int(data[start + 4])


@compiled
def _extensions(data, start, stop, pieces, count, spans, row):  # type: ignore[no-untyped-def]
    """All of the mould, but for the identifier of the holder's key and the names."""
    listed, at, end = _element(data, start, stop)
    if listed != _SEQUENCE or end != stop:
        return -1
    while at < end:
        tag, first, last = _element(data, at, end)
        oid, oid_start, value_at = _element(data, first, last)
        if tag != _SEQUENCE or oid != _OID:
            return -1
        is_x509 = value_at - oid_start == 3 and data[oid_start] == 0x55
        is_x509 = is_x509 and data[oid_start + 1] == 0x1D
        if is_x509 and (data[oid_start + 2] == 14 or data[oid_start + 2] == 17):
            octets, value, value_end = _element(data, value_at, last)
            if octets != _OCTET_STRING or value_end != last:
                return -1
            if data[oid_start + 2] == 17:
                count = _note(pieces, count, first, value_at, NAMES)
                if count >= 0:
                    count = _names(data, value, value_end, pieces, count, spans, row)
            else:
                inner, _, inner_end = _element(data, value, value_end)
                if inner != _OCTET_STRING or inner_end != value_end:
                    return -1
                count = _note(pieces, count, first, value_at, KEY_ID)
        else:
            count = _note(pieces, count, at, last, FIXED)
        if count < 0:
            return -1
        at = last
    return count


@compiled
def _certificate(data, start, stop, pieces, spans, dates, row):  # type: ignore[no-untyped-def]
    """The pieces of the mould, how many, and the bits of the key; -1 pieces where it is refused."""
    outer, at, end = _element(data, start, stop)
    signed, inner, inner_end = _element(data, at, end)
    algorithm, _, algorithm_end = _element(data, inner_end, end)
    signature, _, signature_end = _element(data, algorithm_end, end)
    if outer != _SEQUENCE or end != stop or signed != _SEQUENCE or algorithm != _SEQUENCE:
        return -1, 0
    if signature != _BIT_STRING or signature_end != end:
        return -1, 0
    # [0] { INTEGER 2 }
    if inner + 5 > inner_end or data[inner] != _EXPLICIT or data[inner + 1] != 3:
        return -1, 0
    if data[inner + 2] != _INTEGER or data[inner + 3] != 1 or data[inner + 4] != 2:
        return -1, 0
    tag, number, number_end = _element(data, inner + 5, inner_end)
    length = number_end - number
    if tag != _INTEGER or length < 1 or length > 32 or data[number] >= 0x80:
        return -1, 0
    if data[number] == 0:
        if length == 1 or data[number + 1] < 0x80:
            return -1, 0
        number += 1
        length -= 1
    spans[row, CERTIFICATE_SERIAL, 0], spans[row, CERTIFICATE_SERIAL, 1] = number, length
    tag, _, issuer_at = _element(data, number_end, inner_end)
    issuer, _, validity_at = _element(data, issuer_at, inner_end)
    validity, first_at, validity_end = _element(data, validity_at, inner_end)
    subject, subject_start, subject_end = _element(data, validity_end, inner_end)
    key, key_start, key_end = _element(data, subject_end, inner_end)
    if tag != _SEQUENCE or issuer != _SEQUENCE or validity != _SEQUENCE:
        return -1, 0
    if subject != _SEQUENCE or key != _SEQUENCE:
        return -1, 0
    count = _note(pieces, 0, number_end, validity_at, FIXED)
    first, begin, second_at = _element(data, first_at, validity_end)
    second, other, other_end = _element(data, second_at, validity_end)
    if first == 0 or second == 0 or other_end != validity_end:
        return -1, 0
    dates[row, 0] = _moment(data, first, begin, second_at)
    dates[row, 1] = _moment(data, second, other, other_end)
    if dates[row, 0] == -(2**63) or dates[row, 1] == -(2**63):
        return -1, 0
    count = _subject(data, subject_start, subject_end, pieces, count, spans, row)
    if count < 0:
        return -1, 0
    count, bits = _key(data, key_start, key_end, pieces, count)
    if count < 0:
        return -1, 0
    if key_end < inner_end:
        tag, listed, listed_end = _element(data, key_end, inner_end)
        if tag != _EXTENSIONS or listed_end != inner_end:
            return -1, 0
        count = _extensions(data, listed, listed_end, pieces, count, spans, row)
    return count, bits


@compiled
def walk(data, offsets, present, moulds, pieces, mould, spans, dates, bits):  # type: ignore[no-untyped-def]
    """Walks each row; `mould` is the number of its mould, `REFUSED` where it is not plain.

    data, offsets: the octets of all rows, and where each begins, n + 1 of them; present: whether
    there is one. moulds: those known, to which new ones are added. pieces: room for one mould.
    Filled: mould (n), spans (n, SPANS, 2), dates (n, 2) in milliseconds, bits (n).
    """
    for row in range(len(mould)):
        mould[row] = REFUSED
        for span in range(SPANS):
            spans[row, span, 0] = -1
        if not present[row]:
            continue
        count, bits[row] = _certificate(
            data, offsets[row], offsets[row + 1], pieces, spans, dates, row
        )
        if count > 0:
            mould[row] = find(moulds, data, pieces, count, row, _by_number(data, spans, row))


@compiled
def _by_number(data, spans, row):  # type: ignore[no-untyped-def]
    """Whether the holder's number is a CPF and CN the bare name (DOC-ICP-04 v8.3, annex I, 1)."""
    start, length = spans[row, SUBJECT_SERIAL, 0], spans[row, SUBJECT_SERIAL, 1]
    if start < 0 or length != 11:
        return False
    for at in range(start, start + length):
        if data[at] < 48 or data[at] > 57:
            return False
    for at in range(spans[row, CN, 0], spans[row, CN, 0] + max(spans[row, CN, 1], 0)):
        if data[at] == 58:
            return False
    return True
