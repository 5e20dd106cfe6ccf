"""A Zammad as far as `/api/v1` shows it: tickets, articles, search with an index, webhooks.

From the documentation of its API (versions 5 to 7) and the threads named below.
"""

import base64
import hmac
import json
import re
from collections.abc import Container, Mapping
from datetime import datetime, timedelta
from typing import Any

from guiche.desk import clock
from guiche.desk.doubles.server import NOT_STORED, STORED, Answer, Double, Request

TOKEN, WEBHOOK_SECRET = "token-de-teste", "segredo-de-teste"
STATES = {"new": "new", "open": "open", "pending reminder": "pending reminder",
          "closed": "closed", "resolvido": "closed", "merged": "merged"}  # fmt: skip
_TICKET_FIELDS = ("title", "group", "state", "priority", "customer_id")
_SEARCHED = {"ticket.title": "title", "ticket.created_at": "created_at"}
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
Row = dict[str, Any]


class ZammadRefused(Exception):
    """What ends a call: a status and what is said."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.answer = Answer(status, {"error": said, "error_human": said})


class Zammad(Double):
    """A Zammad with the groups Suporte and Relacionamento, and an index that may lag behind."""

    faults = (*STORED, *NOT_STORED, "half")

    def __init__(self) -> None:
        super().__init__()
        self.groups = {"Suporte": ["full"], "Relacionamento": ["full"], "Financeiro": ["read"]}
        """Groups with what the user of the token may do in each; one left out is not seen."""
        self.attributes = ("guiche_key", "cei")
        """Own attributes of tickets, as an administrator adds them."""
        self.lag = timedelta()
        """How long a new ticket stays out of the index."""
        self.has_index = True
        """Without Elasticsearch the search looks through titles and articles of the database."""
        self.takes_conditions = True
        """An old version that takes no conditions answers with whatever changed last."""
        self.tickets: dict[int, Row] = {}
        self.articles: dict[int, Row] = {}
        self.files: dict[int, bytes] = {}
        self.customers: list[str] = []

    def of_ticket(self, ref: int) -> list[Row]:
        """The articles of a ticket, the oldest first."""
        return [row for row in self.articles.values() if row["ticket_id"] == ref]

    def webhook(self, ref: int, secret: str = WEBHOOK_SECRET) -> tuple[dict[str, str], bytes]:
        """Headers and body of the call that a trigger makes; up to five times with one delivery."""
        body = json.dumps({"ticket": self._shown(ref), "article": {}}).encode()
        headers = {"User-Agent": "Zammad User Agent", "X-Zammad-Trigger": "Guichê",
                   "X-Zammad-Delivery": f"entrega-{ref}",
                   "X-Hub-Signature": signed(body, secret)}  # fmt: skip
        return headers, body

    def creates(self, request: Request) -> bool:
        """POST to tickets."""
        return request.method == "POST" and request.path == "/api/v1/tickets"

    def refusal(self) -> Answer:
        """As a Core Workflow or a mandatory attribute refuses."""
        return ZammadRefused(422, "Categoria inválida").answer

    def failed(self, request: Request, fault: str) -> Answer | None:
        """Besides those of every desk, `half`: refused, and an empty ticket stays (zammad#2421)."""
        if fault == "half":
            with self.lock:
                self._opened({**request.json, "article": None})
            said = "Attachment needs 'mime-type' param for attachment with index '0'"
            return ZammadRefused(422, said).answer
        return super().failed(request, fault)

    def answer(self, request: Request) -> Answer:
        """The answer of the API."""
        try:
            if request.headers.get("authorization") != f"Token token={TOKEN}":
                raise ZammadRefused(401, "Invalid BearerToken")
            return self._routed(request, request.path.removeprefix("/api/v1/").split("/"))
        except ZammadRefused as refused:
            return refused.answer

    def _routed(self, request: Request, parts: list[str]) -> Answer:
        match request.method, parts:
            case "POST", ["tickets"]:
                return Answer(201, self._shown(self._opened(request.json)))
            case "POST", ["ticket_articles"]:
                given = request.json
                return Answer(201, self._written(self._ticket(str(given["ticket_id"])), given))
            case "PUT", ["tickets", ref]:
                return Answer(200, self._changed(self._ticket(ref), request.json))
            case "GET", ["tickets", "search"]:
                return Answer(200, self._sought(request.query))
            case "GET", ["tickets"]:
                first = int(request.query.get("per_page", "100"))
                return Answer(200, [self._shown(ref) for ref in list(self.tickets)[:first]])
            case "GET", ["tickets", ref]:
                return Answer(200, self._shown(self._ticket(ref)))
            case "GET", ["ticket_articles", "by_ticket", ref]:
                return Answer(200, self.of_ticket(self._ticket(ref)))
            case "GET", ["ticket_states"]:
                states = [{"name": name, "state_type": kind} for name, kind in STATES.items()]
                return Answer(200, states)
            case "GET", ["users", "me"]:
                return Answer(200, {"id": 3, "login": "guiche@exemplo.com.br", "active": True,
                                    "roles": ["Agent"], "groups": self.groups})  # fmt: skip
        raise ZammadRefused(404, "No route matches")

    def _ticket(self, ref: str) -> int:
        if not ref.isdecimal() or int(ref) not in self.tickets:
            raise ZammadRefused(404, f"Couldn't find Ticket with 'id'={ref}")
        if self.tickets[int(ref)]["group"] not in self.groups:
            raise ZammadRefused(403, "Not authorized")
        return int(ref)

    def _shown(self, ref: int) -> Row:
        """A ticket with names (`expand=true`); what has no article has no count of them."""
        count = len(self.of_ticket(ref))
        own = dict.fromkeys(self.attributes)
        return {"id": ref, **own, **self.tickets[ref], "article_count": count or None}

    def _opened(self, given: Row) -> int:
        fields = self._checked({"state": "new", "priority": "2 normal", **given})
        if not fields.get("title"):
            raise ZammadRefused(422, "Missing required value for field 'title'!")
        fields["customer"] = self._customer(str(given.get("customer_id", "")))
        now = _stamp(clock.now())
        ref = max(self.tickets, default=0) + 1
        number = f"{42000 + ref}"
        self.tickets[ref] = {**fields, "number": number, "created_at": now, "updated_at": now}
        if given.get("article"):
            self._written(ref, given["article"])
        return ref

    def _checked(self, given: Row) -> Row:
        """The fields that are known: others are dropped, unknown groups and states refused."""
        known: Mapping[str, Container[str]] = {"group": self.groups, "state": STATES}
        for field, names in known.items():
            if field in given and given[field] not in names:
                raise ZammadRefused(422, f"No lookup value found for '{field}': \"{given[field]}\"")
        return {name: value for name, value in given.items()
                if name in (*_TICKET_FIELDS, *self.attributes)}  # fmt: skip

    def _customer(self, given: str) -> str:
        mail = given.removeprefix("guess:")
        if not given.startswith("guess:") or not _MAIL.fullmatch(mail):
            raise ZammadRefused(422, f"Invalid email '{mail}' of customer")
        if mail not in self.customers:
            self.customers.append(mail)
        return mail

    def _changed(self, ref: int, given: Row) -> Row:
        self.tickets[ref] |= self._checked(given) | {"updated_at": _stamp(clock.now())}
        if given.get("article"):
            self._written(ref, given["article"])
        return self._shown(ref)

    def _written(self, ref: int, given: Row) -> Row:
        if not given.get("body"):
            raise ZammadRefused(422, 'Need at least article: { body: "some text" }')
        article_id = max(self.articles, default=0) + 1
        files = [
            self._filed(index, each) for index, each in enumerate(given.get("attachments", []))
        ]
        self.articles[article_id] = {
            "id": article_id, "ticket_id": ref, "subject": given.get("subject"),
            "body": given["body"], "content_type": given.get("content_type", "text/plain"),
            "internal": bool(given.get("internal")), "type": given.get("type", "note"),
            "from": "Guichê", "created_at": _stamp(clock.now()), "attachments": files,
        }  # fmt: skip
        return self.articles[article_id]

    def _filed(self, index: int, given: Row) -> Row:
        for name in ("mime-type", "filename", "data"):
            if not given.get(name):
                said = f"Attachment needs '{name}' param for attachment with index '{index}'"
                raise ZammadRefused(422, said)
        ref = max(self.files, default=0) + 1
        self.files[ref] = base64.b64decode(given["data"], validate=True)
        preferences = {"Mime-Type": given["mime-type"]}
        return {"id": ref, "filename": given["filename"], "preferences": preferences}

    def _sought(self, query: Mapping[str, str]) -> list[Row]:
        refs = [ref for ref in self.tickets if self.tickets[ref]["group"] in self.groups]
        refs.sort(key=lambda ref: (self.tickets[ref]["updated_at"], ref), reverse=True)
        if words := query.get("query"):
            refs = [ref for ref in refs if self._matches(ref, words.replace("*", ""))]
        elif self.takes_conditions:
            refs = [ref for ref in refs if self._meets(ref, query)]
        if query.get("sort_by") == "created_at":
            is_descending = query.get("order_by") == "desc"
            refs.sort(key=lambda ref: (self.tickets[ref]["created_at"], ref), reverse=is_descending)
        size = min(int(query.get("per_page", query.get("limit", "50"))), 200)
        start = (int(query.get("page", "1")) - 1) * size
        return [self._shown(ref) for ref in refs[start : start + size]]

    def _matches(self, ref: int, words: str) -> bool:
        """By the index, which knows words, or by the database, which knows no fields."""
        ticket, articles = self.tickets[ref], self.of_ticket(ref)
        texts = [ticket["title"], *(article["body"] for article in articles)]
        if not self.has_index:
            # Joined with its articles: a ticket without one is not found.
            return bool(articles) and any(words.lower() in text.lower() for text in texts)
        indexed_at = datetime.fromisoformat(ticket["created_at"]) + self.lag
        texts += [str(ticket.get(name)) for name in self.attributes]
        known = {word.lower() for text in texts for word in re.findall(r"\w+", text)}
        return indexed_at <= clock.now() and words.lower() in known

    def _meets(self, ref: int, query: Mapping[str, str]) -> bool:
        """By the conditions, which ask the database."""
        shown = self._shown(ref)
        for name, operator in query.items():
            if not (asked := re.fullmatch(r"condition\[([\w.]+)\]\[operator\]", name)):
                continue
            field = _SEARCHED.get(asked[1], asked[1].removeprefix("ticket."))
            value = query[f"condition[{asked[1]}][value]"]
            held = str(shown.get(field) or "")
            if operator == "contains" and value.lower() not in held.lower():
                return False
            if operator == "is" and value != held:
                return False
        return True


def signed(body: bytes, secret: str) -> str:
    """The signature of a webhook, as it stands in `X-Hub-Signature`."""
    return f"sha1={hmac.new(secret.encode(), body, 'sha1').hexdigest()}"


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
