"""CPF: 11 digits, `NNN.NNN.NNN-NN`; the arithmetic is python-stdnum's.

>>> validate("111.444.777-35")
'11144477735'
>>> format("11144477735")
'111.444.777-35'
"""

from guiche.icpbrasil.numbers.digits import accepts, compact

LENGTH = 11

__all__ = ["compact", "format", "is_valid", "validate"]


def validate(number: str) -> str:
    """The compact number, or a `stdnum.exceptions.ValidationError`."""
    from stdnum.br import cpf
    from stdnum.exceptions import InvalidComponent

    if len(set(compact(number))) == 1:
        # Repeated digits satisfy the formula and are never issued.
        raise InvalidComponent
    result: str = cpf.validate(number)
    return result


def is_valid(number: str) -> bool:
    """Whether `validate` accepts the number."""
    return accepts(validate, number)


def format(number: str) -> str:  # noqa: A001
    """`NNN.NNN.NNN-NN`."""
    number = compact(number)
    return f"{number[:3]}.{number[3:6]}.{number[6:9]}-{number[9:]}"
