"""Places and formats that certificates are read from: bytes, files or pasted text in, `Found` out.

>>> from guiche.sources import read_text
>>> found = read_text("2.16.76.1.3.7=04 03 31 32 33", "colado").found[0]
>>> found.other_names[0].content
b'123'

Content decides what a source is, never its name. Sizes are checked before parsing, and a format's
modules are imported when it is met.
"""

from guiche.sources.errors import (
    ArchiveError,
    ArchiveTooLargeError,
    DamagedError,
    DeviceError,
    EmptyFileError,
    EncryptedArchiveError,
    HoldsKeyError,
    MissingError,
    ModuleFailedError,
    ModuleSilentError,
    NestedArchiveError,
    NoCertificateError,
    NoModuleError,
    NoPermissionError,
    NoReaderServiceError,
    NotAFileError,
    NotFoundError,
    NoTokenError,
    PasswordRequiredError,
    PlaceError,
    ProtectionError,
    SourceError,
    TextWithoutValueError,
    TokenFailedError,
    TokenRemovedError,
    TooLargeError,
    TooManyIterationsError,
    UnknownTokenError,
    UnreadableError,
    UnsupportedEncryptionError,
    WrongModuleError,
    WrongPasswordError,
)
from guiche.sources.files import read_path, read_text_path
from guiche.sources.found import Found, Reading, Source
from guiche.sources.reading import CERTIFICATE_SUFFIXES, MAX_INPUT, read, read_text

__all__ = [
    "CERTIFICATE_SUFFIXES",
    "MAX_INPUT",
    "ArchiveError",
    "ArchiveTooLargeError",
    "DamagedError",
    "DeviceError",
    "EmptyFileError",
    "EncryptedArchiveError",
    "Found",
    "HoldsKeyError",
    "MissingError",
    "ModuleFailedError",
    "ModuleSilentError",
    "NestedArchiveError",
    "NoCertificateError",
    "NoModuleError",
    "NoPermissionError",
    "NoReaderServiceError",
    "NoTokenError",
    "NotAFileError",
    "NotFoundError",
    "PasswordRequiredError",
    "PlaceError",
    "ProtectionError",
    "Reading",
    "Source",
    "SourceError",
    "TextWithoutValueError",
    "TokenFailedError",
    "TokenRemovedError",
    "TooLargeError",
    "TooManyIterationsError",
    "UnknownTokenError",
    "UnreadableError",
    "UnsupportedEncryptionError",
    "WrongModuleError",
    "WrongPasswordError",
    "read",
    "read_path",
    "read_text",
    "read_text_path",
]
