"""Whether a certificate is genuine is told after its verdict, and kept with the reading."""

import re

import pytest
from django.test import Client
from icalendar import Calendar

from calls import signed_in, ticket_of, upload, zeros
from certificates import CEI, e_cnpj, pem
from guiche.desk.intake import genuine
from guiche.desk.models import Draft, Inspection, User
from guiche.trust import Anchors
from hierarchies import anchors, pins, usual

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(genuine, "anchors", anchors)


def read(client: Client, draft: Draft, der: bytes) -> str:
    return client.post(f"/atender/{draft.pk}/ler/", upload(der), headers=HTMX).content.decode()


def asked_for(page: str) -> str:
    (address,) = re.findall(r'hx-get="(/leituras/\d+/confianca/)" hx-trigger="load"', page)
    return str(address)


def line(client: Client, page: str) -> str:
    return client.get(asked_for(page), headers=HTMX).content.decode()


def test_the_verdict_does_not_wait_for_it(client: Client, draft: Draft) -> None:
    page = read(client, draft, usual().issuing.leaf(e_cnpj(cei=CEI)))
    assert "Tem CEI" in page
    assert "Confiável" not in page
    assert "Confiável: leva à raiz de teste da ICP-Brasil" in line(client, page)


def test_it_is_kept_with_the_reading_without_the_holder(client: Client, draft: Draft) -> None:
    page = read(client, draft, usual().issuing.leaf(e_cnpj(cei=CEI)))
    line(client, page)
    kept = Inspection.objects.get().contract["trust"]
    assert (kept["status"], kept["root"]) == ("trusted", "de teste")
    assert kept.keys() == {"status", "at", "root", "findings"}


def test_what_leads_nowhere_is_said_with_the_next_step(client: Client, draft: Draft) -> None:
    said = line(client, read(client, draft, zeros()))
    assert "tone-ask" in said or "tone-stop" in said
    assert Inspection.objects.get().contract["trust"]["status"] != "trusted"


def test_without_a_script_the_link_leads_to_a_page(client: Client, draft: Draft) -> None:
    page = read(client, draft, usual().issuing.leaf(e_cnpj(cei=CEI)))
    whole = client.get(asked_for(page)).content.decode()
    assert "<h1>Este certificado é genuíno?</h1>" in whole
    assert "Confiável" in whole


def test_a_text_has_no_path(client: Client, draft: Draft) -> None:
    sent = {"texto": "2.16.76.1.3.7=04 0c 31 31 35 38 33 30 30 32 34 39 38 35"}
    page = client.post(f"/atender/{draft.pk}/ler/", sent, headers=HTMX).content.decode()
    assert "Tem CEI" in page
    assert "/confianca/" not in page


def test_a_certificate_that_is_kept_no_longer_says_so(client: Client, draft: Draft) -> None:
    page = read(client, draft, zeros())
    Inspection.objects.update(sealed_der=None)
    assert "Peça o arquivo .cer" in line(client, page)


def test_the_end_goes_into_a_calendar(client: Client, draft: Draft) -> None:
    page = read(client, draft, zeros())
    (address,) = re.findall(r'href="(/leituras/\d+/vencimento\.ics)"', page)
    answer = client.get(address)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    (entry,) = Calendar.from_ical(answer.content).walk("VEVENT")
    (alarm,) = entry.walk("VALARM")
    assert entry["uid"] == f"{Inspection.objects.get().sha256}@guiche"
    assert entry["dtstart"].to_ical() == b"20270302"
    assert alarm["trigger"].to_ical() == b"-P30D"


def test_the_authorities_that_came_along_lead_the_way(
    client: Client, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, policy, issuing = usual()
    known = Anchors([root.der, policy.der], pins(root))
    monkeypatch.setattr(genuine, "anchors", lambda: known)
    leaf = issuing.leaf(e_cnpj(cei=CEI))
    assert "Confiável" not in line(client, read(client, draft, leaf))
    both = (pem(leaf) + pem(issuing.der)).encode()
    assert "Confiável" in line(client, read(client, draft, both))


def test_the_reading_of_a_call_is_nobody_elses_and_that_of_a_ticket_everybodys(
    client: Client, draft: Draft, bruno: User, carla: User
) -> None:
    page, other = read(client, draft, zeros()), signed_in(carla)
    (reminder,) = re.findall(r'href="(/leituras/\d+/vencimento\.ics)"', page)
    for address in (asked_for(page), reminder):
        assert other.get(address).status_code == 404
    ticket = ticket_of(bruno)
    assert ticket.inspection
    assert other.get(f"/leituras/{ticket.inspection.pk}/confianca/").status_code == 200
