"""What the numbers have in common: punctuation to strip, digits, a length.

The errors are those of `stdnum.exceptions`, imported when one is raised: a verdict needs none.
"""

from collections.abc import Callable

_PUNCTUATION = dict.fromkeys(map(ord, " .-/"))


def compact(number: str) -> str:
    """The number without blanks, dots, dashes and slashes."""
    return number.translate(_PUNCTUATION)


def whole(number: str, length: int) -> str:
    """The compact number, `length` ASCII digits that are not all zero; else a `ValueError`."""
    from stdnum.exceptions import InvalidComponent, InvalidFormat, InvalidLength

    number = compact(number)
    if not (number.isascii() and number.isdigit()):
        raise InvalidFormat
    if len(number) != length:
        raise InvalidLength
    if not number.strip("0"):
        raise InvalidComponent
    return number


def checked(number: str, *, right: bool) -> str:
    """The number where its check digits are right; else `InvalidChecksum`."""
    from stdnum.exceptions import InvalidChecksum

    if not right:
        raise InvalidChecksum
    return number


def accepts(validate: Callable[[str], str], number: str) -> bool:
    """Whether `validate` takes the number."""
    try:
        return bool(validate(number))
    except ValueError:
        return False
