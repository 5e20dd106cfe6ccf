"""NIS (PIS, PASEP, NIT): 11 digits, `NNN.NNNNN.NN-N`.

Weights 3 2 9 8 7 6 5 4 3 2 over the first ten; the digit is eleven less the rest by eleven, and
ten or eleven become zero.

>>> validate("170.33311.52-2")
'17033311522'
>>> format("17033311522")
'170.33311.52-2'
"""

from guiche.icpbrasil.numbers.digits import accepts, checked, compact, whole

LENGTH = 11
_WEIGHTS = (3, 2, 9, 8, 7, 6, 5, 4, 3, 2)

__all__ = ["calc_check_digit", "compact", "format", "has_check_digit", "is_valid", "validate"]


def calc_check_digit(number: str) -> str:
    """The check digit of the first ten digits."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return str((11 - total % 11) % 11 % 10)


def has_check_digit(number: str) -> bool:
    """Whether eleven compact digits end in their check digit."""
    return number[10] == calc_check_digit(number)


def validate(number: str) -> str:
    """The compact number, or a `stdnum.exceptions.ValidationError`."""
    number = whole(number, LENGTH)
    return checked(number, right=has_check_digit(number))


def is_valid(number: str) -> bool:
    """Whether `validate` accepts the number."""
    return accepts(validate, number)


def format(number: str) -> str:  # noqa: A001
    """`NNN.NNNNN.NN-N`."""
    number = compact(number)
    return f"{number[:3]}.{number[3:8]}.{number[8:10]}-{number[10:]}"
