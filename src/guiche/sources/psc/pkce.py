"""Proof Key for Code Exchange (RFC 7636): who began is who ends."""

import base64
import secrets
from hashlib import sha256


def new_verifier() -> str:
    """A fresh secret, 64 characters of those that RFC 7636 (4.1) allows."""
    return secrets.token_urlsafe(48)


def challenge(verifier: str) -> str:
    """What may be seen of it, by the method S256 (4.2).

    >>> challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")  # appendix B
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    """
    digest = sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
