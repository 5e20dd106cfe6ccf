"""The reader of tag-length-value: every form of length, every limit, never past the buffer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiche.icpbrasil.tlv import MAX_DEPTH, MAX_ELEMENTS, MAX_SIZE, Malformed, Reader

contents = st.binary(max_size=300)


def element(tag: int, content: bytes, octets: int = 0) -> bytes:
    """An element with a length of `octets` octets, the fewest without."""
    if not octets and len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    octets = octets or (len(content).bit_length() + 7) // 8
    return bytes([tag, 0x80 | octets]) + len(content).to_bytes(octets, "big") + content


def indefinite(tag: int, content: bytes) -> bytes:
    return bytes([tag, 0x80]) + content + b"\0\0"


def children(der: bytes) -> list[tuple[int, bytes]]:
    return [(tag, der[start:stop]) for tag, start, stop in Reader(der).children(0, len(der))]


@given(st.lists(st.tuples(st.sampled_from([0x04, 0x30, 0x31, 0x80, 0xA0, 0x0C]), contents)))
def test_reads_back_what_was_written(elements: list[tuple[int, bytes]]) -> None:
    assert children(b"".join(element(tag, content) for tag, content in elements)) == elements


@given(contents, st.integers(1, 4))
def test_lengths_that_are_not_minimal_are_read_and_noted(content: bytes, octets: int) -> None:
    if len(content) >= 1 << 8 * octets:
        return
    der = element(0x04, content, octets)
    reader = Reader(der)
    ((_, start, stop),) = reader.children(0, len(der))
    assert der[start:stop] == content
    assert ("non_minimal_length" in reader.quirks) == (der != element(0x04, content))


@given(st.lists(contents), st.integers(1, MAX_DEPTH - 1))
def test_indefinite_lengths_nest(pieces: list[bytes], depth: int) -> None:
    inner = b"".join(element(0x04, piece) for piece in pieces)
    der = inner
    for _ in range(depth):
        der = indefinite(0x24, der)
    reader = Reader(der)
    (whole,) = reader.children(0, len(der))
    assert reader.content(whole) == b"".join(pieces)
    assert reader.quirks == {"indefinite_length"}


@given(st.binary(max_size=200))
def test_any_bytes_are_read_within_the_buffer_or_refused(der: bytes) -> None:
    try:
        found = Reader(der).children(0, len(der))
    except Malformed:
        return
    assert all(2 <= start <= stop <= len(der) for _, start, stop in found)


@given(st.binary(min_size=1, max_size=100), st.data())
def test_a_cut_element_is_refused(content: bytes, data: st.DataObject) -> None:
    der = element(0x30, content)
    cut = der[: data.draw(st.integers(1, len(der) - 1))]
    with pytest.raises(Malformed):
        Reader(cut).children(0, len(cut))


@pytest.mark.parametrize(
    "der",
    [
        bytes.fromhex("1f8101 00"),  # a tag of several octets
        bytes.fromhex("0480 0000"),  # indefinite and primitive
        bytes.fromhex("3085 0100000000"),  # a length of five octets
        bytes.fromhex("3080 0401 61"),  # no end of contents
        bytes.fromhex("30"),
    ],
)
def test_refuses(der: bytes) -> None:
    with pytest.raises(Malformed):
        Reader(der).children(0, len(der))


def test_depth_is_bounded() -> None:
    der = b"\x30\x80" * (MAX_DEPTH + 8) + b"\0\0" * (MAX_DEPTH + 8)
    with pytest.raises(Malformed, match="encaixes"):
        Reader(der).children(0, len(der))
    pieces = b""
    for _ in range(MAX_DEPTH + 8):
        pieces = element(0x24, pieces)
    reader = Reader(pieces)
    (whole,) = reader.children(0, len(pieces))
    with pytest.raises(Malformed, match="encaixes"):
        reader.content(whole)


def test_count_and_size_are_bounded() -> None:
    many = element(0x05, b"") * (MAX_ELEMENTS + 1)
    with pytest.raises(Malformed, match="elementos"):
        Reader(many).children(0, len(many))
    open_ended = indefinite(0x30, many)
    with pytest.raises(Malformed, match="elementos"):
        Reader(open_ended).children(0, len(open_ended))
    with pytest.raises(Malformed, match="limite"):
        Reader(bytes(MAX_SIZE + 1))
