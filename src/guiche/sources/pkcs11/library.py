"""Why a file cannot be loaded as a module: the loader says it in English, and in many ways."""

import sys
from pathlib import Path
from typing import NamedTuple

_HEAD = 4096


class _Kind(NamedTuple):
    """What a program file says of itself: its format, 32 or 64 bits where told, its processor."""

    format: str
    bits: int
    machine: bytes


def unfit(path: Path) -> str:
    """What keeps this file from being loaded here, in words; "" where its head does not tell."""
    kind, ours = _kind(_head(path)), _kind(_head(Path(sys.executable)))
    if kind is None:
        return "não é uma biblioteca"
    if ours is None or kind == ours:
        return ""
    if kind.format != ours.format:
        return "é de outro sistema operacional"
    if kind.bits != ours.bits:
        return f"é de {kind.bits} bits, e este Python é de {ours.bits}"
    return "é de outro tipo de processador"


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)


def _kind(head: bytes) -> _Kind | None:
    if head.startswith(b"\x7fELF"):
        return _Kind("ELF", 64 if head[4:5] == b"\2" else 32, head[18:20])
    if head.startswith(b"MZ"):
        start = int.from_bytes(head[60:64], "little")
        machine, magic = head[start + 4 : start + 6], head[start + 24 : start + 26]
        return _Kind("PE", 64 if magic == b"\x0b\x02" else 32, machine)
    if head[:4] in (b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"):
        return _Kind("Mach-O", 64, b"")  # one file may hold several processors
    return None
