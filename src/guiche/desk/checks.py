"""What must be right before the desk starts; each finding says what to set.

Codes: desk.E001-E009 settings of production, desk.E010 procedures, desk.E011 settings of a local
desk, desk.E012 demonstration accounts in production, desk.E013 database not migrated, desk.E014
sender of e-mails, desk.E015 file of connections, desk.W001 (with `--deploy`) e-mails that go to
nobody.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from guiche.desk.connectors import file as connections_file
from guiche.desk.demo.accounts import open_demo_accounts
from guiche.desk.procedures import shelf
from guiche.desk.procedures.table import ProcedureError

TAG = "desk"
_SHORTEST_KEY = 40


def refuse_unsafe() -> None:
    """`refuse_unsafe_settings`, and then the same for what the database says."""
    # Only a desk that may start opens its database: SQLite would make the file.
    refuse_unsafe_settings()
    _refuse(list(database()))


def refuse_unsafe_settings() -> None:
    """Raises `ImproperlyConfigured`, with every reason and remedy, when a check finds an error."""
    _refuse([found for found in run_checks(tags=[TAG]) if found.is_serious()])


def _refuse(errors: Sequence[CheckMessage]) -> None:
    if errors:
        reasons = "\n".join(f"- {error.msg} {error.hint} ({error.id})" for error in errors)
        raise ImproperlyConfigured(f"O Guichê não sobe assim:\n{reasons}")


@register(TAG)
def production(**_: Any) -> list[CheckMessage]:
    """In production nothing has an insecure default; locally nothing is open to others."""
    return list(_production() if settings.PRODUCTION else _local())


def _production() -> Iterator[Error]:
    keys = {"SECRET_KEY": _secret_key(), "DATA_KEY": settings.DATA_KEY}
    for code, (name, key) in enumerate(keys.items(), start=1):
        if len(key) < _SHORTEST_KEY or len(set(key)) < _SHORTEST_KEY // 4:
            yield Error(
                f"GUICHE_{name} falta ou é curta demais." if key else f"GUICHE_{name} falta.",
                hint="Gere uma com: python -c 'import secrets; print(secrets.token_urlsafe(48))'. "
                f"Guarde-a em um arquivo e aponte GUICHE_{name}_FILE para ele.",
                id=f"desk.E00{code}",
            )
    if keys["DATA_KEY"] and len(set(keys.values())) == 1:
        yield Error(
            "GUICHE_SECRET_KEY e GUICHE_DATA_KEY são iguais.",
            hint="Use uma chave para cada uma.",
            id="desk.E003",
        )
    if not settings.ALLOWED_HOSTS or any(host.startswith("*") for host in settings.ALLOWED_HOSTS):
        yield Error(
            "GUICHE_HOSTS precisa dizer por quais nomes este Guichê atende.",
            hint="Por exemplo: GUICHE_HOSTS=guiche.exemplo.com.br.",
            id="desk.E004",
        )
    if settings.DEBUG:
        yield Error(
            "GUICHE_DEBUG está ligado.",
            hint="Desligue: a página de erro mostraria dados de clientes.",
            id="desk.E005",
        )
    if not _asks_for_tls():
        yield Error(
            "Os cookies ou o HSTS não exigem TLS.",
            hint="Não mude estes ajustes: o Guichê em produção só é servido por https.",
            id="desk.E006",
        )


def _secret_key() -> str:
    try:
        return settings.SECRET_KEY
    except ImproperlyConfigured:  # Django's own refusal of an empty one
        return ""


def _asks_for_tls() -> bool:
    return (
        settings.SESSION_COOKIE_SECURE
        and settings.CSRF_COOKIE_SECURE
        and settings.SECURE_SSL_REDIRECT
        and settings.SECURE_HSTS_SECONDS > 0
    )


def _local() -> Iterator[Error]:
    if not set(settings.ALLOWED_HOSTS) <= {*settings.LOOPBACK, "testserver"}:
        yield Error(
            "GUICHE_HOSTS abre para outras máquinas um Guichê local, sem TLS.",
            hint="Apague GUICHE_HOSTS, ou use GUICHE_MODE=production.",
            id="desk.E011",
        )


@register(TAG)
def sender(**_: Any) -> list[CheckMessage]:
    """E-mails that leave come from somewhere."""
    if not settings.EMAIL_HOST or not settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        return []
    return [
        Error(
            "GUICHE_EMAIL_FROM precisa dizer de que endereço os e-mails saem.",
            hint="Por exemplo: GUICHE_EMAIL_FROM='Suporte <suporte@exemplo.com.br>'.",
            id="desk.E014",
        )
    ]


@register(TAG, deploy=True)
def mail(**_: Any) -> list[CheckMessage]:
    """In production a customer who was promised an e-mail gets one."""
    if settings.EMAIL_HOST or not settings.PRODUCTION:
        return []
    return [
        Warning(
            f"Os e-mails não são enviados: só são gravados em {settings.EMAIL_FILE_PATH}.",
            hint="Aponte GUICHE_EMAIL_URL_FILE para um arquivo com smtp://usuario:senha@servidor.",
            id="desk.W001",
        )
    ]


@register(TAG)
def procedures(**_: Any) -> list[CheckMessage]:
    """Every procedure on the shelf can be read, and the one for new calls is there."""
    try:
        for path in shelf.files().values():
            shelf.read(path)
        shelf.find(settings.PROCEDURE)
    except ProcedureError as error:
        return [Error(str(error), hint="Corrija o arquivo e inicie de novo.", id="desk.E010")]
    return []


@register(TAG)
def connections(**_: Any) -> list[CheckMessage]:
    """The file of connections can be used, with all its secrets."""
    try:
        connections_file.declared_here()
    except connections_file.FileRefused as error:
        return [Error(str(error), hint="Corrija e inicie de novo.", id="desk.E015")]
    return []


def is_migrated() -> bool:
    """Whether the database has all that this version needs; it may be that of a later one."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def database() -> Iterator[Error]:
    """The database is that of this version, and in production has no account known to all."""
    if not is_migrated():
        yield Error(
            "O banco de dados não está na versão deste programa.",
            hint="Rode: guiche manage migrate.",
            id="desk.E013",
        )
    elif settings.PRODUCTION and (accounts := open_demo_accounts()):
        names = ", ".join(user.username for user in accounts)
        yield Error(
            f"As contas de demonstração estão ativas: {names}.",
            hint="Mude a senha de cada uma: guiche manage changepassword USUARIO.",
            id="desk.E012",
        )
