"""A throw-away PostgreSQL for tests: its own folder, a Unix socket, no port, gone afterwards."""

import getpass
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

INSTALL = "scripts/install-test-servers"
OWNER = "postgres"


class NotInstalled(Exception):
    def __init__(self) -> None:
        super().__init__(f"PostgreSQL não está instalado; instale com: sudo {INSTALL}")


def binaries() -> Path:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_version)
    found = str(versions[-1]) if versions else shutil.which("postgres")
    if found is None:
        raise NotInstalled
    return Path(found).resolve().parent


def _version(path: Path) -> int:
    return int(path.parts[-3])


@contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """The URL of a running server, without the name of a database.

    `durable`: as in service, a commit is on the disk when it returns.
    """
    programs = binaries()
    folder = Path(tempfile.mkdtemp(prefix="guiche-pg-"))
    # The server refuses to run as root.
    owner = OWNER if os.geteuid() == 0 else getpass.getuser()
    if os.geteuid() == 0:
        shutil.chown(folder, owner)
    try:
        _as(owner, folder, programs / "initdb", "-D", folder / "data", "-U", OWNER, "--auth=trust",
            "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [programs / "postgres", "-D", folder / "data", "-k", folder,
                 "-c", "listen_addresses=", "-c", f"fsync={'on' if durable else 'off'}"],
                user=owner, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            _wait_until_ready(process, owner, folder, programs)
            yield f"postgresql://{OWNER}@/?host={quote(str(folder))}"
        finally:
            process.send_signal(signal.SIGINT)  # fast shutdown: does not wait for clients
            process.wait(timeout=120)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as(owner: str, folder: Path, *command: str | Path) -> None:
    subprocess.run(command, user=owner, cwd=folder, check=True, capture_output=True)


def _wait_until_ready(
    process: subprocess.Popen[bytes], owner: str, folder: Path, programs: Path
) -> None:
    for _ in range(1200):
        answer = subprocess.run(
            [programs / "pg_isready", "-h", folder, "-q"], user=owner, cwd=folder, check=False
        )
        if answer.returncode == 0:
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError((folder / "log").read_text("utf-8", "replace"))
