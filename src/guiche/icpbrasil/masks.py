"""Numbers and names as those see them who need not know whose they are."""

from guiche.icpbrasil.numbers import cnpj, cpf

_PARTICLES = ("da", "das", "de", "do", "dos", "e")


def mask_document(number: str) -> str:
    """A CPF as `***.444.777-**`; a CNPJ is public, and stays.

    >>> mask_document("11144477735"), mask_document("11222333000181")
    ('***.444.777-**', '11.222.333/0001-81')
    """
    if len(number) != cpf.LENGTH:
        return cnpj.format(number)
    return f"***.{number[3:6]}.{number[6:9]}-**"


def mask_name(name: str) -> str:
    """First name and initials.

    >>> mask_name("Ana Exemplo da Silva")
    'Ana E. S.'
    """
    first, *others = name.split() or [""]
    initials = (f"{part[0]}." for part in others if part.lower() not in _PARTICLES)
    return " ".join([first, *initials])
