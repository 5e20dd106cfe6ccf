"""The compiled reading of values: what `guiche.icpbrasil` says of plain ones, and a refusal else.

Each rule has its source where the careful reader has it (enrolment.py, nis.py, blocks.py,
holder.py, observations.py); here stands only what those say of values without anything to remark.
"""

import numpy as np

from guiche.portfolio.compiled import compiled
from guiche.portfolio.walk import CN, FIELD, MAIL_ADDRESS, REFUSED, SUBJECT_SERIAL

(NAME, CNPJ, CPF, EMAIL, RESPONSIBLE, RESPONSIBLE_CPF, NUMBER, NIS) = range(8)
"""Columns of `texts`: offset and length in the octets of the batch; offset -1 for none."""
TEXTS = 8

(OF_MOULD, PRESENT, CHECK_DIGIT, BLANKS, ZEROS, CHARACTERS) = range(6)
"""What the field of the CEI says; `OF_MOULD` where there is none."""
(NIS_OF_MOULD, NIS_PRESENT, NIS_DOUBTFUL, NIS_BLANK) = range(4)
(NOT_JUDGED, VALID, EXPIRED, NOT_YET) = range(4)

(NOT_KNOWN, E_CPF, E_CNPJ, PF, SELO) = range(5)
"""The profiles whose values are read here."""

_LONGEST_NAME = 64
_BLOCK_SHORTEST, _BLOCK_LONGEST = 45, 55
_COLON, _SPACE, _ZERO, _NINE = 58, 32, 48, 57


@compiled()
def _trimmed(data, start, length):  # type: ignore[no-untyped-def]
    while length and data[start] == _SPACE:
        start += 1
        length -= 1
    while length and data[start + length - 1] == _SPACE:
        length -= 1
    return start, length


@compiled()
def _informed(data, start, length):  # type: ignore[no-untyped-def]
    """Without the blanks around it; offset -1 where only zeros and blanks are there, or nothing."""
    start, length = _trimmed(data, start, length)
    for at in range(start, start + length):
        if data[at] != _ZERO and data[at] != _SPACE:
            return start, length
    return -1, 0


@compiled()
def _all_digits(data, start, length):  # type: ignore[no-untyped-def]
    for at in range(start, start + length):
        if data[at] < _ZERO or data[at] > _NINE:
            return False
    return length > 0


@compiled()
def _is_ascii(data, start, length):  # type: ignore[no-untyped-def]
    odd = np.uint8(0)
    for at in range(start, start + length):
        odd |= data[at]
    return odd < 0x80


@compiled()
def _equal(data, one, length, other, as_long):  # type: ignore[no-untyped-def]
    if one < 0 or other < 0 or length != as_long:
        return False
    difference = np.uint8(0)
    for at in range(length):
        difference |= data[one + at] ^ data[other + at]
    return difference == 0


@compiled()
def _is_day(data, start):  # type: ignore[no-untyped-def]
    """Whether `ddmmaaaa` is a day of the calendar."""
    if not _all_digits(data, start, 8):
        return False
    number = 0
    for at in range(start, start + 8):
        number = 10 * number + int(data[at]) - _ZERO
    day, month, year = number // 1_000_000, number // 10_000 % 100, number % 10_000
    if year < 1 or month < 1 or month > 12 or day < 1:
        return False
    if month == 2:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return day <= (29 if leap else 28)
    return day <= (30 if month == 4 or month == 6 or month == 9 or month == 11 else 31)


@compiled()
def _is_block(data, start, length):  # type: ignore[no-untyped-def]
    """Whether nothing is to be remarked of the data of a person (`.1`, `.4`)."""
    if not _is_ascii(data, start, length):
        return False
    shown = length
    while shown and data[start + shown - 1] == _SPACE:
        shown -= 1
    if shown < _BLOCK_SHORTEST or shown > _BLOCK_LONGEST:
        return False
    informed, _ = _informed(data, start, 8)
    return informed < 0 or _is_day(data, start)


@compiled()
def _number_of_name(data, start, length):  # type: ignore[no-untyped-def]
    """The digits after the last colon (`split_common_name`): offset and length, the length of the
    name before; -2 where letters that are not ASCII make it hard to say."""
    colon = -1
    for at in range(start, start + length):
        if data[at] == _COLON:
            colon = at
    if colon < 0:
        return -1, 0, length
    number, size = _trimmed(data, colon + 1, start + length - colon - 1)
    if not _is_ascii(data, number, size):
        return -2, 0, length
    if _all_digits(data, number, size):
        return number, size, colon - start
    if size != 14 or not _all_digits(data, number + 12, 2):
        return -1, 0, length
    for at in range(number, number + 12):
        letter = data[at] | 0x20
        if not ((data[at] >= _ZERO and data[at] <= _NINE) or (letter >= 97 and letter <= 122)):
            return -1, 0, length
    return number, size, colon - start


@compiled()
def _digit(data, start, length, weights):  # type: ignore[no-untyped-def]
    """The check digit modulo eleven, as CPF, CNPJ and NIS have it."""
    total = 0
    for at in range(length):
        total += (int(data[start + at]) - _ZERO) * weights[len(weights) - length + at]
    rest = total % 11
    return 0 if rest < 2 else 11 - rest


_CPF_WEIGHTS = np.arange(11, 1, -1, dtype=np.int64)
_CNPJ_WEIGHTS = np.array([6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2], np.int64)
_NIS_WEIGHTS = np.array([3, 2, 9, 8, 7, 6, 5, 4, 3, 2], np.int64)
_CEI_WEIGHTS = np.array([7, 4, 1, 8, 5, 2, 1, 6, 3, 7, 4], np.int64)


@compiled()
def _is_cpf(data, start):  # type: ignore[no-untyped-def]
    alike = True
    for at in range(start, start + 11):
        alike = alike and data[at] == data[start]
    first = _digit(data, start, 9, _CPF_WEIGHTS)
    second = _digit(data, start, 10, _CPF_WEIGHTS)
    return not alike and data[start + 9] - _ZERO == first and data[start + 10] - _ZERO == second


@compiled()
def _is_cnpj(data, start):  # type: ignore[no-untyped-def]
    informed, _ = _informed(data, start, 14)
    first = _digit(data, start, 12, _CNPJ_WEIGHTS)
    second = _digit(data, start, 13, _CNPJ_WEIGHTS)
    return (
        informed >= 0 and data[start + 12] - _ZERO == first and data[start + 13] - _ZERO == second
    )


@compiled()
def _is_cei(data, start):  # type: ignore[no-untyped-def]
    total = 0
    for at in range(11):
        total += (int(data[start + at]) - _ZERO) * _CEI_WEIGHTS[at]
    digit = (10 - (total // 10 % 10 + total % 10) % 10) % 10
    last = int(data[start + 11]) - _ZERO
    return last == digit or (digit == 0 and last == 1)


@compiled()
def _begins_alike(data, cei, number, length):  # type: ignore[no-untyped-def]
    """Whether the digits are those of a CAEPF: the first nine of a CPF."""
    return number >= 0 and length == 11 and _equal(data, cei, 9, number, 9)


@compiled()
def _put(texts, row, column, found):  # type: ignore[no-untyped-def]
    texts[row, column, 0], texts[row, column, 1] = found[0], found[1]


@compiled()
def _person(data, spans, row, field):  # type: ignore[no-untyped-def]
    """The CPF in a block; offset -2 where there is something to remark, -1 where there is none."""
    start, length = spans[row, FIELD + field, 0], spans[row, FIELD + field, 1]
    if start < 0:
        return -1, 0
    if not _is_block(data, start, length):
        return -2, 0
    return _informed(data, start + 8, 11)


@compiled()
def _company(data, spans, row, kind):  # type: ignore[no-untyped-def]
    """The CNPJ of the holder; offset -2 where it is not plain, -1 where there is none."""
    start, length = spans[row, FIELD + 3, 0], spans[row, FIELD + 3, 1]
    if start >= 0:
        if length != 14 or not _is_ascii(data, start, length):
            return -2, 0
        start, length = _informed(data, start, length)
    number, size = spans[row, SUBJECT_SERIAL, 0], spans[row, SUBJECT_SERIAL, 1]
    if start >= 0 or kind != SELO or number < 0:
        return start, length
    if size != 14 or not _all_digits(data, number, size):
        return -2, 0
    return (number, size) if _is_cnpj(data, number) else (-1, 0)


@compiled()
def _holder(data, spans, row, kind, texts):  # type: ignore[no-untyped-def]
    """Name and numbers of the holder, and of who answers; gives the number in the name, offset -2
    where the row is refused."""
    _put(texts, row, EMAIL, (spans[row, MAIL_ADDRESS, 0], spans[row, MAIL_ADDRESS, 1]))
    own, answers = _person(data, spans, row, 1), _person(data, spans, row, 4)
    company = _company(data, spans, row, kind)
    if own[0] == -2 or answers[0] == -2 or company[0] == -2:
        return -2, 0
    number, size = spans[row, SUBJECT_SERIAL, 0], spans[row, SUBJECT_SERIAL, 1]
    if own[0] < 0 and kind == PF and number >= 0:
        if size != 11 or not _all_digits(data, number, size):
            return -2, 0
        if _is_cpf(data, number):
            own = (number, size)
    _put(texts, row, CPF, own)
    _put(texts, row, CNPJ, company)
    _put(texts, row, RESPONSIBLE_CPF, answers)
    name = (-1, 0)
    if spans[row, FIELD + 2, 0] >= 0:
        name = _informed(data, spans[row, FIELD + 2, 0], spans[row, FIELD + 2, 1])
    _put(texts, row, RESPONSIBLE, name)
    return _named(data, spans, row, own, company, texts)


@compiled()
def _named(data, spans, row, own, company, texts):  # type: ignore[no-untyped-def]
    start, length = spans[row, CN, 0], spans[row, CN, 1]
    _put(texts, row, NAME, (-1, 0))
    if start < 0 or length == 0:
        return -1, 0
    letters = 0
    for at in range(start, start + length):
        letters += data[at] & 0xC0 != 0x80
    number, size, before = _number_of_name(data, start, length)
    name = _trimmed(data, start, before)
    if letters > _LONGEST_NAME or number == -2 or name[1] == 0:
        return -2, 0
    _put(texts, row, NAME, name)
    known = own[0] >= 0 or company[0] >= 0
    if known and (size == 11 or size == 14):
        same = _equal(data, number, size, own[0], own[1])
        if not same and not _equal(data, number, size, company[0], company[1]):
            return -2, 0
    return number, size


@compiled()
def _enrolment(data, spans, row, cei, in_name, texts):  # type: ignore[no-untyped-def]
    """What the field says, where it is there; `REFUSED` where it is more than a number or none."""
    _put(texts, row, NUMBER, (-1, 0))
    if cei == 0:
        return OF_MOULD
    start, length = spans[row, FIELD + cei, 0], spans[row, FIELD + cei, 1]
    if length != 12 or not _is_ascii(data, start, length):
        return REFUSED
    digits, size = _trimmed(data, start, length)
    if size == 0:
        return BLANKS
    if _informed(data, digits, size)[0] < 0:
        return ZEROS
    if not _all_digits(data, digits, size):
        return CHARACTERS
    if size != 12 or _begins_alike(data, digits, in_name[0], in_name[1]):
        return REFUSED
    for column in (CPF, RESPONSIBLE_CPF):
        if _begins_alike(data, digits, texts[row, column, 0], texts[row, column, 1]):
            return REFUSED
    number, long = spans[row, SUBJECT_SERIAL, 0], spans[row, SUBJECT_SERIAL, 1]
    if _begins_alike(data, digits, number, long):
        return REFUSED
    _put(texts, row, NUMBER, (digits, size))
    return PRESENT if _is_cei(data, digits) else CHECK_DIGIT


@compiled()
def _nis(data, spans, row, kind, texts):  # type: ignore[no-untyped-def]
    _put(texts, row, NIS, (-1, 0))
    start = spans[row, FIELD + 1, 0]
    if start < 0 or kind not in (E_CPF, PF):
        return NIS_OF_MOULD
    written, size = _trimmed(data, start + 19, 11)
    if _informed(data, written, size)[0] < 0:
        return NIS_BLANK
    if not _all_digits(data, written, size):
        return NIS_DOUBTFUL
    _put(texts, row, NIS, (written, size))
    if size != 11:
        return NIS_DOUBTFUL
    right = _digit(data, written, 10, _NIS_WEIGHTS)
    return NIS_PRESENT if int(data[written + 10]) - _ZERO == right else NIS_DOUBTFUL


@compiled()
def _validity(before, after, at):  # type: ignore[no-untyped-def]
    """At a moment in microseconds; a negative 2**63 judges nothing."""
    if at == -(2**63):
        return NOT_JUDGED
    if at > after * 1000:
        return EXPIRED
    return NOT_YET if at < before * 1000 else VALID


@compiled()
def judge(data, mould, kinds, ceis, spans, dates, at, texts, said):  # type: ignore[no-untyped-def]
    """Reads the values of each row that has a mould; a row with a remark to make is refused.

    kinds, ceis: by mould, the profile and n of the field of the CEI (6, 7, 0 for none). at: a
    moment in microseconds. Filled: texts (n, TEXTS, 2), said (n, 3): CEI, NIS, validity.
    """
    for row in range(len(mould)):
        for column in range(TEXTS):
            texts[row, column, 0] = -1
        if mould[row] == REFUSED:
            continue
        kind = kinds[mould[row]]
        in_name = _holder(data, spans, row, kind, texts) if kind != NOT_KNOWN else (-2, 0)
        enrolment = REFUSED
        if in_name[0] != -2:
            enrolment = _enrolment(data, spans, row, ceis[mould[row]], in_name, texts)
        if enrolment == REFUSED:
            mould[row] = REFUSED
            continue
        said[row, 0] = enrolment
        said[row, 1] = _nis(data, spans, row, kind, texts)
        said[row, 2] = _validity(dates[row, 0], dates[row, 1], at)


@compiled()
def lengths(texts, mould, column, offsets):  # type: ignore[no-untyped-def]
    """Where each text of a column begins once they stand one after the other; n + 1 offsets."""
    end = 0
    for row in range(len(mould)):
        offsets[row] = end
        if mould[row] != REFUSED and texts[row, column, 0] >= 0:
            end += texts[row, column, 1]
    offsets[len(mould)] = end


@compiled(checked=False)
def _copied(data, start, result, at, length):  # type: ignore[no-untyped-def]
    if start < 0 or at < 0 or start + length > len(data) or at + length > len(result):
        return
    for octet in range(length):
        result[at + octet] = data[start + octet]


@compiled()
def copy(data, texts, column, offsets, result):  # type: ignore[no-untyped-def]
    """The texts of a column, one after the other."""
    for row in range(len(offsets) - 1):
        length = offsets[row + 1] - offsets[row]
        if length:
            _copied(data, texts[row, column, 0], result, offsets[row], length)


@compiled()
def hexadecimal(data, spans, mould, column, offsets, result):  # type: ignore[no-untyped-def]
    """The octets of a span in hexadecimal, one row after the other; `offsets` are filled too."""
    end = 0
    for row in range(len(mould)):
        offsets[row] = end
        if mould[row] == REFUSED:
            continue
        for at in range(spans[row, column, 1]):
            octet = int(data[spans[row, column, 0] + at])
            for shift in range(4, -1, -4):
                half = octet >> shift & 15
                result[end] = half + (_ZERO if half < 10 else 87)
                end += 1
    offsets[len(mould)] = end
