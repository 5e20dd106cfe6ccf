"""Who is let in, and who makes room."""

from dataclasses import dataclass, field

import pytest

from guiche.desk.acceptor.room import Room
from guiche.desk.portal.address import whose


@dataclass(eq=False)
class Visitor:
    address: str
    told: list[str] = field(default_factory=list)

    def finish(self) -> None:
        self.told.append("finish")

    def make_room(self) -> None:
        self.told.append("make room")


def visitors(*addresses: str) -> list[Visitor]:
    return [Visitor(address) for address in addresses]


def test_the_oldest_half_open_one_of_the_same_address_makes_room() -> None:
    room = Room(in_all=10, from_one_address=2)
    other, first, second, third = visitors("10.0.0.9", "10.0.0.1", "10.0.0.1", "10.0.0.1")
    assert all(room.enter(each) for each in (other, first, second, third))
    assert [each.told for each in (other, first, second, third)] == [[], ["make room"], [], []]
    assert len(room) == 3


def test_where_all_are_here_the_oldest_half_open_one_of_any_address_does() -> None:
    room = Room(in_all=2, from_one_address=2)
    first, second, third = visitors("10.0.0.1", "10.0.0.2", "10.0.0.3")
    room.enter(first)
    room.enter(second)
    room.keep(first)
    assert room.enter(third)
    assert (first.told, second.told) == ([], ["make room"])


@pytest.mark.parametrize("limits", [(1, 9), (9, 1)])
def test_whoever_is_being_answered_is_never_sent_away(limits: tuple[int, int]) -> None:
    room = Room(*limits)
    first, second = visitors("10.0.0.1", "10.0.0.1")
    room.enter(first)
    room.keep(first)
    assert not room.enter(second)
    assert first.told == []
    room.leave(second)  # who was refused leaves too
    assert room.guests() == [first]
    room.leave(first)
    assert room.enter(second)


def test_whoever_rests_after_the_handshake_makes_room_after_the_half_open() -> None:
    room = Room(in_all=2, from_one_address=2)
    resting, half_open, third, fourth = visitors("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4")
    room.enter(resting)
    room.enter(half_open)
    room.rest(resting)
    assert room.enter(third)
    assert (resting.told, half_open.told) == ([], ["make room"])
    room.keep(third)
    assert room.enter(fourth)
    assert resting.told == ["make room"]


def test_a_customer_has_many_addresses_of_ipv6_and_is_one() -> None:
    room = Room(in_all=9, from_one_address=1)
    first, second = visitors("2001:db8::1", "2001:db8::2:0:0:2")
    room.enter(first)
    assert room.enter(second)
    assert first.told == ["make room"]
    assert whose("2001:db8:0:1::1") != whose("2001:db8::1")
