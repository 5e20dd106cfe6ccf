"""Clients of the port: Python's `ssl`, `openssl s_client`, and sockets that misbehave."""

import json
import socket
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h11

from pki import Authority, Holder

SECONDS = 60.0
REQUEST = b"GET /c/abc?x=1 HTTP/1.1\r\nHost: localhost\r\n\r\n"
LAST_REQUEST = REQUEST.decode().replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")


@dataclass(frozen=True)
class Client:
    port: int
    authority: Authority
    folder: Path

    def context(
        self, holder: Holder | None = None, version: ssl.TLSVersion | None = None
    ) -> ssl.SSLContext:
        root = self.authority.root.pem.decode()
        context = ssl.create_default_context(cadata=root)
        if holder:
            context.load_cert_chain(*holder.write(self.folder, "client"))
        if version:
            context.minimum_version = context.maximum_version = version
        return context

    def tcp(self, source: str = "127.0.0.1") -> socket.socket:
        address = ("127.0.0.1", self.port)
        return socket.create_connection(address, timeout=SECONDS, source_address=(source, 0))

    def tls(
        self, holder: Holder | None = None, version: ssl.TLSVersion | None = None
    ) -> ssl.SSLSocket:
        context = self.context(holder, version)
        return context.wrap_socket(self.tcp(), server_hostname="localhost")

    def told(
        self, holder: Holder | None = None, version: ssl.TLSVersion | None = None
    ) -> dict[str, Any]:
        """What the desk was asked by one request on a connection of its own."""
        with self.tls(holder, version) as connection:
            connection.sendall(REQUEST)
            told: dict[str, Any] = json.loads(answer(connection)[1])
            return told

    def s_client(self, *options: str | Path, given: str = "") -> str:
        """What OpenSSL's own client prints, after it has sent what is given."""
        done = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{self.port}", *options],
            input=given, capture_output=True, text=True, check=False, timeout=SECONDS,
        )  # fmt: skip
        return done.stdout + done.stderr

    def hello(self) -> bytes:
        """The first flight of a handshake."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        begun = self.context().wrap_bio(incoming, outgoing, server_hostname="localhost")
        try:
            begun.do_handshake()
        except ssl.SSLWantReadError:
            return outgoing.read()
        raise AssertionError("a handshake with nobody")


def answer(connection: socket.socket, method: bytes = b"GET") -> tuple[int, bytes, bool]:
    """Status, body, and whether the connection may be used again."""
    http = h11.Connection(h11.CLIENT)
    http.send(h11.Request(method=method, target="/", headers=[("Host", "localhost")]))
    http.send(h11.EndOfMessage())
    status, body = 0, b""
    while True:
        event = http.next_event()
        if event is h11.NEED_DATA:
            http.receive_data(connection.recv(65536))
        elif isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            body += event.data
        else:
            return status, body, http.their_state is h11.DONE


def rest(connection: socket.socket) -> bytes:
    """All until the other side ends."""
    found = b""
    try:
        while some := connection.recv(65536):
            found += some
    except ConnectionResetError:
        pass
    return found
