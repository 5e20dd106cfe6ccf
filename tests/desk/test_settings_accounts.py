"""Accounts are made and changed from the command line."""

import io

import pytest
from django.core.management import CommandError, call_command

from calls import signed_in
from desk.factors import PASSWORD, turn_on_app
from guiche.desk.models import Record, User
from guiche.desk.people import factor

pytestmark = pytest.mark.django_db


def account(monkeypatch: pytest.MonkeyPatch, *arguments: str, password: str = "") -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    output = io.StringIO()
    call_command("account", *arguments, stdout=output)
    return output.getvalue()


def test_makes_and_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    made = account(
        monkeypatch, "Ana", "--role", "suporte", "--name", "Ana Exemplo", password="girassol-maio"
    )
    assert made == "Conta ana: Suporte, ativa.\n"
    user = User.objects.get_by_natural_key("ANA")
    assert user.check_password("girassol-maio")
    changed = account(monkeypatch, "ana", "--role", "supervisao", "--active", "nao")
    assert changed == "Conta ana: Supervisão, inativa.\n"
    user.refresh_from_db()
    assert (str(user), user.is_active) == ("Ana Exemplo", False)
    assert user.check_password("girassol-maio")


def test_takes_a_second_factor_away_and_ends_the_logins(monkeypatch: pytest.MonkeyPatch) -> None:
    ana = User.objects.create_superuser("ana", PASSWORD)
    client = signed_in(ana)
    turn_on_app(client)
    account(monkeypatch, "ana", "--reset-factor")
    assert not factor.has(ana)
    assert client.get("/conta/").status_code == 302
    assert Record.objects.get(by=None).person == ana


@pytest.mark.parametrize(
    ("arguments", "password", "why"),
    [
        (["ana"], "", "--role suporte ou relacionamento"),
        (["ana"], "girassol-maio", "papel"),
        (["ana", "--role", "suporte"], "1234", "senha"),
        (["ana exemplo", "--role", "suporte"], "girassol-maio", "usuário"),
        (["ana", "--role", "chefe"], "girassol-maio", "chefe"),
    ],
)
def test_refuses(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], password: str, why: str
) -> None:
    with pytest.raises(CommandError, match=why):
        account(monkeypatch, *arguments, password=password)
    assert not User.objects.exists()


def test_a_supervisor_is_what_createsuperuser_makes() -> None:
    user = User.objects.create_superuser("Chefe", "uma senha")
    assert (user.username, user.role_label, user.is_superuser) == ("chefe", "Supervisão", True)
