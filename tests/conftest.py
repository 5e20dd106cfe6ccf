"""Rules of the whole suite."""

import os
import shutil
import signal
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Set where everything is installed: there, a skipped test is a test that did not run.
COMPLETE = os.environ.get("GUICHE_TESTS_COMPLETE") == "1"

# There, what is tried is the same each time: one that falls by chance tells nothing of a change.
# Elsewhere it is new each time. In neither is a busy machine told that it is slow.
settings.register_profile(
    "new each time", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if COMPLETE else "new each time")


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """One of a process: Playwright has one event loop in a thread."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("falta o Chromium: sudo apt-get install chromium")
    from playwright.sync_api import sync_playwright

    from chromium import ARGS, be_patient

    be_patient()
    # Playwright keeps an event loop in this thread, and Django would refuse the database beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_is_heard() -> None:
    """What runs in the background, or in one of several processes, ignores it, and so would every
    command that a test starts.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if COMPLETE and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"pulado com GUICHE_TESTS_COMPLETE=1: {item.nodeid}: {_reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if COMPLETE and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"pulado com GUICHE_TESTS_COMPLETE=1: {_reason(report)}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What a test counted, printed also where it ran in a process of its own."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == "counted" and report.when == "call":
                    terminalreporter.write_line(f"{report.nodeid}: {value}")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
