"""What a refusal means: of the person's browser (RFC 6749, 4.1.2.1) or of a call (5.2)."""

from collections.abc import Callable, Mapping

from guiche.sources.errors import (
    CloudAnswerError,
    CloudClientError,
    CloudDeniedError,
    CloudDownError,
    CloudError,
    CloudExpiredError,
    CloudRefusedError,
)

_MEANT: Mapping[str, Callable[[str], CloudError]] = {
    "user_denied": CloudDeniedError,  # DOC-ICP-17.01, 6.4
    "access_denied": CloudDeniedError,
    "invalid_client": CloudClientError,
    "unauthorized_client": CloudClientError,
    "invalid_grant": CloudExpiredError,
    "invalid_token": CloudExpiredError,
    "server_error": CloudDownError,
    "temporarily_unavailable": CloudDownError,
}
_SAID = (
    "invalid_request", "invalid_scope", "unsupported_grant_type", "unsupported_response_type",
    "insufficient_scope",
)  # fmt: skip
"""Codes that may be said on: of free words nobody knows what they quote."""


def refused(name: str, error: str, status: int = 0) -> CloudError:
    """The error for what the provider `name` answered: its code, and the HTTP status of a call."""
    if meant := _MEANT.get(error):
        return meant(name)
    if error in _SAID:
        return CloudRefusedError(name, error)
    if status == 401:
        return CloudClientError(name)
    if status == 429 or status >= 500:
        return CloudDownError(name, f"HTTP {status}")
    if status == 404:
        return CloudAnswerError(name, "não há nada neste endereço")
    return CloudRefusedError(name, f"HTTP {status}" if status else "sem dizer por quê")
