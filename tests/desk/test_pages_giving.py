"""The page of a customer who opened a link: what it takes, and what it never tells."""

import base64
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from calls import upload, zeros
from certificates import CEI, ca, e_cpf, pem
from guiche import sources as reader
from guiche.desk import clock
from guiche.desk.models import CaseLink, Draft, Inspection, User
from guiche.desk.pages import giving
from guiche.desk.pages.verdict import Verdict
from guiche.desk.portal.case_link import MOST
from guiche.desk.portal.pace import Pace
from sources import pfx, signed
from stored import assert_nowhere, everything_stored

pytestmark = pytest.mark.django_db

PASSWORD = "canario-da-senha"
PERSON = e_cpf(cei=CEI)


@pytest.fixture(autouse=True)
def stopped(stopped_clock: Any) -> None:
    """The days that a link lasts."""


@pytest.fixture
def link(draft: Draft, bruno: User) -> CaseLink:
    return CaseLink.create(draft, bruno)


def address(link: CaseLink) -> str:
    return f"/enviar/{link.token}/"


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def reading(link: CaseLink) -> Inspection | None:
    return Draft.objects.get(pk=link.draft_id).inspection


def sent(visitor: Client, link: CaseLink, data: bytes, name: str = "cliente.cer") -> Any:
    return visitor.post(address(link), upload(data, name))


def test_the_page_tells_nothing_of_the_call(visitor: Client, link: CaseLink) -> None:
    draft = link.draft
    draft.type_in({"requester_name": "Bento Exemplo", "phone_1": "(11) 98765-4321"})
    link.receive(reader.read(PERSON.der(), "cliente.cer").leaves[0])
    page = visitor.get(address(link)).content.decode()
    for told in ("Bento", "98765", "Bruno", "ANA", "Ana", CEI, str(draft.pk)):
        assert told not in page


def test_the_headers_keep_the_address_to_itself(visitor: Client, link: CaseLink) -> None:
    answer = visitor.get(address(link))
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Cache-Control"] == "no-store"
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "worker-src 'self'" in policy
    assert "connect-src" not in policy  # nothing may be fetched, or sent by a script
    assert not answer.cookies


def test_links_that_do_not_hold_are_all_the_same(
    visitor: Client, bruno: User, stopped_clock: Any
) -> None:
    def of(draft: Draft) -> CaseLink:
        return CaseLink.create(draft, bruno)

    expired = of(Draft.start(bruno))
    stopped_clock.forward(hours=24)
    revoked, used, over = (of(Draft.start(bruno)) for _ in range(3))
    revoked.revoke()
    CaseLink.objects.filter(pk=used.pk).update(readings=MOST)
    Draft.objects.filter(pk=over.draft_id).update(ended_at=stopped_clock.now)
    addresses = [address(each) for each in (expired, revoked, used, over)]
    answers = [visitor.get(each) for each in (*addresses, "/enviar/x/", f"/enviar/{'a' * 43}/")]
    answers += [visitor.post(each, upload(zeros())) for each in addresses]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert {answer["Referrer-Policy"] for answer in answers} == {"no-referrer"}
    assert not Inspection.objects.exists()


def test_a_certificate_is_taken_into_the_call(visitor: Client, link: CaseLink) -> None:
    answer = sent(visitor, link, PERSON.der(), "ana senha 1234.cer")
    row = reading(link)
    assert answer.status_code == 200
    assert row is not None
    assert row.status == "present"
    assert row.contract["source"] == {
        "name": "*.cer",
        "kind": "der",
        "index": 0,
        "sent": "customer",
    }
    assert_nowhere(["ana senha", "1234.cer"])


def test_what_came_is_shown_masked_and_without_a_verdict(visitor: Client, link: CaseLink) -> None:
    page = words(sent(visitor, link, PERSON.der()))
    assert "Recebemos" in page
    assert re.search(r"Titular [A-Z]+( [A-Z]\.)+ ", page)
    for told in (CEI, "11.583", "CEI", "111.444"):
        assert told not in page


def test_a_company_is_shown_by_its_name(visitor: Client, link: CaseLink) -> None:
    page = words(sent(visitor, link, zeros()))
    row = reading(link)
    assert row is not None
    assert row.contract["holder"]["name"] in page


def test_who_signed_a_document_is_told_so_and_not_more(visitor: Client, link: CaseLink) -> None:
    note = signed.signature(PERSON.der(), uri="contrato da Ana.pdf")
    sent(visitor, link, f"<a>{note}</a>".encode(), "contrato.xml")
    row = reading(link)
    assert row is not None
    assert row.contract["source"] == {
        "name": "*.xml",
        "kind": "xml",
        "index": 0,
        "sent": "customer",
        "signature": {"numbers": [1], "count": 1, "signs": [], "verified": False},
    }
    assert_nowhere(["contrato da Ana"])
    facts = dict(Verdict.of_row(row, clock.now()).facts)
    assert facts["Lido de"] == "XML assinado, mandado pelo cliente"
    assert "a assinatura não foi conferida" in facts["Assinatura"]


def hidden_fields(answer: Any) -> dict[str, str]:
    """Those of the first certificate offered."""
    form = answer.content.decode().partition('<form method="post">')[2].partition("</form>")[0]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


def test_beside_an_unknown_signer_the_known_one_is_asked_about(
    visitor: Client, link: CaseLink
) -> None:
    document = f"<a>{signed.signature()}{signed.signature(PERSON.der())}</a>".encode()
    answer = sent(visitor, link, document, "contrato.xml")
    assert "É este o certificado do atendimento?" in words(answer)
    assert "talvez outra assinatura" in words(answer)
    assert reading(link) is None
    assert visitor.post(address(link), hidden_fields(answer)).status_code == 200
    row = reading(link)
    assert row is not None
    source = row.contract["source"]
    assert (row.der, source["kind"], source["sent"]) == (PERSON.der(), "xml", "customer")
    assert source["signature"] == {"numbers": [2], "count": 2, "signs": [], "verified": False}


@pytest.mark.parametrize("origin", ["", "xml", "eyJ4Ijo1fQ:1:x"])
def test_where_it_was_found_is_not_told_by_the_visitor(
    visitor: Client, link: CaseLink, origin: str
) -> None:
    document = f"<a>{signed.signature()}{signed.signature(PERSON.der())}</a>".encode()
    fields = hidden_fields(sent(visitor, link, document, "contrato.xml"))
    # The origin of another certificate is none of this one.
    other = base64.b64encode(zeros()).decode()
    changed = {**fields, "origem": origin} if origin else {**fields, "der": other}
    visitor.post(address(link), changed)
    row = reading(link)
    assert row is not None
    assert row.contract["source"]["kind"] == "der"
    assert "signature" not in row.contract["source"]


def test_no_script_and_no_cookie_is_needed(link: CaseLink) -> None:
    answer = Client(enforce_csrf_checks=True).post(address(link), upload(zeros()))
    assert answer.status_code == 200
    assert reading(link)


@pytest.mark.parametrize("text", [pem(zeros()), "2.16.76.1.3.7=04 0c" + " 30" * 12])
def test_a_text_is_taken(visitor: Client, link: CaseLink, text: str) -> None:
    assert visitor.post(address(link), {"texto": text}).status_code == 200
    row = reading(link)
    assert row is not None
    assert row.status == "blank"


def test_what_the_browser_read_is_read_again(visitor: Client, link: CaseLink) -> None:
    ders = [base64.b64encode(each).decode() for each in (ca().der(), zeros())]
    assert visitor.post(address(link), {"der": ders}).status_code == 200
    row = reading(link)
    assert row is not None
    assert row.der == zeros()
    assert row.contract["source"]["name"] == "*.pfx"


def test_of_several_one_is_chosen_and_the_others_are_forgotten(
    visitor: Client, link: CaseLink
) -> None:
    bundle = (pem(zeros()) + pem(PERSON.der())).encode()
    answer = sent(visitor, link, bundle, "todos.pem")
    assert "Qual destes" in words(answer)
    assert not Inspection.objects.exists()
    page = answer.content.decode()
    chosen = re.findall(r'name="der" value="([^"]+)"', page)[1]
    visitor.post(address(link), {"der": chosen, "nome": "todos.pem"})
    row = reading(link)
    assert row is not None
    assert row.der == PERSON.der()
    assert row.contract["source"]["name"] == "*.pem"


@pytest.mark.parametrize("accepts", [False, True])
@pytest.mark.parametrize("name", ["senha1234.pfx", "cliente.cer"])
def test_a_container_is_refused_and_never_stored(
    visitor: Client, link: CaseLink, settings: Any, name: str, *, accepts: bool
) -> None:
    settings.ACCEPT_PFX = accepts  # for technicians, who are told so
    container = pfx.usual(PERSON.der(), PASSWORD)
    answer = visitor.post(address(link), {**upload(container, name), "senha": PASSWORD})
    assert answer.status_code == 422
    assert "Este arquivo tem a chave privada." in words(answer)
    assert reading(link) is None
    assert_nowhere([PASSWORD, "senha1234"])
    assert container.hex() not in "".join(everything_stored())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Falta o arquivo."),
        ({"texto": " "}, "Falta o arquivo."),
        (b"", "O arquivo está vazio."),
        (b"   ", "O arquivo está vazio."),
        (b"\x89PNG\r\n", "Não há um certificado aqui."),
        (b"PK\x03\x04", ""),
        (bytes(range(256)), ""),
        ({"der": "não é base64"}, "O arquivo está vazio."),
        ({"der": base64.b64encode(b"\x30\x03\x02\x01").decode()}, ""),
        ({"texto": "\0\ud800".encode("utf-8", "replace").decode()}, ""),
    ],
)
def test_what_is_no_certificate_is_said_so(
    visitor: Client, link: CaseLink, data: Any, said: str
) -> None:
    form = upload(data) if isinstance(data, bytes) else data
    answer = visitor.post(address(link), form)
    assert answer.status_code == 422
    assert said in words(answer)
    assert reading(link) is None


def test_what_the_browser_read_is_a_certificate_and_no_container(
    visitor: Client, link: CaseLink
) -> None:
    document = f"<a>{signed.signature(PERSON.der())}</a>".encode()
    for each in (document, pem(zeros()).encode(), signed.cms([zeros()], signed.By(zeros()))):
        answer = visitor.post(address(link), {"der": base64.b64encode(each).decode()})
        assert answer.status_code == 422
    assert reading(link) is None


def test_few_files_come_at_once(visitor: Client, link: CaseLink) -> None:
    def sent_at_once(count: int) -> Any:
        files = [upload(zeros(), f"{n}.cer")["arquivo"] for n in range(count)]
        return visitor.post(address(link), {"arquivo": files})

    answer = sent_at_once(6)
    assert answer.status_code == 422
    assert "São arquivos demais. Envie até 5 de cada vez" in words(answer)
    assert reading(link) is None
    assert sent_at_once(5).status_code == 200
    assert reading(link)


def test_who_asks_too_often_waits(visitor: Client, link: CaseLink, stopped_clock: Any) -> None:
    codes = [visitor.get("/enviar/x/").status_code for _ in range(60)]
    assert set(codes) == {404}
    for each in ("/enviar/x/", address(link)):
        assert visitor.get(each).status_code == 429
    assert visitor.get(address(link), REMOTE_ADDR="10.0.0.9").status_code == 200
    stopped_clock.forward(minutes=1)
    assert visitor.get(address(link)).status_code == 200


def test_the_memory_of_who_asked_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guiche.desk.portal.pace.MOST_ADDRESSES", 100)
    pace, noon = Pace(3, timedelta(minutes=1)), datetime(2026, 11, 23, 12, tzinfo=UTC)
    for number in range(1000):
        assert pace.allows(f"10.0.{number // 250}.{number % 250}", noon)
    assert len(pace._counts) <= 100
    # Of IPv6 one customer has a whole network.
    assert [pace.allows(f"2001:db8::{n}", noon) for n in range(4)] == [True, True, True, False]
    assert pace.allows("2001:db8:0:1::1", noon)
    assert pace.allows("2001:db8::5", noon - timedelta(hours=1))  # a clock that was set back


def test_behind_a_proxy_each_client_is_counted(
    visitor: Client, link: CaseLink, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BEHIND_PROXY = True

    def code(forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded} if forwarded else {}
        return visitor.get("/enviar/x/", headers=headers).status_code

    assert [code("10.9.9.9, 10.0.0.1") for _ in range(61)][-1] == 429
    assert code("10.0.0.1, 10.0.0.2") == 404
    # A proxy that says nothing of them makes one of all, and none of them is to wait.
    assert {code("") for _ in range(70)} == {404}


def test_without_the_library_the_other_ways_remain(
    visitor: Client, link: CaseLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "data-worker" in visitor.get(address(link)).content.decode()
    monkeypatch.setattr(giving, "finders", SimpleNamespace(find=lambda _: None))
    page = visitor.get(address(link)).content.decode()
    assert "data-worker" not in page
    assert ".pfx" not in page
    assert sent(visitor, link, zeros()).status_code == 200


@pytest.mark.parametrize(("browser", "offered"), [(True, True), (False, False)])
def test_the_certificate_port_is_offered_where_it_was_asked_for(
    visitor: Client, draft: Draft, bruno: User, settings: Any, *, browser: bool, offered: bool
) -> None:
    settings.CERTIFICATE_URL = "https://certificado.example.com"
    link = CaseLink.create(draft, bruno, browser=browser)
    page = visitor.get(address(link)).content.decode()
    assert (f"https://certificado.example.com/c/{link.token}/" in page) == offered
    assert ("Três PINs errados bloqueiam" in page) == offered


def test_an_authority_is_told_to_be_none_of_the_customer(visitor: Client, link: CaseLink) -> None:
    assert "autoridade" in words(sent(visitor, link, ca().der()))
