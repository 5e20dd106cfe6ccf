"""What proves that a call is ours and not an old one: Standard Webhooks 1.0, HMAC-SHA256.

>>> from datetime import UTC, datetime
>>> secret, at = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", datetime.fromtimestamp(1614265330, UTC)
>>> headers = signed(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
>>> headers["webhook-signature"]
'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
"""

import base64
import hmac
from datetime import datetime

PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64
"""Bytes, after the standard."""


def key_of(secret: str) -> bytes:
    """The key in a secret `whsec_…`; a `ValueError` says what is wrong with it."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(PREFIX) or not _SHORTEST <= len(key) <= _LONGEST:
        raise ValueError(
            "é whsec_ e de 24 a 64 bytes em base64; gere com: python -c "
            "'import base64, secrets; "
            'print("whsec_" + base64.b64encode(secrets.token_bytes(32)).decode())\'.'
        )
    return key


def signed(secret: str, id_: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of a call."""
    moment = str(int(at.timestamp()))
    content = b".".join((id_.encode(), moment.encode(), body))
    digest = hmac.digest(key_of(secret), content, "sha256")
    return {
        "webhook-id": id_,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
