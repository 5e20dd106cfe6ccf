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
