"""Pasted text: what a person copies from a certificate window, a console or an e-mail.

1. One spelling for blanks, line ends and the marks that do not show; the `>` of a quoted message
   goes; hex dumps become plain hex.
2. Values under a label (windows.py) and values as OpenSSL prints them (openssl.py).
3. Without any label, the whole text as the hex of one value.
4. A field that is named and not shown is never taken for a field that is not there.

Nothing is guessed: a text in which nothing is recognised is an error that says what to paste.
"""

import re

from guiche.icpbrasil import OtherName
from guiche.icpbrasil.oids import CEI_PESSOA_FISICA, CEI_PESSOA_JURIDICA
from guiche.icpbrasil.other_name import read_alternative_names
from guiche.icpbrasil.tlv import SEQUENCE, Reader
from guiche.sources.errors import NoCertificateError, TextWithoutValueError
from guiche.sources.text import hexadecimal, openssl, windows

MAX_TEXT = 1 << 18
"""Characters; the text of a whole certificate has some 10,000."""

ADVICE = (
    "Cole o texto do campo “Nome Alternativo Para o Requerente” (Outro Nome), com a linha "
    "2.16.76.1.3.6 ou 2.16.76.1.3.7, ou envie o certificado em .cer."
)
_CEI = (CEI_PESSOA_FISICA, CEI_PESSOA_JURIDICA)
_BLANKS = {ord(c): " " for c in "\t\u00a0\u2002\u2003\u2007\u2009\u202f\u3000"}
_LINE_ENDS = {ord(c): "\n" for c in "\v\f\u0085\u2028\u2029"}
_QUOTED = re.compile("^(?: *>)+ ?", re.MULTILINE)
# Zero-width blanks and direction marks: Windows puts one before a copied thumbprint.
_INVISIBLE = dict.fromkeys(
    (0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF)
)


def other_names(text: str) -> list[OtherName]:
    """The values in the text, in order. Raises `NoCertificateError`, `TextWithoutValueError`,
    `DamagedError` (a value cut short)."""
    if len(text) > MAX_TEXT:
        raise NoCertificateError("O texto é longo demais para ser o de um certificado.", ADVICE)
    text = _plain(text)
    entries = windows.entries(text) + openssl.entries(text)
    found = [entry.value for entry in entries if entry.value is not None]
    hidden = [entry for entry in entries if entry.value is None]
    if not entries:
        found = _bare(text)
    # A field that is hidden and may be the CEI is answered by itself shown elsewhere; one that does
    # not tell which it is, by any that does.
    shown = {name.oid for name in found}
    in_doubt = [
        entry
        for entry in hidden
        if (entry.oid in _CEI and entry.oid not in shown)
        or (entry.oid is None and shown.isdisjoint(_CEI))
    ]
    if in_doubt or (hidden and not found):
        raise TextWithoutValueError(shown_by=(in_doubt or hidden)[0].shown_by)
    if not found:
        raise NoCertificateError("O texto não traz campo de certificado que se reconheça.", ADVICE)
    return found


def binary(text: str) -> bytes | None:
    """What the text is the hex of, where that is a whole ASN.1 structure; else None."""
    data = hexadecimal.whole(_plain(text)) if len(text) <= MAX_TEXT else None
    return data if data and data[0] == SEQUENCE and len(data) > 1 and data[1] >= 0x80 else None


def _plain(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _QUOTED.sub("", text.translate(_BLANKS | _LINE_ENDS | _INVISIBLE))
    text = hexadecimal.undump(text)
    lines = (re.sub(" +", " ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _bare(text: str) -> list[OtherName]:
    data = hexadecimal.whole(text)
    if data is None:
        return []
    if data[:1] == bytes([SEQUENCE]):
        names = _names_of_extension(data)
        if names:
            return names
    several = [hexadecimal.whole(line) for line in text.split("\n")]
    if len(several) > 1 and all(line and hexadecimal.is_encoded(line) for line in several):
        return [hexadecimal.value(None, line) for line in several if line]
    if hexadecimal.is_encoded(data) or hexadecimal.is_worded(data):
        return [hexadecimal.value(None, data)]
    return []


def _names_of_extension(data: bytes) -> list[OtherName]:
    """Where the hex is that of the whole extension (RFC 5280, 4.2.1.6)."""
    names = read_alternative_names(Reader(data), 0, len(data))
    return [] if names.damaged else list(names.other_names)
