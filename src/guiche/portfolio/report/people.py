"""Who a certificate is of, as a report may show it.

Masked, a person is first name and initials, of a CPF six digits stand, and no file name is shown,
for people name files after their holder; the number of the row leads to the table. A company and
its CNPJ are public; but the name of a small one may end in the CPF of its owner.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from guiche.icpbrasil import Profile
from guiche.icpbrasil.masks import mask_document, mask_name
from guiche.icpbrasil.numbers import cnpj, cpf
from guiche.sources.found import printable

Row = Mapping[str, Any]
"""Of `guiche.portfolio.load.COLUMNS`, by name."""

_LONGEST = 120
_CPF = re.compile(r"(?<!\d)\d{3}\.?\d{3}\.?\d{3}-?\d{2}(?!\d)")


class People(NamedTuple):
    """How people are shown: whole (`personal`) or masked."""

    personal: bool = False

    def name(self, row: Row) -> str:
        """The holder; "" where the certificate names none."""
        name = shown(row["holder_name"])
        if self.personal or not name:
            return name
        return self.public(name) if is_of_a_company(row) else mask_name(_CPF.sub("", name))

    def document(self, row: Row) -> str:
        """CNPJ or CPF of the holder, formatted; "" where there is none."""
        if row["holder_cnpj"]:
            return str(cnpj.format(shown(row["holder_cnpj"])))
        number = shown(row["holder_cpf"])
        if not number:
            return ""
        if len(number) != cpf.LENGTH:
            return number if self.personal else "***"
        return str(cpf.format(number)) if self.personal else mask_document(number)

    def responsible(self, row: Row) -> str:
        """The person that answers for a company; "" where none is named."""
        name = shown(row["responsible_name"])
        return name if self.personal else mask_name(_CPF.sub("", name))

    def place(self, row: Row) -> str:
        """The file; "" where it is not to be shown."""
        return shown(row["source_name"]) if self.personal else ""

    def public(self, text: str, most: int = _LONGEST) -> str:
        """A text that is public but for the CPF that may stand in it."""
        text = shown(text, most)
        if self.personal:
            return text
        return _CPF.sub(lambda found: mask_document(re.sub(r"\D", "", found[0])), text)


def is_of_a_company(row: Row) -> bool:
    """Whether the holder is a company or a machine; not known is a person."""
    return bool(row["holder_cnpj"]) or row["profile"] in _NO_PERSONS


_NO_PERSONS = {
    profile.value for profile in Profile if not profile.is_person and profile is not Profile.OTHER
}


def shown(text: str | None, most: int = _LONGEST) -> str:
    """A text of a certificate on one line, without marks of control or direction, and not endless.

    >>> shown("ANA\\u202eexe.\\nSILVA")
    'ANA?exe. SILVA'
    """
    line = printable(" ".join((text or "")[: 4 * most].split()))
    return line if len(line) <= most else f"{line[: most - 1]}…"
