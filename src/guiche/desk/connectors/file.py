"""Connections from a file: read strictly, secrets from elsewhere, rows made to agree with it.

>>> path = Path(__file__).with_name("nenhum.toml")
>>> read(path, {})
Traceback (most recent call last):
    ...
guiche.desk.connectors.file.FileRefused: ...nenhum.toml: não consegui ler o arquivo (...)...
"""

import logging
import os
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings as site
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from guiche.desk.connectors import registry
from guiche.desk.connectors.change import ConnectionChange, Wanted
from guiche.desk.connectors.connection import Connection
from guiche.desk.connectors.registry import connector_class
from guiche.desk.connectors.settings import MISSING, Settings, SettingsRefused
from guiche.desk.people.turn import take_turn

log = logging.getLogger(__name__)

_PREFIX = "GUICHE_CONNECTION"
_KNOWN = ("kind", "name", "active", "numbers", "settings")


class FileRefused(ImproperlyConfigured):
    """The file cannot be used: `file: connection: key: what is wrong, what to do`."""

    def __init__(self, path: Path, *words: str) -> None:
        super().__init__(": ".join([str(path), *filter(None, words)]))


@dataclass(frozen=True)
class Declared:
    """One connection as the file and the environment say it."""

    kind: str
    wanted: Wanted


def read(path: Path, environ: Mapping[str, str]) -> list[Declared]:
    """All connections of the file, in its order; `FileRefused` names what cannot be used."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise FileRefused(path, f"não consegui ler o arquivo ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileRefused(path, f"não é TOML: {error}.") from error
    tables = content.pop("connection", [])
    if content or not isinstance(tables, list):
        raise FileRefused(path, next(iter(content), ""), "escreva cada uma como [[connection]].")
    declared = [_declared(path, place, table, environ) for place, table in enumerate(tables, 1)]
    names = [each.wanted.name.casefold() for each in declared]
    for each in declared:
        if names.count(each.wanted.name.casefold()) > 1:
            raise FileRefused(path, each.wanted.name, "name", "há duas com este nome.")
    return declared


def _declared(path: Path, place: int, table: Any, environ: Mapping[str, str]) -> Declared:
    if not isinstance(table, dict):
        raise FileRefused(path, f"{place}ª", "escreva cada uma como [[connection]].")
    name = table.get("name")
    if not isinstance(name, str) or not name.strip():
        raise FileRefused(path, f"{place}ª integração", "name", "falta; escreva um nome.")
    for key in table:
        if key not in _KNOWN:
            raise FileRefused(path, name, key, f"não existe; use {', '.join(_KNOWN)}.")
    kind = table.get("kind")
    if not isinstance(kind, str) or kind not in registry.KINDS:
        raise FileRefused(path, name, "kind", f"use um de: {', '.join(registry.KINDS)}.")
    flags = {key: table.get(key, True) for key in ("active", "numbers")}
    for key, value in flags.items():
        if not isinstance(value, bool):
            raise FileRefused(path, name, key, "use true ou false.")
    try:
        settings = _settings(path, kind, name, table.get("settings", {}), environ)
    except SettingsRefused as refused:
        raise FileRefused(path, name, _all(refused, kind, name)) from None
    return Declared(kind, Wanted(name.strip(), settings, **flags))


def _all(refused: SettingsRefused, kind: str, name: str) -> str:
    """Every problem at once; of a secret that is missing, also where it comes from."""
    secrets = connector_class(kind).Settings.secrets()
    problems = {
        key: f"falta: use {key}_file ou {_variable(name, key)}."
        if key in secrets and words == MISSING
        else words
        for key, words in refused.problems.items()
    }
    return " ".join(f"settings.{key}: {words}" for key, words in problems.items())


def _settings(
    path: Path, kind: str, name: str, table: Any, environ: Mapping[str, str]
) -> dict[str, Any]:
    """The settings with the secrets in them, read once to see that they hold together."""
    if not isinstance(table, dict):
        raise FileRefused(path, name, "settings", "é uma tabela: [connection.settings].")
    declared: type[Settings] = connector_class(kind).Settings
    settings = dict(table)
    for key in sorted(declared.secrets()):
        if key in settings:
            words = f"não escreva segredos neste arquivo: use {key}_file ou {_variable(name, key)}."
            raise FileRefused(path, name, f"settings.{key}", words)
        secret = _secret(path, name, key, settings.pop(f"{key}_file", None), environ)
        if secret:
            settings[key] = secret
    declared.read(settings)
    return settings


def _secret(path: Path, name: str, key: str, file: Any, environ: Mapping[str, str]) -> str:
    given = environ.get(_variable(name, key), "").strip()
    if file is None:
        return given
    if given:
        words = f"{_variable(name, key)} também está definida. Deixe só uma."
        raise FileRefused(path, name, f"settings.{key}_file", words)
    if not isinstance(file, str):
        raise FileRefused(path, name, f"settings.{key}_file", "é o caminho de um arquivo.")
    try:
        return (path.parent / file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "não é texto"
        words = f"não consegui ler {file} ({why})."
        raise FileRefused(path, name, f"settings.{key}_file", words) from error


def _variable(name: str, key: str) -> str:
    """`GUICHE_CONNECTION_QUALITOR_SAO_PAULO_PASSWORD`.

    >>> _variable("Qualitor (São Paulo)", "password")
    'GUICHE_CONNECTION_QUALITOR_SAO_PAULO_PASSWORD'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "_".join([_PREFIX, re.sub(r"[^A-Z0-9]+", "_", plain.upper()).strip("_"), key.upper()])


def declared_here() -> list[Declared]:
    """What the file that `GUICHE_CONNECTIONS` names says; nothing where there is none."""
    return read(Path(site.CONNECTIONS_FILE), os.environ) if site.CONNECTIONS_FILE else []


def carry_out() -> None:
    """Makes the rows agree with the file, where there is one. Raises `FileRefused`.

    Without one nothing changes: another machine of this desk may have it.
    """
    if site.CONNECTIONS_FILE:
        make_agree(Path(site.CONNECTIONS_FILE), declared_here())


@transaction.atomic
def make_agree(path: Path, declared: list[Declared]) -> None:
    """One that is as declared is left alone, with its circuit: a restart is no reason to send a
    refused password again. One that left the file is off, and may be changed on its page.
    """
    take_turn()
    for each in declared:
        _agree(path, each)
    names = [each.wanted.name for each in declared]
    for connection in Connection.objects.filter(from_file=True).exclude(name__in=names):
        connection.active = connection.from_file = False
        connection.save(update_fields=["active", "from_file"])
        ConnectionChange.objects.create(connection=connection, text="Saiu do arquivo: desligada.")
        log.warning("connection %s left the file and is off", connection)


def _agree(path: Path, declared: Declared) -> None:
    wanted = declared.wanted
    connection = Connection.objects.filter(name__iexact=wanted.name).first()
    connection = connection or Connection(kind=declared.kind)
    if connection.kind != declared.kind:
        words = f"já há uma com este nome, do tipo {connection.kind}: dê outro nome a esta."
        raise FileRefused(path, wanted.name, "kind", words)
    secrets = connector_class(declared.kind).Settings.secrets()
    forget = secrets - wanted.settings.keys()
    whole = Wanted(wanted.name, wanted.settings, wanted.active, wanted.numbers, forget)
    try:
        change = ConnectionChange.make(connection, whole, None)
    except SettingsRefused as refused:
        raise FileRefused(path, wanted.name, str(refused)) from None
    if not connection.from_file:
        Connection.objects.filter(pk=connection.pk).update(from_file=True)
        if not change:
            ConnectionChange.objects.create(connection=connection, text="Passou ao arquivo, igual.")
    if change:
        log.info("connection %s, from the file: %s", connection, change)
