"""A PostgreSQL that can be killed, and started again over the same files."""

import getpass
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import postgresql

PORT = 5432


class Server:
    """Runs while in `with`; `url` names its only database. It also listens at `address`."""

    def __init__(self, address: str = "") -> None:
        self._address = address
        self._programs = postgresql.binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="guiche-pg-"))
        self._owner = postgresql.OWNER if os.geteuid() == 0 else getpass.getuser()
        self.url = f"postgresql://{postgresql.OWNER}@/postgres?host={quote(str(self.folder))}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Server":
        if os.geteuid() == 0:
            shutil.chown(self.folder, self._owner)
        self._run("initdb", "-D", "data", "-U", postgresql.OWNER, "--auth=trust", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        if self._address:
            with (self.folder / "data" / "pg_hba.conf").open("a") as rules:
                rules.write("host all all samenet trust\n")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, seconds: float = 120) -> None:
        """Until it answers; what a killed one left behind may keep it waiting."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            if self._process is None or self._process.poll() is not None:
                self._process = self._spawn()
            if self._run("pg_isready", "-h", str(self.folder), "-q", check=False) == 0:
                return
            time.sleep(0.1)
        raise RuntimeError((self.folder / "log").read_text("utf-8", "replace")[-2000:])

    def kill(self) -> None:
        """SIGKILL to the postmaster, as when memory runs out."""
        assert self._process
        self._process.kill()
        self._process.wait()

    def _spawn(self) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [self._programs / "postgres", "-D", "data", "-k", str(self.folder), "-F",
                 "-c", f"listen_addresses={self._address}", "-c", f"port={PORT}"],
                user=self._owner, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def _run(self, name: str, *options: str, check: bool = True) -> int:
        return subprocess.run(
            [self._programs / name, *options],
            user=self._owner, cwd=self.folder, check=check, capture_output=True,
        ).returncode  # fmt: skip
