"""One request, with what goes wrong in it: whether it is carried out, and what goes back.

The transports differ in how a call arrives and how its answer is wrapped; the rest is here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from guiche.desk.doubles.qualitor import envelope
from guiche.desk.doubles.qualitor.envelope import Asked, Items
from guiche.desk.doubles.qualitor.operations import carry_out
from guiche.desk.doubles.qualitor.state import Desk, Refusal, Site

BAD_LOGIN = "Usuário ou senha inválidos"
EXPIRED = "Token inválido ou expirado"
GATEWAY = "GTWNewTicket: cliente com pendência. Ligue para o comercial, ramal 200."
NO_NEXT_STEP = "Ws - This ticket have no next step."
CRASHED = "Fatal error: falha no banco de dados"
HTML = "<html><body><h1>Manutenção programada</h1><p>Volte às 18h.</p></body></html>"
_XML = "text/xml"
_HTTP_ERRORS = {
    "busy": (429, {"Retry-After": "7"}),
    "busy_silent": (429, {}),
    "down": (503, {}),
    "down_for": (503, {"Retry-After": "120"}),
    "error_before": (500, {}),
}
_REFUSALS = {
    "expired": EXPIRED,
    "wrong_password": BAD_LOGIN,
    "gateway": GATEWAY,
    "refused": "Categoria inválida",
}


@dataclass(frozen=True)
class Request:
    """What came over HTTP."""

    method: str
    url: str
    cookie: str
    body: bytes


@dataclass(frozen=True)
class Recorded:
    """A request as it came, without password and token."""

    method: str
    url: str
    transport: str = ""
    service: str = ""
    operation: str = ""
    xml: bytes = b""
    asked: Asked = field(default_factory=Asked)
    """Empty for what is no request."""


@dataclass
class Answer:
    """What goes back to the client."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": _XML})
    cut: bool = False
    """The connection falls in the middle of the body."""
    hang: bool = False
    """Nothing goes back at all."""
    seconds: float = 0.0


@dataclass(frozen=True)
class Call:
    """A call of an operation, as both transports understand it."""

    service: str
    operation: str
    xml: bytes
    refusal: str
    """Why the login is not good; "" where it is."""

    @property
    def asked(self) -> Asked:
        """What it asks for; empty for what is no request."""
        try:
            return Asked.read(self.xml)
        except Refusal:
            return Asked()


def answered(site: Site, fault: str, act: Callable[[], Answer]) -> Answer:
    """Acts and answers, or does not, as the fault wants it."""
    if fault in _HTTP_ERRORS:
        status, headers = _HTTP_ERRORS[fault]
        return Answer(b"", status, dict(headers))
    if fault == "hang_before":
        return Answer(b"", hang=True)
    if fault == "html":
        return Answer(HTML.encode(), headers={"Content-Type": "text/html; charset=utf-8"})
    return _spoilt(act(), fault, site)


def reply(desk: Desk, call: Call, fault: str) -> str:
    """The reply of an operation, without prolog, once it was carried out or refused."""
    try:
        text = envelope.written(desk.site, _done(desk, call, fault))
    except Refusal as refusal:
        text = envelope.written(desk.site, status=0, msg=str(refusal))
    return envelope.BOMB if fault == "bomb" else text


def charset_and_label(charset: str, fault: str) -> tuple[str, str]:
    """In what a body is written, and in what it says that it is written."""
    if fault == "latin1_as_utf8":
        return "ISO-8859-1", "UTF-8"
    return ("UTF-8", "ISO-8859-1") if fault == "utf8_as_latin1" else (charset, charset)


def _done(desk: Desk, call: Call, fault: str) -> Items:
    if refusal := _REFUSALS.get(fault) or call.refusal:
        raise Refusal(refusal)
    asked = Asked.read(call.xml.replace(b"+", b" ") if fault == "plus_lost" else call.xml)
    items = carry_out(desk, call.service, call.operation, asked)
    if fault == "doubled":
        carry_out(desk, call.service, call.operation, asked)
    if fault == "no_next_step":
        raise Refusal(NO_NEXT_STEP)
    ref = asked.data.get("cdchamado") or (items[0].get("cdchamado", "") if items else "")
    if fault == "moved":
        desk.move_by_hand(ref, "19")
    if fault == "closed":
        desk.close_by_hand(ref)
    return items


def _spoilt(answer: Answer, fault: str, site: Site) -> Answer:
    answer.seconds = site.delay
    match fault:
        case "hang_after":
            answer.hang = True
        case "cut":
            answer.cut = True
        case "truncated":
            answer.body = answer.body[: len(answer.body) // 2]
        case "empty":
            answer.body = b""
        case "error_after":
            answer.body, answer.status = b"", 500
        case "slow":
            answer.seconds += site.slow_seconds
    return answer
