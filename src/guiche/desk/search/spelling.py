"""One spelling for what people write in many: the same for what is indexed and what is asked.

Nothing is judged here: a number with a wrong check digit is found by whoever reads it out alike.
"""

import re
import unicodedata
from itertools import islice

LONGEST = 80
"""Bytes of a term; what is longer is cut, on both sides alike."""

# Of a company the kind, and what joins names: so many have them that they find nobody.
_BUSINESS = {"ltda", "limitada", "me", "mei", "epp", "eireli", "slu", "sa"}
_PARTICLES = {"da", "das", "de", "di", "do", "dos", "du", "e"}
_DOCUMENT = re.compile(r"[0-9]{11}|[0-9A-Z]{12}[0-9]{2}")
_HEX = re.compile(r"[0-9a-f]{8,64}")


_MOST_WORDS = 30
"""Of one name: the longest name of a company has twenty."""


def words(name: str) -> tuple[str, ...]:
    """The words that tell a name from others, each once, without accents and in lower case.

    >>> words("Padaria São João & Cia. Ltda - ME")
    ('padaria', 'sao', 'joao', 'cia')
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    parts = unicodedata.normalize("NFKD", plain)
    letters = "".join(char for char in parts if not unicodedata.combining(char))
    found = dict.fromkeys(re.findall(r"[^\W_]{2,}", letters))
    telling = (word for word in found if word not in _BUSINESS | _PARTICLES)
    return tuple(islice(telling, _MOST_WORDS))


def document(text: str) -> str:
    """A CPF or CNPJ in compact form; "" of what has another shape.

    >>> document("12.abc.345/01de-35")
    '12ABC34501DE35'
    """
    compact = re.sub(r"[\s./-]", "", text).upper()
    return compact if _DOCUMENT.fullmatch(compact) else ""


def phone(text: str) -> tuple[str, ...]:
    """A telephone with DDD and without; without alone where none was said; () where it is none.

    >>> phone("+55 (11) 98765-4321 ramal 12")
    ('11987654321', '987654321')
    """
    before_words = re.match(r"[^a-z]*", text.casefold())
    digits = re.sub(r"\D", "", before_words[0] if before_words else "").lstrip("0")
    if len(digits) in (12, 13):
        digits = digits.removeprefix("55")
    if len(digits) in (10, 11):
        return digits, digits[2:]
    return (digits,) if len(digits) in (8, 9) else ()


def fingerprint(text: str) -> str:
    """The hexadecimal digits of a fingerprint or of its beginning; "" of anything else.

    >>> fingerprint("9F:86:D0 81 88")
    '9f86d08188'
    """
    compact = re.sub(r"[\s:]", "", text).lower()
    return compact if _HEX.fullmatch(compact) else ""


def email(text: str) -> str:
    """An address in lower case; "" of what is none."""
    text = text.strip().casefold()
    return text if re.fullmatch(r"[^\s@]+@[^\s@]+", text) else ""


def number(text: str) -> str:
    """The number of a ticket in another desk, without punctuation; "" where there is no digit.

    >>> number("#2026/00123-a")
    '202600123a'
    """
    compact = re.sub(r"[\W_]", "", text.casefold())
    return compact if any(char.isdigit() for char in compact) else ""
