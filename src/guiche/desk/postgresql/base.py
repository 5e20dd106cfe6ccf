"""Django's own way to PostgreSQL, told how many values a statement may have.

Where values go beside the statement (`server_side_binding`) the protocol counts them in sixteen
bits. Django 5.2 does not know that, and deletes any number of rows, with all that hangs on them, by
one statement that names each. The module is called as Django wants it.
"""

from collections.abc import Sequence
from typing import Any

from django.db.backends.postgresql import base, features, operations

_MOST = 65_535


class DatabaseFeatures(features.DatabaseFeatures):
    """What this database can do."""

    max_query_params = _MOST


class DatabaseOperations(operations.DatabaseOperations):
    """How it is done."""

    def bulk_batch_size(self, fields: Sequence[Any], objs: Sequence[Any]) -> int:
        """Of how many rows a statement may be that names these fields of each."""
        return _MOST // len(fields) if fields else len(objs)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection."""

    features_class = DatabaseFeatures
    ops_class = DatabaseOperations

    def close_if_unusable_or_obsolete(self) -> None:
        """Also where there was an error: a statement that was prepared before the type of a column
        changed fails for as long as its connection is kept."""
        if self.connection is not None and self.errors_occurred and not self.in_atomic_block:
            self.close()
        super().close_if_unusable_or_obsolete()
