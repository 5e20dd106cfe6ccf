"""The kinds of desk that tests have, in place of the real ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from guiche.desk.connectors import connection, registry
from guiche.desk.connectors.registry import Kind, connector_class

KINDS = {
    "memory": Kind("Memória", "desk.deliveries.memory:Memory"),
    "sample": Kind("Exemplo", "desk.connectors.sample:Sample"),
}


@contextmanager
def known() -> Iterator[None]:
    connector_class.cache_clear()
    with (
        patch.object(registry, "KINDS", KINDS),
        patch.object(connection, "KINDS", KINDS),
    ):
        yield
    connector_class.cache_clear()
