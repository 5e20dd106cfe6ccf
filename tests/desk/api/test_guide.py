"""docs/api.md: its examples run, and the codes that it lists are those that there are."""

import base64
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from calls import answers, zeros
from desk.api.caller import Caller
from guiche.desk import clock
from guiche.desk.api.problem import CODES
from guiche.desk.connectors.webhook.signature import signed
from guiche.desk.models import User

GUIDE = (Path(__file__).parents[3] / "docs" / "api.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
SOURCE = Path(__file__).parents[3] / "src" / "guiche" / "desk" / "api"


@pytest.mark.django_db(transaction=True)
def test_the_examples_run(
    live_server: LiveServer, supervisao: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUICHE_API_URL", live_server.url)
    monkeypatch.setenv("GUICHE_API_TOKEN", Caller(supervisao).text)
    names: dict[str, Any] = {"respostas": answers(), "certificado": zeros()}
    assert len(EXAMPLES) == 6
    for example in EXAMPLES:
        exec(example, names)
    names["guiche"].close()
    assert names["protocolo"]


@pytest.mark.django_db
@pytest.mark.usefixtures("stopped_clock")
def test_the_answers_are_enough(bruno: User) -> None:
    facts = json.loads(re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)[0])
    sent = {"facts": facts, "certificate": base64.b64encode(zeros()).decode()}
    opened = Caller(bruno).post("/tickets", sent)
    assert opened.status_code == 201, opened.content


def test_the_recipe_for_webhooks() -> None:
    names: dict[str, Any] = {}
    exec(EXAMPLES[-1], names)
    confere, body = names["confere"], b'{"type": "ping"}'
    secret, other = "whsec_" + "A" * 43 + "=", "whsec_" + "B" * 43 + "="
    headers = signed(secret, "G1.1", clock.now(), body)
    assert confere(headers, body, secret)
    assert not confere(headers, body + b" ", secret)
    assert not confere(headers, body, other)
    old = str(int(time.time()) - 301)
    assert not confere({**headers, "webhook-timestamp": old}, body, secret)


def test_every_code_is_listed() -> None:
    used = set(re.findall(r'code="([a-z-]+)"', "".join(p.read_text() for p in SOURCE.glob("*.py"))))
    used |= set(
        re.findall(r'^    \d{3}: \("([a-z-]+)",', (SOURCE / "problem.py").read_text(), re.MULTILINE)
    )
    listed = set(re.findall(r"`([a-z-]+)`", GUIDE.partition("## Recusas")[2].partition("##")[0]))
    assert used
    assert used <= listed
    assert used == set(CODES)
