"""What a desk in production answers: cookies, headers, https, and nothing kept in a browser."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from guiche.desk import pages
from guiche.desk.models import User

ASKING = """
import json, django
django.setup()
from django.conf import settings
from django.test import Client
page = Client(HTTP_HOST="guiche.exemplo.com.br").get("/entrar/", secure=True)
plain = Client(HTTP_HOST="guiche.exemplo.com.br").get("/entrar/")
other = Client(HTTP_HOST="outro.exemplo.com.br", raise_request_exception=False)
print(json.dumps({
    "status": page.status_code, "headers": dict(page.headers),
    "cookies": [morsel.OutputString() for morsel in page.cookies.values()],
    "session": [settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE,
                settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_SAMESITE],
    "plain": [plain.status_code, plain.headers["Location"]],
    "other": other.get("/entrar/", secure=True).status_code,
    "metrics": Client(HTTP_HOST="guiche.exemplo.com.br").get("/metrics", secure=True).status_code,
    "second_factor": settings.SECOND_FACTOR, "debug": settings.DEBUG,
}))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A desk of its own, with the settings of production."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("GUICHE_")}
    env |= {
        "DJANGO_SETTINGS_MODULE": "guiche.desk.settings",
        "GUICHE_MODE": "production",
        "GUICHE_DATA": str(tmp_path_factory.mktemp("data")),
        "GUICHE_SECRET_KEY": "a secret key that is long enough for a test of production",
        "GUICHE_DATA_KEY": "another secret, also long enough, for what rests enciphered",
        "GUICHE_HOSTS": "guiche.exemplo.com.br",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASKING], env=env, capture_output=True, text=True, check=True
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_cookies_are_for_this_host_over_tls_and_not_for_scripts(told: dict[str, Any]) -> None:
    assert told["session"] == ["__Host-guiche", True, True, "Lax"]
    (csrf,) = told["cookies"]
    assert csrf.startswith("__Host-guiche-csrf=")
    assert {"Secure", "SameSite=Lax", "Path=/"} <= set(csrf.split("; "))
    assert "Domain" not in csrf


def test_every_header_that_a_browser_heeds_is_there(told: dict[str, Any]) -> None:
    headers = told["headers"]
    assert told["status"] == 200
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "no-store" in headers["Cache-Control"]
    assert not {"Server", "X-Powered-By"} & set(headers)


def test_http_and_other_names_lead_nowhere(told: dict[str, Any]) -> None:
    assert told["plain"] == [301, "https://guiche.exemplo.com.br/entrar/"]
    assert told["other"] == 400


def test_metrics_are_no_page(told: dict[str, Any]) -> None:
    assert told["metrics"] == 404


def test_supervisors_need_a_second_factor_and_no_inside_is_shown(told: dict[str, Any]) -> None:
    assert (told["second_factor"], told["debug"]) == ("supervisao", False)


def test_no_script_keeps_anything_in_the_browser() -> None:
    scripts = list((Path(str(pages.__file__)).parent / "static" / "desk").glob("*.js"))
    assert len(scripts) >= 4
    for script in scripts:
        text = script.read_text("utf-8")
        for store in ("localStorage", "sessionStorage", "indexedDB", "document.cookie ="):
            assert store not in text, script.name


@pytest.mark.django_db
def test_a_refused_page_is_logged_with_who_tried(
    client: Client, bruno: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert client.get("/ajustes/").status_code == 403
    assert "refused: the page ajustes, with status 403" in caplog.text
