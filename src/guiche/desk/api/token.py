"""The key of a program: whose it is, what it may do, until when. The desk keeps a digest of it."""

import hmac
import secrets
import string
import zlib
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import models
from django.db.models import Case, F, Q, Value, When

from guiche.desk import clock
from guiche.desk.intake.plain import plain_text
from guiche.desk.people.user import User
from guiche.desk.refusal import Refused
from guiche.desk.rows import find

PREFIX = "guiche_"
"""By which whoever looks for secrets in code knows it: `guiche_[0-9A-Za-z]{46}`."""
LIFETIMES = {"30": "30 dias", "90": "90 dias", "365": "1 ano"}
MOST = 20
"""That hold at one time, of one account."""

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM, _CHECK = 40, 6
_SHOWN = len(PREFIX) + 6
_LONGEST_NAME = 80
_NOTICED_EVERY = timedelta(minutes=1)


class Scope(models.TextChoices):
    """What a token lets a program do; its account's role says the rest."""

    INSPECTIONS = "inspections", "Ler certificados"
    READ = "tickets:read", "Ver chamados, com o cliente abreviado"
    PEOPLE = "tickets:people", "Ver o cliente inteiro (fica no Registro)"
    WRITE = "tickets:write", "Abrir e mudar chamados"
    SEARCH = "search", "Buscar chamados"


class TokenRefused(Refused):
    """The token is not made so."""


class ApiToken(models.Model):
    """One key. The text is shown once, when it is made; `shown` is its beginning, to tell it by."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=_LONGEST_NAME)
    digest = models.CharField(max_length=64, unique=True)
    shown = models.CharField(max_length=_SHOWN)
    scopes: "models.JSONField[list[str], list[str]]" = models.JSONField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    """Who made it: the person itself, or a supervisor for a service account."""
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    """To the minute."""
    revoked_at = models.DateTimeField(null=True)
    counted_in = models.DateTimeField(null=True)
    """The minute that `counted` is of."""
    counted = models.PositiveIntegerField(default=0, db_default=0)
    """The requests that processes took for themselves in it (allowance.py)."""

    def __str__(self) -> str:
        return f"{self.name} ({self.shown}…)"

    @classmethod
    def create(
        cls, user: User, name: str, scopes: Collection[str], days: str, by: User
    ) -> "tuple[ApiToken, str]":
        """A new token and its text, which nobody sees again. Raises `TokenRefused`."""
        name, now = " ".join(plain_text(name).split()), clock.now()
        if not name or len(name) > _LONGEST_NAME:
            raise TokenRefused(f"Dê um nome ao token, com até {_LONGEST_NAME} caracteres.")
        if not scopes or set(scopes) - set(Scope.values):
            raise TokenRefused("Marque o que o token pode fazer.")
        if days not in LIFETIMES:
            raise TokenRefused("Escolha na lista até quando o token vale.")
        if cls.holding(now).filter(user=user).count() >= MOST:
            raise TokenRefused(f"Esta conta já tem {MOST} tokens. Revogue um que não se usa mais.")
        text = _new()
        token = cls.objects.create(
            user=user, name=name, digest=_digest(text), shown=text[:_SHOWN], by=by,
            scopes=[scope for scope in Scope.values if scope in scopes],
            created_at=now, expires_at=now + timedelta(days=int(days)),
        )  # fmt: skip
        return token, text

    @classmethod
    def holding(cls, now: datetime) -> "models.QuerySet[ApiToken]":
        """Neither revoked nor expired, of accounts that may log in."""
        return cls.objects.filter(revoked_at=None, expires_at__gt=now, user__is_active=True)

    @classmethod
    def made_by(cls, user: User, now: datetime) -> "models.QuerySet[ApiToken]":
        """Those that hold and that this person knows: its own, and those it made for programs."""
        return cls.holding(now).filter(Q(user=user) | Q(by=user)).order_by("pk")

    @classmethod
    def of(cls, text: str, now: datetime) -> "ApiToken | None":
        """The token of this text, with its account; None alike of one that is wrong, revoked or
        expired, and of an account that was closed."""
        if not is_token(text):
            return None
        digest = _digest(text)
        token = find(cls, digest=digest)
        if token is None or not hmac.compare_digest(token.digest, digest) or not token.holds(now):
            return None
        user = find(User, id=token.user_id)
        if user is None or not user.is_active:
            return None
        token.user = user
        return token

    @property
    def scope_labels(self) -> list[str]:
        """What it may do, for people."""
        return [Scope(scope).label for scope in self.scopes if scope in Scope.values]

    def holds(self, now: datetime) -> bool:
        """Whether it can be used, as far as its own row tells."""
        return self.revoked_at is None and now < self.expires_at

    def use(self, now: datetime) -> None:
        """Notes that it was used, once a minute: a row of its own for each use would be a queue."""
        if self.last_used_at is None or self.last_used_at <= now - _NOTICED_EVERY:
            stale = Q(last_used_at=None) | Q(last_used_at__lte=now - _NOTICED_EVERY)
            type(self).objects.filter(stale, pk=self.pk).update(last_used_at=now)

    @classmethod
    def take(cls, pk: int, minute: datetime, many: int, most: int) -> bool:
        """Takes so many requests of those of this minute; False where fewer are left.

        One UPDATE, so that of many at once each sees what the others took. Whatever minute stands
        in the row is over, also where a clock was set back.
        """
        if many > most:
            return False
        another = Q(counted_in=None) | ~Q(counted_in=minute)
        row = cls.objects.filter(another | Q(counted__lte=most - many), pk=pk)
        counted = Case(When(counted_in=minute, then=F("counted") + many), default=Value(many))
        return row.update(counted_in=minute, counted=counted) == 1

    def revoke(self) -> None:
        """From now on it opens nothing."""
        type(self).objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=clock.now())
        self.refresh_from_db(fields=["revoked_at"])


def is_token(text: str) -> bool:
    """Whether a text has the form of a token, its check digits right: a typing error needs no
    database to be known."""
    body = text.removeprefix(PREFIX)
    if body == text or len(body) != _RANDOM + _CHECK or not set(body) <= set(_ALPHABET):
        return False
    return body[_RANDOM:] == _check(body[:_RANDOM])


def _new() -> str:
    body = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM))
    return f"{PREFIX}{body}{_check(body)}"


def _check(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(_CHECK):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits


def _digest(text: str) -> str:
    """Quick, because what it is made of is 238 random bits."""
    return sha256(text.encode()).hexdigest()


class ServiceAccount(models.Model):
    """An account that is no person's: programs act in its name, and nobody logs in to it."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="service")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return str(self.user)

    @classmethod
    def named(cls, name: str, role: str, by: User) -> User:
        """The service account of this name, made where there is none.

        Raises `TokenRefused`: a person's account is no program's, whoever asks, and the role of one
        that there is stays as it is.
        """
        validated: Any = User._meta.get_field("username")
        username = User.objects.normalize_username(plain_text(name))
        try:
            validated.clean(username, None)
        except Exception as error:
            raise TokenRefused("O nome da conta leva só letras, algarismos e . _ - + @") from error
        found = User.objects.filter(username=username).first()
        if found is None:
            user = User.objects.create_user(username, name=username, role=role)
            cls.objects.create(user=user, by=by)
            return user
        if not cls.objects.filter(user=found).exists():
            raise TokenRefused("Esta conta é de uma pessoa. Escolha outro nome para a do programa.")
        if found.role != role:
            raise TokenRefused(f"Esta conta de programa já tem o papel {found.role_label}.")
        return found
