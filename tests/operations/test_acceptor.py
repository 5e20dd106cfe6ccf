"""`guiche acceptor` as a process of its own, and customers who open their links."""

import signal
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from operations.customers import HOLDERS, VERSIONS, Acceptor, Desk
from operations.machines import SECONDS, Machine, production, until
from pki import Authority, Holder

NAMES = ("PADARIA", "SITIO", "ANA EXEMPLO", "11222333", "11144477735")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("porta")
    settings = {**production(folder), "GUICHE_CERTIFICATE_URL": "https://localhost"}
    return Desk.made(folder, settings, Authority())


@pytest.fixture(scope="module")
def acceptor(desk: Desk) -> Iterator[Acceptor]:
    machine = Acceptor(desk)
    machine.start()
    try:
        machine.wait_until_ready()
        yield machine
    finally:
        machine.end()


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
@pytest.mark.parametrize("name", HOLDERS)
def test_what_a_browser_presents_is_in_the_call(
    desk: Desk, acceptor: Acceptor, name: str, version: ssl.TLSVersion
) -> None:
    holder: Holder = getattr(desk.authority, name)
    with desk.customer(acceptor.port, holder, version) as customer:
        answer = customer.get(desk.link())
    assert answer.status_code == 200
    assert "Recebemos, obrigado." in answer.text
    arrived = desk.arrived()
    assert arrived
    assert arrived["sha256"] == holder.sha256
    assert arrived["source"]["kind"] == "browser"
    assert arrived["trust"]["status"] == "unchecked"
    assert arrived["validity"]["status"] == ("expired" if name == "expired" else "valid")


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_without_one_the_other_ways_are_shown(
    desk: Desk, acceptor: Acceptor, version: ssl.TLSVersion
) -> None:
    link = desk.link()
    with desk.customer(acceptor.port, version=version) as customer:
        answer = customer.get(link)
        style = customer.get("/static/desk/desk.css")
    assert answer.status_code == style.status_code == 200
    assert f'href="https://localhost/enviar{link[2:]}"' in answer.text
    assert answer.headers["Strict-Transport-Security"]


def test_it_tells_its_state_and_its_counts_and_names_nobody(desk: Desk, acceptor: Acceptor) -> None:
    link = desk.link()
    with desk.customer(acceptor.port, desk.authority.valid) as customer:
        assert customer.get(link).status_code == 200
        assert customer.get("/c/nada").status_code == 404
        assert customer.get("/readyz").json()["ready"]
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"https://localhost:{acceptor.port}/", timeout=SECONDS)  # trusts nobody here
    page = httpx.get(f"http://127.0.0.1:{acceptor.metrics_port}/metrics", timeout=SECONDS).text
    for told in (
        'acceptor_connections_total{result="shaken"}',
        'acceptor_connections_total{result="failed"}',
        'acceptor_presented_total{result="certificate"}',
        'acceptor_presented_total{result="no_link"}',
        'certificate_read_seconds_count{source="browser"}',
        'verdicts_total{status="blank"}',
    ):
        assert told in page
    said = acceptor.log.read_text("utf-8")
    assert not [word for word in (*NAMES, link.strip("/")[2:]) if word in said or word in page]


def test_a_renewed_certificate_is_read_on_a_signal(desk: Desk, acceptor: Acceptor) -> None:
    fresh, process = desk.authority.another_server(), acceptor.process
    assert process
    (desk.folder / "acceptor.crt").write_bytes(b"metade")
    process.send_signal(signal.SIGHUP)
    until(lambda: "stays" in acceptor.log.read_text("utf-8"), "nada no registro")
    assert _shown(desk, acceptor) == desk.authority.server.der
    fresh.write(desk.folder, "acceptor")
    process.send_signal(signal.SIGHUP)
    until(lambda: _shown(desk, acceptor) == fresh.der, "o certificado de antes")


def _shown(desk: Desk, acceptor: Acceptor) -> bytes:
    return ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", acceptor.port)))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_order(desk: Desk, number: signal.Signals) -> None:
    machine = Acceptor(desk)
    machine.start()
    machine.wait_until_ready()
    process = machine.process
    assert process
    with desk.customer(machine.port) as customer:
        assert customer.get("/c/nada").status_code == 404
        machine.end(number)
    assert process.returncode == 0


def test_a_site_is_told_what_is_missing(desk: Desk) -> None:
    def said(**settings: str) -> str:
        done = Machine(desk.folder, {**desk.settings, **settings}, "").run("acceptor")
        assert done.returncode != 0
        assert "Traceback" not in done.stderr
        return done.stderr

    certificate, key = (str(file) for file in desk.authority.server.write(desk.folder, "own"))
    files = {"GUICHE_ACCEPTOR_CERTIFICATE_FILE": certificate, "GUICHE_ACCEPTOR_KEY_FILE": key}
    assert "GUICHE_ACCEPTOR_CERTIFICATE_FILE" in said()
    assert "GUICHE_CERTIFICATE_URL" in said(**files, GUICHE_CERTIFICATE_URL="")
    other, _ = desk.authority.stranger.write(desk.folder, "other")
    assert "não são um certificado e a chave dele" in said(
        GUICHE_ACCEPTOR_CERTIFICATE_FILE=str(other), GUICHE_ACCEPTOR_KEY_FILE=key
    )


def test_a_local_desk_makes_its_own_certificate_for_nobody_else_to_read(tmp_path: Path) -> None:
    desk = Desk.made(tmp_path / "local", {}, Authority())
    machine = Acceptor(desk)
    for name in ("GUICHE_ACCEPTOR_CERTIFICATE_FILE", "GUICHE_ACCEPTOR_KEY_FILE"):
        (desk.folder / "acceptor.crt").unlink(missing_ok=True)
        (desk.folder / "acceptor.key").unlink(missing_ok=True)
        del machine.environment[name]
    machine.start()
    try:
        machine.wait_until_ready()
        for name in ("acceptor.crt", "acceptor.key"):
            assert (desk.folder / name).stat().st_mode & 0o777 == 0o600
        kept = _shown(desk, machine)
        machine.end()
        machine.start()
        machine.wait_until_ready()
        assert _shown(desk, machine) == kept
    finally:
        machine.end()
