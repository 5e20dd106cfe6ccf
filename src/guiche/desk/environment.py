"""Strict readers of the environment: a value is understood or refused, never guessed."""

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_MAILBOX = re.compile(r"([^<>@,;:\"\\\r\n]+<)?[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+(?(1)>)")
_SITE = re.compile(r"https://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?")
# It stands in a header, and in the configuration of the other program.
_SHARED = re.compile(r"[A-Za-z0-9_-]+")
_TRUE = frozenset({"1", "true", "sim", "on"})
_FALSE = frozenset({"", "0", "false", "nao", "não", "off"})


def text(environ: Mapping[str, str], name: str, default: str = "") -> str:
    """The variable without surrounding blanks; `default` when unset or empty."""
    return environ.get(name, "").strip() or default


def flag(environ: Mapping[str, str], name: str) -> bool:
    """A yes or no; unset is no."""
    value = environ.get(name, "").strip().lower()
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={value}: use 1 ou 0.")


def number(
    environ: Mapping[str, str], name: str, default: int, *, at_least: int, at_most: int
) -> int:
    """A whole number between two bounds; unset is the default."""
    value = text(environ, name, str(default))
    if value.isascii() and value.isdecimal() and at_least <= int(value) <= at_most:
        return int(value)
    raise ImproperlyConfigured(f"{name}={value}: use um número inteiro de {at_least} a {at_most}.")


def choice(environ: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """One of the choices; unset is the first."""
    value = text(environ, name, choices[0])
    if value not in choices:
        raise ImproperlyConfigured(f"{name}={value}: use {' ou '.join(choices)}.")
    return value


LOCAL, PRODUCTION = "local", "production"


def mode(environ: Mapping[str, str]) -> str:
    """`local`, the default, answers to this machine only; `production` to the world, or refuses."""
    return choice(environ, "GUICHE_MODE", (LOCAL, PRODUCTION))


def words(environ: Mapping[str, str], name: str) -> list[str]:
    """A list parted by commas."""
    return [word for part in environ.get(name, "").split(",") if (word := part.strip())]


def secret(environ: Mapping[str, str], name: str) -> str:
    """A secret from `NAME`, or from the file that `NAME_FILE` points to; "" when neither is set."""
    path = text(environ, f"{name}_FILE")
    if not path:
        return text(environ, name)
    if text(environ, name):
        raise ImproperlyConfigured(f"{name} e {name}_FILE estão definidos. Deixe só um.")
    try:
        return Path(path).read_text("utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}_FILE={path}: não consegui ler o arquivo ({error.strerror})."
        ) from error


def data_folder(environ: Mapping[str, str]) -> Path:
    """Where a local desk keeps everything: `GUICHE_DATA`, or `data` where it is started."""
    return Path(text(environ, "GUICHE_DATA", "data")).absolute()


# The secrets that a local desk makes for itself, and the files that keep them.
KEPT_SECRETS = {"GUICHE_SECRET_KEY": "secret-key", "GUICHE_DATA_KEY": "data-key"}


def kept_secret(folder: Path, name: str) -> str:
    """The secret kept in the data folder, "" before `make_data_folder` was there."""
    file = folder / KEPT_SECRETS[name]
    return file.read_text("ascii").strip() if file.exists() else ""


def make_data_folder(folder: Path) -> None:
    """Makes the folder and its secrets where they are missing, readable by this account alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in KEPT_SECRETS.values():
        with suppress(FileExistsError):
            descriptor = os.open(folder / file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as handle:
                handle.write(secrets.token_urlsafe(48))


def site(environ: Mapping[str, str], name: str) -> str:
    """The address of a site, `https://name` or `https://name:port`; "" when unset."""
    value = text(environ, name).rstrip("/")
    if value and not _SITE.fullmatch(value):
        raise ImproperlyConfigured(f"{name}={value}: use https://nome, ou https://nome:porta.")
    return value


_SHORTEST_SHARED = 32


def shared(environ: Mapping[str, str], name: str) -> str:
    """A secret that another program proves itself with; "" when unset, refused when guessable."""
    value = secret(environ, name)
    if value and (len(value) < _SHORTEST_SHARED or not _SHARED.fullmatch(value)):
        raise ImproperlyConfigured(
            f"{name} precisa de {_SHORTEST_SHARED} letras e algarismos ou mais. Gere com: "
            "python -c 'import secrets; print(secrets.token_hex(32))'."
        )
    return value


# A network that swallows everything would hold a process for a quarter of an hour, and the server
# keep the locks of one that is gone for two.
_PATIENCE = {
    "connect_timeout": 5, "tcp_user_timeout": 15_000,
    "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
    "options": "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 "
    "-c tcp_user_timeout=15s -c idle_in_transaction_session_timeout=60s",
}  # fmt: skip


# The server plans a statement once for each connection, after it came so often, and the values go
# beside it: a ticket by the API takes a third less of it, and an eighth less of the web process.
# `&prepare_threshold=none` in the URL does without.
_AFTER = "5"


def _prepared(options: dict[str, str]) -> dict[str, Any]:
    after = options.pop("prepare_threshold", _AFTER)
    if after != "none" and not (after.isascii() and after.isdecimal()):
        raise ImproperlyConfigured(
            f"GUICHE_DATABASE_URL: prepare_threshold={after}. Use um número inteiro, ou none."
        )
    return {
        "server_side_binding": True,
        "prepare_threshold": None if after == "none" else int(after),
    }


def database(url: str, *, sqlite_file: Path) -> dict[str, Any]:
    """The Django entry of a database URL; without one, SQLite in `sqlite_file`.

    `postgresql://user:password@host:port/name?option=value`, the form of libpq; a Unix socket is
    given as `?host=/folder`.
    """
    if not url:
        return sqlite(sqlite_file)
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ImproperlyConfigured(
            f"GUICHE_DATABASE_URL começa com {parts.scheme}://. "
            "Use postgresql://usuario:senha@servidor/banco, ou deixe vazio para usar o SQLite."
        )
    try:
        port = str(parts.port or "")
    except ValueError as error:
        raise ImproperlyConfigured("GUICHE_DATABASE_URL: a porta não é um número.") from error
    options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    return {
        "ENGINE": "guiche.desk.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": options.pop("port", port),
        "OPTIONS": {**_PATIENCE, **_prepared(options), **options},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


class Mail(NamedTuple):
    """How the mail server is reached; without a host there is none."""

    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False


_MAIL_PORTS = {"smtp": 587, "smtps": 465}
_MAIL_FORM = "Use smtp://usuario:senha@servidor:587, ou smtps://usuario:senha@servidor:465."


def mail(url: str) -> Mail:
    """The mail server of a URL: `smtp://` begins TLS after the greeting, `smtps://` before it.

    `?tls=0` leaves TLS out, for a server of the same machine or network; no password goes with it.
    """
    if not url:
        return Mail()
    try:
        parts = urlsplit(url)
        port = parts.port or _MAIL_PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise ImproperlyConfigured(f"GUICHE_EMAIL_URL não foi entendida. {_MAIL_FORM}") from error
    # The URL itself is never told: it holds the password.
    if parts.scheme not in _MAIL_PORTS or not parts.hostname or parts.path.strip("/"):
        raise ImproperlyConfigured(f"GUICHE_EMAIL_URL não foi entendida. {_MAIL_FORM}")
    if parts.fragment or parts.query not in ("", "tls=0", "tls=1"):
        raise ImproperlyConfigured("GUICHE_EMAIL_URL: depois de ? só pode vir tls=0 ou tls=1.")
    late, plain = parts.scheme == "smtp", parts.query == "tls=0"
    if plain and (parts.password or not late):
        raise ImproperlyConfigured("GUICHE_EMAIL_URL: uma senha não vai sem TLS. Tire tls=0.")
    return Mail(
        parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""),
        starttls=late and not plain, tls=not late,
    )  # fmt: skip


def mailbox(environ: Mapping[str, str], name: str) -> str:
    """An address, alone or as `Nome <endereço>`; it goes into a header, and is one line of it."""
    value = text(environ, name)
    if value and not _MAILBOX.fullmatch(value):
        raise ImproperlyConfigured(f"{name}={value}: use nome@empresa.com.br, ou Nome <endereço>.")
    return value


def sqlite(file: Path) -> dict[str, Any]:
    """SQLite for a ledger: IMMEDIATE, because a read turned into a write fails without waiting;
    FULL, because in WAL mode NORMAL may lose the last commits when the power goes;
    secure_delete, because erased data would stay in the free pages of the file: a save takes as
    long, a sweep an eighth longer.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
            ),
        },
    }
