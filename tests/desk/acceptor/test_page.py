"""What a customer sees at the name of the certificates, and what comes of it."""

from typing import Any
from urllib.parse import quote

import pytest
from django.db import DatabaseError
from django.test import Client

from certificates import CEI, ZEROS, e_cnpj, pem
from guiche.desk.acceptor.application import PRESENTED
from guiche.desk.logs.lines import Lines
from guiche.desk.models import CaseLink, Draft, Inspection, User

pytestmark = pytest.mark.django_db

SECRET = "b7c1f4e29a5d8036" * 3
CERTIFICATE = e_cnpj(cei=ZEROS).der()
AUTHORITY = e_cnpj(cei=CEI).der()
PAGES = ("/", "/entrar/", "/atender/", "/fila/", "/enviar/{}/", "/static/nada.css")


@pytest.fixture
def link(draft: Draft, bruno: User, stopped_clock: Any) -> CaseLink:
    return CaseLink.create(draft, bruno, browser=True)


def at_port(path: str, *presented: bytes, **extra: str) -> Any:
    """As the port asks."""
    environ: dict[str, Any] = {PRESENTED: presented, **extra}
    return Client().get(path, **environ)


def by_nginx(path: str, certificate: bytes = b"", secret: str = SECRET) -> Any:
    """As nginx asks."""
    escaped = quote(pem(certificate)) if certificate else ""
    return Client().get(path, headers={"X-Guiche-Front": secret, "X-Guiche-Certificate": escaped})


def words(response: Any) -> str:
    return str(response.content.decode())


def test_a_certificate_goes_into_the_call(link: CaseLink) -> None:
    answer = at_port(f"/c/{link.token}/", CERTIFICATE, AUTHORITY)
    assert answer.status_code == 200
    assert "Recebemos, obrigado." in words(answer)
    assert "PADARIA EXEMPLO LTDA" in words(answer)
    link.draft.refresh_from_db()
    reading = link.draft.inspection
    assert reading
    assert reading.der == CERTIFICATE
    assert reading.contract["source"]["kind"] == "browser"
    assert reading.status == "blank"


def test_again_is_the_same_reading(link: CaseLink) -> None:
    for _ in range(3):
        assert "Recebemos" in words(at_port(f"/c/{link.token}", CERTIFICATE))
    assert Inspection.objects.count() == 1


def test_a_certificate_that_cannot_be_read_arrives_as_that(link: CaseLink) -> None:
    assert at_port(f"/c/{link.token}/", b"\x30\x03\x02\x01\x01").status_code == 200
    assert Inspection.objects.get().status == "unreadable"


def test_without_one_it_says_what_to_do(link: CaseLink, settings: Any) -> None:
    settings.PAGES_URL = "https://guiche.example.com"
    answer = at_port(f"/c/{link.token}/")
    assert answer.status_code == 200
    assert f'href="https://guiche.example.com/enviar/{link.token}/"' in words(answer)
    assert "vencidos" in words(answer)
    assert "PIN" in words(answer)
    assert not Inspection.objects.exists()


def test_what_opens_nothing_looks_the_same_and_stores_nothing(
    link: CaseLink, bruno: User, stopped_clock: Any
) -> None:
    without_browser = CaseLink.create(Draft.start(bruno), bruno)
    revoked = CaseLink.create(Draft.start(bruno), bruno, browser=True)
    revoked.revoke()
    answers = [at_port(f"/c/{token}/", CERTIFICATE) for token in
               ("x", "a" * 43, without_browser.token, revoked.token)]  # fmt: skip
    stopped_clock.forward(hours=24)
    answers.append(at_port(f"/c/{link.token}/", CERTIFICATE))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert not Inspection.objects.exists()


@pytest.mark.parametrize("destination", ["image", "script", "iframe", "empty"])
def test_another_site_cannot_make_a_browser_present(link: CaseLink, destination: str) -> None:
    extra = {"HTTP_SEC_FETCH_DEST": destination}
    assert at_port(f"/c/{link.token}/", CERTIFICATE, **extra).status_code == 404
    assert not Inspection.objects.exists()


def test_a_look_ahead_takes_nothing(link: CaseLink) -> None:
    head = Client().head(f"/c/{link.token}/", **{PRESENTED: (CERTIFICATE,)})  # type: ignore[arg-type]
    assert head.status_code == 404
    posted = Client().post(f"/c/{link.token}/", **{PRESENTED: (CERTIFICATE,)})  # type: ignore[arg-type]
    assert posted.status_code in (403, 405)
    assert not Inspection.objects.exists()


@pytest.mark.parametrize("page", PAGES)
def test_nothing_else_is_at_that_name(link: CaseLink, page: str, settings: Any) -> None:
    settings.CERTIFICATE_SECRET = SECRET
    path = page.format(link.token)
    assert at_port(path, CERTIFICATE).status_code == 404
    assert by_nginx(path, CERTIFICATE).status_code == 404


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_only_its_own_machine_may_ask_how_the_port_is(path: str) -> None:
    assert at_port(path, REMOTE_ADDR="127.0.0.1").status_code == 200
    own = "203.0.113.7"
    assert at_port(path, REMOTE_ADDR=own, SERVER_NAME=own).status_code == 200
    assert at_port(path, REMOTE_ADDR="203.0.113.9").status_code == 404
    assert Client().get(path, REMOTE_ADDR="203.0.113.9").status_code == 200


def test_nginx_may_take_the_place_of_the_port(link: CaseLink, settings: Any) -> None:
    settings.CERTIFICATE_SECRET = SECRET
    assert "não mandou nenhum" in words(by_nginx(f"/c/{link.token}/"))
    assert "Recebemos" in words(by_nginx(f"/c/{link.token}/", CERTIFICATE))
    assert Inspection.objects.get().der == CERTIFICATE


@pytest.mark.parametrize("secret", ["", "x", SECRET[:-1], SECRET.upper(), "ç" * 48])
def test_without_its_secret_it_is_nobody(link: CaseLink, settings: Any, secret: str) -> None:
    settings.CERTIFICATE_SECRET = SECRET
    answer = by_nginx(f"/c/{link.token}/", CERTIFICATE, secret)
    assert "Não encontrei esta página" in words(answer)  # as for any other address
    assert not Inspection.objects.exists()


def test_where_no_secret_is_set_none_is_right(link: CaseLink, settings: Any) -> None:
    settings.CERTIFICATE_SECRET = ""
    answer = by_nginx(f"/c/{link.token}/", CERTIFICATE, "")
    assert "Não encontrei esta página" in words(answer)
    assert not Inspection.objects.exists()


@pytest.mark.parametrize("junk", ["nada", "%00%ff", "-----BEGIN CERTIFICATE-----", "é"])
def test_what_is_no_certificate_is_none(link: CaseLink, settings: Any, junk: str) -> None:
    settings.CERTIFICATE_SECRET = SECRET
    answer = Client().get(
        f"/c/{link.token}/", headers={"X-Guiche-Front": SECRET, "X-Guiche-Certificate": junk}
    )
    assert "não mandou nenhum" in words(answer)


def test_our_own_failure_is_said_and_its_record_keeps_the_link_secret(
    link: CaseLink, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(CaseLink, "of", away)
    environ: dict[str, Any] = {PRESENTED: (CERTIFICATE,)}
    answer = Client(raise_request_exception=False).get(f"/c/{link.token}/", **environ)
    assert answer.status_code == 500
    assert "Algo falhou do nosso lado" in words(answer)
    said = [Lines().format(record) for record in caplog.records]
    assert said
    assert link.token not in "".join(said)


def test_the_address_goes_nowhere(link: CaseLink) -> None:
    answer = at_port(f"/c/{link.token}/", CERTIFICATE)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert not answer.cookies
    assert link.token not in words(answer)
