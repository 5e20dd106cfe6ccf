"""What is asked of the network, and why nothing came."""

from typing import NamedTuple


class ClientError(Exception):
    """Why nothing was brought; `code` is public, the message says it and the next step in pt-BR."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Request(NamedTuple):
    """One question: a GET, or a POST where there is a body."""

    url: str
    body: bytes | None = None
    content_type: str = ""
