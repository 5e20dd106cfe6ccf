"""What people mistype does not fill the terminal; what the server does wrong stands there."""

import logging

import pytest
from django.test import Client


@pytest.mark.django_db
def test_a_mistyped_address_is_not_logged(
    visitor: Client, caplog: pytest.LogCaptureFixture
) -> None:
    visitor.get("/entrar/", headers={"HX-Request": "true"})
    visitor.get("/nada/")
    assert [record.name for record in caplog.records] == []


def test_faults_and_security_are() -> None:
    assert logging.getLogger("django.request").isEnabledFor(logging.ERROR)
    assert logging.getLogger("django.security.csrf").isEnabledFor(logging.WARNING)
