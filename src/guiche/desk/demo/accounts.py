"""One account for each role, for trying the product on one's own machine."""

from typing import NamedTuple

from guiche.desk.people.role import Role
from guiche.desk.people.user import User

# Known to everybody: only a desk that answers to its own machine has these accounts.
PASSWORD = "guiche"  # noqa: S105


class Account(NamedTuple):
    """A demonstration account."""

    username: str
    name: str
    role: Role


ACCOUNTS = (
    Account("suporte", "Sofia Exemplo", Role.SUPORTE),
    Account("relacionamento", "Renato Exemplo", Role.RELACIONAMENTO),
    Account("supervisao", "Silvia Exemplo", Role.SUPERVISAO),
)


def make_demo_accounts() -> None:
    """Makes those that are missing."""
    for username, name, role in ACCOUNTS:
        if not User.objects.filter(username=username).exists():
            User.objects.create_user(username, PASSWORD, name=name, role=role)


def open_demo_accounts() -> list[User]:
    """The active accounts that still have the known password."""
    names = [account.username for account in ACCOUNTS]
    accounts = User.objects.filter(username__in=names, is_active=True).order_by("pk")
    return [user for user in accounts if user.check_password(PASSWORD)]
