"""What the double can do: each operation with its service and the elements that it needs."""

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from guiche.desk.doubles.qualitor import state
from guiche.desk.doubles.qualitor.customers import (
    found,
    get_contact,
    get_contact_data,
    get_customer,
    get_token,
    pairs,
)
from guiche.desk.doubles.qualitor.envelope import Asked, Items
from guiche.desk.doubles.qualitor.state import Desk, Refusal, Ticket

Done = Callable[[Desk, Asked], Items]


class Operation(NamedTuple):
    """An operation: in which service it is, what it needs, what it does."""

    service: str
    needs: tuple[str, ...]
    carry_out: Done


def carry_out(desk: Desk, service: str, name: str, asked: Asked) -> Items:
    """What the operation answers; `Refusal` for a status 0."""
    operation = OPERATIONS.get(name)
    if operation is None or operation.service != service:
        raise Refusal(f"Ws - Operation {name} not found in {service}")
    for needed in operation.needs:
        if not asked.data.get(needed, "").strip():
            raise Refusal(f"Campo obrigatório não informado: {needed}")
    with desk.lock:
        return operation.carry_out(desk, asked)


# Opening


_NEEDED = (
    "cdcliente", "idchamado", "nmtitulochamado", "cdtipochamado", "cdcategoria", "cdlocalidade",
    "cdseveridade", "cdorigem", "dschamado",
)  # fmt: skip
_KNOWN: Mapping[str, tuple[Mapping[str, str], str]] = {
    "cdtipochamado": (state.TYPES, "Tipo de chamado inválido"),
    "cdcategoria": (state.CATEGORIES, "Categoria inválida"),
    "cdlocalidade": (state.LOCALITIES, "Localidade inválida"),
    "cdseveridade": (state.SEVERITIES, "Severidade inválida"),
    "cdorigem": (state.ORIGINS, "Origem inválida"),
    "idchamado": ({"1": "", "2": "", "3": "", "4": ""}, "Identificação do chamado inválida"),
}


def _add(desk: Desk, asked: Asked) -> Items:
    data = asked.data
    for name, (known, words) in _KNOWN.items():
        if name in data and data[name] not in known:
            raise Refusal(f"{words}: {data[name]}")
    if data["cdcliente"] not in {each.ref for each in desk.customers}:
        raise Refusal(f"Cliente inválido: {data['cdcliente']}")
    contact = data.get("cdcontato", "")
    if not contact and desk.site.contact_needed:
        raise Refusal("Campo obrigatório não informado: cdcontato")
    if contact and not pairs(desk, data["cdcliente"], contact):
        raise Refusal(f"Contato inválido: {contact}")
    ticket = desk.open(_storable(desk, data), _storable(desk, _infos(asked.beside)))
    return [{
        "cdchamado": ticket.ref, "cdsituacao": ticket.situation,
        "nmsituacao": state.SITUATIONS[ticket.situation], "dtchamado": desk.stamp(ticket.opened_at),
    }]  # fmt: skip


def _infos(infos: dict[str, str]) -> dict[str, str]:
    for ref in infos:
        if ref not in state.INFOS:
            raise Refusal(f"Informação adicional inválida: {ref}")
    return infos


def _storable(desk: Desk, texts: Mapping[str, str]) -> dict[str, str]:
    if not desk.site.latin_only:
        return dict(texts)
    return {name: text.encode("latin-1", "replace").decode("latin-1")
            for name, text in texts.items()}  # fmt: skip


# Reading


def _fields(desk: Desk, ticket: Ticket) -> dict[str, str]:
    return {
        **ticket.data,
        "cdchamado": ticket.ref,
        "cdsituacao": ticket.situation,
        "nmsituacao": state.SITUATIONS[ticket.situation],
        "cdequipe": ticket.team,
        "nmequipe": state.TEAMS[ticket.team],
        "cdresponsavel": ticket.responsible,
        "cdetapa": ticket.step,
        "dtchamado": desk.stamp(ticket.opened_at),
        "dtprevisaoresposta": ticket.answer_by,
    }


def _get_data(desk: Desk, asked: Asked) -> Items:
    ticket = desk.ticket(asked.data["cdchamado"])
    if ticket is None:
        return found(desk, [])
    fields = _fields(desk, ticket)
    wanted = [each.strip() for each in asked.data.get("campos", "").split(",") if each.strip()]
    return [{name: fields.get(name, "") for name in wanted} if wanted else fields]


def _list(desk: Desk, asked: Asked) -> Items:
    data = asked.data
    ways: list[str] = [
        name for name in ("cdchamado", "cdcliente", "cdcontato", "cdlocalidade") if name in data
    ]
    if not ways and not (desk.site.period_alone and "dtperiodo" in data):
        raise Refusal("Informe chamado, cliente, contato ou localidade")
    if desk.site.filters_keyword and "dspalavrachave" in data:
        ways.append("dspalavrachave")
    within = _period(desk, data)
    listed = [
        fields
        for ticket in desk.listed()
        if within(desk.local(ticket.opened_at).date()) and (fields := _fields(desk, ticket))
        if all(fields.get(name) == data[name] for name in ways)
    ]
    shown = ("cdchamado", "nmtitulochamado", "cdcliente", "nmsituacao", "dtchamado")
    return found(desk, [{name: each.get(name, "") for name in shown} for each in listed])


def _period(desk: Desk, data: Mapping[str, str]) -> Callable[[date], bool]:
    if "Idtipoperiodo" not in data:
        return lambda _: True
    if data["Idtipoperiodo"] != "1":
        raise Refusal("Idtipoperiodo inválido")
    first, last = (_day(desk, data.get(name, "")) for name in ("dtperiodo", "dtperiodo2"))
    return lambda day: first <= day <= last


def _day(desk: Desk, text: str) -> date:
    try:
        return datetime.strptime(text, desk.site.dates).date()  # noqa: DTZ007  a day
    except ValueError:
        raise Refusal(f"Data inválida: {text}") from None


def _get_history(desk: Desk, asked: Asked) -> Items:
    return [
        {"cdacompanhamento": each.ref, "dsacompanhamento": each.text, "nmusuario": each.author,
         "dtacompanhamento": each.at, "cdtipoacompanhamento": each.kind,
         "idsolucao": "Y" if each.solution else "N", "idprivado": "Y" if each.private else "N"}
        for each in _of(desk, asked).history
    ]  # fmt: skip


def _get_infos(desk: Desk, asked: Asked) -> Items:
    return [{"cdinformacaoadicional": ref, "nminformacaoadicional": state.INFOS[ref],
             "vlinformacaoadicional": text}
            for ref, text in _of(desk, asked).infos.items()]  # fmt: skip


def _next_steps(desk: Desk, asked: Asked) -> Items:
    step = _of(desk, asked).step
    return [{"cdetapa": ref, "nmetapa": name} for ref, name in state.STEPS.items() if ref > step]


# Changing


def _of(desk: Desk, asked: Asked) -> Ticket:
    ticket = desk.ticket(asked.data["cdchamado"])
    if ticket is None:
        raise Refusal(f"Chamado não encontrado: {asked.data['cdchamado']}")
    return ticket


def _open_one(desk: Desk, asked: Asked) -> Ticket:
    ticket = _of(desk, asked)
    if ticket.closed:
        raise Refusal(f"Chamado já encerrado: {ticket.ref}")
    return ticket


def _add_history(desk: Desk, asked: Asked) -> Items:
    ticket, data = _open_one(desk, asked), _storable(desk, asked.data)
    kind = data.get("cdtipoacompanhamento", "1")
    if kind not in state.NOTE_TYPES:
        raise Refusal(f"Tipo de acompanhamento inválido: {kind}")
    solution = data.get("idsolucao") == "Y"
    if solution and not (data.get("dsacaocorretiva") and data.get("hrduracao")):
        raise Refusal("Informe dsacaocorretiva e hrduracao da solução")
    desk.write(ticket, data["dsacompanhamento"], kind, solution=solution,
               private=data.get("idprivado") == "Y")  # fmt: skip
    if solution and desk.site.solution_closes:
        ticket.situation = state.CLOSED
    return []


def _transfer(desk: Desk, asked: Asked) -> Items:
    ticket, team = _open_one(desk, asked), asked.data["cdequipe"]
    if team not in state.TEAMS:
        raise Refusal(f"Equipe inválida: {team}")
    if team == ticket.team and desk.site.refuses_same_team:
        raise Refusal("O chamado já está nesta equipe")
    ticket.team = team
    return []


def _set(element: str, attribute: str, known: Mapping[str, str] | None = None) -> Done:
    def done(desk: Desk, asked: Asked) -> Items:
        value = asked.data[element]
        if known is not None and value not in known:
            raise Refusal(f"{element} inválido: {value}")
        setattr(_open_one(desk, asked), attribute, value)
        return []

    return done


def _capture(desk: Desk, asked: Asked) -> Items:
    _open_one(desk, asked).responsible = state.USER
    return []


def _start(desk: Desk, asked: Asked) -> Items:
    ticket = _open_one(desk, asked)
    if ticket.situation != state.WAITING:
        raise Refusal("O chamado não está aguardando atendimento")
    ticket.situation = state.WORKING
    return []


def _close(desk: Desk, asked: Asked) -> Items:
    _open_one(desk, asked).situation = state.CLOSED
    return []


def _cancel(desk: Desk, asked: Asked) -> Items:
    ticket = _open_one(desk, asked)
    desk.write(ticket, asked.data["dsacompanhamento"])
    ticket.situation = state.CANCELLED
    return []


def _attach(desk: Desk, asked: Asked) -> Items:
    ticket = _open_one(desk, asked)
    try:
        content = base64.b64decode(asked.data["attachment"], validate=True)
    except binascii.Error:
        raise Refusal("Anexo inválido") from None
    ticket.files.append((asked.data["nmanexo"], content))
    return [{"dtoperacao": desk.stamp(), "cdchamado": ticket.ref,
             "nrsequencia": str(len(ticket.files))}]  # fmt: skip


def _change_infos(desk: Desk, asked: Asked) -> Items:
    _open_one(desk, asked).infos.update(_infos(asked.inside))
    return []


_ONE = ("cdchamado",)
OPERATIONS: Mapping[str, Operation] = {
    "getCustomer": Operation("WSGeneral", ("nrcpfcnpj",), get_customer),
    "getCustomerContact": Operation("WSGeneral", (), get_contact),
    "getCustomerContactData": Operation("WSGeneral", ("cdcliente", "cdcontato"), get_contact_data),
    "getAuthToken": Operation("WSGeneral", ("nmusuario",), get_token),
    "getAuthTokenContact": Operation("WSGeneral", ("nmusuario",), get_token),
    "addTicketByData": Operation("WSTicket", _NEEDED, _add),
    "addTicketByEndUser": Operation("WSTicket", _NEEDED, _add),
    "addTicketByTemplate": Operation(
        "WSTicket", ("cdperfilchamado", "cdcliente", "nmtitulochamado", "dschamado"), _add
    ),
    "getTicketData": Operation("WSTicket", _ONE, _get_data),
    "getTicket": Operation("WSTicket", (), _list),
    "getTicketHistoryData": Operation("WSTicket", _ONE, _get_history),
    "getTicketAdditionalInfos": Operation("WSTicket", _ONE, _get_infos),
    "getTicketStep": Operation(
        "WSTicket", _ONE,
        lambda desk, asked: [{"cdetapa": (step := _of(desk, asked).step),
                              "nmetapa": state.STEPS[step]}],
    ),
    "getTicketNextSteps": Operation("WSTicket", _ONE, _next_steps),
    "addTicketHistory": Operation("WSTicket", ("cdchamado", "dsacompanhamento"), _add_history),
    "transferTicketTeam": Operation("WSTicket", ("cdchamado", "cdequipe"), _transfer),
    "transferTicketResponsible": Operation(
        "WSTicket", ("cdchamado", "cdresponsavel"), _set("cdresponsavel", "responsible")
    ),
    "captureTicket": Operation("WSTicket", _ONE, _capture),
    "startTicket": Operation("WSTicket", _ONE, _start),
    "closeTicket": Operation("WSTicket", _ONE, _close),
    "cancelTicket": Operation("WSTicket", ("cdchamado", "dsacompanhamento"), _cancel),
    "setTicketStep": Operation(
        "WSTicket", ("cdchamado", "cdetapa"), _set("cdetapa", "step", state.STEPS)
    ),
    "addAttachment": Operation("WSTicket", ("cdchamado", "nmanexo", "attachment"), _attach),
    "changeTicketAdditionalInfo": Operation("WSTicket", _ONE, _change_infos),
    "extendTicket": Operation(
        "WSTicket", ("cdchamado", "cdmotivoprorrogado", "dtprevisaoresposta"),
        _set("dtprevisaoresposta", "answer_by"),
    ),
}  # fmt: skip
