"""A person at the provider's page, and a provider that drips."""

import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import httpx

WHOLE_HEADERS = b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n"


def decided(authorize_url: str, answer: str = "Autorizar") -> dict[str, str]:
    """What the browser comes back with, after a click on that link of the provider's page."""
    with httpx.Client(timeout=60) as browser:
        page = browser.get(authorize_url)
        assert page.status_code == 200, page.text
        found = re.search(rf'href="([^"]+)">{answer}<', page.text)
        assert found, page.text
        back = browser.get(page.url.join(unescape(found[1])))
    return returned(back)


def returned(response: httpx.Response) -> dict[str, str]:
    assert response.status_code == 302, response.text
    return dict(parse_qsl(urlsplit(response.headers["Location"]).query))


@contextlib.contextmanager
def dripping(first: bytes) -> Iterator[str]:
    """A server that sends these bytes, then a blank now and then, and never ends."""
    stopped = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            client, _ = server.accept()
            with client:
                client.sendall(first)
                while not stopped.wait(0.02):
                    client.sendall(b" ")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v0"
    finally:
        stopped.set()
        server.close()
        thread.join(5)
