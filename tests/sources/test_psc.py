"""Cloud certificates, from the address for the browser to the reading, against a provider's double.

The double stands for DOC-ICP-17.01 (6.4); no provider was met in life.
"""

import logging
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from certificates import ca, e_cnpj, e_cpf
from guiche.desk.doubles.psc import (
    CLIENT_ID,
    CLIENT_SECRET,
    DISCOVERY,
    TOKEN,
    Psc,
    bare,
    pem,
)
from guiche.sources import (
    CloudAnswerError,
    CloudClientError,
    CloudDeniedError,
    CloudDownError,
    CloudError,
    CloudExpiredError,
    CloudRefusedError,
    NoCertificateError,
    psc,
)
from guiche.sources.psc.application import Application, Token
from guiche.sources.psc.refusal import refused
from sources.psc import WHOLE_HEADERS, decided, dripping

ANA, PADARIA, AUTHORITY = e_cpf().der(), e_cnpj().der(), ca().der()
RETURN = "https://guiche.exemplo.com.br/nuvem/retorno/"
VERIFIER = psc.new_verifier()


@pytest.fixture
def double() -> Iterator[Psc]:
    with Psc([("e-CPF", ANA)], redirect_uris=[RETURN]) as started:
        yield started


@pytest.fixture
def application(double: Psc) -> Application:
    provider = psc.providers()["birdid"]
    return Application(provider, CLIENT_ID, CLIENT_SECRET, RETURN, double.base, seconds=60)


def code_for(application: Application, verifier: str = VERIFIER) -> str:
    return decided(application.authorize_url("estado", verifier))["code"]


def token_for(application: Application) -> Token:
    return application.exchange(code_for(application), VERIFIER)


def test_from_the_browser_to_the_reading(double: Psc, application: Application) -> None:
    back = decided(application.authorize_url("estado", VERIFIER))
    assert back["state"] == "estado"
    reading = application.discover(application.exchange(back["code"], VERIFIER))
    assert [each.der for each in reading.found] == [ANA]
    assert reading.found[0].source == ("BirdID", "psc", 0)
    assert not reading.errors
    assert double.calls[-2:] == [TOKEN, DISCOVERY]
    assert not [call for call in double.calls if "pwd_authorize" in call]


def test_what_the_browser_is_asked_to_carry(application: Application) -> None:
    """No key is asked for, and neither a person's number nor the verifier is in an address."""
    url = application.authorize_url("estado", VERIFIER)
    asked = parse_qs(urlsplit(url).query)
    assert asked["scope"] == ["authentication_session"]
    assert asked["code_challenge_method"] == ["S256"]
    assert "login_hint" not in asked
    assert VERIFIER not in url
    assert CLIENT_SECRET not in url


@pytest.mark.parametrize("form", [pem, bare, lambda der: pem(der).replace("\n", "\\n")])
def test_the_forms_that_occur(double: Psc, application: Application, form: object) -> None:
    double.form = form  # type: ignore[assignment]
    double.certificates += [("", PADARIA), ("vazio", b""), ("e-CNPJ", PADARIA), ("AC", AUTHORITY)]
    found = application.discover(token_for(application)).found
    assert [each.der for each in found] == [ANA, PADARIA, AUTHORITY]
    assert [each.source for each in found] == [("BirdID", "psc", n) for n in range(3)]
    assert [each.is_ca for each in found] == [False, False, True]


def test_an_account_without_certificates(double: Psc, application: Application) -> None:
    double.certificates = [("", b""), ("vazio", b"")]
    with pytest.raises(NoCertificateError, match="nenhum certificado nesta conta") as caught:
        application.discover(token_for(application))
    assert caught.value.code == "no_certificate"


def test_refused_on_the_phone(application: Application) -> None:
    back = decided(application.authorize_url("estado", VERIFIER), "Recusar")
    assert back == {"error": "user_denied", "state": "estado"}
    assert isinstance(refused("BirdID", back["error"]), CloudDeniedError)


def test_a_code_is_used_once(application: Application) -> None:
    code = code_for(application)
    application.exchange(code, VERIFIER)
    with pytest.raises(CloudExpiredError):
        application.exchange(code, VERIFIER)


def test_a_code_that_is_too_old(double: Psc, application: Application) -> None:
    double.code_seconds = 0
    with pytest.raises(CloudExpiredError):
        token_for(application)


def test_another_verifier_or_address(application: Application) -> None:
    with pytest.raises(CloudExpiredError):
        application.exchange(code_for(application), psc.new_verifier())
    elsewhere = replace(application, redirect_uri=f"{RETURN}outro/")
    with pytest.raises(CloudExpiredError):
        elsewhere.exchange(code_for(application), VERIFIER)


def test_an_application_that_is_not_known(application: Application) -> None:
    code = code_for(application)
    for wrong in (
        replace(application, client_secret="outro"),
        replace(application, client_id="outra"),
    ):
        with pytest.raises(CloudClientError):
            wrong.exchange(code, VERIFIER)
        with pytest.raises(CloudClientError):
            wrong.try_out()
    application.try_out()


def test_a_token_of_nobody(application: Application) -> None:
    with pytest.raises(CloudExpiredError):
        application.discover(Token("de-ninguem"))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("status_n", CloudRefusedError),
        ("not_json", CloudAnswerError),
        ("html", CloudAnswerError),
        ("redirect", CloudAnswerError),
        ("huge", CloudAnswerError),
        ("truncated", CloudAnswerError),
        ("cut", CloudDownError),
        ("hang_before", CloudDownError),
        ("error_after", CloudDownError),
        ("down", CloudDownError),
        ("overloaded", CloudDownError),
        ("refused", CloudRefusedError),
    ],
)
@pytest.mark.parametrize("call", [TOKEN, DISCOVERY])
def test_a_provider_that_misbehaves(
    double: Psc, application: Application, call: str, fault: str, error: type[CloudError]
) -> None:
    if (call, fault) == (TOKEN, "status_n"):
        error = CloudAnswerError  # success without a token
    quick = replace(application, seconds=0.5) if fault == "hang_before" else application
    code = code_for(application)
    token = Token("") if call == TOKEN else application.exchange(code, VERIFIER)
    double.fail(fault, call)
    with pytest.raises(error) as caught:
        quick.exchange(code, VERIFIER) if call == TOKEN else quick.discover(token)
    said = str(caught.value)
    for secret in (code, token.value or code, VERIFIER, CLIENT_SECRET, "mensagem do provedor"):
        assert secret not in said
    assert caught.value.source == ("BirdID", "psc", 0)


@pytest.mark.parametrize("sent", [WHOLE_HEADERS, b"HTTP/1.1 200 OK\r\nX-A:"])
def test_an_answer_that_drips_ends(application: Application, sent: bytes) -> None:
    with dripping(sent) as base, pytest.raises(CloudDownError, match="tempo acabou"):
        replace(application, base=base, seconds=0.3).exchange("codigo", VERIFIER)


@pytest.mark.parametrize("sent", [WHOLE_HEADERS, b"HTTP/1.1 200 OK\r\nX-A:"])
def test_an_answer_that_drips_ends_also_where_the_name_was_slow(
    application: Application, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """**The watch strikes while there is no connection yet that it could close.**"""
    struck = threading.Event()
    real, close = socket.getaddrinfo, httpx.Client.close

    def slow(*wanted: Any, **more: Any) -> Any:
        assert struck.wait(60)
        return real(*wanted, **more)

    def closed(client: httpx.Client) -> None:
        close(client)
        struck.set()

    monkeypatch.setattr(httpx.Client, "close", closed)
    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with dripping(sent) as base, pytest.raises(CloudDownError, match="tempo acabou"):
        replace(application, base=base, seconds=0.3).exchange("codigo", VERIFIER)


def test_nobody_there(double: Psc, application: Application) -> None:
    double.stop()
    with pytest.raises(CloudDownError, match="não houve conexão"):
        application.exchange("codigo", VERIFIER)


def test_nothing_secret_is_logged_or_shown(
    application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        code = code_for(application)
        caplog.clear()  # the browser's own
        token = application.exchange(code, VERIFIER)
        application.discover(token)
    shown = caplog.text + repr(application) + repr(token)
    for secret in (code, token.value, VERIFIER, CLIENT_SECRET):
        assert secret not in shown


def test_addresses() -> None:
    known = psc.providers()
    assert list(known) == ["birdid", "vidaas", "safeid", "serproid", "remoteid"]
    roots = {key: psc.root(each.base) for key, each in known.items() if each.base}
    assert roots == {
        "birdid": "https://api.birdid.com.br/v0/oauth",
        "vidaas": "https://certificado.vidaas.com.br/v0/oauth",
        "safeid": "https://pscsafeweb.safewebpss.com.br/Service/Microservice/OAuth/api/v0/oauth",
        "serproid": "https://serproid.serpro.gov.br/oauth/v0/oauth",
    }
    assert [each.key for each in known.values() if not each.confirmed] == ["safeid", "remoteid"]


@pytest.mark.parametrize(
    "base",
    [
        "", "psc.exemplo.com.br", "http://psc.exemplo.com.br/v0", "ftp://psc.exemplo.com.br",
        "https://ana:senha@psc.exemplo.com.br", "https://psc.exemplo.com.br/v0?x=1",
        "https://psc.exemplo.com.br:porta", "https://", "http://127.0.0.1.exemplo.com.br/v0",
    ],
)  # fmt: skip
def test_addresses_that_secrets_are_not_sent_to(base: str) -> None:
    with pytest.raises(ValueError, match=r"^[a-zé ]"):
        psc.root(base)
    with pytest.raises(ValueError, match=r"^[a-zé ]"):
        Application(psc.providers()["remoteid"], "id", "segredo", RETURN, base)


def test_this_machine_may_be_asked_in_the_clear() -> None:
    for host in ("127.0.0.1:8030", "localhost", "[::1]:8030"):
        assert psc.root(f"http://{host}/v0") == f"http://{host}/v0/oauth"


def test_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert psc.missing().command == ""
    monkeypatch.setitem(sys.modules, "httpx", None)
    assert psc.missing().command == 'pip install "guiche[desk]"'
