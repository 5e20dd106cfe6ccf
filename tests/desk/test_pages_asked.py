"""Pedir ao cliente, as the technician sees it: the link, its message, its end, and what came."""

import re
from typing import Any

import pytest
from django.test import Client

from calls import signed_in, zeros
from certificates import CEI, e_cpf
from guiche import sources
from guiche.desk.models import CaseLink, Draft, User

pytestmark = pytest.mark.django_db

INSIDE = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def stopped(stopped_clock: Any) -> None:
    """The days that the page says."""


def ask(client: Client, draft: Draft, **data: str) -> str:
    return client.post(f"/atender/{draft.pk}/pedir/", data, headers=INSIDE).content.decode()


def latest(draft: Draft) -> CaseLink:
    link = CaseLink.latest(draft)
    assert link is not None
    return link


def give(link: CaseLink, der: bytes | None = None) -> None:
    found = sources.read(der or zeros(), "cliente.cer").leaves[0]
    assert link.receive(found)


def polled(client: Client, draft: Draft, seen: str) -> Any:
    return client.get(f"/atender/{draft.pk}/pedido/?visto={seen}", headers=INSIDE)


def seen_on(page: str) -> str:
    (seen,) = re.findall(r"\?visto=([^\"]+)\"", page)
    return str(seen)


def test_a_link_is_made_shown_and_ready_to_be_sent(client: Client, draft: Draft) -> None:
    draft.type_in({"phone_1": "(11) 98765-4321", "phone_2": "(11) 3333-4444"})
    page = ask(client, draft)
    address = f"http://testserver/enviar/{latest(draft).token}/"
    assert page.count(address) == 2
    assert "amanhã, terça, 24/11, às 14h44" in page
    assert page.count("https://wa.me/") == 1
    assert "https://wa.me/5511987654321?text=Ol%C3%A1" in page
    assert 'rel="noopener noreferrer"' in page
    assert "mailto:?subject=Envio%20do%20certificado%20digital&amp;body=Ol%C3%A1" in page
    assert "Aguardando o cliente" in page


def test_it_is_still_shown_when_the_page_is_loaded_again(client: Client, draft: Draft) -> None:
    ask(client, draft)
    page = client.get(f"/atender/{draft.pk}/").content.decode()
    assert latest(draft).token in page


def test_without_a_script_it_is_a_form_and_a_page(client: Client, draft: Draft) -> None:
    answer = client.post(f"/atender/{draft.pk}/pedir/")
    assert answer["Location"] == f"/atender/{draft.pk}/#pedido"


def test_it_can_be_ended(client: Client, draft: Draft) -> None:
    ask(client, draft)
    token = latest(draft).token
    page = client.post(f"/atender/{draft.pk}/pedir/cancelar/", headers=INSIDE).content.decode()
    assert "O link foi cancelado." in page
    assert token not in page
    assert latest(draft).revoked_at


def test_a_page_that_knows_all_is_told_nothing(client: Client, draft: Draft) -> None:
    seen = seen_on(ask(client, draft))
    assert polled(client, draft, seen).status_code == 204


def test_what_arrived_is_told_once(client: Client, draft: Draft) -> None:
    seen = seen_on(ask(client, draft))
    give(latest(draft))
    answer = polled(client, draft, seen)
    assert answer["HX-Trigger-After-Settle"] == "leitura-chegou"
    page = answer.content.decode()
    assert "Chegou às 14:44" in page
    assert polled(client, draft, seen_on(page)).status_code == 204


def test_the_verdict_comes_with_what_it_fills_in(client: Client, draft: Draft) -> None:
    ask(client, draft)
    give(latest(draft), e_cpf(cei=CEI).der())
    data = {"campo": ["requester_name", "name"], "requester_name": "Bento Exemplo", "name": ""}
    form = {**data, "aba": "a" * 36, "visto": "0", "form": ""}
    page = client.post(f"/atender/{draft.pk}/lido/", form, headers=INSIDE).content.decode()
    assert "Tem CEI" in page
    assert "*.cer" not in page  # of a stored name the star is not shown
    assert "arquivo de certificado, mandado pelo cliente" in page
    assert 'id="campo-name"' in page
    draft.refresh_from_db()
    assert draft.typed == {"requester_name": "Bento Exemplo"}


def test_a_page_that_only_waits_makes_no_other_old(client: Client, draft: Draft) -> None:
    seen = seen_on(ask(client, draft))
    before = Draft.objects.get(pk=draft.pk)
    give(latest(draft))
    polled(client, draft, seen)
    after = Draft.objects.get(pk=draft.pk)
    assert (after.version, after.updated_at) == (before.version, before.updated_at)
    form = {"campo": "requester_name", "requester_name": "Bento", "aba": "b" * 36, "visto": "0"}
    assert client.post(f"/atender/{draft.pk}/salvar/", form, headers=INSIDE).status_code == 200


def test_it_tells_when_the_link_ends(client: Client, draft: Draft, stopped_clock: Any) -> None:
    seen = seen_on(ask(client, draft))
    stopped_clock.forward(minutes=31)
    page = polled(client, draft, seen).content.decode()
    assert 'hx-trigger="every 30s"' in page
    stopped_clock.forward(days=1)
    answer = polled(client, draft, seen_on(page))
    assert "O link venceu" in answer.content.decode()
    assert "HX-Trigger-After-Settle" not in answer
    assert "visto=" not in answer.content.decode()  # and asks no longer


def test_a_colleague_has_no_part_in_it(draft: Draft, suporte: User, carla: User) -> None:
    colleague, other_team = signed_in(suporte), signed_in(carla)
    for name in ("pedir", "pedir/cancelar", "pedido", "lido"):
        path = f"/atender/{draft.pk}/{name}/"
        method = "get" if name == "pedido" else "post"
        assert getattr(colleague, method)(path).status_code == 404
        assert getattr(other_team, method)(path).status_code == 403
    assert not CaseLink.objects.exists()


@pytest.mark.parametrize(
    ("data", "browser"),
    [
        ({"tipo": "A1"}, True),
        ({"tipo": "A3"}, False),
        ({"tipo": ""}, False),
        ({}, False),
        ({"tipo": "A3", "pin": "sim"}, True),
        ({"tipo": "", "pin": "sim"}, True),
    ],
)
def test_the_browsers_certificate_is_never_the_default_of_a_token(
    client: Client, draft: Draft, settings: Any, data: dict[str, str], *, browser: bool
) -> None:
    settings.CERTIFICATE_URL = "https://certificado.example.com"
    page = client.get(f"/atender/{draft.pk}/").content.decode()
    assert "o navegador pede o PIN" in page
    assert "Três PINs errados bloqueiam" in page
    assert 'value="A1" checked' not in page
    ask(client, draft, **data)
    assert latest(draft).browser == browser


def test_without_a_certificate_port_nothing_is_said_of_it(client: Client, draft: Draft) -> None:
    assert "PINs errados" not in client.get(f"/atender/{draft.pk}/").content.decode()
    ask(client, draft, tipo="A1", pin="sim")
    assert not latest(draft).browser


def test_the_history_says_that_the_customer_sent_it(fill: Any, suporte: User) -> None:
    draft = fill()
    give(CaseLink.create(draft, suporte), e_cpf(cei=CEI).der())
    event = Draft.objects.get(pk=draft.pk).submit(suporte).history[0]
    assert event.text == "O cliente mandou o certificado pela página do link (*.cer)."


def test_the_history_says_nothing_of_an_upload(fill: Any, suporte: User) -> None:
    assert fill().submit(suporte).history[0].text == ""
