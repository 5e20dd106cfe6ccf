"""The service that hands readers out to programs: without it every reader seems to be empty."""

import os
import shutil
import socket
import sys
from pathlib import Path

_SOCKET = "/run/pcscd/pcscd.comm"


def start_command() -> str | None:
    """What brings `pcscd` back where it is away; None where it answers, or the system has another.

    Windows and macOS have a service of their own, which cannot be away.
    """
    if not sys.platform.startswith("linux") or _is_there():
        return None
    if shutil.which("pcscd") or Path("/usr/sbin/pcscd").exists():
        return "sudo systemctl start pcscd.socket"
    return "sudo apt-get install pcscd"


def _is_there() -> bool:
    path = os.environ.get("PCSCLITE_CSOCK_NAME", _SOCKET)
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except OSError:
            return True  # not known is not away
    return True
