"""A writer of compound files (MS-CFB), as far as Outlook messages (MS-OXMSG) need."""

import struct
from dataclasses import dataclass
from itertools import pairwise

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD

Node = bytes | dict[str, "Node"]
"""The content of a stream, or the streams and storages of a storage."""


@dataclass
class Entry:
    name: str
    kind: int
    right: int = FREE
    child: int = FREE
    start: int = END
    size: int = 0

    def packed(self) -> bytes:
        text = (self.name + "\0").encode("utf-16-le")
        return struct.pack(
            "<64sHBBIII36xIQ",
            *(text, len(text), self.kind, 1, FREE, self.right, self.child, self.start, self.size),
        )


def compound(root: dict[str, Node]) -> bytes:
    """Streams under 4096 octets belong into a ministream; here all are filled up beyond that."""
    entries: list[Entry] = []
    streams: list[tuple[Entry, bytes]] = []

    def add(name: str, node: Node) -> int:
        index = len(entries)
        stream = isinstance(node, bytes)
        entries.append(Entry(name, 2 if stream else 1 if index else 5))
        if isinstance(node, bytes):
            streams.append((entries[index], node))
        elif node:
            children = [add(child, inner) for child, inner in sorted(node.items())]
            entries[index].child = children[0]
            for one, following in pairwise(children):
                entries[one].right = following
        return index

    add("Root Entry", root)
    directory_sectors = -(-len(entries) // 4)
    fat: list[int] = [FAT, *range(2, directory_sectors + 1), END]
    sectors: list[bytes] = []
    for entry, content in streams:
        count = max(-(-len(content) // SECTOR), 8)
        entry.start, entry.size = len(fat), max(len(content), 4096)
        fat += [*range(len(fat) + 1, len(fat) + count), END]
        sectors.append(content.ljust(count * SECTOR, b"\0"))
    assert len(fat) <= SECTOR // 4, "one sector of FAT is all this writer knows"
    directory = b"".join(entry.packed() for entry in entries)
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(SECTOR, b"\xff")
    return (
        _header() + table + directory.ljust(directory_sectors * SECTOR, b"\0") + b"".join(sectors)
    )


def _header() -> bytes:
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    head += struct.pack(
        "<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0, 0
    )
    return head.ljust(SECTOR, b"\xff")


def message(*attachments: tuple[str, bytes], body: str = "", inside: Node | None = None) -> bytes:
    """An Outlook message."""
    root: dict[str, Node] = {"__properties_version1.0": bytes(32)}
    if body:
        root["__substg1.0_1000001F"] = body.encode("utf-16-le")
    for number, (name, content) in enumerate(attachments):
        root[f"__attach_version1.0_#{number:08X}"] = {
            "__substg1.0_3707001F": name.encode("utf-16-le"),
            "__substg1.0_37010102": content,
        }
    if inside is not None:
        root["__attach_version1.0_#000000FF"] = {"__substg1.0_3701000D": inside}
    return compound(root)
