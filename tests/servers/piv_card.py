"""A PIV card (NIST SP 800-73-4) that holds certificates and can do nothing else.

It is a program, started by `servers.smart_card` where the reader is: a client of the virtual reader
`vpcd`, which sends what a real reader would send. Every command that it gets is a line of its log.
"""

import argparse
import contextlib
import socket
import time
from pathlib import Path

ATR = bytes.fromhex("3b7d96000080318065b0831117d683009000")
OTHER_ATR = bytes.fromhex("3b0411223344")
AID = bytes.fromhex("a000000308")
OFF, ON, RESET, SEND_ATR = 0, 1, 2, 4
SELECT, VERIFY, GET_RESPONSE, GET_DATA = 0xA4, 0x20, 0xC0, 0xCB
DONE, NOT_FOUND, UNKNOWN = b"\x90\x00", b"\x6a\x82", b"\x6d\x00"
THREE_TRIES_LEFT = b"\x63\xc3"
AUTHENTICATION, SIGNATURE = "5fc105", "5fc10a"
READY_SECONDS = 60


def tlv(tag: str, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        length = bytes([size])
    else:
        octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
        length = bytes([0x80 | len(octets)]) + octets
    return bytes.fromhex(tag) + length + content


def certificate(der: bytes) -> bytes:
    return tlv("53", tlv("70", der) + tlv("71", b"\0") + tlv("fe", b""))


def objects(ders: list[bytes]) -> dict[str, bytes]:
    """What GET DATA finds: identity of the card and its capabilities, then the certificates."""
    parts = [("30", bytes(25)), ("34", bytes(range(16))), ("35", b"20301231"), ("3e", b"")]
    chuid = b"".join(tlv(tag, content) for tag, content in [*parts, ("fe", b"")])
    empty = ["f3", "f6", "f7", "fa", "fb", "fc", "fd", "fe"]
    sizes = [("f0", bytes(21)), ("f1", b"\x21"), ("f2", b"\x21"), ("f4", b"\0"), ("f5", b"\x10")]
    ccc = b"".join(tlv(*each) for each in sorted([*sizes, *((tag, b"") for tag in empty)]))
    discovery = tlv("4f", AID + bytes.fromhex("000010000100")) + tlv("5f2f", b"\x40\0")
    return {
        "5fc102": tlv("53", chuid), "5fc107": tlv("53", ccc), "7e": tlv("7e", discovery),
        **dict(zip((AUTHENTICATION, SIGNATURE), map(certificate, ders), strict=False)),
    }  # fmt: skip


class Card:
    def __init__(self, ders: list[bytes], log: Path, *, leaves: str, mute: bool) -> None:
        self.objects = objects(ders)
        self.log = log
        self.leaves = leaves
        self.atr = OTHER_ATR if mute else ATR
        self.mute = mute
        self.rest = b""

    def answer(self, apdu: bytes) -> bytes:
        with self.log.open("a") as log:
            log.write(f"{apdu.hex()}\n")
        if self.leaves and self.leaves in apdu.hex():
            raise ConnectionAbortedError
        if self.mute:
            return UNKNOWN
        _, instruction, first, _, *data = apdu
        if instruction == SELECT and first == 0x04:
            name = bytes(data[1 : 1 + data[0]])
            if not name.startswith(AID):
                return NOT_FOUND
            application = tlv("4f", bytes.fromhex("000010000100"))
            return tlv("61", application + tlv("79", tlv("4f", AID))) + DONE
        if instruction == GET_DATA:
            return self.data(bytes(data[1:]), data[1 + data[0] :])
        if instruction == GET_RESPONSE:
            return self.more(data[0] if data else 0)
        return THREE_TRIES_LEFT if instruction == VERIFY else UNKNOWN

    def data(self, wanted: bytes, expected: list[int]) -> bytes:
        tag = wanted[2 : 2 + wanted[1]].hex()
        if tag not in self.objects:
            return NOT_FOUND
        self.rest = self.objects[tag]
        return self.more(expected[0] if expected else 0)

    def more(self, expected: int) -> bytes:
        size = expected or 256
        part, self.rest = self.rest[:size], self.rest[size:]
        return part + (bytes([0x61, min(len(self.rest), 256) % 256]) if self.rest else DONE)

    def serve(self, port: int) -> None:
        with connected(port) as reader, reader.makefile("rb") as incoming:
            # vpcd sends length and payload apart, the second once the first is confirmed: at once.
            while size := int.from_bytes(incoming.read(2), "big"):
                reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
                message = incoming.read(size)
                if size > 1:
                    answer = self.answer(message)
                elif message[0] == SEND_ATR:
                    answer = self.atr
                else:
                    continue
                reader.sendall(len(answer).to_bytes(2, "big") + answer)


def connected(port: int) -> socket.socket:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("port", type=int)
    arguments.add_argument("log", type=Path)
    arguments.add_argument("ders", type=Path, nargs="*")
    arguments.add_argument("--leaves", default="", help="gone at a command that has this, in hex")
    arguments.add_argument("--mute", action="store_true", help="a card that nobody knows")
    given = arguments.parse_args()
    card = Card(
        [path.read_bytes() for path in given.ders], given.log, leaves=given.leaves, mute=given.mute
    )
    with contextlib.suppress(ConnectionAbortedError):
        card.serve(given.port)
