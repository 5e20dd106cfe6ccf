"""Rows written and found by statements whose text is made once.

The ORM makes the text of a statement anew each time, which takes it longer than the database takes
for the rest. On the way of a new ticket, and of a program that asks, there are a dozen of them;
everything else is written and asked by the ORM.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)
_AT_ONCE = 50
"""Rows of one statement: its text is kept, and there is one for each count."""


def find(model: type[Row], **known: Any) -> Row | None:
    """The row in which these columns, unique together, have these values; None where there is
    none."""
    names = tuple(known)
    asked = [
        field.get_db_prep_value(known[name], connection)
        for name, field in zip(names, _named(model, names), strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_finding(model, names), asked)
        found = cursor.fetchone()
    return model.from_db(connection.alias, _columns(model), _read(model, found)) if found else None


def insert(rows: Sequence[models.Model]) -> None:
    """Writes new rows of one table, as `bulk_create` does: each knows its key then, and no signal
    of a save is sent."""
    for start in range(0, len(rows), _AT_ONCE):
        _write(rows[start : start + _AT_ONCE])


def insert_where_free(row: models.Model, unique: str) -> bool:
    """Writes a new row; False, and nothing is written, where the value of the unique column is
    another row's."""
    return _write([row], f'ON CONFLICT ("{unique}") DO NOTHING ')


def _write(rows: Sequence[models.Model], unless: str = "") -> bool:
    """Whether they were written: all of them, or none."""
    model = type(rows[0])
    values = [
        field.get_db_prep_save(field.pre_save(row, add=True), connection)
        for row in rows
        for field in _given(model)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_inserting(model, len(rows), unless), values)
        keys = cursor.fetchall()
    for row, (key,) in zip(rows, keys, strict=bool(keys)):
        row.pk, row._state.adding, row._state.db = key, False, connection.alias
    return bool(keys)


@cache
def _given(model: type[models.Model]) -> "tuple[models.Field[Any, Any], ...]":
    """All columns but the key, which the database gives."""
    return tuple(field for field in model._meta.concrete_fields if not field.primary_key)


def _read(model: type[models.Model], found: Sequence[Any]) -> list[Any]:
    values = list(found)
    for place, (converters, expression) in _converters(model, connection.vendor).items():
        for convert in converters:
            values[place] = convert(values[place], expression, connection)
    return values


@cache
def _converters(model: type[models.Model], _vendor: str) -> dict[int, tuple[list[Any], Any]]:
    """How columns are read that are kept in another form, by their place."""
    compiler = model._base_manager.all().query.get_compiler(connection=connection)
    columns = [field.get_col(model._meta.db_table) for field in model._meta.concrete_fields]
    converters: dict[int, tuple[list[Any], Any]] = compiler.get_converters(columns)
    return converters


@cache
def _columns(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


@cache
def _named(
    model: type[models.Model], names: tuple[str, ...]
) -> "tuple[models.Field[Any, Any], ...]":
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    return tuple(by_name[name] for name in names)


@cache
def _inserting(model: type[models.Model], count: int, unless: str) -> str:
    names = ", ".join(f'"{field.column}"' for field in _given(model))
    row = f"({', '.join(['%s'] * len(_given(model)))})"
    table, key = model._meta.db_table, model._meta.pk.column
    rows = ", ".join([row] * count)
    return f'INSERT INTO "{table}" ({names}) VALUES {rows} {unless}RETURNING "{key}"'  # noqa: S608


@cache
def _finding(model: type[models.Model], known: tuple[str, ...]) -> str:
    names = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    wanted = " AND ".join(f'"{field.column}" = %s' for field in _named(model, known))
    return f'SELECT {names} FROM "{model._meta.db_table}" WHERE {wanted}'  # noqa: S608
