"""The page counts on by itself, in the words of the server."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from calls import NOW, ticket_of
from guiche.desk.models import User
from guiche.desk.pages.due import Clock

Open = Callable[..., Page]


@pytest.mark.parametrize("address", ["/fila/", "/chamados/{number}/"], ids=["fila", "chamado"])
def test_counts_down_and_says_when_it_is_over(
    new_page: Open, bruno: User, carla: User, address: str
) -> None:
    ticket = ticket_of(bruno)
    page = new_page(carla)
    page.clock.install(time=NOW - timedelta(minutes=10))
    page.goto(address.format(number=ticket.number))
    page.clock.pause_at(NOW)
    words = page.locator("[data-due]")
    passed = timedelta()
    for minutes in (1, 44, 120, 60 * 20, 60, 1, 60, 60 * 24, 60 * 26):
        page.clock.fast_forward(minutes * 60_000)
        passed += timedelta(minutes=minutes)
        expect(words).to_have_text(Clock.of(ticket.promise, NOW + passed).words)
    expect(page.locator(".tone-stop")).to_be_visible()
