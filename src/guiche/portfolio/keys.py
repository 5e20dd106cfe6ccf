"""What may hold a private key, told by its name or its beginning: it is not opened to be told.

Rather too much than too little: every key of RFC 5208, 5915 and 8017 and every PKCS#12 (RFC 7292)
begins by a version, where a certificate begins by a structure.
"""

from pathlib import Path

from guiche.portfolio import archives
from guiche.sources import SourceError
from guiche.sources.reading import MAX_INPUT

NAMES = (".pfx", ".p12", ".key")
"""How the name of such a file ends."""
_PEM_KEY = b"PRIVATE KEY"
_SEQUENCE, _INTEGER = 0x30, 0x02


def may_hold(name: str, content: bytes) -> bool:
    """Whether this content of a file may hold one."""
    return name.lower().endswith(NAMES) or begins_as(content)


def begins_as(content: bytes) -> bool:
    """Whether it begins as what holds one; one in PEM may stand anywhere."""
    if _PEM_KEY in content:
        return True
    first = 2 + (content[1] & 0x7F if content[1] & 0x80 else 0) if len(content) > 2 else 0
    return content[:1] == bytes([_SEQUENCE]) and content[first : first + 1] == bytes([_INTEGER])


def may_be_in(path: Path) -> bool:
    """Whether a file, or one inside of it where it is a ZIP or tar, may hold one."""
    with path.open("rb") as file:
        head = file.read(MAX_INPUT)
    if kind := archives.kind_of(head):
        return _may_be_inside(str(path), kind)
    return may_hold(path.name, head)


def _may_be_inside(path: str, kind: str) -> bool:
    try:
        return any(
            may_hold(name, content if isinstance(content, bytes) else b"")
            for name, content in archives.members(path, kind)
        )
    except SourceError:
        return False  # whoever reads it says why it cannot be read
