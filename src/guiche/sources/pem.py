"""PEM (RFC 7468) and base64 without its armour, wherever they stand in a text.

Read as people send them: with e-mail headers around, quoted with `>`, inside JSON, with the dashes
that Word makes of hyphens, without the last line. A private key is skipped, never decoded.
"""

import binascii
import re
from collections.abc import Iterator
from typing import NamedTuple

_DASHES = r"[-\u2010-\u2015\u2212]"
_MARKER = re.compile(
    rf"(?<!{_DASHES}){_DASHES}{{2,}}+ ?(BEGIN|END)"
    rf" ([A-Z0-9#][A-Z0-9# ]{{0,40}}?) ?{_DASHES}{{2,}}+",
    re.IGNORECASE,
)
MAX_MARKERS = 20_000
"""Two a block: more blocks than a text of the permitted size can hold certificates."""
_WANTED = ("CERTIFICATE", "PKCS7", "PKCS #7", "CMS", "P7B", "PKCS12", "PKCS #12")
_UNWANTED = ("REQUEST", "ATTRIBUTE", "KEY")
_HEADERS = re.compile(r"\A\s*(?:[A-Za-z][A-Za-z0-9-]{0,40}:.*\n(?:[ \t].*\n)*)+")  # RFC 1421, 4.6
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]+")
_ESCAPED_LINE_END = re.compile(r"\\[rn]|&#x?[0-9a-dA-D]{1,2};")
# 30 82 in base64: a structure of 256 to 65535 bytes. It tells its own length.
_DER = re.compile(r"(?<![A-Za-z0-9+/])MII[A-Za-z0-9+/]{5}")
_DER_RUN = re.compile(r"(?:[A-Za-z0-9+/]|[\s>\"',]|\\[rn]|&#x?[0-9a-dA-D]{1,2};)*+")
_LONGER_THAN_A_WORD = 64
_DATA_URL = re.compile(r"data:[^,\s]{0,200},", re.IGNORECASE)
_BARE = re.compile(r"[A-Za-z0-9+/]{64,}={0,2}")
_HEX = re.compile(r"[0-9A-Fa-f]+")


class Block(NamedTuple):
    """One block: its label in capitals, and the text between the lines of dashes."""

    label: str
    body: str

    @property
    def may_hold_certificates(self) -> bool:
        """Told by the label; what is inside is told by content, as everywhere."""
        return any(word in self.label for word in _WANTED) and not any(
            word in self.label for word in _UNWANTED
        )

    def decode(self) -> bytes:
        """The bytes inside, however many there are."""
        return decoded(_HEADERS.sub("", _ESCAPED_LINE_END.sub("\n", self.body), count=1))


def blocks(text: str) -> Iterator[Block]:
    """The blocks in order; one that is not closed ends where the next begins, or with the text."""
    markers = list(_MARKER.finditer(text))
    ends = [marker.start() for marker in markers[1:]] + [len(text)]
    for marker, end in zip(markers[:MAX_MARKERS], ends, strict=False):
        if marker[1].upper() == "BEGIN":
            yield Block(marker[2].upper(), text[marker.end() : end])


def bare(text: str) -> bytes | None:
    """The bytes of a text that is base64 and nothing else, `data:` and half an armour apart."""
    if not text.isascii():
        return None
    text = text.strip().strip("\"'")
    url = _DATA_URL.match(text)
    text = "".join(_MARKER.sub("", text[url.end() if url else 0 :]).split())
    text = text.translate({ord("-"): "+", ord("_"): "/"})
    if not _BARE.fullmatch(text) or _HEX.fullmatch(text):
        return None
    return decoded(text)


def armoured(text: str) -> bytes:
    """The bytes of base64 that may wear its armour."""
    return decoded(_MARKER.sub("", text))


def structures(text: str) -> tuple[list[bytes], bool]:
    """Every ASN.1 structure that stands in base64 in the text, such as an X509Certificate of XML.

    Also whether one begins and is cut short.
    """
    found, cut = [], False
    position = 0
    while match := _DER.search(text, position):
        size = int.from_bytes(binascii.a2b_base64(match[0])[2:4], "big") + 4
        wanted = -(-size * 8 // 6)
        # Twice as much leaves room for line ends and quoting; no text is looked at more than twice.
        run = _DER_RUN.match(text, match.start(), match.start() + 2 * wanted)
        body = _NOT_BASE64.sub("", _ESCAPED_LINE_END.sub("", run[0] if run else ""))
        if len(body) >= wanted:
            found.append(decoded(body[:wanted])[:size])
            position = match.start() + wanted
        else:
            cut = cut or len(body) > _LONGER_THAN_A_WORD
            position = max(match.end(), run.end() if run else 0)
    return found, cut


def decoded(body: str) -> bytes:
    """The bytes of base64 with anything between its characters, padded or not; what is cut short
    gives the bytes that are there."""
    characters = _NOT_BASE64.sub("", body.split("=", 1)[0])
    if len(characters) % 4 == 1:
        characters = characters[:-1]
    return binascii.a2b_base64(characters + "=" * (-len(characters) % 4))
