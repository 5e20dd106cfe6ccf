"""Rules of the whole suite."""

import os
import signal
from collections.abc import Generator

import pytest
from hypothesis import settings

# Set where everything is installed: there, a skipped test is a test that did not run.
COMPLETE = os.environ.get("GUICHE_TESTS_COMPLETE") == "1"

# There, what is tried is the same each time: one that falls by chance tells nothing of a change.
# Elsewhere it is new each time.
settings.register_profile("new each time", deadline=None)
settings.load_profile("ci" if COMPLETE else "new each time")


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
