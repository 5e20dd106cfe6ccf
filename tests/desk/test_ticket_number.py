"""The number survives being said on the phone: a slip is found, whatever it is."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiche.desk.models import Ticket
from guiche.desk.tickets import number

numbers = st.integers(0, 9 * 10**8 - 1).map(lambda body: number.new(lambda _: body))


@given(numbers)
def test_a_new_number_is_valid_and_reads_back_from_how_it_is_said(text: str) -> None:
    assert len(text) == number.LENGTH
    assert text[0] != "0"
    assert number.validate(number.spoken(text)) == text
    assert number.validate(f"[G{text}]") == text


@given(numbers, st.integers(0, 9), st.integers(1, 9))
def test_a_wrong_digit_is_found(text: str, place: int, shift: int) -> None:
    wrong = (int(text[place]) + shift) % 10
    assert not number.is_valid(f"{text[:place]}{wrong}{text[place + 1 :]}")


@given(numbers, st.integers(0, 8))
def test_swapped_neighbours_are_found(text: str, place: int) -> None:
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    assert swapped == text or not number.is_valid(swapped)


@pytest.mark.parametrize(
    "text", ["", "482", "48217036570", "abc", "482 170 365-4", "４８２１７０３６５７"]
)
def test_what_is_no_number(text: str) -> None:
    assert not number.is_valid(text)


def test_a_ticket_is_found_by_its_number_as_people_write_it(ticket: Ticket) -> None:
    for text in (ticket.number, ticket.spoken, ticket.mark, f" {ticket.spoken} "):
        assert Ticket.find(text) == ticket
    assert Ticket.find(ticket.number[:-1]) is None


def test_a_number_that_is_taken_is_not_given_again(
    ticket: Ticket, open_ticket: Callable[..., Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([ticket.number, ticket.number, "4821703657"])
    monkeypatch.setattr(number, "new", lambda: next(drawn))
    assert open_ticket().number == "4821703657"
