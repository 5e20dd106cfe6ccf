"""Calls by the shipped procedures, at a time that stands still."""

from collections.abc import Callable

import pytest

from guiche.desk.intake.answers import Answers
from procedure_calls import complete, read, shipped

Call = Callable[..., Answers]


@pytest.fixture
def call(stopped_clock: object) -> Call:
    """`call(slug, certificate, key=answer, ...)`."""
    return lambda slug, certificate=None, **typed: complete(
        shipped(slug), read(certificate), **typed
    )
