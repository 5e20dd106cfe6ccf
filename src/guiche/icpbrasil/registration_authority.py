"""The registration authority (AR) that attended the holder, from the units (OU) of the Subject.

One OU is its CNPJ (Leiaute RFB v5.0), another may be its name; their order varies from authority
to authority, so both are known by what they hold.
"""

import re
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from guiche.icpbrasil.certificate import Certificate
from guiche.icpbrasil.holder import Person
from guiche.icpbrasil.name import UNIT
from guiche.icpbrasil.numbers import cnpj
from guiche.icpbrasil.profile import Profile

_LONGEST = 200  # characters; X.520 allows an OU 64, and what is longer is not searched
# Texts, not compiled patterns: a program that asks for no authority need not pay for them.
_NUMBER = r"\b[0-9A-Z]{2}\.?[0-9A-Z]{3}\.?[0-9A-Z]{3}/?[0-9A-Z]{4}-?[0-9]{2}\b"
_ALL_NUMBER = rf"\A\s*({_NUMBER})\s*\Z"
_BESIDE_NAME = rf"[\s:;,(–-]*(?:\bCNPJ\b[\s:.-]*)?({_NUMBER})\)?"
_NAMED = r"(?:autenticado\s+por\s+)?(ar\s.*)"
_FLAGS = re.IGNORECASE | re.ASCII | re.DOTALL


class RegistrationAuthority(NamedTuple):
    """Its name, which begins with "AR", and its compact CNPJ; None where it is not known."""

    name: str | None = None
    cnpj: str | None = None


def registration_authority_of(
    profile: Profile, certificate: Certificate, holder: Person
) -> RegistrationAuthority | None:
    """The authority that the Subject tells of; None where it tells of none.

    Different numbers, or different names, are none: the answer never guesses. Authorities are not
    attended by an AR, and outside ICP-Brasil an OU may be anything.
    """
    if profile is Profile.CA or certificate.claims_icp_brasil is False:
        return None
    units = [read_unit(unit) for unit in certificate.subject.every(UNIT) if len(unit) <= _LONGEST]
    names = {name.casefold(): name for name, _ in reversed(units) if name}
    numbers = {number for _, several in units for number in several}
    if profile is Profile.OM_BR:
        # There the OU may be the holder's own number (DOC-ICP-04 v8.3, annex I, table 5).
        numbers.discard(holder.cnpj or "")
    name, number = _only(names.values()), _only(numbers)
    return RegistrationAuthority(name, number) if name or number else None


@lru_cache(maxsize=1024)
def read_unit(unit: str) -> tuple[str | None, tuple[str, ...]]:
    """The name that an OU holds, and each CNPJ that is all of it or stands beside the name.

    Authorities are few and write the same into every certificate, so it is remembered.

    >>> read_unit("Autenticado por AR Exemplo"), read_unit("AR EXEMPLO:11444777000161")
    (('AR Exemplo', ()), ('AR EXEMPLO', ('11444777000161',)))
    """
    named = re.fullmatch(_NAMED, unit.strip(), _FLAGS)
    text = named[1] if named else unit
    texts = re.findall(_NUMBER if named else _ALL_NUMBER, text, _FLAGS)
    numbers = tuple(cnpj.compact(number) for number in texts if cnpj.is_valid(number))
    if named is None:
        return None, numbers
    name = " ".join(re.sub(_BESIDE_NAME, _unless_number, text, flags=_FLAGS).split())
    return name if len(name) > len("AR") else None, numbers


def _unless_number(match: re.Match[str]) -> str:
    return " " if cnpj.is_valid(match[1]) else match[0]


def _only(values: Collection[str]) -> str | None:
    return next(iter(values)) if len(values) == 1 else None
