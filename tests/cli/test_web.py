"""`guiche web` ends in order, also while a process of it is still starting."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ports import free_port

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="precisa de /proc, que só o Linux tem"
)
SECONDS = 120.0
STARTS_SLOWLY = """
import sys, time
import granian.server.common as server
server.load_target = lambda *_, **__: time.sleep(600)
from guiche.cli import main
sys.argv = ["guiche", "web", "--port", sys.argv[1], "--workers", "2"]
main()
"""


def test_what_is_still_starting_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GUICHE_")}
    environment["GUICHE_DATA"] = str(tmp_path)
    migrate = (sys.executable, "-m", "guiche", "manage", "migrate", "-v0")
    subprocess.run(migrate, env=environment, check=True)
    process = subprocess.Popen(
        [sys.executable, "-c", STARTS_SLOWLY, str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    deadline = time.monotonic() + SECONDS
    while len(children.read_text("ascii").split()) < 2:
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=SECONDS)
    assert "refused" not in output
    assert process.returncode == 0
