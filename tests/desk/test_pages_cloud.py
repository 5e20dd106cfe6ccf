"""A customer, by the link of a call, to a provider of cloud certificates and back."""

import logging
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client

from certificates import CEI, ca, e_cnpj, e_cpf
from desk.cloud import BACK, address_in, back_with, begun, registered, words
from guiche.desk.cloud.attempt import MOST
from guiche.desk.doubles.psc import CLIENT_SECRET, DISCOVERY, TOKEN, Psc
from guiche.desk.models import CaseLink, Draft, Inspection, PscApplication, PscAttempt, User
from guiche.desk.pages.giving import PACE
from sources.psc import decided
from stored import assert_nowhere

pytestmark = pytest.mark.django_db

ANA, PADARIA = e_cpf(cei=CEI).der(), e_cnpj(cei=CEI).der()
RETURN = f"http://testserver{BACK}"


@pytest.fixture(autouse=True)
def paced(stopped_clock: Any) -> Iterator[None]:
    PACE.forget()
    yield
    PACE.forget()


@pytest.fixture
def double() -> Iterator[Psc]:
    with Psc([("e-CPF", ANA)], redirect_uris=[RETURN]) as started:
        yield started


@pytest.fixture
def application(double: Psc, supervisao: User) -> PscApplication:
    return registered(double, supervisao)


@pytest.fixture
def link(draft: Draft, bruno: User, application: PscApplication) -> CaseLink:
    return CaseLink.create(draft, bruno)


def reading(link: CaseLink) -> Inspection | None:
    return Draft.objects.get(pk=link.draft.pk).inspection


def noted() -> str:
    return PscApplication.objects.get().last_error


def test_one_certificate_is_taken_into_the_call(visitor: Client, link: CaseLink) -> None:
    page = visitor.get(f"/enviar/{link.token}/")
    assert "Ou buscar um certificado em nuvem" in words(page)
    answer = visitor.get(back_with(address_in(begun(visitor, link))))
    assert answer.status_code == 200
    assert "Recebemos, obrigado." in words(answer)
    row = reading(link)
    assert row
    assert row.der == ANA
    assert row.contract["source"] == {
        "name": "BirdID",
        "kind": "psc",
        "index": 0,
        "sent": "customer",
    }
    assert row.by == link.by
    application = PscApplication.objects.get()
    assert (application.last_error, application.last_at is not None) == ("", True)


def test_the_technician_is_told_where_it_came_from(
    client: Client, visitor: Client, link: CaseLink
) -> None:
    page = words(client.get(f"/atender/{link.draft.pk}/"))
    assert "Se o certificado é em nuvem (BirdID), ele escolhe o provedor ali" in page
    visitor.get(back_with(address_in(begun(visitor, link))))
    page = words(client.get(f"/atender/{link.draft.pk}/"))
    assert "certificado em nuvem, BirdID" in page
    assert "Tem CEI" in page


def test_the_page_before_the_provider_says_what_will_happen(
    visitor: Client, link: CaseLink
) -> None:
    page = begun(visitor, link)
    assert "autorize no seu celular" in words(page)
    assert "nós nunca pedimos" in words(page)
    asked = parse_qs(urlsplit(address_in(page)).query)
    assert asked["redirect_uri"] == [RETURN]
    assert asked["scope"] == ["authentication_session"]
    assert page["Referrer-Policy"] == "no-referrer"
    assert link.token not in address_in(page)


def test_the_verifier_rests_in_the_browser_alone(visitor: Client, link: CaseLink) -> None:
    page = begun(visitor, link)
    (cookie,) = page.cookies.values()
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"], cookie["max-age"]) == ("Lax", BACK, 600)
    assert cookie.value not in page.content.decode()
    assert_nowhere([cookie.value, parse_qs(urlsplit(address_in(page)).query)["state"][0]])


def test_the_cookie_is_for_https_in_production(
    visitor: Client, link: CaseLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SESSION_COOKIE_SECURE", True)
    (cookie,) = begun(visitor, link).cookies.values()
    assert cookie["secure"]


def test_nothing_of_the_way_is_stored_or_logged(
    visitor: Client, link: CaseLink, double: Psc, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "guiche"):
        page = begun(visitor, link)
        (cookie,) = page.cookies.values()
        back = decided(address_in(page))
        double.fail("status_n", DISCOVERY)
        visitor.get(BACK, back)
    (token,) = double._tokens
    secrets = [cookie.value, back["code"], back["state"], token, CLIENT_SECRET]
    assert_nowhere(secrets)
    assert "birdid gave no certificate: cloud_refused" in caplog.text
    for secret in secrets:
        assert secret not in caplog.text


def test_another_state_is_refused(visitor: Client, link: CaseLink, double: Psc) -> None:
    double.fail("wrong_state", "GET /v0/oauth/decision")
    answer = visitor.get(back_with(address_in(begun(visitor, link))))
    assert answer.status_code == 400
    assert "Nada foi enviado" in words(answer)
    assert TOKEN not in double.calls
    assert reading(link) is None


@pytest.mark.parametrize("query", ["", "?code=x", "?state=", "?state=é%00&code=x", "?error=x"])
def test_a_return_of_nobody(visitor: Client, link: CaseLink, query: str) -> None:
    assert visitor.get(f"{BACK}{query}").status_code == 400
    assert visitor.post(BACK).status_code == 405
    assert visitor.head(f"{BACK}{query}").status_code == 405


def test_another_browser_is_refused_and_uses_nothing_up(
    visitor: Client, link: CaseLink, double: Psc
) -> None:
    """Somebody who began sends another person to the provider: it comes to nothing."""
    page = begun(visitor, link)
    back = back_with(address_in(page))
    stranger = Client()
    assert stranger.get(back).status_code == 400
    name = next(iter(page.cookies))
    for forged in ("x" * 64, "é" * 64, ""):
        stranger.cookies[name] = forged
        assert stranger.get(back).status_code == 400
    assert TOKEN not in double.calls
    assert "Recebemos" in words(visitor.get(back))


def test_a_replay_asks_the_provider_nothing(visitor: Client, link: CaseLink, double: Psc) -> None:
    back = back_with(address_in(begun(visitor, link)))
    visitor.get(back)
    again = visitor.get(back)
    assert "Esta resposta já foi recebida" in words(again)
    assert double.calls.count(TOKEN) == 1
    assert Inspection.objects.count() == 1


def test_of_two_returns_at_once_one_is_heard(
    visitor: Client, link: CaseLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = back_with(address_in(begun(visitor, link)))
    take = PscAttempt.take

    def taken_first_by_another(attempt: PscAttempt, now: Any) -> bool:
        assert take(attempt, now)
        return take(attempt, now)

    monkeypatch.setattr(PscAttempt, "take", taken_first_by_another)
    assert "Esta resposta já foi recebida" in words(visitor.get(back))
    assert reading(link) is None


def test_a_double_click_begins_two_and_both_hold(visitor: Client, link: CaseLink) -> None:
    one, other = begun(visitor, link), begun(visitor, link)
    assert "Recebemos" in words(visitor.get(back_with(address_in(one))))
    assert "Recebemos" in words(visitor.get(back_with(address_in(other))))
    assert Inspection.objects.count() == 1


def test_refused_on_the_phone(visitor: Client, link: CaseLink) -> None:
    answer = visitor.get(back_with(address_in(begun(visitor, link)), "Recusar"))
    assert answer.status_code == 422
    assert "O pedido foi recusado." in words(answer)
    assert f'href="/enviar/{link.token}/"' in answer.content.decode()
    assert noted() == ""


def test_too_late(visitor: Client, link: CaseLink, stopped_clock: Any, double: Psc) -> None:
    back = back_with(address_in(begun(visitor, link)))
    stopped_clock.forward(minutes=10)
    answer = visitor.get(back)
    assert answer.status_code == 400
    assert "Passou do tempo" in words(answer)
    assert TOKEN not in double.calls


def test_a_link_that_was_revoked_meanwhile(visitor: Client, link: CaseLink, double: Psc) -> None:
    back = back_with(address_in(begun(visitor, link)))
    link.revoke()
    assert visitor.get(back).status_code == 404
    assert TOKEN not in double.calls
    assert begun(visitor, link).status_code == 404


@pytest.mark.parametrize(
    ("fault", "call", "said"),
    [
        ("down", TOKEN, "O provedor não respondeu."),
        ("html", TOKEN, "O provedor não nos reconheceu."),
        ("not_json", DISCOVERY, "O provedor não nos reconheceu."),
        ("status_n", DISCOVERY, "O provedor não mostrou o certificado."),
        ("refused", TOKEN, "O provedor não mostrou o certificado."),
    ],
)
def test_a_provider_that_misbehaves(
    visitor: Client, link: CaseLink, double: Psc, fault: str, call: str, said: str
) -> None:
    back = back_with(address_in(begun(visitor, link)))
    double.fail(fault, call)
    answer = visitor.get(back)
    assert answer.status_code == 422
    assert said in words(answer)
    assert reading(link) is None
    assert "BirdID" in noted()


def test_a_code_that_came_too_late_for_the_provider(
    visitor: Client, link: CaseLink, double: Psc
) -> None:
    double.code_seconds = 0
    answer = visitor.get(back_with(address_in(begun(visitor, link))))
    assert "O tempo passou." in words(answer)


def test_an_account_without_certificates(visitor: Client, link: CaseLink, double: Psc) -> None:
    double.certificates = []
    answer = visitor.get(back_with(address_in(begun(visitor, link))))
    assert "Esta conta não tem certificado." in words(answer)
    assert noted() == ""


def test_a_secret_that_cannot_be_opened_any_more(
    visitor: Client, link: CaseLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "DATA_KEY", "outra" * 12)
    monkeypatch.setattr(settings, "DATA_KEY_FALLBACKS", [])
    answer = begun(visitor, link)
    assert answer.status_code == 422
    assert "O provedor não nos reconheceu." in words(answer)


# Several


def offered(page: Any) -> list[str]:
    return [unescape(v) for v in re.findall(r'name="lido" value="([^"]+)"', page.content.decode())]


@pytest.fixture
def several(visitor: Client, link: CaseLink, double: Psc) -> Any:
    double.certificates += [("e-CNPJ", PADARIA), ("AC", ca().der())]
    return visitor.get(back_with(address_in(begun(visitor, link))))


def test_of_several_the_customer_chooses(visitor: Client, link: CaseLink, several: Any) -> None:
    assert "Qual destes é o certificado do atendimento?" in words(several)
    assert reading(link) is None
    choices = offered(several)
    assert len(choices) == 2
    answer = visitor.post(f"/enviar/{link.token}/nuvem/escolher/", {"lido": choices[1]})
    assert "Recebemos" in words(answer)
    row = reading(link)
    assert row
    assert row.der == PADARIA
    assert row.contract["source"]["kind"] == "psc"


def test_what_was_not_offered_is_not_taken(
    visitor: Client, link: CaseLink, several: Any, stopped_clock: Any, bruno: User
) -> None:
    signed, address = offered(several)[0], f"/enviar/{link.token}/nuvem/escolher/"
    for forged in ("", "x", signed[:-1], f"x{signed}"):
        assert visitor.post(address, {"lido": forged}).status_code == 400
    other = CaseLink.create(Draft.start(bruno), bruno)
    other_address = f"/enviar/{other.token}/nuvem/escolher/"
    assert visitor.post(other_address, {"lido": signed}).status_code == 400
    assert visitor.get(address).status_code == 302
    assert visitor.post("/enviar/x/nuvem/escolher/", {"lido": signed}).status_code == 404
    assert reading(link) is None


# Bounds


def test_a_link_begins_only_so_often(visitor: Client, link: CaseLink, stopped_clock: Any) -> None:
    for _ in range(MOST):
        assert begun(visitor, link).status_code == 200
    assert begun(visitor, link).status_code == 429
    stopped_clock.forward(hours=1)
    assert begun(visitor, link).status_code == 200


def test_an_address_asks_only_so_often(visitor: Client, link: CaseLink) -> None:
    answers = [visitor.get(f"{BACK}?state=x").status_code for _ in range(61)]
    assert answers == [400] * 60 + [429]
    assert begun(visitor, link).status_code == 429


def test_only_providers_that_are_at_work_are_offered(
    visitor: Client, link: CaseLink, double: Psc, supervisao: User
) -> None:
    registered(double, supervisao, "vidaas", active=False)
    page = visitor.get(f"/enviar/{link.token}/").content.decode()
    assert "nuvem/birdid/" in page
    assert "nuvem/vidaas/" not in page
    assert begun(visitor, link, "vidaas").status_code == 302
    assert begun(visitor, link, "nenhum").status_code == 302
    assert visitor.get(f"/enviar/{link.token}/nuvem/birdid/").status_code == 302
    registered(double, supervisao, active=False)
    page = visitor.get(f"/enviar/{link.token}/").content.decode()
    assert "em nuvem" not in page.partition('id="passos"')[0]


def test_an_attempt_goes_with_its_link(visitor: Client, link: CaseLink) -> None:
    begun(visitor, link)
    link.draft.delete()
    assert not PscAttempt.objects.exists()


def test_the_history_of_the_ticket_says_it(
    visitor: Client, double: Psc, supervisao: User, fill: Any, suporte: User
) -> None:
    registered(double, supervisao)
    draft = fill(e_cpf(cei=CEI))
    link = CaseLink.create(draft, suporte)
    double.certificates = [("e-CNPJ", PADARIA)]
    visitor.get(back_with(address_in(begun(visitor, link))))
    ticket = Draft.objects.get(pk=draft.pk).submit(suporte)
    event = ticket.events.get(kind="submitted")
    assert "o certificado veio do BirdID" in event.text
