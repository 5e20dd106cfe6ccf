"""What PostgreSQL does with statements whose values go beside them, and that it planned before."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import NotSupportedError, close_old_connections, connection

from guiche.desk.models import Remembered, User

MOST = 65_535


@pytest.mark.django_db
def test_rows_of_more_values_than_a_statement_has_are_written_and_found(bruno: User) -> None:
    ends = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
    rows = [Remembered(key=str(n), value=None, expires_at=ends) for n in range(MOST // 3 + 1)]
    Remembered.objects.bulk_create(rows)
    assert Remembered.objects.count() == len(rows)
    assert User.objects.in_bulk(range(MOST + 10)) == {bruno.pk: bruno}


@pytest.mark.django_db(transaction=True)
def test_a_column_that_changed_its_type_costs_one_error_a_connection() -> None:
    def ask() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT text FROM scratch WHERE text = %s", ["a"])
            return cursor.fetchall()

    if connection.vendor != "postgresql":
        return  # SQLite plans anew by itself
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE scratch (text varchar(10))")
    try:
        assert [ask() for _ in range(10)][-1] == []
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("ALTER TABLE scratch ALTER COLUMN text TYPE varchar(20)")
        other.close()
        with pytest.raises(NotSupportedError):
            ask()
        connection.close_at = None  # kept for long, as in service
        close_old_connections()  # as after each request
        assert ask() == []
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE scratch")
