"""What is taken for one certificate without being looked at is what `guiche.sources` says it is."""

import random
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates import CEI, ca, e_cnpj, e_cpf, equipment, selo_eletronico
from guiche import sources
from guiche.portfolio.item import Item
from guiche.portfolio.load import Load, columns_of_load
from guiche.portfolio.plain import MOST, plain
from guiche.sources import SourceError
from guiche.sources.found import Source
from portfolio.carteira import DERS
from vectors import files

NAME = "c.cer"
AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
CERTIFICATES = [*DERS, *(each().der() for each in (ca, e_cnpj, e_cpf, equipment, selo_eletronico))]


def is_plain(content: bytes) -> bool:
    return bool(plain(pa.array([content], pa.binary()))[0])


def one_certificate(content: bytes) -> bool:
    """Whether the careful reading says that it is one certificate and nothing else."""
    try:
        reading = sources.read(content, NAME)
    except SourceError:
        return False
    places = [(found.source, found.der) for found in reading.leaves]
    return places == [(Source(NAME, "der", 0), content)] and not reading.errors


def test_certificates_are() -> None:
    assert plain(pa.array(CERTIFICATES, pa.binary())).all()


def test_a_slice_and_its_nulls_are_told_from_each_other() -> None:
    values = pa.array([b"x", None, DERS[0], b"", DERS[1], DERS[2][:-1]], pa.binary())
    assert plain(values).tolist() == [False, False, True, False, True, False]
    assert plain(values.slice(2, 3)).tolist() == [True, False, True]
    assert plain(values.slice(6)).tolist() == []


def test_no_vector_is_that_the_careful_reading_takes_otherwise() -> None:
    contents = [files.load(path)[0] for path in files.paths()]
    taken = [each for each in contents if is_plain(each)]
    assert all(map(one_certificate, taken))
    assert len(taken) > len(contents) // 2


@given(st.integers(0, 2**32 - 1))
def test_nothing_that_was_changed_is(seed: int) -> None:
    chance = random.Random(seed)
    content = bytearray(chance.choice(CERTIFICATES))
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(200) if chance.random() < 0.9 else chance.randrange(len(content))
        content[at] = chance.choice((0x02, 0x03, 0x04, 0x17, 0x18, 0x30, 0x80, 0x81, 0x82, 0xA0,
                                     content[at] ^ 1, chance.randrange(256)))  # fmt: skip
    if chance.random() < 0.2:
        content += chance.randbytes(chance.randint(1, 9))
    assert not is_plain(bytes(content)) or one_certificate(bytes(content))


@pytest.mark.parametrize("tag", [0x17, 0x18])
def test_what_has_a_time_after_its_key_is_a_list_of_revoked_ones(tag: int) -> None:
    element = b"\x30\x00"
    signed = b"\xa0\x03\x02\x01\x02" + b"\x02\x01\x01" + 5 * element + bytes([tag, 0])
    filled = signed + b"\x04\x82\x01\x00" + bytes(256)
    head = b"\x30\x82" + len(filled).to_bytes(2, "big")
    whole = head + filled + element
    content = b"\x30\x82" + len(whole).to_bytes(2, "big") + whole
    assert not one_certificate(content)
    assert not is_plain(content)
    other = content.replace(bytes([tag, 0, 4]), b"\xa3\x00\x04")
    assert one_certificate(other)
    assert is_plain(other)


def test_what_is_plain_and_what_is_not_stay_in_order() -> None:
    pasted = f"2.16.76.1.3.7=04 0c {CEI.encode().hex(' ')}".encode()
    contents = [DERS[1], b"nada", DERS[0], DERS[3] + b"\n", bytes(MOST + 1), DERS[1], pasted]
    items = tuple(Item(f"{at}.cer", content) for at, content in enumerate(contents))
    batch = columns_of_load(Load(items, AT, {})).content
    assert isinstance(batch, pa.RecordBatch)
    assert batch.column("source_name").to_pylist() == [f"{at}.cer" for at in range(7)]
    assert batch.column("enrolment_status").to_pylist() == [
        "present", None, "blank", "not_applicable", None, "present", "present"
    ]  # fmt: skip
    assert batch.column("source_kind").to_pylist()[::6] == ["der", "text"]
    assert batch.column("error_code").null_count == 5
