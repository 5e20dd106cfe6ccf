"""The numbers, by their worked examples and by properties that any right formula has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiche.icpbrasil.numbers import caepf, cei, cno, cnpj, cpf, nis, titulo

VALID = {
    cei: ["11.583.00249/85", "115830024985"],
    cno: ["90.020.586.82/72", "90.020.58682/72"],
    caepf: ["111.444.777/001-54", "123.456.789/001-00"],
    cpf: ["111.444.777-35"],
    cnpj: ["11.222.333/0001-81", "12.ABC.345/01DE-35", "12.abc.345/01de-35"],
    nis: ["170.33311.52-2"],
    titulo: ["1023 8501 0671"],
}
INVALID = {
    cei: ["", "0" * 12, "115830024984", "1158300249851", "1158300249X", "１１５８３００２４９８５"],
    cno: ["900205868270"],
    caepf: ["", "0" * 14, "11144477700155", "1114447770015", "1114447770015X"],
    cpf: ["", "11111111111", "11144477736", "1114447773"],
    cnpj: ["", "0" * 14, "11222333000182", "12ABC34501DE3X"],
    nis: ["", "0" * 11, "17033311523", "1703331152"],
    titulo: ["", "102385010672", "102385012971", "1023850106"],
}
digits = st.text("0123456789", min_size=1)


def cases(table: dict) -> list:  # type: ignore[type-arg]
    return [
        pytest.param(kind, number, id=f"{kind.__name__.rpartition('.')[2]}-{number}")
        for kind, numbers in table.items()
        for number in numbers
    ]


@pytest.mark.parametrize(("kind", "number"), cases(VALID))
def test_accepts(kind, number) -> None:  # type: ignore[no-untyped-def]
    assert kind.validate(number) == kind.compact(number)
    assert kind.is_valid(kind.format(number))


@pytest.mark.parametrize(("kind", "number"), cases(INVALID))
def test_refuses(kind, number) -> None:  # type: ignore[no-untyped-def]
    assert not kind.is_valid(number)
    with pytest.raises(ValueError, match=r"."):
        kind.validate(number)


@given(st.text("0123456789", min_size=11, max_size=11).filter(lambda n: n.strip("0")))
def test_one_digit_completes_a_cei_and_two_where_it_is_zero(stem: str) -> None:
    accepted = {digit for digit in "0123456789" if cei.is_valid(stem + digit)}
    expected = cei.calc_check_digit(stem)
    assert accepted == ({"0", "1"} if expected == "0" else {expected})


@given(st.text("0123456789", min_size=12, max_size=12).filter(lambda n: n[:9].strip("0")))
def test_fourteen_digits_are_never_caepf_and_cnpj(stem: str) -> None:
    whole = stem + caepf.calc_check_digits(stem)
    assert caepf.is_valid(whole)
    assert not cnpj.is_valid(whole)


@given(st.sampled_from(list(VALID)), st.text())
def test_is_valid_answers_for_any_text(kind, text: str) -> None:  # type: ignore[no-untyped-def]
    assert kind.is_valid(text) in (True, False)


@given(st.text("0123456789", min_size=10, max_size=10).filter(lambda n: n.strip("0")))
def test_nis_detects_a_changed_digit(stem: str) -> None:
    number = stem + nis.calc_check_digit(stem)
    changed = str((int(number[0]) + 1) % 10) + number[1:]
    assert nis.is_valid(number)
    # the rest may wrap from eleven to zero, which is the one collision of this formula
    assert not nis.is_valid(changed) or nis.calc_check_digit(changed) == number[10] == "0"
