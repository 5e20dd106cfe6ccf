"""The mail server comes from one URL, understood or refused, and never repeated in an error."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from pytest_django.fixtures import Settings

from guiche.desk import checks, environment


@pytest.mark.parametrize(
    ("url", "mail"),
    [
        ("", environment.Mail()),
        ("smtp://correio.exemplo", environment.Mail("correio.exemplo", 587, starttls=True)),
        (
            "smtp://ana%40exemplo.com.br:p%40ss@correio.exemplo:2525?tls=1",
            environment.Mail("correio.exemplo", 2525, "ana@exemplo.com.br", "p@ss", starttls=True),
        ),
        (
            "smtps://a:b@correio.exemplo",
            environment.Mail("correio.exemplo", 465, "a", "b", tls=True),
        ),
        ("smtp://127.0.0.1:25?tls=0", environment.Mail("127.0.0.1", 25)),
    ],
)
def test_a_url(url: str, mail: environment.Mail) -> None:
    assert environment.mail(url) == mail


@pytest.mark.parametrize(
    "url",
    [
        "correio.exemplo",
        "http://ana:girassol@correio.exemplo",
        "smtp://ana:girassol@",
        "smtp://ana:girassol@correio.exemplo/caixa",
        "smtp://ana:girassol@correio.exemplo:porta",
        "smtp://ana:girassol@correio.exemplo?ssl=1",
        "smtp://ana:girassol@correio.exemplo?tls=talvez",
        "smtp://ana:girassol@correio.exemplo?tls=0",
        "smtps://ana:girassol@correio.exemplo?tls=0",
    ],
)
def test_another_url_is_refused_without_telling_the_password(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="GUICHE_EMAIL_URL") as refused:
        environment.mail(url)
    assert "girassol" not in str(refused.value)


@pytest.mark.parametrize("value", ["a@exemplo.com.br", "Suporte Técnico <a.b@exemplo.com.br>"])
def test_a_mailbox(value: str) -> None:
    assert environment.mailbox({"X": value}, "X") == value
    assert EmailMessage("a", "b", value, ["c@exemplo.com.br"]).message()["From"]


@pytest.mark.parametrize(
    "value",
    [
        "ana",
        "a@b@c",
        "Ana <a@b.c",
        "a@b.c>",
        "a@b.c\nBcc: d@e.f",
        "A\r\nBcc: x <a@b.c>",
        "a@b.c, d@e.f",
    ],
)
def test_what_is_no_mailbox_is_refused(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="X="):
        environment.mailbox({"X": value}, "X")


def test_a_server_without_a_sender_does_not_start(settings: Settings) -> None:
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "correio.exemplo", "guiche@localhost"
    with pytest.raises(ImproperlyConfigured, match="GUICHE_EMAIL_FROM"):
        checks.refuse_unsafe_settings()


def test_in_production_mails_that_go_to_nobody_are_a_warning(settings: Settings) -> None:
    settings.EMAIL_HOST, settings.PRODUCTION = "", True
    (warning,) = checks.mail()
    assert warning.id == "desk.W001"
    assert not warning.is_serious()
    settings.EMAIL_HOST = "correio.exemplo"
    assert checks.mail() == []
