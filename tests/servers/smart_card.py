"""A smart card in the reader of a real `pcscd`, in namespaces of its own.

The virtual reader listens on all interfaces, so it gets a network that nobody else sees; `/run` is
its own too, so that several run side by side and none meets the machine's readers. Programs reach
it by the socket that `environment` names.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from servers import piv_card

INSTALL = "scripts/install-test-servers"
DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
PCSCD = "/usr/sbin/pcscd"
PORT = 35963
READY_SECONDS = 60
SPACES = ("--net", "--mount", "--pid", "--fork", "--kill-child")

START = """
ip link set lo up
mount -t tmpfs none /run && mkdir /run/pcscd && mount --bind "$FOLDER" /run/pcscd || exit
"$PCSCD" --foreground &
"$@" &
wait
"""


class NotInstalled(Exception):
    def __init__(self) -> None:
        super().__init__(f"pcscd, vpcd ou espaços de nomes em falta; instale com: sudo {INSTALL}")


@dataclass(frozen=True)
class SmartCard:
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to find the reader."""
        return {"PCSCLITE_CSOCK_NAME": str(self.folder / "pcscd.comm")}

    @property
    def commands(self) -> list[bytes]:
        """Every command that the card got, in order."""
        return [bytes.fromhex(line) for line in (self.folder / "log").read_text().split()]


def is_installed() -> bool:
    if not DRIVER.exists() or not Path(PCSCD).exists() or not shutil.which("ip"):
        return False
    return not subprocess.run(["unshare", *SPACES, "true"], check=False).returncode


@contextmanager
def inserted(*ders: bytes, leaves: str = "", mute: bool = False) -> Iterator[SmartCard]:
    """A reader with a card that holds up to two certificates, or without certificates no card.

    `leaves`: the card is pulled out at the first command that has these bytes, in hex.
    `mute`: it is of a kind that no program knows.
    """
    if not is_installed():
        raise NotInstalled
    folder = Path(tempfile.mkdtemp(prefix="guiche-card-"))
    try:
        options = [*(["--leaves", leaves] if leaves else []), *(["--mute"] if mute else [])]
        with _running(folder, ders, options):
            yield SmartCard(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(folder: Path, ders: tuple[bytes, ...], options: list[str]) -> Iterator[None]:
    paths = [folder / f"{number}.der" for number, _ in enumerate(ders)]
    for path, der in zip(paths, ders, strict=True):
        path.write_bytes(der)
    card = [sys.executable, piv_card.__file__, str(PORT), str(folder / "log"), *map(str, paths)]
    program = [*card, *options] if ders else ["sleep", "infinity"]
    process = subprocess.Popen(
        ["unshare", *SPACES, "sh", "-c", START, "sh", *program],
        env={**os.environ, "FOLDER": str(folder), "PCSCD": PCSCD}, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        _wait(process, folder, card=bool(ders))
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(process: "subprocess.Popen[bytes]", folder: Path, *, card: bool) -> None:
    """Until OpenSC sees the card, or the reader."""
    wanted = b"Yes" if card else b"No"
    environment = {**os.environ, **SmartCard(folder).environment}
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        seen = subprocess.run(
            ["opensc-tool", "--list-readers"], env=environment, check=False, capture_output=True
        )
        if wanted in seen.stdout:
            return
        time.sleep(0.05)
    raise AssertionError("o leitor virtual não respondeu")
