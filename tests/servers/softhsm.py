"""Tokens of SoftHSM2 in a folder of their own."""

import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path

from servers import softhsm_writer

INSTALL = "scripts/install-test-servers"
MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN, SO_PIN = "1234", "12345678"

CONFIGURATION = """\
directories.tokendir = {folder}
objectstore.backend = file
slots.removable = true
log.level = ERROR
"""


class NotInstalled(Exception):
    def __init__(self) -> None:
        super().__init__(f"SoftHSM2 não está instalado; instale com: sudo {INSTALL}")


class SoftTokens:
    """Like a reader with several slots: one is always free, and its token uninitialised."""

    def __init__(self, folder: Path) -> None:
        if not MODULE.exists():
            raise NotInstalled
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
