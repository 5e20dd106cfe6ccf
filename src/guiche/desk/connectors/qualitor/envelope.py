"""The XML of Qualitor: `wsqualitor` requests as they are written, replies as they are read.

What goes out is ASCII with character references, whatever its prolog says: no part on the way can
take it for another encoding. What comes in is parsed without entities, DTD or network.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

_PROLOGS = {"iso-8859-1": "ISO-8859-1", "utf-8": "UTF-8"}
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
# Not XML 1.0, or (0x7f to 0x9f) a letter to one part of the way and a control to another.
_FORBIDDEN = re.compile("[^\t\n\r -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")
_SPELT = str.maketrans({
    "–": "-", "—": "-", "‒": "-", "―": "-", "−": "-", "‘": "'", "’": "'", "‚": "'", "“": '"',
    "”": '"', "„": '"', "…": "...", "•": "*", "€": "EUR", "™": "(TM)", "→": "->", "←": "<-",
    "✓": "v", "✔": "v", "œ": "oe", "Œ": "OE",
})  # fmt: skip


class NotAReply(ValueError):
    """What came back is no reply of Qualitor; the message says what it is instead."""


@dataclass(frozen=True)
class Reply:
    """A reply: whether it was done, the site's words, and what was found, one or many."""

    ok: bool
    message: str
    items: Sequence[Mapping[str, str]] = ()


def fitting(text: str, encoding: str) -> str:
    """The text as it can be kept: without control characters, in Latin-1 unless it is UTF-8.

    >>> fitting("ação – “ç” 5 € 𝐀 ☎", "iso-8859-1")
    'ação - "ç" 5 EUR A ?'
    """
    text = _FORBIDDEN.sub("", text)
    if encoding == "utf-8":
        return text
    return "".join(map(_latin, unicodedata.normalize("NFC", text)))


def _latin(letter: str) -> str:
    if letter <= "\xff":
        return letter
    spelt = unicodedata.normalize("NFKD", letter.translate(_SPELT))
    latin = "".join(each for each in spelt if each <= "\xff")
    joins = unicodedata.category(letter) in ("Mn", "Me", "Cf")
    return latin or ("" if joins else "?")


def request(data: Mapping[str, str], encoding: str, infos: Mapping[str, str] | None = None) -> str:
    """A request; additional information stands beside `data`, where operations that add want it.

    Whitespace around a text is kept; an empty element is sent for an empty text.
    """
    root = etree.Element("wsqualitor")
    contents = etree.SubElement(root, "contents")
    _fill(etree.SubElement(contents, "data"), data, encoding)
    if infos:
        named = {f"vlinformacaoadicional{number}": text for number, text in infos.items()}
        _fill(etree.SubElement(contents, "informacoesadicionais"), named, encoding)
    body = etree.tostring(root, encoding="us-ascii").decode("ascii")
    prolog = _PROLOGS.get(encoding)
    return f'<?xml version="1.0" encoding="{prolog}"?>\n{body}' if prolog else body


def _fill(parent: etree._Element, texts: Mapping[str, str], encoding: str) -> None:
    for name, text in texts.items():
        etree.SubElement(parent, name).text = fitting(text, encoding)


def readable(body: bytes, encoding: str) -> bytes:
    """A reply's bytes for a parser; a known encoding takes the place of the declared one.

    PHP passes on what was typed: a control character would make the whole reply unreadable.
    """
    body = body.translate(None, _CONTROLS)
    if encoding == "declared":
        return body
    return _DECLARATION.sub("", body.decode(encoding, "replace"), count=1).encode()


def read(body: bytes | str, encoding: str = "declared") -> Reply:
    """The reply in these bytes, or in the text that SOAP carried; `NotAReply` for anything else."""
    if isinstance(body, str):
        body, encoding = body.encode(), "utf-8"
    found = root(readable(body, encoding))
    status = found.find("response_status")
    if status is None:
        # The vendor's page prints it so; public clients read the other.
        status = found.find("responsestatus")
    code = _text(status, "status") if status is not None else ""
    if found.tag != "wsqualitor" or code not in ("0", "1"):
        raise NotAReply(instead(body))
    message = _text(status, "msg") or _text(status, "error_code")
    items = [_fields(item) for item in found.iterfind("response_data/dataitem")]
    return Reply(code == "1", message or "recusado, sem explicação", items)


def root(body: bytes) -> etree._Element:
    """The root of any XML from outside; `NotAReply` for what is none or declares entities."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        found = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotAReply(instead(body)) from error
    if found.getroottree().docinfo.internalDTD is not None:
        raise NotAReply("A resposta traz DOCTYPE, que o Qualitor não usa.")
    return found


def _text(parent: etree._Element | None, name: str) -> str:
    return (parent.findtext(name) or "").strip() if parent is not None else ""


def _fields(item: etree._Element) -> dict[str, str]:
    return {str(each.tag): (each.text or "").strip() for each in item}


def instead(body: bytes) -> str:
    """What came in place of a reply, for a person: the words of a page, or the beginning."""
    words = " ".join(re.sub(r"<[^>]*>", " ", body[:4000].decode("utf-8", "replace")).split())
    return f"A resposta não é do Qualitor: {words[:300] or 'veio vazia'}"
