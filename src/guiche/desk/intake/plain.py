"""Text that both databases can store: certificates and forms may hold what JSONB refuses."""

from typing import Any


def plain_text(text: str) -> str:
    """The text without NUL and without lone surrogates.

    >>> plain_text("a\\x00b\\ud800")
    'ab?'
    """
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def plain(value: Any) -> Any:
    """The same JSON value, every text in it plain."""
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, dict):
        return {plain_text(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
