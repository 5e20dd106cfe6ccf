"""CNPJ: 14 characters, `NN.NNN.NNN/NNNN-NN`, the first twelve alphanumeric (IN RFB 2.229/2024).

The arithmetic is python-stdnum's.

>>> validate("11.222.333/0001-81")
'11222333000181'
>>> validate("12.abc.345/01de-35")
'12ABC34501DE35'
>>> format("12ABC34501DE35")
'12.ABC.345/01DE-35'
"""

from guiche.icpbrasil.numbers import digits
from guiche.icpbrasil.numbers.digits import accepts

LENGTH = 14

__all__ = ["compact", "format", "is_valid", "validate"]


def compact(number: str) -> str:
    """The number without punctuation, in upper case."""
    return digits.compact(number).upper()


def validate(number: str) -> str:
    """The compact number, or a `stdnum.exceptions.ValidationError`."""
    from stdnum.br import cnpj
    from stdnum.exceptions import InvalidComponent

    number = compact(number)
    if number and not number.strip("0"):
        raise InvalidComponent
    result: str = cnpj.validate(number)
    return result


def is_valid(number: str) -> bool:
    """Whether `validate` accepts the number."""
    return accepts(validate, number)


def format(number: str) -> str:  # noqa: A001
    """`NN.NNN.NNN/NNNN-NN`."""
    number = compact(number)
    return f"{number[:2]}.{number[2:5]}.{number[5:8]}/{number[8:12]}-{number[12:]}"
