"""Signed documents: which it is, who signed it, and what is signed in what was signed.

The certificates are read and the signatures are not verified: who changed the document after it was
signed is not told of here.
"""

from collections.abc import Iterator
from io import BufferedIOBase, BytesIO
from typing import TYPE_CHECKING

from guiche.sources import der
from guiche.sources.errors import DamagedError, NoCertificateError, SourceError, TooLargeError
from guiche.sources.found import Found
from guiche.sources.place import MAX_CONTAINERS, Item, Place

if TYPE_CHECKING:
    from guiche.sources.ber import Walker
    from guiche.sources.pkcs7 import SignedData

HEAD = 1024
"""Octets that tell a PDF from anything else, as its readers look for it (ISO 32000-1, annex H)."""
MAX_DOCUMENT = 2 * 1024**3
"""Bytes of a PDF or CMS in a file, which is walked and never held."""
MAX_CONTENT = 10 * 1024 * 1024
"""Bytes of what a CMS carries, to be opened in its turn."""
CONTENT = "conteúdo"
_HOLDERS = (b"PK", b"\xd0\xcf\x11\xe0", b"\x30")


def kind_of(head: bytes) -> str:
    """`pdf` or `pkcs7` of a document that is told by its first `HEAD` octets; else ""."""
    if der.looks_like_pkcs7(head):
        return "pkcs7"
    # A ZIP or a message may begin with a whole PDF that it holds.
    return "pdf" if b"%PDF-" in head[:HEAD] and not head.startswith(_HOLDERS) else ""


def items(file: BufferedIOBase, size: int, place: Place, kind: str) -> Iterator[Item]:
    """Of a PDF or CMS; `kind` is what `kind_of` said."""
    try:
        if size > MAX_DOCUMENT:
            raise TooLargeError("O arquivo", size, MAX_DOCUMENT)
        if kind == "pdf":
            yield from _pdf_items(file, size, place)
        else:
            yield from _signed_data_items(file, size, place)
    except SourceError as error:
        yield error.at(place.source(kind))


def xml_items(text: str, place: Place) -> Iterator[Item]:
    """Of an XML. Raises `xml.NotWellFormed`."""
    from guiche.sources import signatures, xml

    try:
        yield from signatures.items(xml.read(text), place, "xml")
    except SourceError as error:
        yield error.at(place.source("xml"))


def _pdf_items(file: BufferedIOBase, size: int, place: Place) -> Iterator[Item]:
    from guiche.sources import pdf, signatures

    yield from signatures.items(pdf.read(file, size, place.allowance), place, "pdf")


def _signed_data_items(file: BufferedIOBase, size: int, place: Place) -> Iterator[Item]:
    from guiche.sources import cms, pkcs7, signatures
    from guiche.sources.ber import Walker

    walker = Walker(file, size, place.allowance)
    data = pkcs7.read(walker)
    if not data.certificates and not data.signers:
        raise NoCertificateError("É um arquivo PKCS#7 sem certificado dentro.")
    kind = "cms" if data.signers else "pkcs7"
    yield from signatures.items(cms.read(data), place, kind)
    yield from _content_items(walker, data, place.member(CONTENT, "cms"))


def _content_items(walker: "Walker", data: "SignedData", place: Place) -> Iterator[Item]:
    """Of what is signed, where that is a signed document itself; any other content is no source."""
    if data.content is None:
        return
    try:
        head = walker.content(data.content, HEAD, cut=True)
        if not (kind_of(head) or head.lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(b"<")):
            return
        if len(place.inside) > MAX_CONTAINERS:
            raise DamagedError("há documentos demais, um dentro do outro")
        content = walker.content(data.content, MAX_CONTENT + 1, cut=True)
        if len(content) > MAX_CONTENT:
            raise TooLargeError("O documento de dentro", None, MAX_CONTENT)
    except ValueError as error:
        yield DamagedError.of(error).at(place.source("cms"))
        return
    except SourceError as error:
        yield error.at(place.source("unknown"))
        return
    for item in _document_items(content, place):
        if isinstance(item, Found) or item.code != "no_certificate":
            yield item


def _document_items(content: bytes, place: Place) -> Iterator[Item]:
    if kind := kind_of(content):
        yield from items(BytesIO(content), len(content), place, kind)
        return
    from guiche.sources import xml
    from guiche.sources.encoding import decode

    text = decode(content)
    if xml.looks_signed(text):
        try:
            yield from xml_items(text, place)
        except xml.NotWellFormed as error:
            yield DamagedError(str(error)).at(place.source("xml"))
