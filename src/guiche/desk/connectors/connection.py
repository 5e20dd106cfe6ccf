"""A configured desk of somebody else: its settings, whether it is up, and its circuit."""

import json
import logging
import random
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any

from django.db import models, transaction
from django.db.models import Case, F, Q, QuerySet, When

from guiche.desk import clock, vault
from guiche.desk.connectors.connector import Connector, DeliveryError
from guiche.desk.connectors.registry import KINDS, connector_class
from guiche.desk.connectors.settings import Settings, SettingsRefused

log = logging.getLogger(__name__)

TROUBLE = 3
"""So many failures in a row, and one step at a time tries whether the desk is back."""
_LOGIN_REFUSALS = 2
_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 300.0
_UNUSABLE = (
    "O endereço, a chave ou a senha tem um caractere que não serve (acento, espaço especial). "
    "Copie e cole de novo."
)
_UNSEALED = "A chave que cifra as senhas mudou, e estas não abrem mais. Digite-as de novo."


class Connection(models.Model):
    """Where events are delivered to. What the settings hold besides secrets is in `content`."""

    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=80, unique=True)
    active = models.BooleanField(default=True)
    numbers = models.BooleanField(default=True)
    """Whether the customer is told the number that this desk gives."""
    from_file = models.BooleanField(default=False)
    """Whether it comes from the file of connections, and is only shown on pages."""
    content: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)
    sealed = models.BinaryField(default=bytes)
    version = models.PositiveIntegerField(default=0)
    """Grows with each change of the settings, so that no worker goes on with old ones."""
    created_at = models.DateTimeField(default=clock.now)

    failures = models.PositiveIntegerField(default=0)
    """In a row, of the desk as a whole."""
    open_until = models.DateTimeField(null=True)
    """Nothing is sent before."""
    login_refusals = models.PositiveIntegerField(default=0)
    stopped = models.BooleanField(default=False)
    """The desk refused the login twice: a third time might lock the account."""
    last_error = models.TextField(blank=True)
    last_ok_at = models.DateTimeField(null=True)
    reconciled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """What kind of desk it is, for people."""
        return KINDS[self.kind].label if self.kind in KINDS else self.kind

    # Settings

    @property
    def secrets(self) -> dict[str, str]:
        """The passwords and tokens; `SettingsRefused` where the data key does not open them."""
        if not self.sealed:
            return {}
        opened = vault.unseal(bytes(self.sealed))
        if opened is None:
            raise SettingsRefused({"senhas": _UNSEALED})
        secrets: dict[str, str] = json.loads(opened)
        return secrets

    @property
    def settings(self) -> Settings:
        """The settings typed; `SettingsRefused` says what is wrong with them."""
        return connector_class(self.kind).Settings.read({**self.content, **self.secrets})

    def connect(self) -> Connector[Any]:
        """A connector with these settings; `SettingsRefused` where they cannot be used.

        So too where they can be read and nothing can be made of them: a letter that no HTTP header
        holds, in a token. One desk that is set up wrong is no reason for the others to wait.
        """
        settings = self.settings
        try:
            return connector_class(self.kind)(settings)
        except Exception as error:
            # Not the words: what could not be used may be the secret.
            log.warning("connection %s cannot be made: %s", self.pk, type(error).__name__)
            raise SettingsRefused({"ajustes": _UNUSABLE}) from None

    def set(self, raw: Mapping[str, Any], *, forget: Collection[str] = ()) -> None:
        """Takes new settings, not saved yet; a secret that is left empty stays as it was, unless
        it is to be forgotten.

        Raises `SettingsRefused`.
        """
        declared = connector_class(self.kind).Settings
        given = {key: value for key, value in raw.items() if value not in ("", None)}
        left = declared.secrets() - given.keys() - set(forget)
        kept = self.secrets if left else {}
        whole = {**{key: kept[key] for key in left & kept.keys()}, **given}
        declared.read(whole)
        secrets = {key: str(whole[key]) for key in declared.secrets() & whole.keys()}
        self.content = {key: value for key, value in whole.items() if key not in secrets}
        self.sealed = vault.seal(json.dumps(secrets).encode()) if secrets else b""

    @transaction.atomic
    def keep(self) -> None:
        """Saves the settings; whatever was wrong before may be right now, and is tried at once."""
        self.version += 1
        self.save()
        self.try_again()

    # The circuit

    @classmethod
    def known(cls) -> "QuerySet[Connection]":
        """The ones of a kind that there is."""
        return cls.objects.filter(kind__in=KINDS).order_by("pk")

    @classmethod
    def told(cls) -> "list[Connection]":
        """Those that are told what happens, of which no more is read than their kind."""
        rows = cls.objects.raw("SELECT id, kind FROM desk_connection WHERE active ORDER BY id")
        return [row for row in rows if row.kind in KINDS]

    @classmethod
    def open_for_work(cls, now: datetime) -> "QuerySet[Connection]":
        """The ones to which something may be sent now."""
        rested = Q(open_until=None) | Q(open_until__lte=now)
        return cls.known().filter(rested, active=True, stopped=False)

    @classmethod
    def away(cls) -> "QuerySet[Connection]":
        """The ones in use that are in trouble, or stopped."""
        return cls.known().filter(Q(failures__gte=TROUBLE) | Q(stopped=True), active=True)

    def locked(self, now: datetime) -> "Connection | None":
        """The row as it stands, held for the transaction; None where nothing may be sent now, or
        another worker holds it."""
        # Not for a key's sake: who opens a ticket refers to it, and shall not wait.
        return (
            type(self)
            .open_for_work(now)
            .filter(pk=self.pk)
            .select_for_update(no_key=True, skip_locked=True)
            .first()
        )

    @property
    def in_trouble(self) -> bool:
        """Whether one step at a time tries if the desk is back."""
        return self.failures >= TROUBLE

    def clock_jumped(self, now: datetime) -> None:
        """The clock was set: no rest lasts longer than the longest."""
        longest = now + timedelta(seconds=_LONGEST_PAUSE)
        type(self).objects.filter(pk=self.pk, open_until__gt=longest).update(open_until=longest)

    def try_again(self) -> None:
        """Forgets failures and refusals: a person says that it is mended."""
        self._set(failures=0, open_until=None, login_refusals=0, stopped=False)

    def succeeded(self, now: datetime) -> None:
        """The desk did something; its troubles are over.

        A rest lasts to its end: what succeeded may have been sent before the desk asked for it.
        """
        newly = self.last_ok_at and self.last_ok_at > now - timedelta(minutes=1)
        if newly and not self.failures and not self.login_refusals:
            return
        stale = Q(last_ok_at=None) | Q(last_ok_at__lte=now - timedelta(minutes=1))
        troubled = Q(failures__gt=0) | Q(login_refusals__gt=0)
        over = Case(When(open_until__gt=now, then=F("open_until")), default=None)
        is_news = (
            type(self)
            .objects.filter(stale | troubled, pk=self.pk)
            .update(failures=0, open_until=over, login_refusals=0, last_error="", last_ok_at=now)
        )
        if is_news and self.failures:
            log.info("connection %s works again", self)
            self.failures = 0

    def failed(self, error: DeliveryError, now: datetime) -> None:
        """Counts a failure of the desk as a whole, and rests for longer each time.

        What was under way when a rest began fails for the same reason, and is not counted: eight
        at once would make a short trouble a rest of minutes.
        """
        rested = Q(open_until=None) | Q(open_until__lte=now)
        is_news = type(self).objects.filter(rested, pk=self.pk).update(failures=F("failures") + 1)
        self._set(last_error=str(error))
        self.refresh_from_db(fields=["failures", "login_refusals"])
        pause = error.pause
        if pause is None and is_news and self.in_trouble:
            pause = _rest(self.failures - TROUBLE)
        if pause:
            shorter = Q(open_until=None) | Q(open_until__lt=now + pause)
            type(self).objects.filter(shorter, pk=self.pk).update(open_until=now + pause)
        if error.login:
            self._set(login_refusals=F("login_refusals") + 1)
            self.refresh_from_db(fields=["login_refusals"])
            self._set(stopped=self.login_refusals >= _LOGIN_REFUSALS)
        # Once when it begins and once when it lasts, not for every step.
        if is_news and (self.failures in (1, TROUBLE) or (error.login and self.stopped)):
            how = "stopped" if self.stopped else "rests" if pause else "fails"
            log.warning("connection %s %s: %s", self, how, _why(error))

    def _set(self, **changes: Any) -> None:
        type(self).objects.filter(pk=self.pk).update(**changes)
        self.refresh_from_db(fields=list(changes))


def _why(error: DeliveryError) -> str:
    """The words of the page where the network gave the reason; what the desk said may quote a
    customer, and does not go into the log."""
    if error.status:
        return f"HTTP {error.status}"
    cause: BaseException | None = error
    while cause and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__
    is_said = cause is None or isinstance(cause, SMTPException)
    return "see its page" if is_said else str(error)


def _rest(times: int) -> timedelta:
    """Twice as long each time, up to five minutes, and never the same for two workers."""
    whole = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(times, 10))
    return timedelta(seconds=whole * random.uniform(0.5, 1))  # noqa: S311  no secret
