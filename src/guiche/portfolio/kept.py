"""Where the compiled fast path is kept, so that it is compiled once.

It is kept under the name of the code that it was made of, all of it: numba itself looks at the one
file in which a function stands, and would go on with what it calls as that was before. The place is
the user's, so that an installation may be read-only; where even that cannot be written, each
process compiles for itself.
"""

import os
import tempfile
from functools import cache
from hashlib import sha256
from pathlib import Path

_FILES = ("compiled.py", "moulds.py", "walk.py", "judge.py")


def is_kept() -> bool:
    """Whether it was compiled here before."""
    here = place()
    return here is not None and any(here.rglob("*.nbi"))


@cache
def place() -> Path | None:
    """The folder, which is there; None where none can be made."""
    here = Path(__file__).parent
    digest = sha256(b"".join((here / name).read_bytes() for name in _FILES)).hexdigest()[:16]
    for folder in _folders():
        found = Path(folder) / f"guiche-{os.getuid() if hasattr(os, 'getuid') else 0}" / digest
        try:
            found.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(found, os.W_OK):
            return found
    return None


def _folders() -> list[str]:
    if chosen := os.environ.get("NUMBA_CACHE_DIR"):
        return [chosen]
    cache_home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return [cache_home, tempfile.gettempdir()]
