"""Bytes or text to certificates: what it is, is told by content, never by name.

A source inside another (a file of a ZIP, an attachment) goes the same way as one that stands alone.
Inside this module an error is an item like a certificate, so that one bad member loses no other;
only `read` and `read_text` raise.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from guiche.sources import der
from guiche.sources.errors import (
    DamagedError,
    EmptyFileError,
    HoldsKeyError,
    NestedArchiveError,
    NoCertificateError,
    SourceError,
    TooLargeError,
)
from guiche.sources.found import Found, Member, Reading, Source, claims_ca, printable

if TYPE_CHECKING:
    from guiche.sources.pem import Block

MAX_INPUT = 10 * 1024 * 1024
"""Bytes of a file, an upload or standard input; a folder is walked, not packed."""
MAX_ITERATIONS_IN_ALL = 5_000_000
"""Of all PKCS#12 files of one input: some 800 as programs write them, or ten seconds of CPU."""
MAX_UNPACKED_IN_ALL = 32 * 1024 * 1024
"""Bytes of all ZIPs of one input; ten thousand certificates have 20 MB."""
MAX_CERTIFICATES_IN_ALL = 10_000
"""Of one input; structures that only resemble them may be smaller, and far more."""
MAX_CONTAINERS = 4
"""A ZIP attached to a message forwarded in a message is the deepest that makes sense."""

CERTIFICATE_SUFFIXES = (".cer", ".crt", ".pem", ".der", ".pfx", ".p12", ".p7b", ".p7c", ".p7s")
"""Names that promise a certificate. They decide only what is worth telling: that some other file of
a ZIP, a message or a folder has no certificate inside is no news."""

_BLANKS = b" \t\r\n\v\f\0"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_OTHERS = (
    (b"%PDF", "É um PDF."),
    (b"\x89PNG", "É uma imagem."),
    (b"\xff\xd8\xff", "É uma imagem."),
    (b"GIF8", "É uma imagem."),
    (b"Rar!", "É um arquivo RAR."),
    (b"7z\xbc\xaf", "É um arquivo 7z."),
    (b"\x1f\x8b", "É um arquivo gzip."),
    (b"MZ", "É um programa."),
    (b"\xfe\xed\xfe\xed", "É um repositório de chaves Java (JKS)."),
)
_OTHER_BLOCKS = (
    ("KEY", "Só há uma chave, e nenhum certificado."),
    ("REQUEST", "É um pedido de certificado (CSR), ainda não emitido."),
    ("CRL", "É uma lista de certificados revogados (LCR)."),
    ("", "Há blocos PEM, mas nenhum é um certificado."),
)
_NONE_INSIDE = {
    "zip": "É um ZIP sem certificado entre os {count} arquivos.",
    "email": "É uma mensagem sem certificado entre as {count} partes.",
}

Item = Found | SourceError


class _Allowance:
    """What one reading was given, and what all of it together may still spend."""

    def __init__(self, passwords: Sequence[str], *, keys: bool) -> None:
        self.passwords = tuple(passwords)
        self.keys = keys
        self.iterations = MAX_ITERATIONS_IN_ALL
        self.unpacked = MAX_UNPACKED_IN_ALL
        self.certificates = MAX_CERTIFICATES_IN_ALL


class _Place(NamedTuple):
    """Where the reading stands: the name, the kinds of the containers around it."""

    name: str
    inside: tuple[str, ...]
    allowance: _Allowance

    def source(self, kind: str) -> Source:
        return Source(self.name, kind, 0)

    def member(self, name: str, kind: str) -> "_Place":
        return self._replace(name=f"{self.name}/{printable(name)}", inside=(*self.inside, kind))


def read(data: bytes, name: str, *, passwords: Sequence[str] = (), keys: bool = True) -> Reading:
    """All certificates in `data`; `name` is only said back, in `Source.name`.

    The passwords are tried one after the other, on every PKCS#12 file found, and kept nowhere.
    Without `keys` nothing that holds a private key is opened, at any depth: it is a `holds_key`.
    Raises `SourceError` where nothing at all was found, the first one with the `others` in it; the
    errors of members beside what was found are in `Reading.errors`.
    """
    allowance = _Allowance(passwords, keys=keys)
    return Reading.of(_items(data, _Place(printable(name), (), allowance)))


def read_text(text: str, name: str, *, passwords: Sequence[str] = (), keys: bool = True) -> Reading:
    """The same for pasted text: values of certificate windows, OpenSSL text, PEM, base64."""
    allowance = _Allowance(passwords, keys=keys)
    return Reading.of(_text_items(text, _Place(printable(name), (), allowance)))


# --- bytes --------------------------------------------------------------------------------------


def _items(data: bytes, place: _Place) -> Iterator[Item]:
    if len(data) > MAX_INPUT:
        yield TooLargeError("O arquivo", len(data), MAX_INPUT).at(place.source("unknown"))
    elif not data.strip(_BLANKS):
        yield EmptyFileError().at(place.source("unknown"))
    elif _is_binary(data):
        yield from _binary_items(data, place)
    elif _is_message(data):
        yield from _container_items(data, place, "email")
    elif other := next((words for magic, words in _OTHERS if data.startswith(magic)), None):
        yield NoCertificateError(other).at(place.source("unknown"))
    else:
        from guiche.sources.encoding import decode

        yield from _text_items(decode(data), place)


def _is_binary(data: bytes) -> bool:
    return data.startswith((*_ZIP, _OLE)) or der.looks_like_der(data)


def _is_message(data: bytes) -> bool:
    from guiche.sources import email

    return email.looks_like_message(data)


def _binary_items(data: bytes, place: _Place) -> Iterator[Item]:
    if data.startswith(_ZIP):
        yield from _container_items(data, place, "zip")
    elif data.startswith(_OLE):
        yield from _container_items(data, place, "email")
    else:
        yield from _structure_items(data, place, "der")


def _structure_items(data: bytes, place: _Place, kind: str) -> Iterator[Item]:
    """Of one ASN.1 structure; `kind` is what a certificate that stands there by itself is."""
    try:
        recognised = der.recognise(data)
        kind = kind if recognised == "der" else recognised
        if kind == "pkcs12":
            found = _pkcs12_certificates(data, place.allowance)
        else:
            ders = _pkcs7_certificates(data) if kind == "pkcs7" else der.certificates(data)
            found = [(each, False) for each in ders]
        place.allowance.certificates -= len(found)
        if place.allowance.certificates < 0:
            raise DamagedError(f"há mais de {MAX_CERTIFICATES_IN_ALL} certificados")
    except SourceError as error:
        yield error.at(place.source(kind))
        return
    for each, has_key in found:
        # The one that has a key is the one meant, whatever it says of itself.
        yield Found(place.source(kind), each, is_ca=not has_key and claims_ca(each))


def _pkcs12_certificates(data: bytes, allowance: _Allowance) -> list[tuple[bytes, bool]]:
    if not allowance.keys:
        raise HoldsKeyError
    from guiche.sources import pkcs12

    budget = pkcs12.Budget(min(pkcs12.MAX_ITERATIONS, allowance.iterations))
    try:
        found = pkcs12.certificates(data, allowance.passwords, budget)
    finally:
        allowance.iterations -= budget.limit - budget.left
    return [(each.der, each.has_key) for each in found]


def _pkcs7_certificates(data: bytes) -> list[bytes]:
    from guiche.sources import pkcs7

    return pkcs7.certificates(data)


# --- sources inside another ---------------------------------------------------------------------


def _container_items(data: bytes, place: _Place, kind: str) -> Iterator[Item]:
    count, silent = 0, True
    try:
        if kind == "zip" and "zip" in place.inside:
            raise NestedArchiveError
        if len(place.inside) >= MAX_CONTAINERS:
            raise DamagedError("há mensagens demais uma dentro da outra")
        for member in _members(data, kind, place.allowance):
            count += 1
            for item in _member_items(member.content, place.member(member.name, kind)):
                if _is_news(item):
                    silent = False
                    yield item
        if silent:
            raise NoCertificateError(_NONE_INSIDE[kind].format(count=count))
    except SourceError as error:
        yield error.at(place.source(kind))


def _members(data: bytes, kind: str, allowance: _Allowance) -> Iterator[Member]:
    if kind == "email":
        from guiche.sources import email

        yield from email.members(data)
        return
    from guiche.sources import archive

    for member in archive.members(data, allowance.unpacked):
        if isinstance(member.content, bytes):
            allowance.unpacked -= len(member.content)
        yield member


def _member_items(content: bytes | SourceError, place: _Place) -> Iterator[Item]:
    if isinstance(content, SourceError):
        yield content.at(place.source("unknown"))
    else:
        yield from _items(content, place)


def _is_news(item: Item) -> bool:
    if isinstance(item, Found) or item.code not in ("no_certificate", "empty_file"):
        return True
    return item.source.name.lower().endswith(CERTIFICATE_SUFFIXES)


# --- text ---------------------------------------------------------------------------------------


def _text_items(text: str, place: _Place) -> Iterator[Item]:
    """PEM, else base64, else hex, else the values of a certificate window."""
    from guiche.sources import pem

    blocks = list(pem.blocks(text))
    if not place.allowance.keys and any("PRIVATE KEY" in block.label for block in blocks):
        yield HoldsKeyError().at(place.source("pem"))
        return
    wanted = [block for block in blocks if block.may_hold_certificates]
    for block in wanted:
        yield from _block_items(block, place)
    if wanted:
        return
    try:
        yield from _unarmoured_items(text, place, blocks)
    except SourceError as error:
        yield error.at(place.source("text"))


def _block_items(block: "Block", place: _Place) -> Iterator[Item]:
    content = block.decode()
    if der.looks_like_der(content):
        yield from _structure_items(content, place, "pem")
    else:
        yield DamagedError("o bloco não traz um certificado").at(place.source("pem"))


def _unarmoured_items(text: str, place: _Place, blocks: list["Block"]) -> Iterator[Item]:
    from guiche.sources import pem
    from guiche.sources import text as pasted

    if not text.strip("\0 \t\r\n\ufeff"):
        raise EmptyFileError
    # The base64 of a private key must not even be looked for.
    if any("KEY" in block.label for block in blocks) or "\0" in text:
        raise _nothing_in(blocks)
    bare = pem.bare(text)
    if bare is not None and _is_binary(bare):
        yield from _binary_items(bare, place)
        return
    structures, cut = pem.structures(text)
    if not structures and (written := pasted.binary(text)) and der.holds_certificates(written):
        structures = [written]
    for structure in structures:
        yield from _structure_items(structure, place, "text")
    if structures:
        return
    try:
        names = pasted.other_names(text)
    except NoCertificateError:
        if cut:
            raise DamagedError("o base64 está cortado", "Copie de novo, até o fim.") from None
        if blocks:
            raise _nothing_in(blocks) from None
        raise
    yield Found(place.source("text"), None, tuple(names))


def _nothing_in(blocks: list["Block"]) -> NoCertificateError:
    labels = " ".join(block.label for block in blocks)
    if not labels:
        return NoCertificateError("O conteúdo não é de um certificado.")
    return NoCertificateError(next(words for word, words in _OTHER_BLOCKS if word in labels))
