"""A whole site on loopback: each machine is processes of its own with a data folder of its own."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psycopg
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

import postgresql
from ports import free_port

PROJECT = Path(__file__).parent.parent.parent
SECONDS = 180.0


class NotInstalled(Exception):
    def __init__(self) -> None:
        super().__init__(f"nginx não está instalado; instale com: sudo {postgresql.INSTALL}")


def until(done: Callable[[], bool], what: str, seconds: float = SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: não em {seconds:.0f} s")
        time.sleep(0.05)


class Machine:
    """A `guiche` command in production, with its own folder; all that it started ends with it."""

    def __init__(self, folder: Path, settings: Mapping[str, str], *command: str) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self.folder, self.command = folder, command
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("GUICHE_", "DJANGO_"))}
        # What a machine that is killed leaves behind lies in its folder too.
        own = {"GUICHE_DATA": str(folder), "TMPDIR": str(folder)}
        self.environment = {**kept, **settings, **own}
        self.log = folder / "log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "guiche", *self.command],
                env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ends the process; with SIGKILL also those that it started, as when a machine dies."""
        if self.process is None:
            return
        if number == signal.SIGKILL:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        self.process.wait(SECONDS)
        self.process = None

    def run(self, *command: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Another command of this machine, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "guiche", *command],
            env=self.environment, input=given, capture_output=True, text=True, check=False,
            timeout=SECONDS,
        )  # fmt: skip


class Web(Machine):
    """A machine with pages and metrics."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.port, self.metrics_port = free_port(), free_port()
        ports = {
            "GUICHE_PORT": str(self.port),
            "GUICHE_METRICS_PORT": str(self.metrics_port),
            "GUICHE_WEB_WORKERS": "2",
        }
        super().__init__(folder, {**settings, **ports}, "web")

    @property
    def ready(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def wait_until_ready(self) -> None:
        until(lambda: self.ready or self._ended, f"{self.folder.name} não atende")
        assert not self._ended, self.log.read_text("utf-8")

    @property
    def _ended(self) -> bool:
        return self.process is None or self.process.poll() is not None


def production(folder: Path) -> dict[str, str]:
    """The settings of a site behind a proxy, its keys in the folder."""
    return {
        "GUICHE_MODE": "production",
        "GUICHE_HOSTS": "localhost",
        "GUICHE_BEHIND_PROXY": "1",
        "GUICHE_LOG": "json",
        "GUICHE_SECRET_KEY_FILE": str(_written(folder / "secret-key", "Zx9-k3VqLw7RbTn2" * 4)),
        "GUICHE_DATA_KEY_FILE": str(_written(folder / "data-key", "Qa1-m8HsYd5GfCe6" * 4)),
    }


class Site:
    """PostgreSQL, nginx, two web machines and four of workers."""

    def __init__(self, folder: Path, server: str) -> None:
        self.folder = folder
        self.port = free_port()
        url = server.replace("/?", "/guiche?")
        self.settings = {**production(folder), "GUICHE_DATABASE_URL": url}
        with psycopg.connect(server, autocommit=True) as database:
            database.execute("CREATE DATABASE guiche")
        self.webs = [Web(folder / f"web-{n}", self.settings) for n in (1, 2)]
        self.workers = [Machine(folder / f"worker-{n}", self.settings, "worker") for n in range(4)]

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def certificate(self) -> Path:
        return self.folder / "nginx" / "guiche.crt"

    def start(self) -> None:
        for machine in (*self.webs, *self.workers):
            machine.start()
        for web in self.webs:
            web.wait_until_ready()

    def end(self) -> None:
        machines = [m for m in (*self.webs, *self.workers) if m.process]
        for machine in machines:
            if machine.process:
                machine.process.terminate()
        for machine in machines:
            machine.end()

    def records(self) -> Iterator[dict[str, object]]:
        """What all machines logged; a line that is no object fails."""
        for machine in (*self.webs, *self.workers):
            yield from map(json.loads, machine.log.read_text("utf-8").splitlines())


def _written(file: Path, text: str) -> Path:
    file.write_text(text, "utf-8")
    return file


@contextmanager
def nginx(folder: Path, *files: str) -> Iterator[None]:
    """A server with these files, of which the first listens by TLS; it logs into the folder."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if program is None:
        raise NotInstalled
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"daemon off;\nworker_processes 1;\npid {folder}/pid;\nerror_log {folder}/error.log;\n"
        "events {}\nhttp {\n" + temporary + "\n".join(files) + "\n}\n",
        "utf-8",
    )
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "error.log"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    port = int(re.findall(r"listen 127.0.0.1:(\d+) ssl", files[0])[0])
    try:
        until(lambda: listens(port) or process.poll() is not None, "nginx não atende")
        assert process.poll() is None, (folder / "error.log").read_text("utf-8")
        yield
    finally:
        process.terminate()
        process.wait(SECONDS)


def shipped(name: str, folder: Path, port: int, *webs: int) -> str:
    """A file of deploy/: only addresses, names and paths are other than in what is shipped."""
    text = (PROJECT / "deploy" / name).read_text("utf-8")
    for machine, web in zip(("10.0.0.11:8000", "10.0.0.12:8000"), webs, strict=False):
        assert machine in text
        text = text.replace(machine, f"127.0.0.1:{web}")
    text = text.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    text = text.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
    text = text.replace("guiche.example.com", "localhost").replace("example.com", "localhost")
    return re.sub(r"/etc/nginx/|/var/log/nginx/", f"{folder}/", text)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "guiche.crt").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "guiche.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )


@contextmanager
def whole_site(folder: Path) -> Iterator[Site]:
    """Everything started and ready, and stopped again."""
    with ExitStack() as stack:
        site = Site(folder, stack.enter_context(postgresql.server()))
        migrated = site.webs[0].run("manage", "migrate", "-v0")
        assert migrated.returncode == 0, migrated.stderr
        stack.callback(site.end)
        proxy = folder / "nginx"
        proxy.mkdir()
        _make_certificate(proxy)
        webs = (web.port for web in site.webs)
        stack.enter_context(nginx(proxy, shipped("nginx.conf", proxy, site.port, *webs)))
        yield site
