"""The compiled walk says what the careful reader says, to the letter, or refuses."""

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from certificates import (
    CEI,
    ZEROS,
    application,
    ca,
    cf_e_sat,
    e_cnpj,
    e_cpf,
    equipment,
    field,
    om_br,
    other_pki,
    pf_2024,
    selo_eletronico,
    timestamp,
)  # fmt: skip
from guiche.icpbrasil import inspect
from guiche.portfolio import SCHEMA, fast
from guiche.portfolio.columns import columns_of
from guiche.portfolio.fast import Reader
from vectors import files

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
PLAIN = [
    e_cnpj(cei=ZEROS), e_cnpj(cei=CEI), e_cnpj(cei=None), e_cnpj(cei=" " * 12),
    e_cnpj(cei="115830024984"), e_cnpj(cei="11583002498X"), e_cnpj(cei="11583 002498"),
    e_cpf(), e_cpf(cei=ZEROS), e_cpf(cei=None), pf_2024(), selo_eletronico(),
]  # fmt: skip
OTHERS = [
    ca(), equipment(), application(), timestamp(), cf_e_sat(), om_br(), other_pki(),
    e_cnpj().with_names(field(6, CEI)), e_cnpj(cei="1234567"), e_cnpj(cn="SEM NUMERO LTDA"),
    e_cnpj(cn="PADARIA DO ZÉ LTDA:11222333000181"), e_cnpj(cn="OUTRO:11444777000161"),
    e_cnpj(cn="A" * 70), e_cnpj(cn=" : "), e_cnpj(cn=":11222333000181"),
    e_cpf(cn="JOSÉ DA SILVA ÇÃO:11144477735"), e_cpf(cei="111444777351"),
    e_cpf(cei="123456789091"),
]  # fmt: skip
DERS = [each.der() for each in (*PLAIN, *OTHERS)]


def rows(arrays: Sequence[pa.Array]) -> list[dict[str, Any]]:
    return pa.Table.from_arrays(list(arrays), schema=SCHEMA).to_pylist()  # type: ignore[no-any-return]


def compared(
    ders: Iterable[bytes | None], at: datetime | None = AT, reader: Reader | None = None
) -> int:
    """Asserts that both say the same of each; how many the compiled walk did not refuse."""
    refused: list[bytes] = []
    whole = pa.array(list(ders), pa.binary())

    def careful(der: bytes, *, at: datetime | None) -> Any:
        refused.append(der)
        return inspect(der, at=at)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fast, "_careful", careful)
        said = rows((reader or Reader()).columns(whole, at))
    each = (None if der is None else inspect(der, at=at) for der in whole.to_pylist())
    wanted = rows(columns_of(each))
    for one, other, der in zip(said, wanted, whole.to_pylist(), strict=True):
        assert one == other, der.hex()
    return sum(der is not None for der in whole.to_pylist()) - len(refused)


def test_what_is_plain_is_not_refused() -> None:
    assert compared([each.der() for each in PLAIN]) == len(PLAIN)


@pytest.mark.parametrize("number", range(len(OTHERS)))
def test_every_profile(number: int) -> None:
    compared([OTHERS[number].der(), PLAIN[0].der(), OTHERS[number].der()])


def test_every_vector() -> None:
    ders = [files.load(path)[0] for path in files.paths()]
    assert compared(ders) > 30
    assert compared([*DERS, *ders, *DERS]) > 30


@pytest.mark.parametrize(
    "at",
    [None, *(moment + step for moment in (PLAIN[0].not_before, PLAIN[0].not_after)
             for step in (timedelta(microseconds=-1), timedelta(), timedelta(microseconds=1)))],
)  # fmt: skip
def test_at_the_ends_of_the_validity(at: datetime | None) -> None:
    assert compared([PLAIN[0].der()], at) == 1


def test_nulls_slices_and_nothing() -> None:
    reader = Reader()
    assert compared([], reader=reader) == 0
    assert compared([None, None], reader=reader) == 0
    assert compared([None, DERS[0], None, DERS[0][:-1], b""], reader=reader) == 1
    sliced = pa.array([b"x", DERS[1], DERS[0]], pa.binary())[1:]
    said = rows(reader.columns(sliced, AT))
    assert said == rows(columns_of(inspect(der, at=AT) for der in sliced.to_pylist()))


def test_the_same_mould_with_other_values_is_known() -> None:
    reader = Reader()
    people = [e_cnpj(cei=f"{number:012}", cn=f"EMPRESA {number} LTDA:11222333000181").der()
              for number in range(300)]  # fmt: skip
    assert compared(people, reader=reader) > 290
    assert reader.moulds < 3


def test_more_moulds_than_there_is_room_for() -> None:
    reader = Reader(most=4)
    for _ in range(3):
        compared(DERS, reader=reader)


def mutated(chance: random.Random, der: bytes) -> bytes:
    """As damage and liars make it: octets changed, cut out, doubled, swapped; lengths left alone,
    or mended."""
    content = bytearray(der)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        at, size = chance.randrange(len(content)), chance.randrange(1, 9)
        match chance.randrange(6):
            case 0 | 1:
                content[at] = chance.randrange(256)
            case 2:
                content[at] ^= 1 << chance.randrange(8)
            case 3:
                content[at : at + size] = chance.randbytes(size)[: len(content) - at]
            case 4:
                content[at] = chance.choice(b"0 9:A\x04\x0c\x13\x16\x30\x82\xa0\xc3")
            case 5:
                other = chance.randrange(len(content))
                content[at : at + size], content[other : other + size] = (
                    content[other : other + size], content[at : at + size],
                )  # fmt: skip
    if chance.random() < 0.05:
        del content[chance.randrange(len(content)) :]
    return bytes(content)


def differential(count: int, seed: int) -> float:
    """The share that was read without the careful reader."""
    chance, reader, read = random.Random(seed), Reader(), 0
    for start in range(0, count, 2000):
        some = min(2000, count - start)
        read += compared((mutated(chance, chance.choice(DERS)) for _ in range(some)), reader=reader)
    return read / count


def test_mutated_certificates() -> None:
    assert differential(4000, 482) > 0.1


@pytest.mark.heavy
def test_a_million_mutated_certificates() -> None:
    print(f"{differential(1_000_000, 170_365):.1%} read without the careful reader")
