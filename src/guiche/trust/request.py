"""What is asked of the network, and why nothing came."""

from typing import Literal, NamedTuple

Code = Literal[
    "not_allowed",
    "private_address",
    "redirect",
    "http_status",
    "too_large",
    "too_slow",
    "unreachable",
]


class ClientError(Exception):
    """Why nothing was brought; the message says it and the next step, in pt-BR."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Request(NamedTuple):
    """One question: a GET, or a POST where there is a body."""

    url: str
    body: bytes | None = None
    content_type: str = ""
