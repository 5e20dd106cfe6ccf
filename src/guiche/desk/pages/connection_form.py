"""The form of a connection, made from the settings that its kind declares."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from guiche.desk.connectors.change import NAME, Wanted
from guiche.desk.connectors.connection import Connection
from guiche.desk.connectors.registry import connector_class
from guiche.desk.connectors.settings import Described, SettingsRefused
from guiche.desk.intake.plain import plain_text
from guiche.desk.pages.access import sent_number

_YES, _NO = "sim", "não"
_PREFIX = "s-"


@dataclass(frozen=True)
class Field:
    """One setting on the page; `kept` is a secret that is defined and not shown."""

    key: str
    described: Described
    value: str
    problem: str = ""
    kept: bool = False

    @property
    def may_be_forgotten(self) -> bool:
        """Whether a secret that is defined may be taken away."""
        return self.kept and not self.described.required

    @property
    def may_be_empty(self) -> bool:
        """Whether nothing has to be written; a default may be cleared, and is back then."""
        return not self.described.required and not self.described.default

    @property
    def is_fine(self) -> bool:
        """Whether it comes ready, and most never touch it."""
        return not self.described.required and self.described.default not in ("", None, {})

    @property
    def wide(self) -> bool:
        """Whether it takes the whole row."""
        return self.described.kind in ("text", "table", "flag")

    @property
    def shown(self) -> str:
        """What a page that cannot change it says."""
        if self.described.kind == "secret":
            return "definida" if self.kept else ""
        return self.described.choices.get(self.value, self.value)


@dataclass(frozen=True)
class Form:
    """What stands in the form: as saved, or as typed."""

    kind: str
    name: str
    active: bool
    numbers: bool
    values: Mapping[str, str]
    forget: Collection[str] = ()
    seen: int = 0

    @classmethod
    def of(cls, connection: Connection) -> "Form":
        """As it is saved; of a new one, the defaults, and not yet at work."""
        described = connector_class(connection.kind).Settings.described()
        values = {
            each.key: _typed(connection.content.get(each.key, each.default))
            for each in described
            if each.kind != "secret"
        }
        active = connection.active if connection.pk else False
        return cls(
            connection.kind, connection.name, active, connection.numbers, values,
            seen=connection.version,
        )  # fmt: skip

    @classmethod
    def sent(cls, kind: str, data: QueryDict) -> "Form":
        """As it was typed."""
        described = connector_class(kind).Settings.described()
        values = {each.key: _sent(each, data) for each in described}
        forget = {key.removeprefix(_PREFIX) for key in data.getlist("apagar")}
        return cls(
            kind, plain_text(data.get(NAME, "")).strip(), "active" in data, "numbers" in data,
            values, forget, sent_number(data.get("visto", "")),
        )  # fmt: skip

    @property
    def typed_secrets(self) -> bool:
        """Whether something was typed that the page does not show again."""
        secrets = connector_class(self.kind).Settings.secrets()
        return any(self.values.get(key) for key in secrets)

    def wanted(self, connection: Connection) -> Wanted:
        """What the connection shall be; secrets that cannot be opened any more are forgotten."""
        forget = set(self.forget)
        if kept_secrets(connection) is None:
            forget |= connector_class(self.kind).Settings.secrets()
        return Wanted(self.name, self.values, self.active, self.numbers, forget)

    def fields(self, connection: Connection, problems: Mapping[str, str]) -> list[Field]:
        """Every setting as the page shows it; a secret never."""
        kept = kept_secrets(connection) or ()
        return [
            Field(
                _PREFIX + each.key, each,
                "" if each.kind == "secret" else self.values.get(each.key, ""),
                problems.get(each.key, ""), each.key in kept,
            )
            for each in connector_class(self.kind).Settings.described()
        ]  # fmt: skip


def kept_secrets(connection: Connection) -> Collection[str] | None:
    """The keys of the secrets that are defined; None where the data key does not open them."""
    try:
        return connection.secrets.keys()
    except SettingsRefused:
        return None


def _sent(each: Described, data: QueryDict) -> str:
    key = _PREFIX + each.key
    if each.kind == "flag":
        return _YES if key in data else _NO
    return plain_text(data.get(key, "")).replace("\r\n", "\n")


def _typed(value: Any) -> str:
    """A value as a person would type it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _YES if value else _NO
    if isinstance(value, Mapping):
        return "\n".join(f"{name} = {each}" for name, each in value.items())
    return str(value)
