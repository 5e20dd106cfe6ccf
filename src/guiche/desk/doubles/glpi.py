"""A GLPI as far as `apirest.php` shows it: sessions, tickets, links, follow-ups, documents.

From the apirest.md of GLPI 9.1 to 11 and the threads named below. It keeps texts as GLPI 10 does,
with `<`, `>` and `&` escaped once more, or as they came from 11 on; times are local and bare.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from guiche.desk import clock
from guiche.desk.doubles.server import NOT_STORED, STORED, Answer, Double, Request

USER_TOKEN, APP_TOKEN = "user-token-de-teste", "app-token-de-teste"
CREATE, UPDATE, READ_ALL, ASSIGN = 4, 2, 1024, 8192
NO_RIGHT = "You don't have permission to perform this action."
SOLVED, CLOSED = 5, 6
_ESCAPES = {"&": "&#38;", "<": "&#60;", ">": "&#62;"}
_PARENTS = {"Ticket": "tickets_id", "Document": "documents_id"}
Row = dict[str, Any]


class GlpiRefused(Exception):
    """What ends a call: a status and `["ERROR_X", "words"]`."""

    def __init__(self, status: int, code: str, words: Any) -> None:
        super().__init__(code)
        self.answer = Answer(status, [code, words])


class Glpi(Double):
    """A GLPI with the groups 1 (Suporte) and 18 (Relacionamento) and the category 7."""

    faults = (*STORED, *NOT_STORED, "partial")

    def __init__(self, version: int = 10) -> None:
        super().__init__()
        self.version, self.zone = version, ZoneInfo("America/Sao_Paulo")
        self.rights = CREATE | UPDATE | READ_ALL | ASSIGN
        self.refuses_groups: set[int] = set()
        """Groups that cannot be assigned."""
        self.loses_files = False
        """Documents are made and their files are not there (glpi#2609)."""
        self.refuses_files = False
        """No type of file is allowed: the document is made, the error stands beside it."""
        self.sessions: set[str] = set()
        self.started = 0
        self.rows: dict[str, dict[int, Row]] = {
            "Group": {1: {"name": "Suporte"}, 18: {"name": "Relacionamento"}},
            "ITILCategory": {7: {"name": "Certificado digital"}},
            "Entity": {0: {"name": "Entidade raiz"}},
            "RequestType": {1: {"name": "Helpdesk"}, 3: {"name": "Telefone"}},
            "User": {2: {"name": "guiche"}},
            **{kind: {} for kind in ("Ticket", "Group_Ticket", "ITILFollowup", "ITILSolution",
                                     "Document", "Document_Item")},
        }  # fmt: skip
        self.files: dict[int, bytes] = {}

    def forget_sessions(self) -> None:
        """Every session is over, as after a night or a restart of PHP."""
        with self.lock:
            self.sessions.clear()

    def plain(self, stored: str) -> str:
        """A stored value as a form shows it."""
        if self.version < 11:
            for sign, escape in reversed(_ESCAPES.items()):
                stored = stored.replace(escape, sign)
        return stored

    def of_ticket(self, kind: str, ref: int) -> list[Row]:
        """The rows of a kind that belong to a ticket, the oldest first."""
        belongs = {"tickets_id": ref} if kind == "Group_Ticket" else {"items_id": ref}
        return [row for row in self.rows[kind].values() if belongs.items() <= row.items()]

    def creates(self, request: Request) -> bool:
        """POST to Ticket."""
        return request.method == "POST" and request.path.rstrip("/") == "/apirest.php/Ticket"

    def refusal(self) -> Answer:
        """As GLPI says it where a mandatory field is missing."""
        return Answer(400, ["ERROR_GLPI_ADD", "Categoria inválida"])

    def failed(self, request: Request, fault: str) -> Answer | None:
        """Besides those of every desk, `partial`: 207, where the item itself was refused."""
        if fault == "partial":
            result = [{"id": False, "message": "Categoria inválida"}]
            return Answer(207, ["ERROR_GLPI_PARTIAL_ADD", result])
        return super().failed(request, fault)

    def answer(self, request: Request) -> Answer:
        """The answer of apirest.php."""
        _, _, path = request.path.partition("/apirest.php/")
        parts = path.strip("/").split("/")
        try:
            self._admit(request, parts[0])
            return self._routed(request, parts)
        except GlpiRefused as refused:
            return refused.answer

    def _admit(self, request: Request, resource: str) -> None:
        given = request.headers.get("app-token", "")
        if given != APP_TOKEN:
            code = (
                "ERROR_WRONG_APP_TOKEN_PARAMETER" if given else "ERROR_APP_TOKEN_PARAMETERS_MISSING"
            )
            raise GlpiRefused(400, code, "parameter app_token seems wrong")
        if request.method == "GET" and request.body:
            raise GlpiRefused(
                400, "ERROR_JSON_PAYLOAD_FORBIDDEN", "GET Request should not have json payload"
            )
        if resource == "initSession":
            if request.headers.get("authorization") != f"user_token {USER_TOKEN}":
                words = "parameter user_token seems invalid"
                raise GlpiRefused(401, "ERROR_GLPI_LOGIN_USER_TOKEN", words)
            return
        token = request.headers.get("session-token", "")
        if not token:
            raise GlpiRefused(
                400, "ERROR_SESSION_TOKEN_MISSING", "parameter session_token is missing or empty"
            )
        if token not in self.sessions:
            raise GlpiRefused(401, "ERROR_SESSION_TOKEN_INVALID", "session_token seems invalid")

    def _routed(self, request: Request, parts: list[str]) -> Answer:
        if parts[0] == "initSession":
            self.started += 1
            token = hashlib.sha1(str(self.started).encode(), usedforsecurity=False).hexdigest()
            self.sessions.add(token)
            return Answer(200, {"session_token": token})
        if parts[0] == "killSession":
            self.sessions.discard(request.headers["session-token"])
            return Answer(200, body=b"")
        if parts[0] == "getActiveProfile":
            profile = {"id": 9, "name": "Guichê", "ticket": self.rights}
            return Answer(200, {"active_profile": profile})
        kind = parts[-1] if len(parts) == 3 else parts[0]
        if kind not in self.rows:
            words = "resource not found or not an instance of CommonDBTM"
            raise GlpiRefused(400, "ERROR_RESOURCE_NOT_FOUND_NOR_COMMONDBTM", words)
        if request.method == "POST":
            return self._added(kind, request)
        if request.method == "GET" and len(parts) != 2:
            return self._listed(kind, request.query, parts)
        return self._one(kind, self._id(kind, parts[1]), request)

    def _id(self, kind: str, typed: str) -> int:
        if not typed.isdecimal() or int(typed) not in self.rows[kind]:
            raise GlpiRefused(404, "ERROR_ITEM_NOT_FOUND", "Item not found")
        return int(typed)

    def _one(self, kind: str, ref: int, request: Request) -> Answer:
        row = self.rows[kind][ref]
        if request.method == "PUT":
            row.update(self._sanitised(request.json["input"]))
            return Answer(200, [{str(ref): True, "message": ""}])
        if request.method == "DELETE":
            del self.rows[kind][ref]
            return Answer(200, [{str(ref): True, "message": ""}])
        shown = {"id": ref, **row}
        if kind == "Ticket":
            if not self.rights & READ_ALL:
                status = 401 if self.version < 11 else 403
                raise GlpiRefused(status, "ERROR_RIGHT_MISSING", NO_RIGHT)
            if request.query.get("with_documents") == "true":
                held = [link["documents_id"] for link in self.of_ticket("Document_Item", ref)]
                shown["_documents"] = [{"id": each, **self.rows["Document"][each]} for each in held]
        return Answer(200, shown)

    def _listed(self, kind: str, query: Mapping[str, str], parts: list[str]) -> Answer:
        rows = [{"id": ref, **row} for ref, row in self.rows[kind].items()]
        if len(parts) == 3:
            parent = self._id(parts[0], parts[1])
            rows = [{"id": ref, **row} for ref, row in self.rows[kind].items()
                    if row in self.of_ticket(kind, parent)]  # fmt: skip
        for name, value in query.items():
            if field := re.fullmatch(r"searchText\[(\w+)\]", name):
                rows = self._like(kind, rows, field[1], value)
        if query.get("order") == "DESC":
            rows.reverse()
        if query.get("expand_dropdowns") == "true" and kind == "Group_Ticket":
            groups = self.rows["Group"]
            rows = [row | {"groups_id": groups[row["groups_id"]]["name"]} for row in rows]
        # Without a range only as many come as a page of GLPI shows.
        first, last = map(int, query.get("range", "0-49").split("-"))
        if first > len(rows):
            words = f"Provided range exceed total count of data: {len(rows)}"
            raise GlpiRefused(400, "ERROR_RANGE_EXCEED_TOTAL", words)
        shown = rows[first : last + 1]
        return Answer(200 if len(shown) == len(rows) else 206, shown)

    def _like(self, kind: str, rows: list[Row], field: str, value: str) -> list[Row]:
        known = {"name", "content", "status"} | ({"externalid"} if self.version >= 10 else set())
        if kind == "Ticket" and field not in known:
            words = f"Field {field} is not valid for {kind} item."
            raise GlpiRefused(400, "ERROR_FIELD_NOT_FOUND", words)
        starts, sought = value.startswith("^"), value.strip("^$").lower()
        return [row for row in rows if (at := str(row.get(field, "")).lower().find(sought)) >= 0
                and (at == 0 or not starts)]  # fmt: skip

    def _added(self, kind: str, request: Request) -> Answer:
        files: dict[str, bytes] = {}
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            fields, files = _multipart(request)
            given = json.loads(fields["uploadManifest"])["input"]
        else:
            given = request.json["input"]
        if isinstance(given, list):
            return self._bulk(kind, given)
        ref, message = self._add(kind, given)
        answer: Row = {"id": ref, "message": message}
        if kind == "Document":
            answer |= self._filed(ref, files)
        return Answer(201, answer, {"Location": f"{self.url}/apirest.php/{kind}/{ref}"})

    def _bulk(self, kind: str, items: list[Row]) -> Answer:
        results: list[Row] = []
        for item in items:
            try:
                ref, message = self._add(kind, item)
                results.append({"id": ref, "message": message})
            except GlpiRefused as refused:
                results.append({"id": False, "message": refused.answer.content[1]})
        failed = sum(not result["id"] for result in results)
        if not failed:
            return Answer(201, results)
        code = "ERROR_GLPI_ADD" if failed == len(items) else "ERROR_GLPI_PARTIAL_ADD"
        return Answer(400 if failed == len(items) else 207, [code, results])

    def _add(self, kind: str, given: Row) -> tuple[int, str]:
        row = self._sanitised(given)
        if refused := self._refused(kind, row):
            raise GlpiRefused(400, "ERROR_GLPI_ADD", refused)
        row["date_creation"] = datetime.strftime(
            clock.now().astimezone(self.zone), "%Y-%m-%d %H:%M:%S"
        )
        if kind == "Ticket":
            row["status"] = 1
        ref = max(self.rows[kind], default=0) + 1
        self.rows[kind][ref] = row
        if kind == "Group_Ticket" and self.rows["Ticket"][row["tickets_id"]]["status"] == 1:
            self.rows["Ticket"][row["tickets_id"]]["status"] = 2
        if kind == "ITILSolution":
            self.rows["Ticket"][row["items_id"]]["status"] = SOLVED
        return ref, ""

    def _refused(self, kind: str, row: Row) -> str:
        """Why GLPI adds no such row. It checks rights and links, not whether a category exists."""
        if kind == "Ticket":
            return "" if self.rights & CREATE else NO_RIGHT
        if kind == "Document":
            return ""
        ticket = self.rows["Ticket"].get(int(row.get("tickets_id") or row.get("items_id") or 0))
        if ticket is None or row.get("itemtype", "Ticket") != "Ticket":
            return NO_RIGHT
        if kind == "Group_Ticket":
            # A group that is unknown, or misspelt in the call, looks like a missing right (#14357).
            group = row.get("groups_id")
            if group not in self.rows["Group"] or group in self.refuses_groups:
                return NO_RIGHT
            linked = self.of_ticket(kind, row["tickets_id"])
            return NO_RIGHT if any(each["groups_id"] == group for each in linked) else ""
        if kind == "ITILSolution" and ticket["status"] >= SOLVED:
            return "The ticket is already solved"
        return NO_RIGHT if kind == "ITILFollowup" and ticket["status"] == CLOSED else ""

    def _filed(self, ref: int, files: Mapping[str, bytes]) -> Row:
        (name, content), *_ = files.items()
        row = self.rows["Document"][ref]
        row.update({"filename": "", "filepath": "", "sha1sum": ""})
        result: Row = {"name": name, "size": len(content), "type": "text/plain"}
        if self.refuses_files:
            result["error"] = "Filetype not allowed"
        elif self.loses_files:
            return {"message": f"File /var/lib/glpi/_tmp/{name} not found.",
                    "upload_result": {"filename": [result]}}  # fmt: skip
        else:
            digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
            row.update({"filename": name, "filepath": f"TXT/{digest}.TXT", "sha1sum": digest})
            self.files[ref] = content
        return {"upload_result": {"filename": [result]}}

    def _sanitised(self, given: Row) -> Row:
        if self.version >= 11:
            return dict(given)
        table = str.maketrans(_ESCAPES)
        return {name: value.translate(table) if isinstance(value, str) else value
                for name, value in given.items()}  # fmt: skip


def _multipart(request: Request) -> tuple[dict[str, str], dict[str, bytes]]:
    """Fields by name, and files by the name of the file."""
    boundary = request.headers["content-type"].partition("boundary=")[2].strip('"').encode()
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for part in request.body.split(b"--" + boundary)[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        names = dict(re.findall(r'\b(name|filename)="([^"]*)"', head.decode()))
        content = content.removesuffix(b"\r\n")
        if "filename" in names:
            files[names["filename"]] = content
        else:
            fields[names["name"]] = content.decode()
    return fields, files
