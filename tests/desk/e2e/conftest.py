"""A real Chromium against the live server; what the browser complains about fails the test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from calls import signed_in, zeros
from chromium import PATIENCE
from guiche.desk.models import User
from guiche.desk.pages import following, giving

# The browser reports every answer over 399 as an error; a refused form is one, and no mistake.
EXPECTED = tuple(f"status of {code}" for code in (401, 403, 404, 409, 422, 429))

Open = Callable[..., Page]


@pytest.fixture(autouse=True)
def stopped(stopped_clock: object) -> None:
    """The server's time; the browser's goes on."""


@pytest.fixture(autouse=True)
def _workers_have_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine starts the worker that opens a container slowly, and a person waits longer."""
    for pages in (giving, following):
        monkeypatch.setattr(pages, "WORKER_SECONDS", PATIENCE // 1000)


@pytest.fixture
def complaints() -> list[str]:
    """Script errors, refusals of the content policy, missing files."""
    return []


@pytest.fixture
def new_page(browser: Browser, complaints: list[str], live_server: Any) -> Iterator[Open]:
    """Opens a page of its own browser session, signed in as `user` where one is given."""
    contexts: list[BrowserContext] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(e in message.text for e in EXPECTED):
            complaints.append(message.text)

    def open_page(user: User | None = None, **options: Any) -> Page:
        context = browser.new_context(
            base_url=live_server.url, locale="pt-BR", timezone_id="America/Sao_Paulo", **options
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.set_default_navigation_timeout(PATIENCE)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        if user:
            context.add_cookies([_session(user, live_server.url)])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", heard)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def _session(user: User, url: str) -> Any:
    client = signed_in(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """The file of the most usual customer: the field holds zeros."""
    path = tmp_path / "cliente.cer"
    path.write_bytes(zeros())
    return path
