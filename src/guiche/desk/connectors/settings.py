"""The settings of a connection: declared once as a dataclass, read strictly from page and TOML.

>>> @dataclass(frozen=True)
... class Example(Settings):
...     url: str = setting("Endereço", kind="url")
...     password: str = setting("Senha", kind="secret")
...     teams: Mapping[str, str] = setting("Equipes", kind="table", default={})
>>> Example.read({"url": "https://desk.exemplo.com.br/", "password": "x", "teams": "A = 18"})
Example(url='https://desk.exemplo.com.br', teams={'A': '18'})
>>> Example.read({"password": "x", "uri": "?"})
Traceback (most recent call last):
    ...
guiche.desk.connectors.settings.SettingsRefused: ...
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Self
from urllib.parse import urlsplit

import httpx

from guiche.desk.refusal import Refused

Kind = Literal["line", "text", "url", "secret", "number", "flag", "choice", "table"]
Names = Literal["team", "category", "fact"]

MISSING = "falta."
_LONGEST = 20_000
_ONE_LINE_EACH = "use uma linha para cada nome, como: Nome = valor."
_FALSE, _TRUE = ("", "0", "false", "não", "nao"), ("1", "true", "sim", "on")


class SettingsRefused(Refused):
    """Settings that cannot be used; `problems` has a sentence for each key."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(f"{key}: {words}" for key, words in problems.items()))
        self.problems = dict(problems)


class Described(NamedTuple):
    """What a page shows of one setting."""

    key: str
    label: str
    kind: Kind
    help: str
    choices: Mapping[str, str]
    default: Any
    required: bool
    names: Names | None


def setting(
    label: str,
    *,
    kind: Kind = "line",
    help: str = "",  # noqa: A002  the word of forms
    default: Any = dataclasses.MISSING,
    choices: Mapping[str, str] | None = None,
    names: Names | None = None,
) -> Any:
    """Declares one setting; without a default it is required.

    `url` is http or https without a slash at its end; `secret` is kept enciphered and never shown,
    not even by `repr`; `number` an int of 0 or more; `flag` a bool; `choice` one key of `choices`;
    `table` names to values, typed as lines `name = value`; `names` says whose the names are, where
    they are those of the procedure.
    """
    described = {
        "label": label, "kind": kind, "help": help, "choices": dict(choices or {}), "names": names,
    }  # fmt: skip
    shown = kind != "secret"
    if isinstance(default, Mapping):
        table = dict(default)
        return dataclasses.field(default_factory=lambda: dict(table), metadata=described)
    return dataclasses.field(default=default, repr=shown, metadata=described)


@dataclass(frozen=True)
class Settings:
    """Base of the settings of each kind of desk."""

    @classmethod
    def described(cls) -> list[Described]:
        """Every setting, in the order in which it was declared."""
        return [_described(field) for field in dataclasses.fields(cls)]

    @classmethod
    def secrets(cls) -> frozenset[str]:
        """The keys of what is kept enciphered."""
        return frozenset(each.key for each in cls.described() if each.kind == "secret")

    @classmethod
    def read(cls, raw: Mapping[str, object]) -> Self:
        """The settings typed; `SettingsRefused` names every key that is missing, wrong or unknown.

        `cross` may refuse what only two settings together make wrong.
        """
        read: dict[str, Any] = {}
        known = {each.key: each for each in cls.described()}
        problems = {key: "esta chave não existe aqui." for key in raw if key not in known}
        for key, each in known.items():
            try:
                read[key] = _read(each, raw.get(key))
            except ValueError as error:
                problems[key] = str(error)
        if problems:
            raise SettingsRefused(problems)
        settings = cls(**read)
        if crossed := settings.crossed():
            raise SettingsRefused(crossed)
        return settings

    @classmethod
    def meant(cls, raw: Mapping[str, object]) -> dict[str, Any]:
        """Every key as `read` reads it, or its default; as given where it cannot be read."""
        meant: dict[str, Any] = {}
        for each in cls.described():
            try:
                meant[each.key] = _read(each, raw.get(each.key))
            except ValueError:
                meant[each.key] = raw.get(each.key)
        return meant

    def crossed(self) -> Mapping[str, str]:
        """What two settings together make wrong, by key."""
        return {}


def _described(field: "dataclasses.Field[Any]") -> Described:
    missing = dataclasses.MISSING
    factory = field.default_factory
    default = factory() if factory is not missing else field.default
    required = default is missing
    return Described(
        field.name, field.metadata["label"], field.metadata["kind"], field.metadata["help"],
        field.metadata["choices"], None if required else default, required,
        field.metadata["names"],
    )  # fmt: skip


def _read(each: Described, given: object) -> Any:
    empty = given is None or (isinstance(given, str) and not given.strip())
    if empty and each.required:
        raise ValueError(MISSING)
    if empty and each.kind != "flag":
        return each.default
    if isinstance(given, str) and len(given) > _LONGEST:
        raise ValueError(f"tem {len(given)} caracteres; o limite é {_LONGEST}.")
    return _READERS[each.kind](each, given)


def _line(_: Described, given: object) -> str:
    if isinstance(given, int) and not isinstance(given, bool):
        return str(given)  # an id in a file, without quotes
    if not isinstance(given, str):
        raise ValueError("é um texto.")
    if "\n" in given or "\r" in given:
        raise ValueError("é uma linha só.")
    return given.strip()


def _text(_: Described, given: object) -> str:
    if not isinstance(given, str):
        raise ValueError("é um texto.")
    return given.replace("\r\n", "\n")


def _url(each: Described, given: object) -> str:
    url = _line(each, given).rstrip("/")
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  raises where it is none
        httpx.URL(url).host  # noqa: B018  what would call it knows more that is none
    except (ValueError, httpx.InvalidURL):
        raise ValueError("não é um endereço.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("comece com https:// e o nome do servidor.")
    if parts.username or parts.password:
        raise ValueError("tire usuário e senha do endereço: têm campos próprios.")
    return url


def _number(_: Described, given: object) -> int:
    if isinstance(given, int) and not isinstance(given, bool) and given >= 0:
        return given
    line = given.strip() if isinstance(given, str) else ""
    if not (line.isascii() and line.isdecimal() and len(line) < 10):
        raise ValueError("é um número inteiro.")
    return int(line)


def _flag(each: Described, given: object) -> bool:
    if given is None:
        return bool(each.default)
    word = str(given).strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise ValueError("responda sim ou não.")


def _choice(each: Described, given: object) -> str:
    if given not in each.choices:
        raise ValueError(f"escolha entre: {', '.join(each.choices)}.")
    return str(given)


def _table(_: Described, given: object) -> dict[str, str]:
    if isinstance(given, Mapping):
        pairs = [(str(name), str(value)) for name, value in given.items()]
    elif isinstance(given, str):
        lines = [line for line in given.splitlines() if line.strip()]
        parted = [line.rpartition("=") for line in lines]
        pairs = [(name, value) for name, _sign, value in parted]
    else:
        raise ValueError("é uma tabela de nomes e valores.")
    table = {name.strip(): value.strip() for name, value in pairs}
    if "" in table or "" in table.values() or len(table) != len(pairs):
        raise ValueError(_ONE_LINE_EACH)
    if joined := next((name for name in table if "=" in name or ";" in name), ""):
        first = joined.replace(";", "=").partition("=")[0].strip()
        raise ValueError(f"“{first}” divide a linha com outro nome: {_ONE_LINE_EACH}")
    return table


_READERS: Mapping[Kind, Callable[[Described, object], Any]] = {
    "line": _line,
    "secret": _line,
    "text": _text,
    "url": _url,
    "number": _number,
    "flag": _flag,
    "choice": _choice,
    "table": _table,
}
