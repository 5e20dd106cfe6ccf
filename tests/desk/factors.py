"""The codes that the app of a phone would show."""

import re
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

PASSWORD = "girassol de maio"


def code_of(secret: str, steps: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


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
