"""The API against its own OpenAPI document: Schemathesis makes the requests, the same each time.

Left out of its checks, for its reason:

- `positive_data_acceptance`: what has the right form may still be refused, for what a ticket needs
  is said by the procedure, and by no document.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.specs.openapi.checks import positive_data_acceptance

from calls import answers
from desk.api.caller import PROBLEM, Caller
from guiche.desk.api import bearer
from guiche.desk.models import User
from guiche.desk.wsgi import application

load_all_checks()
CHECKED = [check for check in CHECKS.get_all() if check is not positive_data_acceptance]
EXAMPLES = settings(
    max_examples=15, derandomize=True, database=None,
    phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck),
)  # fmt: skip
OPERATIONS: list[Any] = [
    found.ok()  # type: ignore[union-attr]  # an error is raised
    for found in schemathesis.openapi.from_wsgi(
        "/api/v1/openapi.json", application
    ).get_all_operations()
]

pytestmark = pytest.mark.django_db
each = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
either = pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bearer.ALLOWANCE, "_share", 1_000_000)
    monkeypatch.setattr(bearer.WRONG, "_most", 1_000_000)


@contextmanager
def one_connection() -> Iterator[None]:
    """A server would close it after a request, and the test's transaction with it."""
    ends = (signals.request_started, signals.request_finished)
    for end in ends:
        end.disconnect(close_old_connections)
    try:
        yield
    finally:
        for end in ends:
            end.connect(close_old_connections)


def test_every_operation_is_described() -> None:
    assert len(OPERATIONS) == 14


@each
@either
def test_with_a_token(operation: Any, mode: GenerationMode, supervisao: User) -> None:
    caller = Caller(supervisao)
    number = caller.post("/tickets", {"facts": answers()}).json()["number"]
    headers = {"Authorization": f"Bearer {caller.text}"}

    def check(case: Any) -> None:
        # Else no number would be one of a ticket.
        if mode is GenerationMode.POSITIVE and "number" in case.path_parameters:
            case.path_parameters["number"] = number
        case.call_and_validate(headers=headers, checks=CHECKED)

    _examples(operation, mode, check)


@each
def test_without_one(operation: Any) -> None:
    def check(case: Any) -> None:
        answer = case.call_and_validate(checks=CHECKED)
        assert answer.status_code == 401, answer.status_code
        assert answer.headers["content-type"] == [PROBLEM]

    _examples(operation, GenerationMode.POSITIVE, check)


def _examples(operation: Any, mode: GenerationMode, check: Callable[[Any], None]) -> None:
    with one_connection():
        EXAMPLES(given(case=operation.as_strategy(generation_mode=mode))(check))()
