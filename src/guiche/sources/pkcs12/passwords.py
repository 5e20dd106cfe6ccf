"""The octets a password may have become inside a file.

RFC 7292, appendix B.1, wants a BMPString with two zero octets at its end; PBES2 takes octets, by
custom UTF-8. Programs disagree as soon as a password has an accent:

- OpenSSL before 1.1.0 widens each octet as it came from the terminal to two: UTF-8, Windows-1252
  or, in a Windows console of Brazil, code page 850 (`passphrase-encoding(7)`);
- macOS decomposes accents; some exporters leave the final zeros out, some count them twice;
- old NSS (Firefox) uses the BMPString for PBES2 too;
- "no password" is an empty BMPString (two zeros) for some, and no octet at all for others.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Password(NamedTuple):
    """One way to write one password: for the derivation of PKCS#12, and for PBKDF2."""

    bmp: bytes
    octets: bytes


ABSENT, EMPTY = Password(b"", b""), Password(b"\0\0", b"")
_TERMINAL_ENCODINGS = ("utf-8", "cp1252", "cp850")


def candidates(passwords: Sequence[str]) -> list[Password]:
    """What to try, the likely first: each as the norm says, none at all, then the odd forms."""
    odd = (form for password in passwords for form in _odd_forms(password))
    return list(dict.fromkeys((*map(_by_the_norm, passwords), EMPTY, ABSENT, *odd)))


def _by_the_norm(password: str) -> Password:
    # A password file in another encoding may come with lone surrogates: they fit in neither.
    return Password(_bmp(password), password.encode("utf-8", "surrogatepass"))


def _odd_forms(password: str) -> Iterator[Password]:
    norm = _by_the_norm(password)
    for form in dict.fromkeys(
        (password, *(unicodedata.normalize(name, password) for name in ("NFC", "NFD")))
    ):
        yield _by_the_norm(form)
        for encoding in _TERMINAL_ENCODINGS:
            try:
                octets = form.encode(encoding)
            except UnicodeEncodeError:
                continue
            yield Password(norm.bmp, octets)
            yield Password(_bmp(octets.decode("latin-1")), octets)
    yield Password(norm.bmp, norm.bmp)
    yield Password(norm.bmp[:-2], norm.octets)
    yield Password(norm.bmp + b"\0\0", norm.octets + b"\0")
    # Copied with a blank around it.
    yield _by_the_norm(password.strip())


def _bmp(password: str) -> bytes:
    return password.encode("utf-16-be", "surrogatepass") + b"\0\0"
