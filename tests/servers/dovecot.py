"""A throw-away IMAP server: its own folder, loopback ports, any user with one password."""

import getpass
import grp
import imaplib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ports import free_port

INSTALL = "scripts/install-test-servers"
PASSWORD = "senha-de-teste"
SECONDS = 60.0
# Mail is never read as root: the server refuses.
OWNER = "nobody"

CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
mail_location = maildir:{folder}/mail/%u
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
ssl = {ssl}
default_internal_user = {owner}
default_internal_group = {group}
default_login_user = {owner}
first_valid_uid = 1
first_valid_gid = 1
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={owner} gid={group} home={folder}/home/%u
}}
"""
CERTIFICATE = """
ssl_cert = <{certificate}
ssl_key = <{key}
"""


class NotInstalled(Exception):
    def __init__(self) -> None:
        super().__init__(f"Dovecot não está instalado; instale com: sudo {INSTALL}")


@dataclass(frozen=True)
class Dovecot:
    port: int
    tls_port: int

    def deliver(self, user: str, message: bytes) -> None:
        """Puts a message into the mailbox of a user, who need not have been there before."""
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=SECONDS) as imap:
            imap.login(user, PASSWORD)
            status, said = imap.append("INBOX", "", "", message)
            assert status == "OK", said

    def unread(self, user: str) -> int:
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=SECONDS) as imap:
            imap.login(user, PASSWORD)
            imap.select("INBOX", readonly=True)
            return len(imap.uid("SEARCH", "UNSEEN")[1][0].split())


@contextmanager
def server(certificate: Path | None = None, key: Path | None = None) -> Iterator[Dovecot]:
    """A running server; with a certificate it offers TLS too."""
    program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None or not Path("/usr/lib/dovecot/imap").exists():
        raise NotInstalled
    folder = Path(tempfile.mkdtemp(prefix="guiche-imap-"))
    owner = OWNER if os.geteuid() == 0 else getpass.getuser()
    group = grp.getgrgid(pwd.getpwnam(owner).pw_gid).gr_name
    ports = Dovecot(free_port(), free_port())
    try:
        for name in ("mail", "home", "run", "state"):
            (folder / name).mkdir()
        if os.geteuid() == 0:
            folder.chmod(0o711)
            for name in ("mail", "home"):
                shutil.chown(folder / name, owner, group)
        text = CONFIGURATION.format(
            folder=folder, owner=owner, group=group, password=PASSWORD, port=ports.port,
            tls_port=ports.tls_port if certificate else 0, ssl="yes" if certificate else "no",
        )  # fmt: skip
        if certificate:
            text += CERTIFICATE.format(certificate=certificate, key=key)
        (folder / "dovecot.conf").write_text(text)
        process = subprocess.Popen(
            [program, "-F", "-c", folder / "dovecot.conf"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _wait_until_ready(process, ports.port, folder / "log")
            yield ports
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends and process.poll() is None:
        try:
            imaplib.IMAP4("127.0.0.1", port, timeout=SECONDS).logout()
        except (OSError, imaplib.IMAP4.abort):
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(log.read_text("utf-8", "replace") if log.exists() else "dovecot")
