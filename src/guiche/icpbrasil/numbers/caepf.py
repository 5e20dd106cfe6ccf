"""CAEPF, Cadastro de Atividade Econômica da Pessoa Física: 14 digits, `NNN.NNN.NNN/NNN-DD`.

The nine first digits are those of the person's CPF, three are a sequence, and two are the CNPJ's
check digits over those twelve, plus twelve, modulo a hundred (IN RFB 1.828/2018, annex II, for
the mask; the formula agrees with published examples).

>>> validate("111.444.777/001-54")
'11144477700154'
>>> calc_check_digits("123456789001")
'00'
>>> format("11144477700154")
'111.444.777/001-54'
"""

from guiche.icpbrasil.numbers.digits import accepts, checked, compact, whole

LENGTH = 14

__all__ = ["calc_check_digits", "compact", "format", "is_valid", "validate"]


def calc_check_digits(number: str) -> str:
    """The two check digits of the first twelve digits."""
    digits = [int(digit) for digit in number[:12]]
    for weights in (range(5, -7, -1), range(6, -7, -1)):
        # 5 4 3 2 9 8 7 6 5 4 3 2, then the same led by 6: below two the weights restart at nine
        total = sum(d * (w if w > 1 else w + 8) for d, w in zip(digits, weights, strict=True))
        digits.append(0 if total % 11 < 2 else 11 - total % 11)
    return f"{(digits[12] * 10 + digits[13] + 12) % 100:02d}"


def validate(number: str) -> str:
    """The compact number, or a `stdnum.exceptions.ValidationError`."""
    number = whole(number, LENGTH)
    right = number[:9].strip("0") != "" and number[12:] == calc_check_digits(number)
    return checked(number, right=right)


def is_valid(number: str) -> bool:
    """Whether `validate` accepts the number."""
    return accepts(validate, number)


def format(number: str) -> str:  # noqa: A001
    """`NNN.NNN.NNN/NNN-DD`."""
    number = compact(number)
    return f"{number[:3]}.{number[3:6]}.{number[6:9]}/{number[9:12]}-{number[12:]}"
