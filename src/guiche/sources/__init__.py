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
    CloudAnswerError,
    CloudClientError,
    CloudDeniedError,
    CloudDownError,
    CloudError,
    CloudExpiredError,
    CloudRefusedError,
    DamagedError,
    EmptyFileError,
    EncryptedArchiveError,
    HoldsKeyError,
    MissingError,
    NestedArchiveError,
    NoCertificateError,
    NoPermissionError,
    NotAFileError,
    NotFoundError,
    OldStoreError,
    PasswordRequiredError,
    PlaceError,
    ProtectionError,
    SignerMissingError,
    SourceError,
    StoreError,
    StoreFailedError,
    StoreInUseError,
    TextWithoutValueError,
    TooLargeError,
    TooManyIterationsError,
    UnreadableError,
    UnsupportedEncryptionError,
    WrongPasswordError,
)
from guiche.sources.files import read_path, read_text_path
from guiche.sources.found import Found, Reading, Signature, Source
from guiche.sources.reading import CERTIFICATE_SUFFIXES, MAX_INPUT, read, read_text

__all__ = [
    "CERTIFICATE_SUFFIXES",
    "MAX_INPUT",
    "ArchiveError",
    "ArchiveTooLargeError",
    "CloudAnswerError",
    "CloudClientError",
    "CloudDeniedError",
    "CloudDownError",
    "CloudError",
    "CloudExpiredError",
    "CloudRefusedError",
    "DamagedError",
    "EmptyFileError",
    "EncryptedArchiveError",
    "Found",
    "HoldsKeyError",
    "MissingError",
    "NestedArchiveError",
    "NoCertificateError",
    "NoPermissionError",
    "NotAFileError",
    "NotFoundError",
    "OldStoreError",
    "PasswordRequiredError",
    "PlaceError",
    "ProtectionError",
    "Reading",
    "Signature",
    "SignerMissingError",
    "Source",
    "SourceError",
    "StoreError",
    "StoreFailedError",
    "StoreInUseError",
    "TextWithoutValueError",
    "TooLargeError",
    "TooManyIterationsError",
    "UnreadableError",
    "UnsupportedEncryptionError",
    "WrongPasswordError",
    "read",
    "read_path",
    "read_text",
    "read_text_path",
]
