"""Carteira: sent, read by the worker, told, and calls opened of it, never twice for one holder."""

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from calls import cnpj_of, company, company_name, signed_in, ticket_of
from certificates import CEI, ZEROS, e_cpf
from guiche.desk.models import Draft, Line, Portfolio, Record, User
from guiche.desk.portfolios.folder import Folder
from guiche.desk.portfolios.work import work, work_all
from sources import pfx

pytest.importorskip("pyarrow")
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

Send = Callable[..., Portfolio]


@pytest.fixture(autouse=True)
def place(settings: Settings, tmp_path: Path) -> Path:
    settings.PORTFOLIO_DATA = folder = tmp_path / "carteiras"
    return folder


def zipped(*ders: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, der in enumerate(ders):
            archive.writestr(f"clientes/{number}.cer", der)
    return content.getvalue()


def sent(data: bytes, name: str = "clientes.zip", **more: Any) -> dict[str, Any]:
    return {"form": str(uuid4()), "arquivo": SimpleUploadedFile(name, data), **more}


@pytest.fixture
def send(client: Client) -> Send:
    """Sends a file, has it read, and gives the portfolio."""

    def done(data: bytes, name: str = "clientes.zip", **more: Any) -> Portfolio:
        answer = client.post("/carteira/enviar/", sent(data, name, **more))
        assert answer.status_code == 302, answer.content.decode()
        work_all(Event())
        return Portfolio.objects.get(pk=str(answer["Location"]).split("/")[2])

    return done


def body(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return str(b"".join(answer).decode())  # a file comes in pieces


def address(portfolio: Portfolio, rest: str = "") -> str:
    return f"/carteira/{portfolio.pk}/{rest}"


def chosen(portfolio: Portfolio, *lines: Line, **more: Any) -> dict[str, Any]:
    pks = [line.pk for line in lines or portfolio.lines.exclude(sha256="")]
    return {"form": str(uuid4()), "linha": pks, "procedimento": "cei-ausente", **more}


def test_what_was_sent_is_read_told_and_deleted(client: Client, send: Send) -> None:
    three = zipped(company(1), company(2, CEI), e_cpf(ZEROS).der())
    answer = client.post("/carteira/enviar/", sent(three, nome="Outubro"))
    portfolio = Portfolio.objects.get()
    assert portfolio.name == "Outubro"
    assert "Na fila" in body(client, str(answer["Location"]))
    assert list(portfolio.folder.incoming.iterdir())
    assert portfolio.folder.path.stat().st_mode & 0o777 == 0o700
    work_all(Event())
    assert not portfolio.folder.incoming.exists()
    portfolio.refresh_from_db()
    assert (portfolio.state, portfolio.counts) == ("done", {"blank": 2, "present": 1})
    page = body(client, address(portfolio))
    assert company_name(1).title() in page or company_name(1) in page
    assert "Na renovação" in page or "Agora" in page
    assert "111.444.777-35" not in page  # people are masked


def test_the_report_works_under_a_policy_of_its_own(client: Client, send: Send) -> None:
    portfolio = send(zipped(company(1)))
    answer = client.get(address(portfolio, "relatorio.html"))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'sha256-" in policy
    assert "sandbox allow-scripts" in policy
    assert "--show-personal" not in b"".join(answer).decode()


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".ndjson"])
def test_the_table_is_taken_away_and_that_is_written_down(
    client: Client, send: Send, ending: str
) -> None:
    portfolio = send(zipped(company(1)))
    answer = client.post(address(portfolio, "baixar/"), {"forma": ending})
    content = b"".join(answer)
    assert f"carteira{ending}" in answer["Content-Disposition"]
    assert content.startswith(b"PK") or cnpj_of(1).encode() in content
    assert str(portfolio.folder.path).encode() not in content
    assert Record.objects.get().kind == Record.Kind.PORTFOLIO


def test_what_changed_since_an_earlier_one(client: Client, send: Send) -> None:
    earlier = send(zipped(company(1)), nome="Antes")
    later = send(zipped(company(1), company(2)))
    client.post(address(later, "comparar/"), {"desde": str(earlier.pk)})
    work_all(Event())
    page = body(client, address(later))
    assert "Novos na carteira" in page
    assert "Novos na carteira" in body(client, address(later, "relatorio.html"))


@pytest.mark.parametrize(
    "name",
    ["../../fora.cer", "..", ".", "", "a/b\\c.cer", "\x00\x1b[2J.cer", "*?[x].cer", "x" * 999],
)
def test_no_name_leads_out_of_the_folder(place: Path, name: str) -> None:
    folder = Folder.of(uuid4())
    folder.make()
    first = folder.place_for(name)
    first.write_bytes(b"")
    second = folder.place_for(name)
    for path in (first, second):
        assert path.parent == folder.incoming
        assert not set(path.name) & set("*?[]\x00\x1b/\\")
    assert first != second


def test_a_form_that_comes_twice_begins_one(client: Client) -> None:
    form = str(uuid4())
    for _ in range(2):
        answer = client.post("/carteira/enviar/", sent(zipped(company(1)), form=form))
        assert answer["Location"] == f"/carteira/{form}/"
    assert Portfolio.objects.count() == 1


# What cannot be read


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"nada disso", "cliente.cer"), (zipped(), "vazio.zip"), (b"PK\x03\x04nada", "quebrado.zip")],
)
def test_what_is_no_certificate_is_a_row_or_none(
    client: Client, send: Send, data: bytes, name: str
) -> None:
    portfolio = send(data, name)
    assert portfolio.state == "done"
    assert portfolio.counts.keys() <= {"error"}
    assert body(client, address(portfolio))


def test_a_bomb_is_a_row(send: Send) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.cer", bytes(50_000_000))
        archive.writestr("b.cer", company(1))
    assert send(content.getvalue()).counts == {"error": 1, "blank": 1}


@pytest.mark.parametrize("name", ["cliente.pfx", "CLIENTE.P12"])
def test_a_container_is_not_even_written_where_none_is_taken(
    name: str, client: Client, place: Path
) -> None:
    answer = client.post("/carteira/enviar/", sent(pfx.usual(company(1), password="senha"), name))
    assert answer.status_code == 422
    assert "não recebe .pfx, .p12" in answer.content.decode()
    assert not Portfolio.objects.exists()
    assert not place.exists()


def tarred(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


PFX = pfx.usual(company(1), password="senha")
PEM_KEY = b"Bag Attributes\n-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (PFX, "cliente.cer"),
        (PEM_KEY, "cliente.pem"),
        (zipped(company(2), PFX), "clientes.zip"),
        (zipped(company(2), PEM_KEY), "clientes.cer"),
        (tarred("cliente.cer", PFX), "clientes.tar.gz"),
        (tarred("chaves/cliente.key", b"nada disso"), "clientes.tar.gz"),
    ],
    ids=["PKCS#12", "PEM", "PKCS#12 in ZIP", "PEM in ZIP", "PKCS#12 in tar", "name in tar"],
)
def test_a_key_under_another_name_or_in_an_archive_does_not_stay(
    data: bytes, name: str, client: Client, place: Path
) -> None:
    answer = client.post("/carteira/enviar/", sent(data, name))
    assert answer.status_code == 422
    assert "nem dentro de um ZIP ou tar" in answer.content.decode()
    assert not Portfolio.objects.exists()
    assert not list(place.iterdir())


def test_of_a_container_without_its_password_nothing_stays(
    send: Send, settings: Settings, place: Path
) -> None:
    settings.ACCEPT_PFX = True
    portfolio = send(pfx.usual(company(1), password="senha"), "cliente.pfx")
    assert portfolio.counts == {"error": 1}
    assert not portfolio.folder.incoming.exists()


def test_too_much_at_once_is_refused_before_it_is_read(
    client: Client, settings: Settings, place: Path
) -> None:
    settings.PORTFOLIO_UPLOAD = 1024 * 1024
    answer = client.post("/carteira/enviar/", sent(bytes(1024 * 1024 + 1)))
    assert answer.status_code == 413
    assert "1 MB" in answer.content.decode()
    assert not Portfolio.objects.exists()
    assert not place.exists()


def test_a_form_of_elsewhere_is_refused_and_leaves_nothing(suporte: User, place: Path) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(suporte)
    assert strict.post("/carteira/enviar/", sent(zipped(company(1)))).status_code == 403
    assert not place.exists() or not list(place.iterdir())


def test_more_than_a_reading_at_a_call_may_be_sent(client: Client, settings: Settings) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1024
    assert client.post("/carteira/enviar/", sent(bytes(4096))).status_code == 302


@pytest.mark.parametrize("data", [{}, {"arquivo": SimpleUploadedFile("a.cer", b"")}])
def test_nothing_is_refused_and_leaves_nothing(
    client: Client, place: Path, data: dict[str, Any]
) -> None:
    answer = client.post("/carteira/enviar/", {"form": str(uuid4()), **data})
    assert answer.status_code == 422
    assert "Escolha um ou mais arquivos" in answer.content.decode()
    assert not place.exists() or not list(place.iterdir())


# A folder of the server


@pytest.fixture
def served_folder(settings: Settings, tmp_path: Path) -> Path:
    folder = tmp_path / "servidor"
    (folder / "clientes").mkdir(parents=True)
    (folder / "clientes" / "a.cer").write_bytes(company(1))
    (folder / "clientes" / "leia.txt").write_text("oi")
    outside = tmp_path / "fora"
    outside.mkdir()
    (outside / "b.cer").write_bytes(company(2))
    (folder / "clientes" / "link.cer").symlink_to(outside / "b.cer")
    (folder / "atalho").symlink_to(outside)
    settings.PORTFOLIO_FOLDER = str(folder)
    return folder


def test_a_folder_of_the_server_is_read_and_left_as_it_is(
    supervisao: User, served_folder: Path
) -> None:
    client = signed_in(supervisao)
    answer = client.post("/carteira/pasta/", {"form": str(uuid4()), "pasta": "clientes"})
    work_all(Event())
    portfolio = Portfolio.objects.get()
    assert answer["Location"] == address(portfolio)
    assert portfolio.counts == {"blank": 1, "error": 1}
    assert "leva para fora" in body(client, address(portfolio))
    assert (served_folder / "clientes" / "a.cer").exists()


@pytest.mark.parametrize("typed", ["../fora", "atalho", "/etc", "clientes/../..", "falta", "a\0b"])
def test_a_folder_outside_is_refused(supervisao: User, served_folder: Path, typed: str) -> None:
    answer = signed_in(supervisao).post("/carteira/pasta/", {"form": str(uuid4()), "pasta": typed})
    assert answer.status_code == 422
    assert not Portfolio.objects.exists()


def test_who_is_no_supervisor_names_no_folder(client: Client, served_folder: Path) -> None:
    assert "Ler uma pasta do servidor" not in body(client, "/carteira/")
    assert client.post("/carteira/pasta/", {"pasta": "clientes"}).status_code == 403


def test_without_the_setting_no_folder_is_offered(supervisao: User) -> None:
    client = signed_in(supervisao)
    assert "Ler uma pasta do servidor" not in body(client, "/carteira/")
    answer = client.post("/carteira/pasta/", {"form": str(uuid4()), "pasta": ""})
    assert answer.status_code == 422


# Whose it is


def test_a_portfolio_is_of_who_sent_it_and_of_supervisors(
    client: Client, send: Send, supervisao: User
) -> None:
    portfolio = send(zipped(company(1)))
    other = signed_in(User.objects.create_user("davi"))
    for rest in ("", "relatorio.html", "andamento/"):
        assert other.get(address(portfolio, rest)).status_code == 404
    for rest in ("baixar/", "cancelar/", "apagar/", "comparar/", "chamados/", "chamados/abrir/"):
        assert other.post(address(portfolio, rest)).status_code == 404
    assert signed_in(supervisao).get(address(portfolio)).status_code == 200


def test_relacionamento_has_no_portfolios(relacionamento: User) -> None:
    assert signed_in(relacionamento).get("/carteira/").status_code == 403


# Cancelled, deleted


def test_a_reading_is_cancelled_and_what_was_sent_is_gone(client: Client) -> None:
    client.post("/carteira/enviar/", sent(zipped(company(1))))
    portfolio = Portfolio.objects.get()
    client.post(address(portfolio, "cancelar/"))
    assert not portfolio.folder.path.exists()
    assert not work(Event())
    assert "foi cancelada" in body(client, address(portfolio))


def test_a_portfolio_is_deleted_once_that_was_said(
    client: Client, send: Send, django_capture_on_commit_callbacks: Any
) -> None:
    portfolio = send(zipped(company(1)))
    assert client.post(address(portfolio, "apagar/")).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address(portfolio, "apagar/"), {"certeza": "sim"})
    assert not Portfolio.objects.exists()
    assert not portfolio.folder.path.exists()


# The list, and calls of it


def test_the_list_has_filters_and_pages(client: Client, send: Send) -> None:
    portfolio = send(zipped(*map(company, range(1, 61)), e_cpf(ZEROS).der()))
    assert "Página 1 de 2" in body(client, address(portfolio))
    assert "Página 2 de 2" in body(client, address(portfolio, "?pagina=2"))
    assert "1 caso," in body(client, address(portfolio, "?perfil=e-cpf"))
    assert "Nada com estes filtros" in body(client, address(portfolio, "?veredito=unreadable"))
    assert "61 casos" in body(client, address(portfolio, "?urgencia=x&veredito=x&perfil=x"))


def test_the_preview_opens_nothing_and_says_what_is_missing(client: Client, send: Send) -> None:
    portfolio = send(zipped(company(1), company(2)))
    page = client.post(address(portfolio, "chamados/"), chosen(portfolio)).content.decode()
    assert "2 atendimentos novos" in page
    assert "Telefone" in page
    assert not Draft.objects.exists()


def test_one_call_for_each_holder_and_none_on_a_second_run(client: Client, send: Send) -> None:
    portfolio = send(zipped(company(1), company(1, None), company(2)))
    assert portfolio.lines.count() == 3
    answer = client.post(address(portfolio, "chamados/abrir/"), chosen(portfolio))
    assert "/lote/" in answer["Location"]
    assert sorted(call.values()["name"] for call in Draft.objects.all()) == [
        company_name(1), company_name(2)
    ]  # fmt: skip
    assert body(client, str(answer["Location"]))
    again = client.post(address(portfolio, "chamados/abrir/"), chosen(portfolio), follow=True)
    assert "Nenhum atendimento novo" in again.content.decode()
    newer = send(zipped(company(1), company(2)))
    preview = client.post(address(newer, "chamados/"), chosen(newer)).content.decode()
    assert preview.count("fica de fora") == 2
    client.post(address(newer, "chamados/abrir/"), chosen(newer))
    assert Draft.objects.count() == 2


def test_the_same_form_twice_leads_to_the_same_batch(client: Client, send: Send) -> None:
    portfolio = send(zipped(company(1)))
    data = chosen(portfolio)
    first, second = (client.post(address(portfolio, "chamados/abrir/"), data) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Draft.objects.count() == 1


def test_a_holder_with_an_open_ticket_is_named_and_left_out(
    client: Client, send: Send, suporte: User
) -> None:
    ticket = ticket_of(suporte, document=cnpj_of(1))
    portfolio = send(zipped(company(1), company(2)))
    page = client.post(address(portfolio, "chamados/"), chosen(portfolio)).content.decode()
    assert ticket.spoken in page
    assert "1 atendimento novo" in page


@pytest.mark.parametrize(
    "change",
    [{"linha": []}, {"linha": ["x", "0", "999999"]}, {"procedimento": "falta"}, {"form": ""}],
)
def test_what_no_page_sends_is_refused(client: Client, send: Send, change: dict[str, Any]) -> None:
    portfolio = send(zipped(company(1)))
    data = {**chosen(portfolio), **change}
    for rest in ("chamados/", "chamados/abrir/"):
        assert client.post(address(portfolio, rest), data).status_code == 422
    assert not Draft.objects.exists()


def test_lines_of_another_portfolio_are_none_of_this_one(client: Client, send: Send) -> None:
    one, other = send(zipped(company(1))), send(zipped(company(2)))
    answer = client.post(address(one, "chamados/"), chosen(one, *other.lines.all()))
    assert answer.status_code == 422


def test_more_holders_than_a_batch_takes_are_refused(client: Client, send: Send) -> None:
    portfolio = send(zipped(*map(company, range(1, 53))))
    answer = client.post(address(portfolio, "chamados/"), chosen(portfolio))
    assert "até 50 titulares" in answer.content.decode()
