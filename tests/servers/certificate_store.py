"""A Chromium whose user has certificates, which are chosen without anybody's click."""

import fcntl
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser

from pki import Authority, Holder

INSTALL = "scripts/install-test-servers"
POLICIES = Path("/etc/chromium/policies/managed")
# Every Chromium of the machine reads it, so it speaks of one name that nothing else has.
HOST = "certificado.localhost"
_POLICY = {
    "AutoSelectCertificateForUrls": [json.dumps({"pattern": f"https://{HOST}:*", "filter": {}})]
}
_PASSWORD = "1234"


class NotPossible(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}; instale com: sudo {INSTALL}")


@contextmanager
def chosen_by_policy() -> Iterator[None]:
    """Within the block browsers that start choose by themselves; one block at a time."""
    with (Path(tempfile.gettempdir()) / "guiche-chromium-policy.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file = POLICIES / "guiche-tests.json"
        try:
            POLICIES.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(_POLICY), "utf-8")
        except PermissionError as error:
            raise NotPossible("Só o root escreve as políticas do Chromium") from error
        try:
            yield
        finally:
            file.unlink()


@contextmanager
def browser_with(
    like: Browser, args: list[str], home: Path, authority: Authority, *holders: Holder
) -> Iterator[Browser]:
    """A browser of its own: these certificates are installed in it, and the authority is known."""
    if shutil.which("certutil") is None or shutil.which("pk12util") is None:
        raise NotPossible("Falta o libnss3-tools")
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True)
    _run("certutil", "-N", "-d", f"sql:{store}", "--empty-password")
    root = home / "root.pem"
    root.write_bytes(authority.root.pem)
    _run("certutil", "-A", "-d", f"sql:{store}", "-n", "root", "-t", "C,,", "-i", root)
    for number, holder in enumerate(holders):
        container = home / f"{number}.p12"
        container.write_bytes(holder.pkcs12(_PASSWORD))
        _run("pk12util", "-i", container, "-d", f"sql:{store}", "-W", _PASSWORD, "-K", "")
    environment: dict[str, str | float | bool] = {**os.environ, "HOME": str(home)}
    browser = like.browser_type.launch(
        executable_path=shutil.which("chromium"), args=args, env=environment
    )
    try:
        yield browser
    finally:
        browser.close()


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
