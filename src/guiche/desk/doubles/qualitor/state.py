"""What the double holds: customers, contacts, tickets, and how its site is set up."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

COMPANY, USER, PASSWORD = "1", "guiche", "senha-de-exemplo"
TOKEN_SECONDS = 60.0
"""How long a token of `getAuthToken` is good for."""

TEAMS = {"1": "Atendimento", "18": "Relacionamento", "19": "Emissão"}
CATEGORIES = {"345": "Certificado digital", "346": "Certificado sem CEI"}
TYPES = {"1": "Incidente", "2": "Solicitação"}
LOCALITIES = {"1": "Matriz", "2": "Filial"}
SEVERITIES = {"1": "Alta", "3": "Normal"}
ORIGINS = {"1": "Web service", "2": "Telefone"}
NOTE_TYPES = {"1": "Comentário", "4": "Contato", "5": "Interno"}
INFOS = {"321": "Telefone 1", "322": "Telefone 2", "323": "E-mail", "324": "CEI"}
STEPS = {"10": "Triagem", "11": "Execução"}
WAITING, WORKING, CLOSED, CANCELLED = "1", "2", "7", "8"
SITUATIONS = {
    WAITING: "Aguardando atendimento",
    WORKING: "Em atendimento",
    CLOSED: "Encerrado",
    CANCELLED: "Cancelado",
}


@dataclass
class Site:
    """How this Qualitor is set up, where sites and builds differ."""

    charset: str = "ISO-8859-1"
    """Of replies: also UTF-8."""
    prolog: bool = True
    status_tag: str = "response_status"
    """The manual prints `responsestatus`."""
    lag: float = 0.0
    """Seconds for which a new ticket is not listed."""
    latin_only: bool = False
    """The database has no place for what Latin-1 lacks: a question mark."""
    documents: str = "any"
    """What `nrcpfcnpj` has to look like: `any`, `digits` or `mask`."""
    dates: str = "%d/%m/%Y"
    none_is_error: bool = False
    """Nothing found is a status 0."""
    period_alone: bool = True
    """`getTicket` takes a period without customer, contact or locality."""
    filters_keyword: bool = False
    """`getTicket` heeds `dspalavrachave`."""
    solution_closes: bool = False
    contact_needed: bool = True
    title_limit: int = 0
    """Longer titles are cut without a word; 0: never."""
    refuses_same_team: bool = False
    faults_for_login: bool = False
    """Over SOAP a token that is not good is a fault, not a status 0."""
    wsdl_address: str = ""
    """The address that the WSDL names in place of the true one, as behind a proxy."""
    wsdl_arrays: bool = False
    """The WSDL refers to the schema of SOAP's encoding, which clients fetch from elsewhere."""
    delay: float = 0.0
    """Seconds that every answer takes."""
    hang_seconds: float = 300.0
    slow_seconds: float = 2.0
    zone: str = "America/Sao_Paulo"
    first: int = 123456
    """The number of the first ticket."""


@dataclass(frozen=True)
class Customer:
    """A customer; `ref` may hold letters."""

    ref: str
    name: str
    document: str


@dataclass(frozen=True)
class Contact:
    """A person of a customer."""

    ref: str
    customer: str
    name: str
    email: str
    login: str
    phone: str = "33334444"


@dataclass(frozen=True)
class Entry:
    """One line of a ticket's history."""

    ref: str
    text: str
    kind: str
    at: str
    author: str = USER
    solution: bool = False
    private: bool = False


@dataclass
class Ticket:
    """A ticket: `data` as it was sent, the rest as it stands now."""

    ref: str
    data: dict[str, str]
    infos: dict[str, str]
    opened_at: datetime
    listed_from: float
    team: str = "1"
    situation: str = WAITING
    responsible: str = ""
    step: str = "10"
    answer_by: str = ""
    history: list[Entry] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def closed(self) -> bool:
        """Whether it is at its end."""
        return self.situation in (CLOSED, CANCELLED)


class Refusal(Exception):
    """A status 0, with its message."""


class Desk:
    """Everything that is kept. Whoever changes it holds `lock`."""

    now: Callable[[], datetime]

    def __init__(self, site: Site) -> None:
        self.site, self.lock = site, threading.RLock()
        self.now = lambda: datetime.now(UTC)
        self.password = PASSWORD
        self.customers = [
            Customer("1", "Cliente não identificado", ""),
            Customer("A120", "Padaria Açaí & Pão Ltda <ME>", "11222333000181"),
            Customer("B31", "Comércio Exemplo, matriz", "11444777000161"),
            Customer("B32", "Comércio Exemplo, obra", "11444777000161"),
            Customer("C9", "Ana Exemplo da Silva", "11144477735"),
        ]
        self.contacts = [
            Contact("1", "1", "Não identificado", "ninguem@exemplo.com.br", "ninguem"),
            Contact("7", "A120", "Bento Exemplo", "contato@exemplo.com.br", "bento"),
            Contact("8", "B31", "Caio Exemplo", "caio@exemplo.com.br", "caio"),
            Contact("9", "B31", "Davi Exemplo", "caio@exemplo.com.br", "davi"),
            Contact("8", "B32", "Caio Exemplo", "caio@exemplo.com.br", "caio"),
            Contact("3", "C9", "Ana Exemplo da Silva", "ana@exemplo.com.br", "ana"),
        ]
        self.tickets: list[Ticket] = []
        self.sessions: dict[str, str] = {}
        """Token of `login` to the cookie that has to come with it."""
        self.links: dict[str, float] = {}

    def refused(self, user: str, password: str, company: str) -> str:
        """Why this login is not good; "" where it is."""
        if user != USER or password != self.password:
            return "Usuário ou senha inválidos"
        return "" if company == COMPANY else f"Empresa inválida: {company}"

    def open(self, data: dict[str, str], infos: dict[str, str]) -> Ticket:
        """A new ticket, numbered."""
        ticket = Ticket(
            str(self.site.first + len(self.tickets)), dict(data), dict(infos), self.now(),
            time.monotonic() + self.site.lag,
        )  # fmt: skip
        if self.site.title_limit:
            ticket.data["nmtitulochamado"] = data["nmtitulochamado"][: self.site.title_limit]
        self.tickets.append(ticket)
        return ticket

    def ticket(self, ref: str) -> Ticket | None:
        """The ticket of that number."""
        return next((each for each in self.tickets if each.ref == ref), None)

    def listed(self) -> Iterator[Ticket]:
        """What the index shows by now."""
        now = time.monotonic()
        return (each for each in self.tickets if each.listed_from <= now)

    def local(self, moment: datetime) -> datetime:
        """A moment as the site's clock shows it."""
        return moment.astimezone(ZoneInfo(self.site.zone)).replace(tzinfo=None)

    def stamp(self, moment: datetime | None = None) -> str:
        """A moment as it is written in replies; without one, the present."""
        return self.local(moment or self.now()).strftime(f"{self.site.dates} %H:%M:%S")

    def link(self) -> str:
        """A token for `login.php`, good for a minute."""
        token = secrets.token_hex(16)
        self.links[token] = time.monotonic() + TOKEN_SECONDS
        return token

    def follows(self, token: str) -> bool:
        """Whether a token of `link` is still good; it is good once."""
        return self.links.pop(token, 0.0) > time.monotonic()

    def move_by_hand(self, ref: str, team: str) -> None:
        """Somebody moves the ticket on the screen."""
        with self.lock:
            self._known(ref).team = team

    def close_by_hand(self, ref: str) -> None:
        """Somebody closes the ticket on the screen."""
        with self.lock:
            self._known(ref).situation = CLOSED

    def write_by_hand(self, ref: str, text: str, author: str = "bento") -> None:
        """Somebody writes into the ticket on the screen."""
        with self.lock:
            self.write(self._known(ref), text, author=author)

    def write(self, ticket: Ticket, text: str, kind: str = "1", **more: object) -> None:
        """Adds a line to the history."""
        entry = Entry(str(len(ticket.history) + 1), text, kind, self.stamp(), **more)  # type: ignore[arg-type]
        ticket.history.append(entry)

    def _known(self, ref: str) -> Ticket:
        ticket = self.ticket(ref)
        if ticket is None:
            raise KeyError(ref)
        return ticket
