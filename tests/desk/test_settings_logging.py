"""What people mistype does not fill the terminal; what the server does wrong stands there."""

import logging
from contextlib import redirect_stderr
from io import StringIO
from logging.config import dictConfig

import pytest
from django.conf import settings
from django.test import Client

from guiche.desk.logs.lines import Lines


@pytest.mark.django_db
def test_a_mistyped_address_is_not_logged(
    visitor: Client, caplog: pytest.LogCaptureFixture
) -> None:
    visitor.get("/entrar/", headers={"HX-Request": "true"})
    visitor.get("/nada/")
    assert [record.name for record in caplog.records] == []


@pytest.mark.parametrize("path", ["/entrar/", "/api/v1/tickets", "/nada/"])
@pytest.mark.parametrize("host", ["10.1.2.3:8000", f"x\n{'y' * 500}"])
def test_an_unknown_host_is_one_line_that_says_what_to_set(
    path: str, host: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert Client().get(path, headers={"Host": host}).status_code == 400
    (record,) = caplog.records
    assert (record.levelname, record.exc_info) == ("WARNING", None)
    assert record.message == f"host {host[:100]}: not one of GUICHE_HOSTS"
    assert "\n" not in Lines().format(record)


def test_faults_and_security_are() -> None:
    assert logging.getLogger("django.request").isEnabledFor(logging.ERROR)
    assert logging.getLogger("django.security.csrf").isEnabledFor(logging.WARNING)


def test_what_was_standard_error_for_a_time_is_not_written_to_later(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with redirect_stderr(StringIO()) as closed:
        dictConfig(settings.LOGGING)
    closed.close()
    logging.getLogger("guiche.desk").warning("still here")
    written = capsys.readouterr().err
    assert "still here" in written
    assert "I/O operation on closed file" not in written
