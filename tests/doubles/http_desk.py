"""A desk that is spoken to over HTTP, in one of three dialects, and that misbehaves when told to.

The dialects are the shapes that real desks have: one answers a creation with the bare number, one
with JSON, one with a form's 200 whatever happened and a flag that says whether it did.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

TOKEN = "segredo-de-teste"
QUEUES = {"1": "Suporte", "18": "Relacionamento"}
CATEGORIES = ("Certificado digital",)


@dataclass
class Ticket:
    ref: str
    title: str
    text: str
    queue: str = "1"
    status: str = "Novo"
    notes: list[str] = field(default_factory=list)


@dataclass
class Call:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {
            name: values[0] for name, values in parse_qs(self.body, strict_parsing=True).items()
        }


Answer = tuple[int, str, Any]


class HttpDesk:
    """The state, and what every dialect shares."""

    login: ClassVar[Mapping[str, str]]
    creation: ClassVar[str]

    def __init__(self) -> None:
        self.tickets: list[Ticket] = []
        self.calls: list[Call] = []
        self.fault = ""
        self.over = threading.Event()

    def add(self, title: str, text: str) -> Ticket:
        ticket = Ticket(str(1001 + len(self.tickets)), title, text)
        self.tickets.append(ticket)
        return ticket

    def ticket(self, ref: object) -> Ticket | None:
        return next((ticket for ticket in self.tickets if ticket.ref == str(ref)), None)

    def with_text(self, wanted: str) -> list[Ticket]:
        return [ticket for ticket in self.tickets if wanted in ticket.title + ticket.text]

    def answer(self, call: Call) -> Answer:
        raise NotImplementedError

    def refusal(self, words: str) -> Answer:
        raise NotImplementedError


class BareNumber(HttpDesk):
    """Header without a prefix; the whole answer to a creation is the number, in quotes."""

    login: ClassVar[Mapping[str, str]] = {"Authorization": TOKEN}
    creation = "/api/chamado/criar"

    def refusal(self, words: str) -> Answer:
        return 400, "text/plain; charset=utf-8", words

    def answer(self, call: Call) -> Answer:
        if (call.method, call.path) == ("POST", self.creation):
            if call.json["chamado_categoria_primaria"] not in CATEGORIES:
                return self.refusal("Categoria inválida")
            made = self.add(call.json["chamado_assunto"], call.json["chamado_descricao"])
            return 200, "application/json", made.ref
        if (call.method, call.path) == ("POST", "/api/chamado/listagem"):
            hits = self.with_text(call.json["filtro_body"]["palavra_chave"])
            listed = [{"codigo": int(hit.ref), "assunto": hit.title} for hit in hits]
            return 200, "application/json", {"lista": listed}
        if (call.method, call.path) == ("PUT", "/api/chamado/finalizar"):
            ticket = self.ticket(call.json["chamado_codigo"])
            if ticket is None:
                return self.refusal("Chamado inexistente")
            ticket.status = "Finalizado"
            ticket.notes.append(call.json["chamado_servico_realizado"])
            return 200, "application/json", True
        return 404, "text/plain", "Rota inexistente"


class Json(HttpDesk):
    """A resource with an id; what happens to a ticket is an action added to it."""

    login: ClassVar[Mapping[str, str]] = {"X-Token": TOKEN}
    creation = "/public/v1/tickets"

    def refusal(self, words: str) -> Answer:
        return 400, "application/json", {"message": words}

    def answer(self, call: Call) -> Answer:
        if call.path == "/public/v1/categories":
            return 200, "application/json", [{"name": name} for name in CATEGORIES]
        if call.path != self.creation:
            return 404, "application/json", {"message": "Rota inexistente"}
        if call.method == "POST":
            made = self.add(call.json["subject"], call.json["actions"][0]["description"])
            return 200, "application/json", {"id": int(made.ref), "protocol": f"2026{made.ref}"}
        if call.method == "GET" and "$filter" in call.query:
            wanted = call.query["$filter"].partition("'")[2].partition("'")[0]
            return 200, "application/json", [self._shown(hit) for hit in self.with_text(wanted)]
        ticket = self.ticket(call.query.get("id"))
        if ticket is None:
            return 404, "application/json", {"message": "Ticket não encontrado"}
        return self._changed(call, ticket) if call.method == "PATCH" else self._read(ticket)

    def _changed(self, call: Call, ticket: Ticket) -> Answer:
        ticket.notes += [action["description"] for action in call.json.get("actions", [])]
        ticket.status = call.json.get("status", ticket.status)
        names = {name: number for number, name in QUEUES.items()}
        if "ownerTeam" in call.json:
            if call.json["ownerTeam"] not in names:
                return self.refusal("Equipe inválida")
            ticket.queue = names[call.json["ownerTeam"]]
        return 200, "application/json", {}

    def _read(self, ticket: Ticket) -> Answer:
        return 200, "application/json", self._shown(ticket)

    def _shown(self, ticket: Ticket) -> dict[str, Any]:
        return {
            "id": int(ticket.ref),
            "protocol": f"2026{ticket.ref}",
            "subject": ticket.title,
            "status": ticket.status,
            "ownerTeam": QUEUES[ticket.queue],
            "createdDate": f"2026-11-23T14:44:{int(ticket.ref) % 60:02}",
        }


class FlaggedForm(HttpDesk):
    """Forms in, 200 out whatever happened: `error` says whether it did."""

    login: ClassVar[Mapping[str, str]] = {"Authorization": f"Bearer {TOKEN}"}
    creation = "/v2.0/ticket/new"

    def refusal(self, words: str) -> Answer:
        return 200, "application/json", {"error": True, "message": words, "success": False}

    def _done(self, data: object) -> Answer:
        answer = {"error": False, "message": "", "success": True, "data": data}
        return 200, "application/json", answer

    def answer(self, call: Call) -> Answer:
        match call.method, call.path.removeprefix("/v2.0/ticket/"):
            case "GET", "list":
                return self._done(
                    [self._shown(each) for each in self.with_text(call.query["search"])]
                )
            case "POST", "new":
                if call.form["category_id"] != "7":
                    return self.refusal("Categoria inválida")
                return self._done(self.add(call.form["subject"], call.form["message"]).ref)
            case "GET", "detail":
                ticket = self.ticket(call.query["ticket_id"])
                return self._done(self._shown(ticket)) if ticket else (404, "text/plain", "")
            case "POST", "transfer" | "note" | "finish" as what:
                ticket = self.ticket(call.form["ticket_id"])
                if ticket is None:
                    return self.refusal("Chamado inexistente")
                return self._changed(what, call.form, ticket)
        return self.refusal("Rota inexistente")

    def _changed(self, what: str, form: Mapping[str, str], ticket: Ticket) -> Answer:
        if what == "transfer":
            ticket.queue = form["department_id"]
        else:
            ticket.notes.append(form["message"])
        if what == "finish":
            ticket.status = "Finalizado"
        return self._done(None)

    def _shown(self, ticket: Ticket) -> dict[str, Any]:
        return {
            "id_ticket": ticket.ref,
            "protocol": f"{ticket.ref}-T",
            "subject": ticket.title,
            "situation": ticket.status,
            "department": QUEUES[ticket.queue],
        }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    desk: HttpDesk

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Says nothing."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        call = Call(self.command, parts.path, query, dict(self.headers.items()), body)
        self.desk.calls.append(call)
        if any(self.headers.get(name) != value for name, value in self.desk.login.items()):
            return self._say(401, "text/plain; charset=utf-8", "Token inválido")
        if parts.path == self.desk.creation and self.command == "POST" and self.desk.fault:
            fault, self.desk.fault = self.desk.fault, ""
            return self._misbehave(fault, call)
        return self._say(*self.desk.answer(call))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    def _misbehave(self, fault: str, call: Call) -> None:
        if fault in ("hang_after", "cut", "error_after", "truncated"):
            answer = self.desk.answer(call)
        match fault:
            case "hang_before" | "hang_after":
                self.close_connection = True
                self.desk.over.wait(60)
            case "cut":
                self.close_connection = True
            case "truncated":
                self.close_connection = True
                self._say(*answer, lost=2)
            case "error_after":
                self._say(500, "text/plain", "")
            case "html":
                self._say(200, "text/html", "<!DOCTYPE html><title>Manutenção 12345</title>")
            case "busy":
                self._say(429, "text/plain", "", {"Retry-After": "7"})
            case "down":
                self._say(503, "text/plain", "")
            case "redirect":
                self._say(302, "text/plain", "", {"Location": "/login"})
            case "refused":
                self._say(*self.desk.refusal("Categoria inválida"))

    def _say(
        self, status: int, kind: str, content: Any, more: Mapping[str, str] = {}, lost: int = 0
    ) -> None:
        body = (content if kind.startswith("text/") else json.dumps(content)).encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **more}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) - lost])


@contextmanager
def serving(dialect: Callable[[], HttpDesk]) -> Iterator[tuple[HttpDesk, str]]:
    """The desk, and `http://127.0.0.1:port` where it listens for as long as the block lasts."""
    desk = dialect()
    handler = type("Handler", (_Handler,), {"desk": desk})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield desk, f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            desk.over.set()
            server.shutdown()
