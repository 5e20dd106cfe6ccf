"""A server on loopback that answers as told, also badly."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

Behaviour = Callable[[socket.socket, bytes], None]
"""What is done with a connection whose request was read; the body is handed over."""


class Door(NamedTuple):
    """Where it listens, and the requests that it heard: the first lines."""

    url: str
    port: int
    heard: list[str]


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[Door]:
    """Answers every connection by that, each in its own thread, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        heard: list[str] = []
        connections: list[socket.socket] = []
        threads = [threading.Thread(target=_accept, args=(listener, behaviour, heard, connections))]
        threads[0].start()
        try:
            yield Door(f"http://127.0.0.1:{port}/", port, heard)
        finally:
            # Linux wakes an accept only when the listening side is shut down first.
            listener.shutdown(socket.SHUT_RDWR)
            for connection in connections:
                connection.close()
            threads[0].join(5)


def _accept(
    listener: socket.socket,
    behaviour: Behaviour,
    heard: list[str],
    connections: list[socket.socket],
) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        connections.append(connection)
        threading.Thread(target=_answer, args=(connection, behaviour, heard), daemon=True).start()


def _answer(connection: socket.socket, behaviour: Behaviour, heard: list[str]) -> None:
    with connection:
        try:
            head, body = _request(connection)
            heard.append(head.split(b"\r\n")[0].decode())
            behaviour(connection, body)
        except OSError:
            return


def _request(connection: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _piece(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if b"content-length" in line
        ),
        0,
    )
    while len(body) < length:
        body += _piece(connection)
    return head, body


def _piece(connection: socket.socket) -> bytes:
    piece = connection.recv(65536)
    if not piece:
        raise ConnectionError
    return piece


def content(data: bytes, status: str = "200 OK", *headers: str) -> Behaviour:
    """The same for everybody."""
    return lambda connection, _: connection.sendall(_head(status, len(data), *headers) + data)


def answered(answer: Callable[[bytes], bytes]) -> Behaviour:
    """What comes of the body."""

    def behaviour(connection: socket.socket, body: bytes) -> None:
        content(answer(body))(connection, body)

    return behaviour


def silent(connection: socket.socket, _: bytes) -> None:
    """Hears, and never says a word."""
    connection.recv(1)


def trickling(first: bytes) -> Behaviour:
    """One octet every twentieth of a second, for ever: each wait is short, the whole has no end."""

    def behaviour(connection: socket.socket, _: bytes) -> None:
        connection.sendall(first)
        pause = threading.Event()
        while not pause.wait(0.05):
            connection.sendall(b"x")

    return behaviour


def endless(connection: socket.socket, _: bytes) -> None:
    """As much as the line carries, with no length and no end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def _head(status: str, length: int, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {length}", "Connection: close", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
