"""`guiche manage account`: makes an account, or changes role, name or whether it is active."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from guiche.desk.people import factor
from guiche.desk.people.login import Login
from guiche.desk.people.record import Record
from guiche.desk.people.role import Role
from guiche.desk.people.user import User
from guiche.desk.tickets.ticket import Ticket


class Command(BaseCommand):
    """One account: made when it is not there, changed when it is."""

    help = "Cria uma conta, ou muda papel, nome e situação de uma que existe."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options."""
        parser.add_argument("username", metavar="USUARIO")
        parser.add_argument("--role", choices=Role.values, help="O que a conta pode fazer.")
        parser.add_argument("--name", help="Nome da pessoa.")
        parser.add_argument("--active", choices=("sim", "nao"), help="Se pode entrar.")
        parser.add_argument("--reset-factor", action="store_true", help="Tira a segunda etapa.")

    def handle(self, *_: Any, username: str, **options: Any) -> None:
        """Makes or changes the account; a new one asks for its password."""
        username = User.objects.normalize_username(username)
        user = User.objects.filter(username=username).first() or _new(username, options["role"])
        user.role = options["role"] or user.role
        user.name = options["name"] or user.name
        user.is_active = {"sim": True, "nao": False, None: user.is_active}[options["active"]]
        user.save()
        if options["reset_factor"]:
            factor.take_away(user)
        if options["reset_factor"] or not user.is_active:
            Login.end_all(user)
        Record.write(Record.Kind.ACCOUNT, "criada ou mudada", None, person=user)
        active = "ativa" if user.is_active else "inativa"
        self.stdout.write(f"Conta {user.username}: {user.role_label}, {active}.")
        if released := 0 if user.is_active else Ticket.release_all_of(user):
            self.stdout.write(f"Chamados que estavam com ela e voltaram à equipe: {released}.")


def _new(username: str, role: str | None) -> User:
    if role is None:
        raise CommandError(f"Diga o papel da conta nova: --role {' ou '.join(Role.values)}.")
    user = User(username=username, role=role)
    try:
        user.clean_fields(exclude=["password"])
        password = _password()
        validate_password(password, user)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    user.set_password(password)
    return user


def _password() -> str:
    """From the keyboard, unseen and twice; without a terminal the first line of the input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Senha: ")
    if password != getpass.getpass("De novo: "):
        raise CommandError("As senhas não são iguais.")
    return password
