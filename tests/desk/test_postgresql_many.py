"""More values than one statement of PostgreSQL may have."""

from datetime import UTC, datetime

import pytest

from guiche.desk.models import Remembered, User

pytestmark = pytest.mark.django_db
MOST = 65_535


def test_rows_of_more_values_than_a_statement_has_are_written_and_found(bruno: User) -> None:
    ends = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
    rows = [Remembered(key=str(n), value=None, expires_at=ends) for n in range(MOST // 3 + 1)]
    Remembered.objects.bulk_create(rows)
    assert Remembered.objects.count() == len(rows)
    assert User.objects.in_bulk(range(MOST + 10)) == {bruno.pk: bruno}
