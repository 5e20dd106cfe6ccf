"""The codes that the app of a phone would show."""

import re
import time
from types import SimpleNamespace

import pytest
from allauth.mfa.totp.internal import auth
from django.test import Client

PASSWORD = "girassol de maio"


def code_of(secret: str, steps: int = 0) -> str:
    """Of this half minute, or of one so many later. Where it is the one before, time has to stand
    still, or it may be the one before that when it is tried."""
    return str(auth.format_hotp_value(auth.hotp_value(secret, int(auth.time.time()) // 30 + steps)))


def stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock that codes are told and judged by."""
    now = time.time()
    monkeypatch.setattr(auth, "time", SimpleNamespace(time=lambda: now))


def confirm(client: Client, password: str = PASSWORD) -> None:
    """Says once more who it is."""
    assert client.post("/conta/confirmar/", {"password": password}).status_code == 302


def turn_on_app(client: Client) -> tuple[str, list[str]]:
    """The secret of the app, and the recovery codes that came with it."""
    confirm(client)
    page = client.get("/conta/aplicativo/").content.decode()
    found = re.search(r'id="segredo">([A-Z2-7]+)<', page)
    assert found
    secret = found[1]
    answer = client.post("/conta/aplicativo/", {"code": code_of(secret)})
    assert (answer.status_code, answer["Location"]) == (302, "/conta/codigos/")
    codes = client.get("/conta/codigos/").content.decode()
    return secret, re.findall(r"<li>([0-9]{8})</li>", codes)
