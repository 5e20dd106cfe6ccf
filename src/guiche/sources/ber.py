"""BER in a file of any size, walked by its headers and never held (ITU-T X.690, 8.1)."""

from collections.abc import Iterator
from io import BufferedIOBase
from typing import NamedTuple

from guiche.icpbrasil.tlv import CONSTRUCTED, MAX_DEPTH, Malformed
from guiche.sources.place import Allowance


class Element(NamedTuple):
    """Identifier octet; offsets of the header, of the content, and of its end, which is None while
    it is not known: of an indefinite length only a walk tells it."""

    tag: int
    begin: int
    start: int
    stop: int | None


class Walker:
    """Walks one structure. All offsets lie within `size`, and each header is a step of the
    allowance. Raises `Malformed` for what is not BER, or goes on for too long."""

    def __init__(self, file: BufferedIOBase, size: int, allowance: Allowance) -> None:
        self._file = file
        self._size = size
        self._allowance = allowance

    def outer(self) -> Element:
        """The element that the file begins with."""
        return self._header(0, self._size)

    def inside(self, element: Element, tag: int) -> Iterator[Element]:
        """The children of `element`, which must carry `tag`."""
        if element.tag != tag:
            raise Malformed(f"esperava 0x{tag:02x}, há 0x{element.tag:02x}", element.begin)
        position, limit = element.start, self._size if element.stop is None else element.stop
        while element.stop is None or position < element.stop:
            child = self._header(position, limit)
            if child.tag == 0 and child.stop == child.start and element.stop is None:
                return
            yield child
            position = self._after(child)

    def raw(self, element: Element, most: int) -> bytes:
        """The whole element, header and end included; `most` octets or it is `Malformed`."""
        return self._read(element.begin, self._after(element), most)

    def content(self, element: Element, most: int, *, cut: bool = False) -> bytes:
        """The content of a string, the pieces of a constructed one joined (X.690, 8.7.3): `most`
        octets or it is `Malformed`; with `cut` the first ones."""
        parts: list[bytes] = []
        for start, stop in self._pieces(element, 0):
            part = self._read(start, min(stop, start + most) if cut else stop, most)
            most -= len(part)
            parts.append(part)
            if cut and not most:
                break
        return b"".join(parts)

    def _pieces(self, element: Element, depth: int) -> Iterator[tuple[int, int]]:
        if not element.tag & CONSTRUCTED and element.stop is not None:
            yield element.start, element.stop
            return
        if depth > MAX_DEPTH:
            raise Malformed("encaixes demais", element.begin)
        for child in self.inside(element, element.tag):
            yield from self._pieces(child, depth + 1)

    def _after(self, element: Element) -> int:
        """The offset after the element, with the end marks of indefinite lengths."""
        if element.stop is not None:
            return element.stop
        position, open_ends = element.start, 1
        while open_ends:
            child = self._header(position, self._size)
            if child.tag == 0 and child.stop == child.start:
                open_ends -= 1
            elif child.stop is None:
                open_ends += 1
                if open_ends > MAX_DEPTH:
                    raise Malformed("encaixes demais", position)
            position = child.start if child.stop is None else child.stop
        return position

    def _header(self, position: int, limit: int) -> Element:
        self._allowance.steps -= 1
        if self._allowance.steps < 0:
            raise Malformed("há pedaços demais", position)
        self._file.seek(position)
        head = self._file.read(6)
        if len(head) < 2 or limit - position < 2:
            raise Malformed("elemento cortado", position)
        tag, length = head[0], head[1]
        if tag & 0x1F == 0x1F:
            raise Malformed("identificador de vários octetos", position)
        octets = length & 0x7F if length & 0x80 else 0
        start = position + 2 + octets
        if length == 0x80:
            if not tag & CONSTRUCTED:
                raise Malformed("comprimento indefinido em elemento primitivo", position)
            return Element(tag, position, start, None)
        if octets > 4 or start > limit or len(head) < 2 + octets:
            raise Malformed("comprimento ilegível", position)
        stop = start + (int.from_bytes(head[2 : 2 + octets], "big") if octets else length)
        if stop > limit:
            cut = limit == self._size
            words = f"faltam {stop - limit} bytes no fim" if cut else "comprimento acima do espaço"
            raise Malformed(words, position)
        return Element(tag, position, start, stop)

    def _read(self, begin: int, end: int, most: int) -> bytes:
        if end - begin > most:
            raise Malformed(f"mais de {most} octetos", begin)
        self._file.seek(begin)
        data = self._file.read(end - begin)
        if len(data) < end - begin:
            raise Malformed("elemento cortado", begin)
        return data
