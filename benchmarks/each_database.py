"""The same measure on SQLite and on PostgreSQL."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

import postgresql


def on_each_database(module: str, *, seconds: float) -> Iterator[tuple[str, Any]]:
    """The name of each database, and what the module prints on it, which is JSON.

    Raises `postgresql.NotInstalled` after the first where there is no other.
    """
    with tempfile.TemporaryDirectory() as data:
        yield "SQLite", _printed(module, seconds, {"GUICHE_DATA": data})
    with postgresql.server() as url, tempfile.TemporaryDirectory() as data:
        url = url.replace("/?", "/postgres?")
        database = {"GUICHE_DATA": data, "GUICHE_DATABASE_URL": url}
        yield "PostgreSQL", _printed(module, seconds, database)


def _printed(module: str, seconds: float, database: dict[str, str]) -> Any:
    # A process of its own: the settings are read once, when it starts.
    environment = {**os.environ, **database, "DJANGO_SETTINGS_MODULE": "guiche.desk.settings"}
    answer = subprocess.run(
        [sys.executable, "-m", module],
        env=environment, stdout=subprocess.PIPE, check=True, timeout=seconds,
    )  # fmt: skip
    return json.loads(answer.stdout)
