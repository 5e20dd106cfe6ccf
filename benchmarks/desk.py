"""From an upload to the verdict in the desk, twenty people at once."""

import http.client
import os
import re
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.command import GUICHE
from benchmarks.measure import Figure, duration, percentile
from certificates import ZEROS, e_cnpj
from ports import free_port

AT_ONCE, ROUNDS = 20, 15
PASSWORD = "senha-da-medida"
BOUNDARY = "limite-da-medida"


class Browser:
    """One person's session: cookies kept, the token of the form sent along."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}

    def request(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[str, str]:
        """The body and the `Location` of the answer."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "X-CSRFToken": self.cookies.get("csrftoken", "")}
        if method == "POST" and path.endswith("/ler/"):
            headers["HX-Request"] = "true"  # as the page itself sends it
        if kind:
            headers["Content-Type"] = kind
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        for header in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.read().decode(), answer.headers.get("Location", "")

    def sign_in(self, name: str) -> None:
        """Signs in with the password of the measure."""
        self.request("GET", "/entrar/")
        form = f"username={name}&password={PASSWORD}".encode()
        _, location = self.request("POST", "/entrar/", form, "application/x-www-form-urlencoded")
        assert location, "the account is there"

    def begin(self) -> tuple[str, bytes]:
        """A new call: the address of its reader, and the form that its page sends along."""
        _, location = self.request("POST", "/atender/")
        page, _ = self.request("GET", location)
        hidden = re.findall(r'name="(campo|cheio|aba|visto|conhecidos)" value="([^"]*)"', page)
        form = "".join(
            f"--{BOUNDARY}\r\nContent-Disposition: form-data; name={name}\r\n\r\n{value}\r\n"
            for name, value in hidden
        )
        return f"{location}ler/", form.encode()

    def upload(self, path: str, form: bytes, der: bytes) -> float:
        """Seconds from sending a certificate to its verdict."""
        body = (
            form
            + (
                f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=arquivo; filename=c.cer\r\n"
                "Content-Type: application/x-x509-ca-cert\r\n\r\n"
            ).encode()
            + der
        )
        body += f"\r\n--{BOUNDARY}--\r\n".encode()
        start = time.perf_counter()
        page, location = self.request(
            "POST", path, body, f"multipart/form-data; boundary={BOUNDARY}"
        )
        if location:
            page, _ = self.request("GET", location)
        seconds = time.perf_counter() - start
        assert re.search("Sem CEI", page), page[:500]
        return seconds


def answering(port: int, seconds: float = 30) -> bool:
    """Whether somebody listens there within so many seconds."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.1)
    return False


@contextmanager
def served(data: str) -> Iterator[int]:
    """The port of a desk on SQLite with twenty accounts, as `guiche web` serves it."""
    os.environ["GUICHE_DATA"] = data
    manage = [GUICHE, "manage"]
    subprocess.run([*manage, "migrate", "--verbosity", "0"], check=True)
    accounts = (
        "from guiche.desk.models import User\n"
        f"for n in range({AT_ONCE}):\n"
        f" User.objects.create_user(f'tecnico{{n}}', password='{PASSWORD}', role='suporte')"
    )
    subprocess.run([*manage, "shell", "--verbosity", "0", "-c", accounts], check=True)
    port = free_port()
    server = subprocess.Popen([GUICHE, "web", "--port", str(port)])
    try:
        answering(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def figures() -> Iterator[Figure]:
    """The one figure of this suite."""
    der = e_cnpj(cei=ZEROS).der()
    seconds: list[float] = []
    together = threading.Barrier(AT_ONCE)

    def work(number: int, port: int) -> None:
        browser = Browser(port)
        browser.sign_in(f"tecnico{number}")
        for _ in range(ROUNDS):
            path, form = browser.begin()
            together.wait()
            seconds.append(browser.upload(path, form, der))

    with tempfile.TemporaryDirectory() as data, served(data) as port:
        people = [threading.Thread(target=work, args=(n, port)) for n in range(AT_ONCE)]
        for person in people:
            person.start()
        for person in people:
            person.join()
    assert len(seconds) == AT_ONCE * ROUNDS
    p95 = percentile(seconds, 0.95)
    yield Figure(
        f"upload to verdict in the desk, {AT_ONCE} at once, SQLite",
        "p95 under 300 ms",
        f"p95 {duration(p95)}, median {duration(percentile(seconds, 0.5))}",
        p95 < 0.3,
    )
