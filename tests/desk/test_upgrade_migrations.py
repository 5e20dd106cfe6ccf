"""A migration runs while the version before is at work, or says in `needs_stop` that it cannot."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED

from guiche.desk import migrations as package

# Before there was a version in service.
FIRST = {"0001_initial", "0002_a_whole_call", "0003_deliveries"}
# What the version before neither reads nor writes, or does not notice.
SAFE = (
    migrations.CreateModel,
    migrations.AddIndex,
    migrations.RenameIndex,
    migrations.RemoveIndex,
    migrations.RunPython,
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
)


_WORDS = {"choices", "verbose_name", "help_text"}


def names() -> list[str]:
    folder = Path(str(package.__file__)).parent
    return sorted(path.stem for path in folder.glob("[0-9]*.py"))


def unsafe(operations: list[Operation], before: ProjectState | None = None) -> Iterator[str]:
    for operation in operations:
        if isinstance(operation, SAFE) or _is_left_out_by_older_code(operation):
            continue
        if before and _changes_only_words(operation, before):
            continue
        yield operation.describe()


def _changes_only_words(operation: Operation, before: ProjectState) -> bool:
    """New labels or kinds of a column that is as it was: the database hears nothing of it."""
    if not isinstance(operation, migrations.AlterField):
        return False
    old = before.models["desk", operation.model_name_lower].fields[operation.name]
    kept = [
        {key: value for key, value in field.deconstruct()[3].items() if key not in _WORDS}
        for field in (old, operation.field)
    ]
    return type(old) is type(operation.field) and kept[0] == kept[1]


def _is_left_out_by_older_code(operation: Operation) -> bool:
    """A column that a row may be written without: Django takes a mere `default` out again."""
    if not isinstance(operation, migrations.AddField):
        return False
    field = operation.field
    has_default = getattr(field, "db_default", NOT_PROVIDED) is not NOT_PROVIDED
    return field.null or has_default or isinstance(field, models.ManyToManyField)


def test_the_version_before_goes_on() -> None:
    loader = MigrationLoader(None)
    for name in set(names()) - FIRST:
        migration = import_module(f"{package.__name__}.{name}").Migration
        if not getattr(migration, "needs_stop", ""):
            before = loader.project_state(("desk", name), at_end=False)
            assert list(unsafe(migration.operations, before)) == [], name


@pytest.mark.parametrize(
    ("operation", "safe"),
    [
        (migrations.AddField("ticket", "x", models.TextField(null=True)), True),
        (migrations.AddField("ticket", "x", models.TextField(db_default="")), True),
        (migrations.AddField("ticket", "x", models.TextField(default="")), False),
        (migrations.RemoveField("ticket", "team"), False),
        (migrations.RenameField("ticket", "team", "queue"), False),
        (migrations.DeleteModel("ticket"), False),
    ],
)
def test_what_is_safe(operation: Operation, *, safe: bool) -> None:
    assert (list(unsafe([operation])) == []) is safe
