"""ZIP: its files, one after the other, once the whole has been found harmless."""

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from guiche.sources.errors import (
    ArchiveTooLargeError,
    DamagedError,
    EncryptedArchiveError,
    SourceError,
    TooLargeError,
)
from guiche.sources.found import Member, size_in_words

MAX_MEMBERS = 10_000
MAX_MEMBER = 10 * 1024 * 1024
MAX_RATIO = 100
"""Times its packed size, of a member over 64 kB: certificates shrink by half, bombs by 1,000."""

_ENCRYPTED = 0x1
_SYSTEM_JUNK = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
_FAILURES = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    LookupError,
    OverflowError,
)


def members(data: bytes, room: int) -> Iterator[Member]:
    """The files, unpacked one by one, `room` bytes at most. Raises `ArchiveError`, `DamagedError`.

    Files with a password are told of at the end, after the others.
    """
    # The directory is counted before it is read: its entries are objects, the count in the file's
    # last record is only a claim.
    if data.count(b"PK\x01\x02") > MAX_MEMBERS:
        raise ArchiveTooLargeError(f"tem mais de {MAX_MEMBERS} arquivos")
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except _FAILURES as error:
        raise DamagedError("o índice do ZIP não se lê") from error
    with archive:
        files = [entry for entry in archive.infolist() if not _is_nothing(entry)]
        _refuse_bombs(files, room)
        for entry in files:
            if not entry.flag_bits & _ENCRYPTED:
                yield Member(entry.filename, _content(archive, entry))
        if any(entry.flag_bits & _ENCRYPTED for entry in files):
            raise EncryptedArchiveError


def _is_nothing(entry: zipfile.ZipInfo) -> bool:
    return entry.is_dir() or any(junk in entry.filename for junk in _SYSTEM_JUNK)


def _refuse_bombs(files: list[zipfile.ZipInfo], room: int) -> None:
    # zipfile unpacks no more of a member than it declares, so that these sums can be relied on.
    unpacked = sum(entry.file_size for entry in files)
    if unpacked > room:
        raise ArchiveTooLargeError(
            f"aberto teria {size_in_words(unpacked)}; o limite é {size_in_words(room)}"
        )
    for entry in files:
        if entry.file_size > max(1 << 16, MAX_RATIO * entry.compress_size):
            raise ArchiveTooLargeError("está comprimido além do normal")


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes | SourceError:
    if entry.file_size > MAX_MEMBER:
        return TooLargeError("O arquivo", entry.file_size, MAX_MEMBER)
    try:
        return archive.read(entry)
    except _FAILURES:
        return DamagedError("não se consegue extrair do ZIP")
