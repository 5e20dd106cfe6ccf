"""Takes people and keys out of a text: e-mail addresses, every number long enough to be somebody's,
and the desk's own secrets (a program's token, what a webhook is signed with).

CPF, CNPJ, phone, CEI and NIS look alike once their punctuation is lost, so eight digits or more
are hidden, whatever they are. What tells nothing about anybody stays: the number of a ticket in the
forms in which it is written, an id, a moment, an address of the network.

>>> redact("CPF 529.982.247-25 de ana@exemplo.com.br, tel. (11) 98765-4321, 482 170 365-7")
'CPF [número] de [e-mail], tel. ([número], 482 170 365-7'
>>> redact("Internal Server Error: /enviar/Zk3_9/")
'Internal Server Error: /enviar/[link]/'
>>> redact("[G4821703657] 12.ABC.345/01DE-35 from 10.128.200.100")
'[G4821703657] [número] from 10.128.200.100'
>>> redact("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw by guiche_q9Xz2P")
'[segredo] by guiche_q9Xz2P'
"""

import re
from ipaddress import AddressValueError, IPv4Address

from stdnum.br import cnpj

from guiche.desk.tickets import number

NUMBER, EMAIL, LINK, SECRET = "[número]", "[e-mail]", "[link]", "[segredo]"

# Also where a piece was cut off its end; the beginning of a token that its owner knows it by is
# shorter, and stays.
_SECRET = re.compile(r"guiche_[0-9A-Za-z]{16,}|whsec_[0-9A-Za-z+/=_%-]+")

# The address of a customer's link: who knows it may use it.
_LINK = re.compile(r"(?<=/enviar/)[\w-]+|(?<=/acompanhar/)[\w-]+|(?<=/c/)[\w-]{43}")

# From the beginning of a word on, or a long one would be searched from each of its letters.
_WORD = r"[^\s@<>()\[\]{}\"',;:=&?]"
_EMAIL = re.compile(rf"(?:\"[^\"\n]*\"|(?<!{_WORD}){_WORD}+)(?:@|%40){_WORD}+")

_KEPT = re.compile(
    r"""
    (?P<id> (?<![0-9a-z]) [0-9a-f]{8} (?:-[0-9a-f]{4}){3} -[0-9a-f]{12} (?![0-9a-z]) )
  | (?P<moment> (?<![0-9]) [0-9]{4}-[0-9]{2}-[0-9]{2} [T ] [0-9]{2}:[0-9]{2}
        (?: :[0-9]{2} (?:[.,][0-9]{1,6})? )? (?: [+-][0-9]{2}:[0-9]{2} )? (?![0-9]) )
  | (?P<address> (?<![0-9.]) (?:[0-9]{1,3}\.){3} [0-9]{1,3} (?! [0-9-] | \.[0-9] ) )
  | (?P<ticket> (?<![0-9]) [0-9]{3}[ \u00a0][0-9]{3}[ \u00a0][0-9]{3}-[0-9] (?![0-9])
        | (?<![0-9A-Za-z]) G[0-9]{10} (?![0-9])
        | (?<=/chamados/) [0-9]{10} (?![0-9]) )
    """,
    re.VERBOSE,
)

# Up to three signs between two digits: `(11) 9`, `5 - 2`.
_LONG = re.compile(r"\d(?:[ \t\u00a0\u2009\u202f.\-/()+\u2010-\u2015\u2212]{0,3}\d){7,}")
# A CNPJ with letters: known by its punctuation, or by its check digits.
_A = "[0-9A-Za-z]"
_SIGNED_CNPJ = re.compile(rf"{_A}{{2}}\.{_A}{{3}}\.{_A}{{3}}/{_A}{{4}}-[0-9]{{2}}")
_BARE_CNPJ = re.compile(rf"(?<!{_A}){_A}{{12}}[0-9]{{2}}(?!{_A})")


def redact(text: str) -> str:
    """The text without people and without keys."""
    text = _SECRET.sub(SECRET, text)
    text = _LINK.sub(LINK, _EMAIL.sub(EMAIL, text))
    pieces, end = [], 0
    for found in _KEPT.finditer(text):
        if _is_nobodys(found):
            pieces += [_without_numbers(text[end : found.start()]), found[0]]
            end = found.end()
    return "".join([*pieces, _without_numbers(text[end:])])


def _is_nobodys(found: re.Match[str]) -> bool:
    if found["ticket"]:
        return number.is_valid(found[0])
    return not found["address"] or _is_address(found[0])


def _is_address(text: str) -> bool:
    try:
        return bool(IPv4Address(text))
    except AddressValueError:
        return False


def _without_numbers(text: str) -> str:
    text = _SIGNED_CNPJ.sub(NUMBER, text)
    text = _BARE_CNPJ.sub(lambda found: NUMBER if cnpj.is_valid(found[0]) else found[0], text)
    return _LONG.sub(NUMBER, text)
