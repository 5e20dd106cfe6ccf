"""What every answer carries, and what is refused before anything reads it."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

PUBLIC = {
    "entrar", "account_login", "openid_connect_login", "openid_connect_callback",
    "mfa_authenticate", "mfa_login_webauthn",
    "aviso", "enviar", "nuvem", "escolher_da_nuvem", "retorno_da_nuvem",
    "acompanhar", "acompanhamento", "mandar_telefone", "responder", "mandar_arquivo", "comprovante",
}  # fmt: skip
SAMPLES = {
    "draft_id": "00000000-0000-4000-8000-000000000000",
    "batch_id": "00000000-0000-4000-8000-000000000000",
    "portfolio_id": "00000000-0000-4000-8000-000000000000",
    "image_id": 1,
    "slug": "cei-ausente",
    "number": "4821703657",
    "name": "resolve",
    "pk": 1,
    "kind": "qualitor",
    "token": "a" * 43,
    "key": "birdid",
    "datum": "nome",
    "seq": 1,
}


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


def addresses() -> list[tuple[str, str]]:
    """Name and address of every page, with sample arguments."""
    found = []
    for pattern in patterns(get_resolver("guiche.desk.pages.urls")):
        names = pattern.pattern.converters
        arguments = {name: SAMPLES[name] for name in names}
        found.append((str(pattern.name), reverse(str(pattern.name), kwargs=arguments)))
    return found


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "address"), addresses())
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_page_asks_for_the_login(
    visitor: Client, method: str, name: str, address: str
) -> None:
    if name in PUBLIC:
        return
    answer = getattr(visitor, method)(address)
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/entrar/")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/", "/entrar/", "/nada/", "/static/desk/desk.css", "/static/nada.css"]
)
def test_every_answer_carries_the_policy(visitor: Client, address: str) -> None:
    answer = visitor.get(address)
    answer.close()
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.django_db
def test_what_opens_a_container_cannot_send(visitor: Client) -> None:
    answer = visitor.get("/static/desk/pfx.js")
    answer.close()
    assert answer.status_code == 200
    assert answer["Content-Security-Policy"] == "default-src 'none'; script-src 'self'"


@pytest.mark.django_db
def test_pages_are_not_kept_and_static_files_are(visitor: Client) -> None:
    assert visitor.get("/entrar/")["Cache-Control"] == (
        "max-age=0, no-cache, no-store, must-revalidate, private"
    )
    assert visitor.get("/")["Cache-Control"] == "no-store"
    sheet = visitor.get("/static/desk/desk.css")
    sheet.close()
    assert "public" in sheet["Cache-Control"]


@pytest.mark.django_db
def test_no_inline_script_or_style_and_nothing_from_elsewhere(visitor: Client) -> None:
    page = visitor.get("/entrar/").content.decode()
    assert "<style" not in page
    assert "style=" not in page
    assert "//" not in page.replace("http://www.w3.org", "")


@pytest.mark.parametrize("length", [str(21 * 1024 * 1024), "muito", "-1"])
def test_a_body_over_the_limit_is_refused_unread(visitor: Client, length: str) -> None:
    answer = visitor.post("/entrar/", CONTENT_LENGTH=length)
    assert answer.status_code == 413
    assert "grande demais" in answer.content.decode()


def test_inside_a_page_the_refusal_is_one_card(visitor: Client) -> None:
    answer = visitor.post("/", CONTENT_LENGTH="99999999", headers={"HX-Request": "true"})
    assert answer.status_code == 413
    assert "<html" not in answer.content.decode()


@pytest.mark.django_db
def test_without_the_token_nothing_is_accepted() -> None:
    answer = Client(enforce_csrf_checks=True).post("/entrar/", {"username": "x", "password": "x"})
    assert answer.status_code == 403
    assert "Esta página ficou velha" in answer.content.decode()


@pytest.mark.django_db
def test_the_error_pages_speak_portuguese_and_show_no_inside(visitor: Client) -> None:
    answer = visitor.get("/nada/")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert 'lang="pt-BR"' in page
    assert "Não encontrei esta página" in page
    assert "urlpatterns" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/entrar/", "/acompanhar/"])
@pytest.mark.parametrize("encoding", ["zlib", "idna", "utf-7"])
def test_a_form_is_utf_8_whatever_its_sender_says(address: str, encoding: str) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="protocolo"\r\n\r\n+2AA-\xff\r\n--x--\r\n'
    kind = f"multipart/form-data; boundary=x; charset={encoding}"
    assert Client().generic("POST", address, part, content_type=kind).status_code in (200, 422)
