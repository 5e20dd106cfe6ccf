"""The number of a ticket: nine random digits and a Damm check digit, said in groups of three.

Random, so that a number tells neither how many tickets there are nor the next one; the check digit
finds every wrong digit and every swap of neighbours in a number taken by phone.

>>> validate("482 170 365-7")
'4821703657'
>>> spoken("4821703657")
'482 170 365-7'
>>> validate("482 170 356-7")
Traceback (most recent call last):
    ...
stdnum.exceptions.InvalidChecksum: ...
"""

import secrets
from collections.abc import Callable

from stdnum import damm
from stdnum.exceptions import InvalidFormat, InvalidLength, ValidationError

LENGTH = 10
_FIRST = 100_000_000  # never a leading zero: spreadsheets eat it
_PUNCTUATION = dict.fromkeys(map(ord, " .-[]\u00a0"))


def new(randbelow: Callable[[int], int] = secrets.randbelow) -> str:
    """A new number in compact form."""
    body = str(_FIRST + randbelow(9 * _FIRST))
    return body + damm.calc_check_digit(body)


def compact(text: str) -> str:
    """The digits of a number as people write it; `[G4821703657]`, the mark in a desk, too."""
    return text.translate(_PUNCTUATION).removeprefix("G").removeprefix("g")


def validate(text: str) -> str:
    """The compact number, or a `stdnum.exceptions.ValidationError`."""
    number = compact(text)
    if not (number.isascii() and number.isdigit()):
        raise InvalidFormat
    if len(number) != LENGTH:
        raise InvalidLength
    damm.validate(number)
    return number


def is_valid(text: str) -> bool:
    """Whether `validate` accepts the text."""
    try:
        return bool(validate(text))
    except ValidationError:
        return False


def not_found(text: str) -> str:
    """Why no ticket has this number, and what to do."""
    if len(compact(text)) != LENGTH:
        return f"O protocolo {text} não confere: são dez dígitos. Leia de novo."
    if not is_valid(text):
        return f"O protocolo {text} não confere: há um dígito errado ou trocado. Leia de novo."
    return f"Não há chamado com o protocolo {spoken(compact(text))}."


def spoken(number: str) -> str:
    """The number in the groups in which it is said: `482 170 365-7`."""
    return f"{number[:3]} {number[3:6]} {number[6:9]}-{number[9:]}"
