"""What the line for the customer's computer leaves in the clipboard of a Windows.

`ToBase64String` with `InsertLineBreaks` breaks after 76 characters with CRLF, and not at the end;
the pipe ends every object that it hands to `clip` with CRLF; `clip` adds nothing. Other programs
break after 64.
"""

import base64
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from calls import NOW
from certificates import (
    CEI,
    Certificate,
    e_cnpj,
    e_cpf,
    equipment,
    other_pki,
    pf_2024,
    selo_eletronico,
)
from certificates.profiles import JOSE
from guiche.desk.pages import remote


def copied(ders: Iterable[bytes], width: int = 76) -> str:
    lines = [remote.MARK]
    for der in ders:
        text = base64.b64encode(der).decode("ascii")
        lines.append("-----BEGIN CERTIFICATE-----")
        lines += [text[start : start + width] for start in range(0, len(text), width)]
        lines.append("-----END CERTIFICATE-----")
    return "".join(f"{line}\r\n" for line in lines)


def ended(certificate: Certificate, serial: int) -> bytes:
    begin, end = NOW - timedelta(days=400), NOW - timedelta(days=35)
    return replace(certificate, serial=serial, not_before=begin, not_after=end).der()


TWELVE = (
    other_pki().der(),
    equipment().der(),
    e_cpf().der(),
    ended(e_cnpj(cei=CEI), 2),
    replace(other_pki(), serial=3).der(),
    e_cnpj(cei=CEI).der(),
    selo_eletronico().der(),
    ended(e_cpf(), 4),
    replace(other_pki(), serial=5).der(),
    e_cnpj(cnpj="12345678000195", cn="SITIO EXEMPLO LTDA:12345678000195").der(),
    pf_2024(person=JOSE).der(),
    replace(equipment(), serial=6).der(),
)
"""An accountant's Windows: those of customers and of themselves, expired ones, and no few that
other programs have put there."""
