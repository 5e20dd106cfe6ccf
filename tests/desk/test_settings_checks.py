"""Production refuses an unsafe setting with the reason; a local desk is nobody else's."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from pytest_django.fixtures import Settings

from guiche.desk import checks
from guiche.desk.demo.accounts import make_demo_accounts
from guiche.desk.models import User

KEY, OTHER_KEY = "Zx9-" + "k3VqLw7RbTn2" * 4, "Qa1-" + "m8HsYd5GfCe6" * 4
SAFE = {
    "PRODUCTION": True,
    "SECRET_KEY": KEY,
    "DATA_KEY": OTHER_KEY,
    "ALLOWED_HOSTS": ["guiche.exemplo.com.br"],
    "DEBUG": False,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 31536000,
}


@pytest.fixture
def production(settings: Settings) -> Settings:
    for name, value in SAFE.items():
        setattr(settings, name, value)
    return settings


def codes() -> list[str]:
    return [str(error.id) for error in checks.production()]


def test_a_safe_production_passes(production: Settings) -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("SECRET_KEY", "", "desk.E001"),
        ("SECRET_KEY", "pouca", "desk.E001"),
        ("SECRET_KEY", "a" * 60, "desk.E001"),
        ("DATA_KEY", "", "desk.E002"),
        ("DATA_KEY", KEY, "desk.E003"),
        ("ALLOWED_HOSTS", [], "desk.E004"),
        ("ALLOWED_HOSTS", ["*"], "desk.E004"),
        ("DEBUG", True, "desk.E005"),
        ("SESSION_COOKIE_SECURE", False, "desk.E006"),
        ("CSRF_COOKIE_SECURE", False, "desk.E006"),
        ("SECURE_SSL_REDIRECT", False, "desk.E006"),
        ("SECURE_HSTS_SECONDS", 0, "desk.E006"),
    ],
)
def test_each_unsafe_setting_is_refused(
    production: Settings, name: str, value: object, code: str
) -> None:
    setattr(production, name, value)
    assert codes() == [code]
    error = next(iter(checks.production()))
    assert error.hint
    assert not value or str(value) not in error.msg


def test_a_local_desk_is_not_opened_to_other_machines(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]
    assert codes() == []
    settings.ALLOWED_HOSTS = ["guiche.exemplo.com.br"]
    assert codes() == ["desk.E011"]


def test_demonstration_accounts_are_refused_in_production(production: Settings, db: None) -> None:
    make_demo_accounts()
    (error,) = checks.database()
    assert error.id == "desk.E012"
    assert "suporte, relacionamento, supervisao" in error.msg
    for user in User.objects.all():
        user.set_password("outra senha, bem longa")
        user.save()
    assert list(checks.database()) == []


def test_demonstration_accounts_may_be_on_a_local_desk(db: None) -> None:
    make_demo_accounts()
    assert list(checks.database()) == []


def test_a_database_of_another_version_is_refused(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'desk'")
    (error,) = checks.database()
    assert (error.id, error.hint) == ("desk.E013", "Rode: guiche manage migrate.")


def test_the_refusal_tells_every_reason(production: Settings, db: None) -> None:
    production.SECRET_KEY = ""
    production.DEBUG = True
    with pytest.raises(ImproperlyConfigured) as refused:
        checks.refuse_unsafe()
    assert "GUICHE_SECRET_KEY falta." in str(refused.value)
    assert "(desk.E005)" in str(refused.value)


def guiche(*arguments: str, env: Mapping[str, str], stdin: str = "") -> tuple[int, str]:
    """Exit status and all output of the command, with nothing else of `GUICHE_*` set."""
    others = {key: value for key, value in os.environ.items() if not key.startswith("GUICHE_")}
    others.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, "-m", "guiche", *arguments],
        env={**others, **env},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("command", ["web", "worker"])
def test_production_without_its_settings_does_not_start(command: str, tmp_path: Path) -> None:
    status, output = guiche(
        command, env={"GUICHE_MODE": "production", "GUICHE_DATA": str(tmp_path)}
    )
    assert status == 2
    for name in ("GUICHE_SECRET_KEY", "GUICHE_DATA_KEY", "GUICHE_HOSTS"):
        assert name in output
    assert "Traceback" not in output
    assert list(tmp_path.iterdir()) == []


def test_up_is_not_for_production(tmp_path: Path) -> None:
    env = {"GUICHE_MODE": "production", "GUICHE_DATA": str(tmp_path)}
    status, output = guiche("up", env=env)
    assert status == 2
    assert "Em produção use" in output


def test_a_safe_production_runs_from_migration_to_a_round_of_the_worker(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY, "utf-8")
    env = {
        "GUICHE_MODE": "production",
        "GUICHE_DATA": str(tmp_path),
        "GUICHE_SECRET_KEY_FILE": str(tmp_path / "key"),
        "GUICHE_DATA_KEY": OTHER_KEY,
        "GUICHE_HOSTS": "guiche.exemplo.com.br",
    }
    status, output = guiche("worker", "--once", env=env)
    assert (status, "guiche manage migrate" in output) == (2, True)
    assert guiche("manage", "migrate", "-v", "0", env=env) == (0, "")
    made = guiche(
        "manage", "account", "Ana", "--role", "suporte", env=env, stdin="girassol-de-maio\n"
    )
    assert made == (0, "Conta ana: Suporte, ativa.\n")
    assert guiche("worker", "--once", env=env) == (0, "")
    _, output = guiche("manage", "check", "--deploy", env=env)
    assert "desk.W001" in output
    assert "security." not in output
