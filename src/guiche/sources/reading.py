"""Bytes or text to certificates: what it is, is told by content, never by name.

A source inside another (a file of a ZIP, an attachment) goes the same way as one that stands alone.
"""

from collections.abc import Iterator, Sequence

from guiche.sources import der, pem
from guiche.sources.encoding import decode
from guiche.sources.errors import (
    DamagedError,
    EmptyFileError,
    NestedArchiveError,
    NoCertificateError,
    SourceError,
    TooLargeError,
)
from guiche.sources.found import Found, Member, Reading, Source, claims_ca, printable

MAX_INPUT = 10 * 1024 * 1024
"""Bytes of a file, an upload or standard input; a folder is walked, not packed."""
MAX_ITERATIONS_IN_ALL = 5_000_000
"""Of all PKCS#12 files of one input: some 800 as programs write them, or ten seconds of CPU."""
MAX_UNPACKED_IN_ALL = 32 * 1024 * 1024
"""Bytes of all ZIPs of one input; ten thousand certificates have 20 MB."""
MAX_CONTAINERS = 4
"""A ZIP attached to a message forwarded in a message is the deepest that makes sense."""

CERTIFICATE_SUFFIXES = (".cer", ".crt", ".pem", ".der", ".pfx", ".p12", ".p7b", ".p7c", ".p7s")
"""Names that promise a certificate. They decide only what is worth telling: that some other file of
a ZIP, a message or a folder has no certificate inside is no news."""

_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_KNOWN = (
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

Item = Found | SourceError


class _Work:
    """What one reading was given, and what it may still spend."""

    def __init__(self, passwords: Sequence[str]) -> None:
        self.passwords = tuple(passwords)
        self.iterations = MAX_ITERATIONS_IN_ALL
        self.room = MAX_UNPACKED_IN_ALL


def read(data: bytes, name: str, *, passwords: Sequence[str] = ()) -> Reading:
    """All certificates in `data`; `name` is only said back, in `Source.name`.

    The passwords are tried one after the other, on every PKCS#12 file found, and kept nowhere.
    Raises `SourceError` where nothing at all was found, the first one with the `others` in it; the
    errors of members beside what was found are in `Reading.errors`.
    """
    name = printable(name)
    return _reading(_items(data, name, _Work(passwords), ()))


def read_text(text: str, name: str, *, passwords: Sequence[str] = ()) -> Reading:
    """The same for pasted text: values of certificate windows, OpenSSL text, PEM, base64."""
    name = printable(name)
    return _reading(_text_items(text, name, _Work(passwords), ()))


def _reading(items: Iterator[Item]) -> Reading:
    found: list[Found] = []
    errors: list[SourceError] = []
    numbers: dict[str, int] = {}
    for item in items:
        index = numbers.get(item.source.name, 0)
        numbers[item.source.name] = index + 1
        source = item.source._replace(index=index)
        if isinstance(item, Found):
            found.append(item._replace(source=source))
        else:
            item.source = source
            errors.append(item)
    if not found:
        errors[0].others = tuple(errors[1:])
        raise errors[0]
    return Reading(tuple(found), tuple(errors))


def _items(data: bytes, name: str, work: _Work, inside: tuple[str, ...]) -> Iterator[Item]:
    """What the bytes hold; an error comes as an item too, with its place."""
    if len(data) > MAX_INPUT:
        yield TooLargeError("O arquivo", len(data), MAX_INPUT).at(Source(name, "unknown", 0))
    elif not data.strip(b" \t\r\n\v\f\0"):
        yield EmptyFileError().at(Source(name, "unknown", 0))
    elif _is_binary(data):
        yield from _binary_items(data, name, work, inside)
    elif _is_message(data):
        yield from _container_items(data, name, "email", work, inside)
    elif data.startswith(tuple(magic for magic, _ in _KNOWN)):
        found = next(words for magic, words in _KNOWN if data.startswith(magic))
        yield NoCertificateError(found).at(Source(name, "unknown", 0))
    else:
        yield from _text_items(decode(data), name, work, inside)


def _is_binary(data: bytes) -> bool:
    return data.startswith((*_ZIP, _OLE)) or der.looks_like_der(data)


def _binary_items(
    data: bytes, name: str, work: _Work, inside: tuple[str, ...], kind: str = "der"
) -> Iterator[Item]:
    if data.startswith(_ZIP):
        yield from _container_items(data, name, "zip", work, inside)
    elif data.startswith(_OLE):
        yield from _container_items(data, name, "email", work, inside)
    else:
        yield from _structure_items(data, name, work, kind)


def _structure_items(data: bytes, name: str, work: _Work, kind: str) -> Iterator[Item]:
    """Of one ASN.1 structure; `kind` is what a certificate that stands there by itself is."""
    try:
        recognised = der.recognise(data)
        kind = kind if recognised == "der" else recognised
        if kind == "pkcs12":
            found = _pkcs12_certificates(data, work)
        else:
            ders = _pkcs7_certificates(data) if kind == "pkcs7" else der.certificates(data)
            found = [(each, claims_ca(each)) for each in ders]
    except SourceError as error:
        yield error.at(Source(name, kind, 0))
        return
    for each, is_ca in found:
        yield Found(Source(name, kind, 0), each, is_ca=is_ca)


def _pkcs12_certificates(data: bytes, work: _Work) -> list[tuple[bytes, bool]]:
    from guiche.sources import pkcs12

    budget = pkcs12.Budget(min(pkcs12.MAX_ITERATIONS, work.iterations))
    try:
        found = pkcs12.certificates(data, work.passwords, budget)
    finally:
        work.iterations -= budget.limit - budget.left
    # The one that has a key is the one meant, whatever it says of itself.
    return [(each.der, not each.has_key and claims_ca(each.der)) for each in found]


def _pkcs7_certificates(data: bytes) -> list[bytes]:
    from guiche.sources import pkcs7

    return pkcs7.certificates(data)


def _is_message(data: bytes) -> bool:
    from guiche.sources import email

    return email.looks_like_message(data)


def _container_items(
    data: bytes, name: str, kind: str, work: _Work, inside: tuple[str, ...]
) -> Iterator[Item]:
    """Of the members of a ZIP or a message; a bad one does not take the others with it."""
    count, silent = 0, True
    try:
        if kind == "zip" and "zip" in inside:
            raise NestedArchiveError
        if len(inside) >= MAX_CONTAINERS:
            raise DamagedError("há mensagens demais uma dentro da outra")
        for member in _members(data, kind, work):
            count += 1
            member_name = f"{name}/{printable(member.name)}"
            for item in _member_items(member.content, member_name, work, (*inside, kind)):
                if _is_news(item):
                    silent = False
                    yield item
        if silent:
            raise NoCertificateError(_NOTHING_INSIDE[kind].format(count=count))
    except SourceError as error:
        yield error.at(Source(name, kind, 0))


_NOTHING_INSIDE = {
    "zip": "É um ZIP sem certificado entre os {count} arquivos.",
    "email": "É uma mensagem sem certificado entre as {count} partes.",
}


def _members(data: bytes, kind: str, work: _Work) -> Iterator[Member]:
    if kind == "email":
        from guiche.sources import email

        yield from email.members(data)
        return
    from guiche.sources import archive

    for member in archive.members(data, work.room):
        work.room -= len(member.content) if isinstance(member.content, bytes) else 0
        yield member


def _member_items(
    content: bytes | SourceError, name: str, work: _Work, inside: tuple[str, ...]
) -> Iterator[Item]:
    if isinstance(content, SourceError):
        yield content.at(Source(name, "unknown", 0))
    else:
        yield from _items(content, name, work, inside)


def _is_news(item: Item) -> bool:
    if isinstance(item, Found) or item.code not in ("no_certificate", "empty_file"):
        return True
    return item.source.name.lower().endswith(CERTIFICATE_SUFFIXES)


def _text_items(text: str, name: str, work: _Work, inside: tuple[str, ...]) -> Iterator[Item]:
    """Of a text: PEM, else base64, else hex, else the values of a certificate window."""
    blocks = list(pem.blocks(text))
    if any(block.may_hold_certificates for block in blocks):
        for block in blocks:
            if block.may_hold_certificates:
                yield from _block_items(block, name, work)
        return
    try:
        yield from _unarmoured_items(text, name, work, inside, blocks)
    except SourceError as error:
        yield error.at(Source(name, "text", 0))


def _block_items(block: pem.Block, name: str, work: _Work) -> Iterator[Item]:
    content = block.decode()
    if der.looks_like_der(content):
        yield from _structure_items(content, name, work, "pem")
    else:
        error = DamagedError("o bloco não traz um certificado")
        yield error.at(Source(name, "pem", 0))


def _unarmoured_items(
    text: str, name: str, work: _Work, inside: tuple[str, ...], blocks: list[pem.Block]
) -> Iterator[Item]:
    from guiche.sources import text as pasted

    if not text.strip("\0 \t\r\n\ufeff"):
        raise EmptyFileError
    if blocks:
        raise NoCertificateError(_ONLY.get(blocks[0].label.split()[-1], _ONLY[""]))
    if "\0" in text:
        raise NoCertificateError("O conteúdo não é de um certificado.")
    bare = pem.bare(text)
    if bare is not None and _is_binary(bare):
        yield from _binary_items(bare, name, work, inside)
        return
    structures, cut = pem.structures(text)
    for structure in structures:
        yield from _structure_items(structure, name, work, "text")
    if structures:
        return
    written = pasted.binary(text)
    if written is not None and _is_structure(written):
        yield from _structure_items(written, name, work, "text")
        return
    try:
        names = pasted.other_names(text)
    except NoCertificateError:
        if cut:
            raise DamagedError("o base64 está cortado", "Copie de novo, até o fim.") from None
        raise
    yield Found(Source(name, "text", 0), None, tuple(names))


_ONLY = {
    "KEY": "Só há uma chave, e nenhum certificado.",
    "REQUEST": "É um pedido de certificado (CSR), ainda não emitido.",
    "CRL": "É uma lista de certificados revogados (LCR).",
    "": "Há blocos PEM, mas nenhum é um certificado.",
}


def _is_structure(data: bytes) -> bool:
    try:
        der.recognise(data)
    except NoCertificateError:
        return False
    except SourceError:
        return True
    return True
