"""What stands in the address of a ticket's page: enciphered, so that it tells nothing.

The secret key makes it, and a copy of the database cannot (AES-SIV, RFC 5297: the same ticket gives
the same token, and a changed one opens nothing). Nothing of it is stored.
"""

import base64
import struct
from datetime import UTC, datetime
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.utils.crypto import salted_hmac

_SALT = "guiche.desk.portal.ticket"
_FIELDS = struct.Struct(">QHQ")
_LONGEST = 80
_CONTEXT = [b"ticket 1"]


class Opened(NamedTuple):
    """What a token says: the ticket, which of its links, and until when; None: as the ticket."""

    ticket: int
    epoch: int
    until: datetime | None = None


def token_of(opened: Opened) -> str:
    """The token, as it stands in an address."""
    until = int(opened.until.timestamp()) if opened.until else 0
    content = _FIELDS.pack(opened.ticket, opened.epoch, until)
    return base64.urlsafe_b64encode(_cipher().encrypt(content, _CONTEXT)).rstrip(b"=").decode()


def opened(token: str) -> Opened | None:
    """What a token says; None of a text that is none, or of one by another key."""
    if len(token) > _LONGEST or not token.isascii():
        return None
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        ticket, epoch, until = _FIELDS.unpack(_cipher().decrypt(sealed, _CONTEXT))
    except (ValueError, InvalidTag, struct.error):
        return None
    return Opened(ticket, epoch, datetime.fromtimestamp(until, UTC) if until else None)


def _cipher() -> AESSIV:
    return AESSIV(salted_hmac(_SALT, "", algorithm="sha512").digest())
