"""Lists in parts: a cursor names the last row that was given, so that no row is missed or doubled
while others come."""

from typing import TypeVar

from django.db.models import Model, QuerySet
from ninja import Schema
from pydantic import Field

M = TypeVar("M", bound=Model)


class Cursor(Schema):
    """How much, and from where."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=40, description="O `next` da parte anterior.")


def page_of(rows: "QuerySet[M]", limit: int) -> tuple[list[M], bool]:
    """The first rows, and whether there are more."""
    found = list(rows[: limit + 1])
    return found[:limit], len(found) > limit
