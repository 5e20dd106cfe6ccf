"""Tokens of SoftHSM2 in a folder of their own."""

import os
import shutil
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from servers import softhsm_writer

INSTALL = "scripts/install-test-servers"
MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
MEMORY = Path("/dev/shm")
PIN, SO_PIN = "1234", "12345678"

CONFIGURATION = """\
directories.tokendir = {folder}
objectstore.backend = file
slots.removable = true
log.level = ERROR
"""


class SoftTokens:
    """Like a reader with several slots: one is always free, and its token uninitialised."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "tokens"
        self.folder.mkdir()
        self._configuration = folder / "softhsm2.conf"
        self._configuration.write_text(CONFIGURATION.format(folder=self.folder))

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to find the tokens."""
        return {"SOFTHSM2_CONF": str(self._configuration)}

    def add(self, label: str, ders: Iterable[bytes] = ()) -> Path:
        """A new token with these certificates, the folder that it is; b"" is one without value."""
        before = set(self.folder.iterdir())
        self._run(
            "softhsm2-util", "--init-token", "--free", "--label", label,
            "--so-pin", SO_PIN, "--pin", PIN,
        )  # fmt: skip
        lines = b"".join(b64encode(der) + b"\n" for der in ders)
        if lines:
            writer = [sys.executable, softhsm_writer.__file__, str(MODULE), label, PIN]
            self._run(*writer, given=lines)
        (folder,) = set(self.folder.iterdir()) - before
        return folder

    def _run(self, *command: str, given: bytes = b"") -> None:
        done = subprocess.run(
            command, input=given, capture_output=True, check=False,
            env={**os.environ, **self.environment},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


@contextmanager
def soft_tokens() -> Iterator[SoftTokens]:
    """In memory where there is such a folder: the module waits for the disk at every object."""
    folder = tempfile.mkdtemp(prefix="guiche-tokens-", dir=MEMORY if MEMORY.is_dir() else None)
    try:
        yield SoftTokens(Path(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
