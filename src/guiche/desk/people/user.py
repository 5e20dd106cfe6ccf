"""An account of the desk, and the role that says what it may do."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models

from guiche.desk import clock
from guiche.desk.people.role import Role

__all__ = ["Accounts", "Role", "User"]


class Accounts(BaseUserManager["User"]):
    """Creates and finds accounts; user names are kept in lower case."""

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """Lower case: phones capitalise the first letter that is typed."""
        return User.normalize_username(username.strip()).lower()

    def get_by_natural_key(self, username: str | None) -> "User":
        """The account of that user name, in any case."""
        return self.get(username=self.normalize_username(username or ""))

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """A new account; without a password nobody can log in to it."""
        user = self.model(username=self.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """A supervisor; what `createsuperuser` makes."""
        return self.create_user(
            username, password, **{"role": Role.SUPERVISAO, "is_superuser": True, **fields}
        )

    def people(self) -> "models.QuerySet[User]":
        """The accounts by which people log in now: neither closed, nor of programs."""
        return self.filter(is_active=True, service=None)


class User(AbstractBaseUser, PermissionsMixin):
    """An account. No e-mail is required: many desks share one."""

    username = models.CharField(
        "usuário",
        max_length=80,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": "Já existe uma conta com este usuário."},
    )
    name = models.CharField("nome", max_length=120, blank=True)
    email = models.EmailField("e-mail", blank=True)
    role = models.CharField("papel", max_length=20, choices=Role, default=Role.SUPORTE)
    is_active = models.BooleanField("ativa", default=True)
    must_change_password = models.BooleanField(default=False, db_default=False)
    """Somebody else knows the password: who made the account, or gave it a new one."""
    created_at = models.DateTimeField("criada em", default=clock.now, editable=False)

    objects: ClassVar[Accounts] = Accounts()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def is_program(self) -> bool:
        """Whether programs act in its name, and nobody logs in to it."""
        return hasattr(self, "service")

    @property
    def role_label(self) -> str:
        """The role as people call it."""
        return Role(self.role).label
