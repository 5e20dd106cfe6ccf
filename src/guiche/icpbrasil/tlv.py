"""A bounded reader of BER/DER tag-length-value structures (ITU-T X.690, 8.1).

It hands out offsets, never copies, never looks past the buffer, and accepts what certificate
authorities really wrote (indefinite and non-minimal lengths), remembering each such departure.
"""

MAX_SIZE = 1 << 20  # octets; the largest certificates of the field have some kilobytes
MAX_DEPTH = 32
MAX_ELEMENTS = 20_000

TLV = tuple[int, int, int]
"""Identifier octet, offset of the first content octet, offset after the last one."""

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OBJECT_IDENTIFIER = 1, 2, 3, 4, 5, 6
UTF8, NUMERIC, PRINTABLE, TELETEX, IA5, VISIBLE, UNIVERSAL, BMP = 12, 18, 19, 20, 22, 26, 28, 30
UTC_TIME, GENERALIZED_TIME = 23, 24
SEQUENCE, SET = 0x30, 0x31
CONSTRUCTED = 0x20


class Malformed(ValueError):
    """The octets are not the structure they claim to be; says what and where."""

    def __init__(self, problem: str, offset: int) -> None:
        super().__init__(f"{problem} (octeto {offset})")
        self.offset = offset


class Reader:
    """Reads one buffer; `quirks` collects the codes of what is not DER but can be read."""

    __slots__ = ("_left", "der", "quirks")

    def __init__(self, der: bytes) -> None:
        if len(der) > MAX_SIZE:
            raise Malformed(f"{len(der)} octetos, acima do limite de {MAX_SIZE}", 0)
        self.der = der
        self.quirks: set[str] = set()
        self._left = MAX_ELEMENTS

    def children(self, start: int, stop: int) -> list[TLV]:
        """All elements that fill `der[start:stop]` exactly. Raises `Malformed`."""
        der = self.der
        found = []
        try:
            while start < stop:
                # Runs some seventy times a certificate: the common cases are kept in line.
                tag = der[start]
                length = der[start + 1]
                if length < 0x80:
                    body = start + 2
                    end = after = body + length
                elif length == 0x82 and der[start + 2]:
                    body = start + 4
                    end = after = body + (der[start + 2] << 8) + der[start + 3]
                else:
                    body, end, after = self._long_form(start, stop, 0)
                if tag & 0x1F == 0x1F:
                    raise Malformed("identificador de vários octetos", start)
                if after > stop:
                    raise Malformed("comprimento maior que o espaço", start)
                found.append((tag, body, end))
                start = after
        except IndexError:
            raise Malformed("elemento cortado", start) from None
        self._left -= len(found)
        if self._left < 0:
            raise Malformed(f"mais de {MAX_ELEMENTS} elementos", start)
        return found

    def first(self, start: int, stop: int) -> tuple[TLV, int]:
        """The element at `start` and the offset after it, which may lie before `stop`."""
        if stop - start < 2:
            raise Malformed("elemento cortado", start)
        tag, length = self.der[start], self.der[start + 1]
        if tag & 0x1F == 0x1F:
            raise Malformed("identificador de vários octetos", start)
        if length < 0x80:
            body, end, after = start + 2, start + 2 + length, start + 2 + length
        else:
            body, end, after = self._long_form(start, stop, 0)
        if after > stop:
            raise Malformed("comprimento maior que o espaço", start)
        return (tag, body, end), after

    def inside(self, element: TLV, tag: int) -> list[TLV]:
        """The children of `element`, which must carry `tag`."""
        if element[0] != tag:
            raise Malformed(f"esperava 0x{tag:02x}, há 0x{element[0]:02x}", element[1])
        return self.children(element[1], element[2])

    def content(self, element: TLV, depth: int = 0) -> bytes:
        """The content octets; the pieces of a constructed string are joined (X.690, 8.7.3)."""
        tag, start, stop = element
        if not tag & CONSTRUCTED:
            return self.der[start:stop]
        if depth > MAX_DEPTH:
            raise Malformed("encaixes demais", start)
        return b"".join(self.content(piece, depth + 1) for piece in self.children(start, stop))

    def _long_form(self, start: int, stop: int, depth: int) -> tuple[int, int, int]:
        octets = self.der[start + 1] & 0x7F
        body = start + 2 + octets
        if not octets:
            end = self._end_of_contents(start, stop, depth)
            return body, end, end + 2
        if octets > 4 or body > stop:
            raise Malformed("comprimento ilegível", start)
        length = int.from_bytes(self.der[start + 2 : body], "big")
        if length < 0x80 or length < 1 << (8 * octets - 8):
            self.quirks.add("non_minimal_length")
        return body, body + length, body + length

    def _end_of_contents(self, start: int, stop: int, depth: int) -> int:
        """Offset of the two zero octets that close the indefinite form opened at `start`."""
        if not self.der[start] & CONSTRUCTED:
            raise Malformed("comprimento indefinido em elemento primitivo", start)
        if depth >= MAX_DEPTH:
            raise Malformed("encaixes demais", start)
        self.quirks.add("indefinite_length")
        position = start + 2
        while position + 2 <= stop:
            if self.der[position] == 0 and self.der[position + 1] == 0:
                return position
            self._left -= 1
            if self._left < 0:
                raise Malformed(f"mais de {MAX_ELEMENTS} elementos", position)
            if self.der[position + 1] < 0x80:
                position += 2 + self.der[position + 1]
            else:
                position = self._long_form(position, stop, depth + 1)[2]
        raise Malformed("comprimento indefinido sem fim", start)
