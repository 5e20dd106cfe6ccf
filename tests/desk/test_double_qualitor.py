"""The Qualitor that pretends: what the connector does not use, and what other clients would try."""

import base64
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
import zeep
from lxml import etree

from guiche.desk.doubles import qualitor as doubles
from guiche.desk.doubles.qualitor.operations import OPERATIONS
from guiche.desk.doubles.qualitor.state import TOKEN_SECONDS

TICKET = {
    "cdcliente": "A120", "cdcontato": "7", "idchamado": "1", "nmtitulochamado": "Título",
    "cdtipochamado": "2", "cdcategoria": "345", "cdlocalidade": "1", "cdseveridade": "3",
    "cdorigem": "1", "dschamado": "Texto",
}  # fmt: skip


@pytest.fixture
def double() -> Iterator[doubles.Qualitor]:
    with doubles.Qualitor() as double:
        yield double


def xml(data: dict[str, str], beside: str = "", prolog: str = "") -> str:
    fields = "".join(f"<{name}>{text}</{name}>" for name, text in data.items())
    contents = f"<contents><data>{fields}</data>{beside}</contents>"
    return f"{prolog}<wsqualitor>{contents}</wsqualitor>"


class Client:
    """A client as one is written in an afternoon."""

    def __init__(self, double: doubles.Qualitor) -> None:
        self.double = double
        self.login = {"user": "guiche", "password": double.desk.password, "company": "1"}

    def post(self, operation: str, sent: str | bytes, service: str = "WSTicket") -> bytes:
        form = urlencode({
            **self.login, "wsdl_file": service, "operation": operation, "input_xml": sent
        })  # fmt: skip
        with urllib.request.urlopen(f"{self.double.url}/ws/statelessws.php", form.encode()) as got:
            body: bytes = got.read()
            return body

    def ask(self, operation: str, service: str = "", **data: str) -> list[dict[str, str]]:
        known = OPERATIONS.get(operation)
        return items(self.post(operation, xml(data), service or (known.service if known else "")))

    def refusal(self, operation: str, service: str = "WSTicket", **data: str) -> str:
        root = etree.fromstring(self.post(operation, xml(data), service))
        assert root.findtext(".//status") == "0"
        return root.findtext(".//msg") or ""


def items(body: bytes) -> list[dict[str, str]]:
    root = etree.fromstring(body)
    assert root.findtext(".//status") == "1", root.findtext(".//msg")
    return [{str(each.tag): each.text or "" for each in item} for item in root.iter("dataitem")]


@pytest.fixture
def client(double: doubles.Qualitor) -> Client:
    return Client(double)


@pytest.fixture
def ref(client: Client) -> str:
    return client.ask("addTicketByData", **TICKET)[0]["cdchamado"]


def test_fields_are_chosen_by_campos(client: Client, ref: str) -> None:
    (item,) = client.ask(
        "getTicketData", cdchamado=ref, campos="cdchamado, nmequipe,dspalavrachave"
    )
    assert item == {"cdchamado": ref, "nmequipe": "Atendimento", "dspalavrachave": ""}
    assert len(client.ask("getTicketData", cdchamado=ref)[0]) > 15
    assert client.ask("getTicketData", cdchamado="1") == []


@pytest.mark.parametrize("missing", [*TICKET])
def test_what_is_needed_is_asked_for(client: Client, missing: str) -> None:
    data = {name: text for name, text in TICKET.items() if name != missing}
    assert client.refusal("addTicketByData", **data).endswith(f"não informado: {missing}")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"cdcategoria": "9"}, "Categoria inválida: 9"),
        ({"cdcliente": "Z9"}, "Cliente inválido: Z9"),
        ({"cdcontato": "9"}, "Contato inválido: 9"),
        ({"cdcontato": ""}, "Campo obrigatório não informado: cdcontato"),
    ],
)
def test_ids_are_known_or_refused(client: Client, changed: dict[str, str], words: str) -> None:
    assert client.refusal("addTicketByData", **{**TICKET, **changed}) == words


def test_an_operation_is_in_its_service(client: Client) -> None:
    assert client.refusal("getCustomer", nrcpfcnpj="1") == (
        "Ws - Operation getCustomer not found in WSTicket"
    )
    assert client.refusal("apagaTudo").startswith("Ws - Operation apagaTudo not found")
    assert client.refusal("getTicket", service="WSNada") == "Ws - WSDL not found: WSNada"


def test_the_login_is_checked_and_read_from_the_body_alone(client: Client) -> None:
    client.login["company"] = "2"
    assert client.refusal("getTicket") == "Empresa inválida: 2"
    address = f"{client.double.url}/ws/statelessws.php?user=guiche&password=senha-de-exemplo"
    with urllib.request.urlopen(address, b"") as got:
        assert "Usuário ou senha inválidos" in got.read().decode("latin-1")


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "UTF-8"])
def test_the_prolog_says_what_the_bytes_are(client: Client, encoding: str) -> None:
    prolog = f'<?xml version="1.0" encoding="{encoding}"?>'
    sent = xml({**TICKET, "dschamado": "ação <![CDATA[ç & <b>]]>"}, prolog=prolog)
    client.post("addTicketByData", sent.encode(encoding))
    assert client.double.desk.tickets[0].data["dschamado"] == "ação ç & <b>"


def test_a_plus_that_is_not_encoded_is_lost(client: Client) -> None:
    login = urlencode(client.login)
    sent = quote(xml({**TICKET, "dschamado": "1+1"})).replace("%2B", "+")
    form = f"{login}&wsdl_file=WSTicket&operation=addTicketByData&input_xml={sent}"
    urllib.request.urlopen(f"{client.double.url}/ws/statelessws.php", form.encode()).close()
    assert client.double.desk.tickets[0].data["dschamado"] == "1 1"


def test_additional_information_beside_when_adding_and_inside_when_changing(client: Client) -> None:
    beside = (
        "<informacoesadicionais><vlinformacaoadicional321>1</vlinformacaoadicional321>"
        "</informacoesadicionais>"
    )
    ref = items(client.post("addTicketByData", xml(TICKET, beside)))[0]["cdchamado"]
    client.post("changeTicketAdditionalInfo", xml({"cdchamado": ref}, beside.replace(">1<", ">2<")))
    found = client.ask("getTicketAdditionalInfos", cdchamado=ref)
    assert [each["vlinformacaoadicional"] for each in found] == ["1"]
    client.ask("changeTicketAdditionalInfo", cdchamado=ref, vlinformacaoadicional321="3")
    found = client.ask("getTicketAdditionalInfos", cdchamado=ref)
    assert [each["vlinformacaoadicional"] for each in found] == ["3"]


def test_the_life_of_a_ticket_on_the_way(client: Client, ref: str) -> None:
    client.ask("startTicket", cdchamado=ref)
    assert "não está aguardando" in client.refusal("startTicket", cdchamado=ref)
    client.ask("captureTicket", cdchamado=ref)
    client.ask("transferTicketResponsible", cdchamado=ref, cdresponsavel="bento")
    assert client.ask("getTicketStep", cdchamado=ref) == [{"cdetapa": "10", "nmetapa": "Triagem"}]
    (following,) = client.ask("getTicketNextSteps", cdchamado=ref)
    client.ask("setTicketStep", cdchamado=ref, cdetapa=following["cdetapa"])
    assert client.ask("getTicketNextSteps", cdchamado=ref) == []
    later = "31/12/2026"
    client.ask("extendTicket", cdchamado=ref, cdmotivoprorrogado="1", dtprevisaoresposta=later)
    wanted = "nmsituacao, cdresponsavel, dtprevisaoresposta"
    assert client.ask("getTicketData", cdchamado=ref, campos=wanted) == [{
        "nmsituacao": "Em atendimento", "cdresponsavel": "bento", "dtprevisaoresposta": later,
    }]  # fmt: skip
    client.ask("closeTicket", cdchamado=ref)
    assert client.refusal("closeTicket", cdchamado=ref) == f"Chamado já encerrado: {ref}"


def test_attachments_are_numbered(client: Client, ref: str) -> None:
    content = base64.b64encode(b"\0\xff+/").decode()
    for number in ("1", "2"):
        (item,) = client.ask("addAttachment", cdchamado=ref, nmanexo="a.bin", attachment=content)
        assert item["nrsequencia"] == number
    assert client.double.desk.tickets[0].files == [("a.bin", b"\0\xff+/")] * 2
    bad = {"cdchamado": ref, "nmanexo": "a", "attachment": "a b"}
    assert client.refusal("addAttachment", **bad) == "Anexo inválido"


def test_a_login_link_is_good_once_and_for_a_minute(client: Client) -> None:
    def opened(token: str) -> int:
        try:
            with urllib.request.urlopen(f"{client.double.url}/login.php?authws={token}") as page:
                return int(page.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    token = client.ask("getAuthToken", nmusuario="bento")[0]["token"]
    assert (opened(token), opened(token)) == (200, 404)
    late = client.ask("getAuthTokenContact", nmusuario="bento")[0]["token"]
    client.double.desk.links[late] -= TOKEN_SECONDS
    assert opened(late) == 404


def test_what_is_no_request_is_said(client: Client) -> None:
    for sent in ("", "nada", "<wsqualitor/>"):
        root = etree.fromstring(client.post("getTicket", sent))
        assert (root.findtext(".//msg") or "").startswith("Ws - Invalid XML")


def test_a_plain_soap_client_can_use_it(double: doubles.Qualitor) -> None:
    client = zeep.Client(f"{double.url}/ws/services/Ticket/WSTicket.wsdl")  # type: ignore[no-untyped-call]
    token = client.service.login("guiche", double.desk.password, "1")
    result = client.service.addTicketByData(auth=token, xmlValue=xml(TICKET))
    assert items(result.encode("latin-1"))[0]["cdchamado"] == double.desk.tickets[0].ref
    with pytest.raises(zeep.exceptions.Fault, match="Usuário ou senha inválidos"):
        client.service.login("guiche", "outra", "1")
    client.transport.session.cookies.clear()
    result = client.service.getTicket(auth=token, xmlValue=xml({"cdcliente": "A120"}))
    assert "Token inválido ou expirado" in result
    client.transport.session.close()


def test_the_record_knows_no_password(double: doubles.Qualitor) -> None:
    Client(double).ask("addTicketByData", **TICKET)
    client = zeep.Client(f"{double.url}/ws/services/service.php?wsdl=WSTicket")  # type: ignore[no-untyped-call]
    client.service.login("guiche", double.desk.password, "1")
    client.transport.session.close()
    assert [each.operation for each in double.requests] == ["addTicketByData", "", "login"]
    assert double.desk.password not in repr(double.requests)


def test_it_stops_what_hangs() -> None:
    double = doubles.Qualitor().start()
    double.faults.inject("*", "hang_after", 0)
    with pytest.raises(TimeoutError):
        urllib.request.urlopen(f"{double.url}/ws/statelessws.php", b"operation=getTicket", 0.2)
    double.stop()
