"""The registers and their numbers: which one the new certificate must carry."""

from types import ModuleType

from stdnum.exceptions import InvalidChecksum, ValidationError

from guiche.desk.intake.problem import Problem
from guiche.icpbrasil.numbers import caepf, cei, cno, cnpj, cpf, nis

REGISTERS: dict[str, ModuleType] = {"CEI": cei, "CNO": cno, "CAEPF": caepf, "NIS": nis}
"""By the name that a procedure calls them."""

_OTHERS = {"CEI": cei, "CAEPF": caepf, "CNPJ": cnpj, "CPF": cpf, "NIS": nis}
_FIELDS = (cei.LENGTH, nis.LENGTH)
"""Digits of the numbers that a certificate has a field for."""
_FORMATS = {caepf.LENGTH: caepf, nis.LENGTH: nis}


def has_field(register: str) -> bool:
    """Whether a certificate can carry a number of it: a field has its length."""
    return REGISTERS[register].LENGTH in _FIELDS if register in REGISTERS else True


def clean_enrolment(register: str, typed: str) -> str:
    """The digits of a number of that register, or a `Problem` that says what it looks like."""
    if register not in REGISTERS:
        raise Problem(f"Escolha antes o cadastro: {', '.join(REGISTERS)}.")
    module = REGISTERS[register]
    number = module.compact(typed)
    if len(set(number)) == 1:
        raise Problem(f"{number} não é um número de {register}. Peça um comprovante ao cliente.")
    try:
        return str(module.validate(number))
    except InvalidChecksum as error:
        told = _other(register, number) or f"O dígito final deste {register} não confere."
        raise Problem(f"{told} Leia de novo o número.") from error
    except ValidationError as error:
        raise Problem(_misfit(register, module.LENGTH, number)) from error


def _other(register: str, number: str) -> str:
    """Which other number it is, or ""."""
    for name, other in _OTHERS.items():
        if name != register and other.is_valid(number):
            return f"Este número é um {name}, não um {register}."
    return ""


def _misfit(register: str, length: int, number: str) -> str:
    if other := _other(register, number):
        return f"{other} Confira com o cliente qual é."
    if not number.isdigit():
        return f"O {register} só tem algarismos: {length} deles."
    return f"O {register} tem {length} dígitos; este tem {len(number)}."


def show_enrolment(number: str) -> str:
    """`11.583.00249/85`; `111.444.777/001-54` of a CAEPF, `170.33311.52-2` of a NIS."""
    return str(_FORMATS.get(len(number), cei).format(number))


def mask_enrolment(number: str) -> str:
    """Like a CPF, for a CAEPF tells it: the middle alone.

    >>> mask_enrolment("115830024985")
    '***830024***'
    """
    return f"***{number[3:9]}***"
