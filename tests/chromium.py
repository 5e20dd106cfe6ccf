"""How the browser of the tests, and of the pictures of the manual, is started."""

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PATIENCE = 60_000
"""Milliseconds for what comes: a bound for a machine that has other work, and no figure."""


def be_patient() -> None:
    """What is expected of a page is waited for as long as what is done to it.

    Playwright has a bound of its own for expectations, five seconds, which no context changes.
    """
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE)
