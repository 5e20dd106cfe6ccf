"""HTTP to an address that somebody typed on a page: never into the network of the desk.

The name is resolved once, and the connection goes to the very number that was judged: a name that
leads elsewhere a moment later (DNS rebinding) leads nowhere.
"""

import socket
from collections.abc import Iterable

import httpcore
import httpx

from guiche.trust.client import is_public

_PRIVATE = "este nome leva para dentro da rede; se é mesmo ali, ponha GUICHE_WEBHOOK_PRIVATE=1"


class Guarded(httpx.HTTPTransport):
    """Connects to public addresses alone, by no proxy; to all where `private` is allowed."""

    def __init__(self, *, private: bool) -> None:
        context = httpx.create_ssl_context()
        super().__init__(verify=context, trust_env=False)
        if not private:
            # httpx has no argument for it.
            self._pool = httpcore.ConnectionPool(
                ssl_context=context, network_backend=_Judging(), keepalive_expiry=4
            )


class _Judging(httpcore.NetworkBackend):
    """Connects to the number that was judged; TLS above it still asks for the name."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection, or a `ConnectError` that says why there is none."""
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        numbers = [str(row[4][0]) for row in rows]
        # One private number among public ones is how a name is made to point inside.
        if not numbers or not all(map(is_public, numbers)):
            raise httpcore.ConnectError(_PRIVATE)
        return httpcore.SyncBackend().connect_tcp(
            numbers[0], port, timeout, local_address, socket_options
        )
