"""Messages: `.eml` (RFC 5322) and Outlook's `.msg`, read for their attachments and their text."""

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import count
from typing import TYPE_CHECKING, Any

from guiche.sources.errors import DamagedError
from guiche.sources.found import Member

if TYPE_CHECKING:
    from email.message import Message

BODY = "mensagem"
"""Name of the member that is the text of a message."""
MAX_PARTS = 200
MAX_STREAMS = 10_000
"""Of a compound file; each attachment and each recipient has some fifteen."""
MAX_COMPARISONS = 5_000_000
"""Lines times boundaries: the parser compares every line with all that may be open."""
MAX_HEADERS = 20_000
"""Of all parts; a message that came a long way has a hundred."""
MAX_CONTENT_HEADER = 4096
"""Characters of one `Content-...` header: the longest file name of Windows, escaped, has 2,300."""
MAX_PIECES = 64
"""Parameters, or encoded words, of one such header: the parser's time grows with their square."""

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9-]{1,40}):")
_HEADERS = {
    *(b"from", b"to", b"subject", b"date", b"received", b"return-path", b"message-id", b"x-mailer"),
    *(b"mime-version", b"content-type", b"content-transfer-encoding", b"delivered-to", b"reply-to"),
    *(b"dkim-signature", b"arc-seal", b"authentication-results", b"thread-topic", b"cc"),
}
# Property tags of MS-OXPROPS, with the type at the end: 001F Unicode, 001E in a code page.
_DATA, _BODY, _BODY_8BIT = ("__substg1.0_" + tag for tag in ("37010102", "1000001F", "1000001E"))
_NAMES = tuple("__substg1.0_" + tag for tag in ("3707001F", "3707001E", "3704001F", "3704001E"))
_ATTACHMENT = "__attach_version1.0_"
_FAILURES = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


def looks_like_message(data: bytes) -> bool:
    """Whether it begins with the headers of a message; two of them, since PEM may have one."""
    head = data[:4096].lstrip()
    names = {match[1].lower() for line in head.splitlines() if (match := _HEADER.match(line))}
    first_line = head.split(b"\n", 1)[0]
    starts = bool(_HEADER.match(first_line)) or first_line.startswith(b"From ")
    return starts and len(names & _HEADERS) >= 2


def members(data: bytes) -> Iterator[Member]:
    """Attachments and texts, in order, forwarded messages included. Raises `DamagedError`."""
    try:
        yield from _of_outlook(data) if data.startswith(_OLE) else _of_message(data)
    except _FAILURES as error:
        raise DamagedError("a mensagem não se lê") from error


def _of_message(data: bytes) -> Iterator[Member]:
    # A boundary has many spellings (RFC 2231), the type that makes it one has a single one.
    boundaries = len(re.findall(rb"multipart/", data, re.IGNORECASE))
    lines = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    if lines * (1 + boundaries) > MAX_COMPARISONS:
        raise DamagedError("a mensagem tem partes demais")
    for part in _parsed(data).walk():
        if part.is_multipart():
            continue
        name = _file_name(part)
        if name or part.get_content_maintype() != "text":
            yield Member(name or part.get_content_type(), _payload(part))
        elif part.get_content_subtype() == "plain":
            yield Member(BODY, _payload(part))


def _parsed(data: bytes) -> "Message":
    """The message, its parts and headers bounded while the parser is at work, at any depth."""
    from email import message_from_bytes
    from email.message import Message
    from email.policy import Compat32

    headers, parts = count(1), count()

    class Bounded(Compat32):
        """Sees every header before anything in it is looked at."""

        def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
            name, value = super().header_source_parse(sourcelines)
            pieces = max(value.count(";"), value.count("=?"))
            long = len(value) > MAX_CONTENT_HEADER or pieces > MAX_PIECES
            if next(headers) > MAX_HEADERS or (long and name.lower().startswith("content-")):
                raise DamagedError("a mensagem tem cabeçalhos longos demais")
            return name, value

    def part() -> Message:
        if next(parts) > MAX_PARTS:
            raise DamagedError("a mensagem tem partes demais")
        return Message()

    return message_from_bytes(data, part, policy=Bounded())


def _payload(part: "Message") -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _file_name(part: "Message") -> str:
    from email.errors import HeaderParseError
    from email.header import decode_header, make_header

    name = part.get_filename() or ""
    try:
        return str(make_header(decode_header(name)))
    except (ValueError, LookupError, HeaderParseError):
        return name


def _of_outlook(data: bytes) -> Iterator[Member]:
    """The streams of the compound file; a message attached to it brings its own, deeper down."""
    import olefile

    with olefile.OleFileIO(BytesIO(data)) as file:
        streams = _Streams(file, len(data))
        for path in streams.paths:
            if path[-1] == _DATA and path[-2:-1] and path[-2].startswith(_ATTACHMENT):
                yield Member(_outlook_name(streams, path[:-1]), streams.content(path))
            elif path[-1] in (_BODY, _BODY_8BIT):
                yield Member(BODY, streams.content(path))


class _Streams:
    """The streams of a compound file, no more of them in sum than the file has bytes.

    Entries may point to the same sectors: a small file could pretend to hold any amount.
    """

    def __init__(self, file: Any, size: int) -> None:
        self._file = file
        self._room = size
        self.paths = sorted(tuple(path) for path in file.listdir())
        self._known = set(self.paths)
        parts = sum(path[-1] in (_DATA, _BODY, _BODY_8BIT) for path in self.paths)
        if parts > MAX_PARTS or len(self.paths) > MAX_STREAMS:
            raise DamagedError("a mensagem tem partes demais")

    def __contains__(self, path: tuple[str, ...]) -> bool:
        return path in self._known

    def content(self, path: tuple[str, ...]) -> bytes:
        self._room -= self._file.get_size(list(path))
        if self._room < 0:
            raise DamagedError("as partes da mensagem não cabem nela")
        with self._file.openstream(list(path)) as stream:
            content: bytes = stream.read()
        return content


def _outlook_name(streams: _Streams, storage: tuple[str, ...]) -> str:
    for tag in _NAMES:
        if (*storage, tag) in streams:
            encoding = "utf-16-le" if tag.endswith("001F") else "cp1252"
            return streams.content((*storage, tag)).decode(encoding, "replace").rstrip("\0")
    return "anexo"
