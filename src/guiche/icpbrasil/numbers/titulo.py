"""Título de eleitor: 12 digits: eight of sequence, two of the state (01 to 28), two of check.

The first digit weighs the sequence 2 to 9, the second weighs the state 7 and 8 and the first
digit 9, both modulo eleven, ten becoming zero. For São Paulo (01) and Minas Gerais (02)
implementations disagree whether a rest of zero gives 1 (Res. TSE 23.659/2021, art. 36): either
is accepted.

>>> validate("1023 8501 0671")
'102385010671'
>>> format("102385010671")
'1023 8501 0671'
"""

from guiche.icpbrasil.numbers.digits import accepts, checked, compact, whole

LENGTH = 12

__all__ = ["calc_check_digits", "compact", "format", "is_valid", "validate"]


def calc_check_digits(number: str) -> set[str]:
    """Every pair of check digits that is accepted for the first ten digits."""
    digits = [int(digit) for digit in number[:10]]
    exception = number[8:10] in ("01", "02")
    sequence = zip(range(2, 10), digits[:8], strict=True)
    first_rest = sum(weight * digit for weight, digit in sequence) % 11
    pairs = set()
    for first in _digits(first_rest, exception=exception):
        rest = (digits[8] * 7 + digits[9] * 8 + first * 9) % 11
        pairs |= {f"{first}{second}" for second in _digits(rest, exception=exception)}
    return pairs


def _digits(rest: int, *, exception: bool) -> set[int]:
    return {rest % 10, 1} if exception and rest == 0 else {rest % 10}


def validate(number: str) -> str:
    """The compact number, or a `stdnum.exceptions.ValidationError`."""
    number = whole(number, LENGTH)
    has_state = 1 <= int(number[8:10]) <= 28
    return checked(number, right=has_state and number[10:] in calc_check_digits(number))


def is_valid(number: str) -> bool:
    """Whether `validate` accepts the number."""
    return accepts(validate, number)


def format(number: str) -> str:  # noqa: A001
    """`NNNN NNNN NNNN`."""
    number = compact(number)
    return f"{number[:4]} {number[4:8]} {number[8:]}"
