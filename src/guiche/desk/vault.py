"""Encryption of what rests in the database and is nobody's to read in a copy of it."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def seal(content: bytes) -> bytes:
    """The content enciphered with the present data key."""
    return _fernet(_keys()).encrypt(content)


def unseal(sealed: bytes) -> bytes | None:
    """What was sealed with the present key or a former one; None when no key opens it."""
    try:
        return _fernet(_keys()).decrypt(sealed)
    except InvalidToken:
        return None


def is_present(sealed: bytes) -> bool:
    """Whether the present key opens it, so that no former one is needed for it."""
    try:
        _fernet(_keys()[:1]).decrypt(sealed)
    except InvalidToken:
        return False
    return True


def _keys() -> tuple[str, ...]:
    return (settings.DATA_KEY, *settings.DATA_KEY_FALLBACKS)


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    """A Fernet key from a long random text; not for passwords, which need a slow derivation."""
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"guiche data key")
    return base64.urlsafe_b64encode(kdf.derive(key.encode()))
