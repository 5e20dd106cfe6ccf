"""The providers, as data: `providers.toml`, beside this file, says what each key of it means."""

import ipaddress
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

_FILE = Path(__file__).with_name("providers.toml")


class Provider(NamedTuple):
    """One PSC. Without a `base` it can be used where a site knows its address."""

    key: str
    name: str
    company: str
    base: str
    confirmed: bool
    one: bool = False


@cache
def providers() -> dict[str, Provider]:
    """All known ones, by key, in the order of the file."""
    return {key: Provider(key, **values) for key, values in tomllib.loads(_text()).items()}


def _text() -> str:
    return _FILE.read_text("utf-8")


def root(base: str) -> str:
    """Where `/authorize`, `/token` and `/certificate-discovery` stand below an address.

    The norm writes them below `/v0/oauth`; an address is published with and without the last part.

    >>> root("https://psc.exemplo.com.br/v0/"), root("https://psc.exemplo.com.br/v0/oauth")
    ('https://psc.exemplo.com.br/v0/oauth', 'https://psc.exemplo.com.br/v0/oauth')

    Raises `ValueError`, in words for whoever typed it, where nothing may be sent there: secrets
    travel enciphered, except to a double on this machine.
    """
    base = base.strip().rstrip("/")
    try:
        parts = urlsplit(base)
        parts.port  # noqa: B018  raises where it is none
    except ValueError:
        raise ValueError("não é um endereço.") from None
    host = parts.hostname or ""
    plain = parts.scheme == "http" and _is_this_machine(host)
    if not host or not (parts.scheme == "https" or plain):
        raise ValueError("comece com https:// e o nome do servidor.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("escreva só o servidor e o caminho, até /v0.")
    return base if parts.path.endswith("/oauth") else f"{base}/oauth"


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
