"""Who the certificate belongs to, and who answers for it.

In an e-CNPJ the name is the company's and the `.4` block is *another person's*: they are never
mixed. New profiles put the CPF or CNPJ in the Subject `serialNumber`; a CNPJ in an OU is the
registration authority's and is never taken (DOC-ICP-04 v8.3, annex I; Leiaute RFB v5.0).
"""

from datetime import date
from typing import NamedTuple

from guiche.icpbrasil import oids
from guiche.icpbrasil.blocks import PersonBlock
from guiche.icpbrasil.certificate import Certificate
from guiche.icpbrasil.field import Fields
from guiche.icpbrasil.name import COMMON_NAME, EMAIL, ORGANIZATION, SERIAL_NUMBER, Name
from guiche.icpbrasil.numbers import cnpj, cpf
from guiche.icpbrasil.profile import Profile


class Person(NamedTuple):
    """Data of a holder or of a responsible person; None is "not informed". Numbers are compact."""

    name: str | None = None
    cnpj: str | None = None
    cpf: str | None = None
    email: str | None = None
    birth_date: date | None = None
    nis: str | None = None
    rg: str | None = None
    rg_issuer: str | None = None
    rg_state: str | None = None


def split_common_name(name: str) -> tuple[str, str | None]:
    """The name and the digits after its *last* colon, a legal character in names.

    >>> split_common_name("LOJA A: B LTDA:11222333000181")
    ('LOJA A: B LTDA', '11222333000181')
    """
    bare, colon, number = name.rpartition(":")
    number = number.strip()
    is_cnpj = len(number) == cnpj.LENGTH and number.isalnum() and number[-2:].isdigit()
    if colon and (number.isdigit() or is_cnpj):
        return bare.strip(), number
    return name.strip(), None


def holder_of(profile: Profile | None, certificate: Certificate | None, fields: Fields) -> Person:
    """The holder. A person's data are taken from `.1`, a company's number from `.3`."""
    subject = certificate.subject if certificate else Name()
    names = certificate.alternative_names if certificate else None
    # In an application's certificate CN is a host or a label, and O the holder (annex I, table 4).
    common_name = subject.first(ORGANIZATION if profile is Profile.APPLICATION else COMMON_NAME)
    name = split_common_name(common_name)[0] if common_name else None
    number = subject.first(SERIAL_NUMBER)
    email = names.emails[0] if names and names.emails else subject.first(EMAIL)
    block = fields.person(oids.PESSOA_FISICA)
    return _person(
        block,
        name=fields.informed(oids.NOME_EMPRESARIAL) or name,
        cnpj=fields.informed(oids.CNPJ) or _company_number(profile, number),
        cpf=(block and block.cpf) or _person_number(profile, number),
        email=email,
    )


def responsible_of(fields: Fields) -> Person | None:
    """The person who answers for a company or equipment: `.2` and `.4`; None without both."""
    block = fields.person(oids.RESPONSAVEL)
    name = fields.informed(oids.NOME_RESPONSAVEL)
    if block is None and name is None:
        return None
    return _person(block, name=name, cpf=block.cpf if block else None)


def _person(
    block: PersonBlock | None,
    *,
    name: str | None,
    cpf: str | None,
    cnpj: str | None = None,
    email: str | None = None,
) -> Person:
    if block is None:
        return Person(name, cnpj, cpf, email)
    return Person(
        name, cnpj, cpf, email,
        block.birth_date, block.nis, block.rg, block.rg_issuer, block.rg_state,
    )  # fmt: skip


# Elsewhere the Subject serialNumber is an equipment's or an employee's own number.
_NUMBERED = (Profile.SELO_ELETRONICO, Profile.APPLICATION)


def _company_number(profile: Profile | None, number: str | None) -> str | None:
    if number and profile in _NUMBERED and cnpj.is_valid(number):
        return cnpj.compact(number)
    return None


def _person_number(profile: Profile | None, number: str | None) -> str | None:
    if number and profile in (Profile.PF, Profile.APPLICATION) and cpf.is_valid(number):
        return cpf.compact(number)
    return None
