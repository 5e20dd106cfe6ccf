"""CEI, Cadastro Específico do INSS: 12 digits, `NN.NNN.NNNNN/NN`.

The last digit is a check digit over the first eleven, weighted 7 4 1 8 5 2 1 6 3 7 4: the units
and tens of the sum are added, and the digit completes that to a multiple of ten. No official
text is published; ten independent implementations agree. Where the complement is ten, some
banking software writes 1 instead of 0, so both are accepted. Twelve zeros satisfy the formula
and mean "not informed" (DOC-ICP-04, 7.1.2.4-b), so they are refused by name.

>>> validate("11.583.00249/85")
'115830024985'
>>> validate("11.583.00249/84")
Traceback (most recent call last):
    ...
stdnum.exceptions.InvalidChecksum: ...
>>> validate("1234567")
Traceback (most recent call last):
    ...
stdnum.exceptions.InvalidLength: ...
>>> format("115830024985")
'11.583.00249/85'
"""

from guiche.icpbrasil.numbers.digits import accepts, checked, compact, whole

LENGTH = 12
_WEIGHTS = (7, 4, 1, 8, 5, 2, 1, 6, 3, 7, 4)

__all__ = ["calc_check_digit", "compact", "format", "has_check_digit", "is_valid", "validate"]


def calc_check_digit(number: str) -> str:
    """The check digit of the first eleven digits."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return str(-(total // 10 % 10 + total % 10) % 10)


def has_check_digit(number: str) -> bool:
    """Whether twelve compact digits end in their check digit, the banking variant included."""
    expected = calc_check_digit(number)
    return number[11] == expected or (expected == "0" and number[11] == "1")


def validate(number: str) -> str:
    """The compact number, or a `stdnum.exceptions.ValidationError`."""
    number = whole(number, LENGTH)
    return checked(number, right=has_check_digit(number))


def is_valid(number: str) -> bool:
    """Whether `validate` accepts the number."""
    return accepts(validate, number)


def format(number: str) -> str:  # noqa: A001
    """`NN.NNN.NNNNN/NN`."""
    number = compact(number)
    return f"{number[:2]}.{number[2:5]}.{number[5:10]}/{number[10:]}"
