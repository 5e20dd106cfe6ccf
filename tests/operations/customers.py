"""A desk whose calls have links, and the customers who open them with their browsers."""

import json
import sqlite3
import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from operations.machines import SECONDS, Machine, listens, until
from pki import Authority, Holder
from ports import free_port

_SET_UP = """
import json
from guiche.desk.models import CaseLink, Draft, User
user = User.objects.create_user("ana", name="Ana", role="suporte")
links = [CaseLink.create(Draft.start(user), user, browser=True) for _ in range(40)]
print(json.dumps([link.token for link in links]))
"""
VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
HOLDERS = ("valid", "expired", "stranger")


@dataclass(frozen=True)
class Desk:
    """A database with links, and the processes that may serve it."""

    folder: Path
    settings: Mapping[str, str]
    tokens: list[str]
    authority: Authority

    @classmethod
    def made(cls, folder: Path, settings: Mapping[str, str], authority: Authority) -> "Desk":
        """Migrated, with calls that wait for a certificate."""
        desk = Machine(folder, settings, "manage")
        for command, given in ((("migrate", "-v0"), ""), (("shell", "-v0"), _SET_UP)):
            done = desk.run("manage", *command, given=given)
            assert done.returncode == 0, done.stderr
        return cls(folder, settings, json.loads(done.stdout), authority)

    def link(self) -> str:
        """The address of a link that nobody opened yet."""
        return f"/c/{self.tokens.pop()}/"

    def arrived(self) -> dict[str, Any] | None:
        """The reading that came last, as it is stored."""
        query = "SELECT contract FROM desk_inspection ORDER BY id DESC LIMIT 1"
        with closing(sqlite3.connect(self.folder / "guiche.sqlite3", timeout=SECONDS)) as database:
            row = database.execute(query).fetchone()
        return json.loads(row[0]) if row else None

    def customer(
        self,
        port: int,
        holder: Holder | None = None,
        version: ssl.TLSVersion | None = None,
        host: str = "localhost",
    ) -> httpx.Client:
        """A browser in which this certificate is chosen."""
        context = ssl.create_default_context(cadata=self.authority.root.pem.decode())
        context.check_hostname = False
        if holder:
            context.load_cert_chain(*holder.write(self.folder, "customer"))
        if version:
            context.minimum_version = context.maximum_version = version

        def as_browsers_resolve(request: httpx.Request) -> None:
            """`*.localhost` is this machine; not every system knows."""
            request.extensions["sni_hostname"] = host

        return httpx.Client(
            base_url=f"https://127.0.0.1:{port}", headers={"Host": f"{host}:{port}"},
            verify=context, timeout=SECONDS, event_hooks={"request": [as_browsers_resolve]},
        )  # fmt: skip


class Acceptor(Machine):
    """`guiche acceptor`, with a certificate of the authority."""

    def __init__(self, desk: Desk) -> None:
        self.port, self.metrics_port = free_port(), free_port()
        certificate, key = desk.authority.server.write(desk.folder, "acceptor")
        own = {
            "GUICHE_ACCEPTOR_PORT": str(self.port),
            "GUICHE_ACCEPTOR_METRICS_PORT": str(self.metrics_port),
            "GUICHE_ACCEPTOR_CERTIFICATE_FILE": str(certificate),
            "GUICHE_ACCEPTOR_KEY_FILE": str(key),
        }
        super().__init__(desk.folder, {**desk.settings, **own}, "acceptor")

    def wait_until_ready(self) -> None:
        """Until it lets in."""
        until(lambda: listens(self.port) or self._ended, "a porta não atende")
        assert not self._ended, self.log.read_text("utf-8")

    @property
    def _ended(self) -> bool:
        return self.process is None or self.process.poll() is not None
