"""Opens tickets in django-helpdesk, run by the Python of its own environment.

By the form of its staff, without HTTP and without sending e-mail: the quickest way that it has. The
answers of the call, where they are given, are its custom fields. Not named after it: the folder of
a script is searched for modules first.
"""

import json
import os
import sys
from typing import Any

import django
from django.conf import settings

DATABASE = {"ENGINE": "django.db.backends.postgresql", "NAME": os.environ["HELPDESK_NAME"],
            "HOST": os.environ["HELPDESK_HOST"], "USER": "postgres"}  # fmt: skip
ANSWERS: dict[str, str] = json.loads(os.environ["HELPDESK_ANSWERS"])
APPS = ("admin", "auth", "contenttypes", "humanize", "messages", "sessions", "sites")


def set_up() -> None:
    settings.configure(
        SECRET_KEY="nothing-secret", DATABASES={"default": DATABASE}, SITE_ID=1, USE_TZ=True,
        INSTALLED_APPS=[*(f"django.contrib.{app}" for app in APPS), "rest_framework",
                        "helpdesk"],
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
        DEFAULT_AUTO_FIELD="django.db.models.AutoField", ROOT_URLCONF="",
        STATIC_URL="/static/",
        MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware",
                    "django.contrib.auth.middleware.AuthenticationMiddleware",
                    "django.contrib.messages.middleware.MessageMiddleware"],
        HELPDESK_TEAMS_MODE_ENABLED=False, HELPDESK_ACTIVATE_API_ENDPOINT=False,
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates",
                    "APP_DIRS": True}],
    )  # fmt: skip
    django.setup()
    from django.urls import include, path

    settings.ROOT_URLCONF = (path("", include("helpdesk.urls")),)


def prepare() -> None:
    import psycopg

    where = f"host={DATABASE['HOST']} user=postgres dbname=postgres"
    with psycopg.connect(where, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {DATABASE['NAME']}")
    set_up()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from helpdesk.models import CustomField, Queue

    call_command("migrate", verbosity=0)
    account: Any = get_user_model()
    account.objects.create_superuser("ana", "ana@exemplo.com.br", "senha")
    Queue.objects.create(title="Suporte", slug="suporte", allow_public_submission=True)
    for name in ANSWERS:
        CustomField.objects.create(
            name=name, label=name[:30], data_type="varchar", max_length=200, required=False
        )


def open_tickets() -> None:
    set_up()
    from django.contrib.auth import get_user_model
    from helpdesk.forms import TicketForm
    from helpdesk.models import Queue

    user, queue = get_user_model().objects.get(), Queue.objects.get()
    given = {
        "queue": queue.pk, "title": os.environ["HELPDESK_TITLE"], "priority": 3,
        "body": os.environ["HELPDESK_TEXT"], "submitter_email": "contato@padaria.com.br",
        **{f"custom_{name}": answer for name, answer in ANSWERS.items()},
    }  # fmt: skip
    print("ready", flush=True)
    for _ in iter(sys.stdin.readline, ""):
        for _ in range(int(os.environ["HELPDESK_EACH"])):
            form = TicketForm(data=given, queue_choices=[(queue.pk, queue.title)])
            if not form.is_valid():
                raise SystemExit(str(form.errors))
            form.save(user=user)
        print("ready", flush=True)


if __name__ == "__main__":
    prepare() if sys.argv[1:] == ["prepare"] else open_tickets()
