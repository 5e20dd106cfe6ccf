"""Archives of any size, a member at a time: a portfolio may be a ZIP of a hundred thousand files.

`guiche.sources` opens one that came by mail or was uploaded, and bounds the whole of it; here only
what is in memory at once is bounded.
"""

import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from lzma import LZMAError

from guiche.sources import DamagedError, EncryptedArchiveError, SourceError
from guiche.sources.archive import MAX_MEMBER, MAX_RATIO
from guiche.sources.errors import ArchiveTooLargeError, TooLargeError
from guiche.sources.found import Member

HEAD = 262
"""Octets by which an archive is told."""
_ZIP = b"PK\x03\x04"
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_USTAR = b"ustar"
_ENCRYPTED = 0x1
_SMALL = 1 << 16
_FAILURES = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, LZMAError, EOFError, OSError, ValueError,
    NotImplementedError, RuntimeError, LookupError, OverflowError,
)  # fmt: skip


def kind_of(head: bytes) -> str | None:
    """`zip` or `tar`, by the first `HEAD` octets; what is compressed is taken for a tar."""
    if head.startswith(_ZIP):
        return "zip"
    return "tar" if head.startswith(_PACKED) or head[:HEAD].endswith(_USTAR) else None


def members(path: str, kind: str) -> Iterator[Member]:
    """The files of an archive; `DamagedError` from where it cannot be read on."""
    return _zip_members(path) if kind == "zip" else _tar_members(path)


def _zip_members(path: str) -> Iterator[Member]:
    with _zip(path) as archive:
        for entry in archive.infolist():
            if not entry.is_dir():
                yield Member(entry.filename, _zipped(archive, entry))


def zip_count(path: str) -> int:
    """How many files its index has; `DamagedError`."""
    with _zip(path) as archive:
        return sum(not entry.is_dir() for entry in archive.infolist())


def _zip(path: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except _FAILURES as error:
        raise DamagedError("o índice do ZIP não se lê") from error


def _zipped(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes | SourceError:
    if entry.flag_bits & _ENCRYPTED:
        return EncryptedArchiveError()
    if entry.file_size > MAX_MEMBER:
        return TooLargeError("O arquivo", entry.file_size, MAX_MEMBER)
    if entry.file_size > max(_SMALL, MAX_RATIO * entry.compress_size):
        return ArchiveTooLargeError("está comprimido além do normal")
    try:
        return archive.read(entry)
    except _FAILURES:
        return DamagedError("não se consegue extrair do ZIP")


def _tar_members(path: str) -> Iterator[Member]:
    count = 0
    try:
        with tarfile.open(path, "r|*") as archive:
            for entry in archive:
                if entry.isfile():
                    yield Member(entry.name, _tarred(archive, entry))
                count += 1
    except _FAILURES as error:
        # A message names no content: the name of a file may be a person's.
        where = f" depois do item {count}" if count else ""
        raise DamagedError(f"o tar não se lê{where}") from error


def _tarred(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes | SourceError:
    file = archive.extractfile(entry)
    if file is None or entry.size > MAX_MEMBER:
        return TooLargeError("O arquivo", entry.size, MAX_MEMBER)
    return file.read()
