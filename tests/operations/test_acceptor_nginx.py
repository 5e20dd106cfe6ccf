"""nginx in the place of the port: every certificate reaches the desk, and nobody can forge one."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from operations.customers import HOLDERS, VERSIONS, Desk
from operations.machines import SECONDS, NotInstalled, Web, nginx, production, shipped
from pki import Authority, Holder
from ports import free_port

SECRET = "f00dfacec0ffee12" * 3


@dataclass(frozen=True)
class Front:
    """An nginx with both files of deploy/ before one web machine."""

    desk: Desk
    web: Web
    port: int
    folder: Path

    def customer(
        self, holder: Holder | None = None, version: ssl.TLSVersion | None = None
    ) -> httpx.Client:
        return self.desk.customer(self.port, holder, version, "certificado.localhost")


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder, port = tmp_path_factory.mktemp("frente"), free_port()
    settings = {
        **production(folder),
        "GUICHE_CERTIFICATE_URL": f"https://certificado.localhost:{port}",
        "GUICHE_CERTIFICATE_SECRET": SECRET,
        "GUICHE_PAGES_URL": f"https://localhost:{port}",
    }
    desk = Desk.made(folder / "desk", settings, Authority())
    web = Web(desk.folder, settings)
    desk.authority.server.write(folder, "guiche")
    pages = shipped("nginx.conf", folder, port, web.port, web.port)
    certificates = shipped("nginx-certificate.conf", folder, port)
    web.start()
    try:
        web.wait_until_ready()
        with nginx(folder, pages, certificates.replace("put-the-secret-here", SECRET)):
            yield Front(desk, web, port, folder)
    except NotInstalled as error:
        pytest.skip(str(error))
    finally:
        web.end()


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
@pytest.mark.parametrize("name", HOLDERS)
def test_every_certificate_reaches_the_desk(
    front: Front, name: str, version: ssl.TLSVersion
) -> None:
    holder: Holder = getattr(front.desk.authority, name)
    with front.customer(holder, version) as customer:
        answer = customer.get(front.desk.link())
    assert answer.status_code == 200
    assert "Recebemos, obrigado." in answer.text
    arrived = front.desk.arrived()
    assert arrived
    assert arrived["sha256"] == holder.sha256
    assert arrived["source"]["kind"] == "browser"


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_without_one_the_other_ways_are_shown(front: Front, version: ssl.TLSVersion) -> None:
    link = front.desk.link()
    with front.customer(version=version) as customer:
        answer = customer.get(link)
        assert customer.get("/static/desk/desk.css").status_code == 200
    assert "não mandou nenhum" in answer.text
    assert f'href="https://localhost:{front.port}/enviar{link[2:]}"' in answer.text


def test_what_is_forged_outside_has_no_effect(front: Front) -> None:
    """At either name, and at the web machine itself; with a secret that is guessed, too."""
    link, before = front.desk.link(), front.desk.arrived()
    pem = quote(front.desk.authority.valid.pem.decode())
    forged = {"X-Guiche-Front": "f" * 48, "X-Guiche-Certificate": pem}
    with front.customer() as customer:
        assert "não mandou nenhum" in customer.get(link, headers=forged).text
    # Even with the secret: the pages do not pass it on.
    known = {**forged, "X-Guiche-Front": SECRET}
    with front.desk.customer(front.port) as customer:
        assert customer.get(link, headers=known).status_code == 404
    direct = {"Host": "localhost", "X-Forwarded-Proto": "https"}
    answer = httpx.get(
        f"http://127.0.0.1:{front.web.port}{link}", headers={**forged, **direct}, timeout=SECONDS
    )
    assert answer.status_code == 404
    assert front.desk.arrived() == before


@pytest.mark.parametrize("name", ["valid", "expired"])
def test_nothing_else_is_at_that_name(front: Front, name: str) -> None:
    holder: Holder = getattr(front.desk.authority, name)
    with front.customer(holder) as customer:
        for path in ("/", "/entrar/", "/readyz", "/livez", "/metrics"):
            assert customer.get(path).status_code == 404


def test_the_pages_ask_for_no_certificate(front: Front) -> None:
    with front.desk.customer(front.port, front.desk.authority.expired) as customer:
        assert customer.get("/entrar/").status_code == 200


def test_no_record_has_the_key_of_a_link(front: Front) -> None:
    link = front.desk.link()
    with front.customer(front.desk.authority.valid) as customer:
        assert customer.get(link).status_code == 200
    token = link.split("/")[2]
    for log in (*front.folder.glob("*.log"), front.web.log):
        assert token not in log.read_text("utf-8")
    assert "/c/..." in (front.folder / "guiche.log").read_text("utf-8")
