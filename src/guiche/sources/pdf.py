"""PDF: its signatures (ISO 32000-2, 12.8), found by a scan that decodes nothing.

A signature names the two parts of the file that it covers, and its own value stands between them in
hexadecimal. So it is never compressed, and a file of any size is read once, in pieces.
"""

import re
from collections.abc import Iterator
from io import BufferedIOBase, BytesIO

from guiche.sources import cms, pkcs7
from guiche.sources.ber import Walker
from guiche.sources.errors import DamagedError, NoCertificateError, SignerMissingError, SourceError
from guiche.sources.place import Allowance
from guiche.sources.signatures import MAX_SIGNATURES, Document, Signed

MAX_CONTENTS = 8 * 1024 * 1024
"""Characters between `<` and `>`: programs reserve 16 to 60 thousand."""
MAX_CONTENTS_IN_ALL = 64 * 1024 * 1024

_CHUNK = 1 << 20
_NEAR = 1 << 17
_RANGES = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]")
_BEGINS = re.compile(rb"/ByteRange\s{0,64}\[")
_LONGEST_RANGES = 256
_CONTENTS = re.compile(rb"/Contents\s{0,64}<([0-9A-Fa-f\s]*)(>?)")
_OPEN, _CLOSED = b"<", b">"
_END_OF_OBJECT, _OBJECT_STREAM = b"endobj", b"/ObjStm"


def read(file: BufferedIOBase, size: int, allowance: Allowance) -> Document:
    """The signatures of the PDF of `size` octets, and the certificates that came with them.

    Raises `NoCertificateError` where there is none to be seen, `DamagedError`.
    """
    scan = _Scan(file, size, allowance)
    for mark in scan.marks():
        scan.add(mark)
    if scan.signatures:
        return Document(scan.signatures, scan.certificates)
    if scan.compressed:
        raise NoCertificateError(
            "Não achei assinatura neste PDF; partes dele estão comprimidas, e não foram abertas."
        )
    raise NoCertificateError("É um PDF sem assinatura digital.")


class _Scan:
    """One reading of the file, and what all of its signatures together may still take."""

    def __init__(self, file: BufferedIOBase, size: int, allowance: Allowance) -> None:
        self._file = file
        self._size = size
        self._allowance = allowance
        self._room = MAX_CONTENTS_IN_ALL
        self._seen: set[bytes] = set()
        self.compressed = False
        self.certificates: list[bytes] = []
        self.signatures: list[Signed] = []

    def marks(self) -> Iterator[int]:
        """Where each `/ByteRange` stands that begins a list; the whole file is read once."""
        buffer = bytearray(_LONGEST_RANGES + _CHUNK)  # one, since a new one each time costs more
        position = kept = 0
        while True:
            self._file.seek(position)
            count = self._file.readinto(memoryview(buffer)[kept:])
            if not count:
                return
            filled = kept + count
            ends = position + count >= self._size
            last = filled if ends else max(0, filled - _LONGEST_RANGES)
            for mark in _BEGINS.finditer(buffer, 0, filled):
                if mark.start() < last:
                    yield position - kept + mark.start()
            self.compressed = self.compressed or buffer.find(_OBJECT_STREAM, 0, filled) >= 0
            position += count
            buffer[: filled - last] = buffer[last:filled]
            kept = filled - last

    def add(self, mark: int) -> None:
        """Adds the signature whose `/ByteRange` stands at `mark`."""
        try:
            value, signs = self._value(mark)
            if value in self._seen:  # the same one again, in a copy of its object
                return
            self._seen.add(value)
            found = list(self._signed(value, signs))
        except SourceError as error:
            # Its frames hold the pieces of the file that it was found in.
            found = [Signed(error.with_traceback(None))]
        if len(self.signatures) + len(found) > MAX_SIGNATURES:
            raise DamagedError(f"há mais de {MAX_SIGNATURES} assinaturas")
        self.signatures += found

    def _signed(self, value: bytes, signs: str) -> Iterator[Signed]:
        if not value.strip(b"\0"):
            raise SignerMissingError("O lugar da assinatura está vazio: ninguém assinou ali.")
        if not value.startswith(b"\x30"):
            raise SignerMissingError("A assinatura é de um formato que não é lido aqui.")
        data = pkcs7.read(Walker(BytesIO(value), len(value), self._allowance))
        self.certificates += data.certificates
        for signed in cms.read(data).signatures:
            stamp = "carimbo do tempo sobre " if signed.stamp else ""
            yield signed._replace(signs=f"{stamp}{signs}" if signs else "")
        if not data.signers:
            raise SignerMissingError("A assinatura não diz quem assinou.")

    def _value(self, mark: int) -> tuple[bytes, str]:
        """The value of a signature, and what it covers where its ranges are right."""
        ranges = _RANGES.match(self._read(mark, _LONGEST_RANGES))
        if ranges:
            begin, length, end, rest = map(int, ranges.groups())
            begin += length
            gap = b""
            if begin < end <= min(self._size, begin + MAX_CONTENTS):
                gap = self._contents(begin, end)
            if gap.startswith(_OPEN) and gap.endswith(_CLOSED):
                whole = end + rest >= self._size
                part = "o arquivo inteiro" if whole else "uma versão anterior do arquivo"
                return _octets(gap[1:-1]), part
        return _octets(self._contents_near(mark)), ""

    def _contents_near(self, mark: int) -> bytes:
        """Where the ranges are wrong, the `/Contents` of the same object, before them or after."""
        match = None
        for reach in (_NEAR, MAX_CONTENTS):
            start = max(0, mark - reach)
            around = self._contents(start, min(self._size, mark + reach))
            stop = around.find(_END_OF_OBJECT, mark - start)
            match = _CONTENTS.search(
                around,
                around.rfind(_END_OF_OBJECT, 0, mark - start) + 1,
                stop if stop >= 0 else len(around),
            )
            if match and match[2]:
                return match[1]
        words = "não termina" if match else "não está nela"
        raise DamagedError(f"o conteúdo da assinatura {words}")

    def _contents(self, begin: int, end: int) -> bytes:
        """A part of the file that a signature may fill; all of them share one allowance."""
        self._room -= end - begin
        if self._room < 0:
            raise DamagedError("as assinaturas são grandes demais")
        return self._read(begin, end - begin)

    def _read(self, begin: int, size: int) -> bytes:
        self._file.seek(begin)
        return self._file.read(size)


def _octets(hexadecimal: bytes) -> bytes:
    digits = b"".join(hexadecimal.split())
    try:
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    except ValueError:
        raise DamagedError("a assinatura não está em hexadecimal") from None
