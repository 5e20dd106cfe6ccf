"""A migration runs while the version before is at work, or says in `needs_stop` that it cannot."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.db import migrations, models
from django.db.migrations.operations.base import Operation
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


def names() -> list[str]:
    folder = Path(str(package.__file__)).parent
    return sorted(path.stem for path in folder.glob("[0-9]*.py"))


def unsafe(operations: list[Operation]) -> Iterator[str]:
    for operation in operations:
        if isinstance(operation, SAFE) or _names_choices_alone(operation):
            continue
        if _is_left_out_by_older_code(operation):
            continue
        yield operation.describe()


def _is_left_out_by_older_code(operation: Operation) -> bool:
    """A column that a row may be written without: Django takes a mere `default` out again."""
    if not isinstance(operation, migrations.AddField):
        return False
    field = operation.field
    has_default = getattr(field, "db_default", NOT_PROVIDED) is not NOT_PROVIDED
    return field.null or has_default or isinstance(field, models.ManyToManyField)


def _names_choices_alone(operation: Operation) -> bool:
    """Choices are checked by forms: the column stays as it is."""
    return isinstance(operation, migrations.AlterField) and bool(operation.field.choices)


def test_the_version_before_goes_on() -> None:
    for name in set(names()) - FIRST:
        migration = import_module(f"{package.__name__}.{name}").Migration
        if not getattr(migration, "needs_stop", ""):
            assert list(unsafe(migration.operations)) == [], name


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
