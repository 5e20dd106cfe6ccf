"""A Zammad that goes wrong in every way, at random, and keeps count of what it really did."""

import random
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from http.server import ThreadingHTTPServer
from typing import Any, Self

from guiche.desk import clock
from guiche.desk.doubles.server import Answer, Request, _Handler
from guiche.desk.doubles.zammad import Row, Zammad

WRITES = {
    "hang_before": 1, "hang_after": 1, "cut": 2, "error_after": 2, "truncated": 2, "html": 1,
    "busy": 1, "overloaded": 1, "redirect": 1, "down": 2, "reset": 2, "garbled": 2, "late": 2,
}  # fmt: skip
CREATES = {**WRITES, "twice": 2, "twice, cut": 1, "half": 2, "refused": 1}
READS = {"hang_before": 1, "cut": 2, "truncated": 1, "html": 1, "busy": 1, "down": 2, "garbled": 1}
"""How often each fault comes among the others."""
AWAY = "away"
KINDS = {*CREATES, *READS, AWAY}


class Hostile(Zammad):
    """`rate` of the calls go wrong. `did` tells per ticket what was done, in order."""

    host = "127.0.0.1"
    hangs_for = 0.6
    late_by = 0.3

    def __init__(self, *, rate: float, lag: float, delay: float = 0.0, seed: int = 482) -> None:
        super().__init__()
        self.rate, self.lag, self.delay = rate, timedelta(seconds=lag), delay
        self.chance = random.Random(seed)
        self.is_away = False
        self.is_fair = False
        """From then on nothing goes wrong."""
        self.its_own: set[int] = set()
        """Tickets that nobody asked for."""
        self.did: dict[int, list[str]] = defaultdict(list)
        self.faults_had: Counter[str] = Counter()
        self._decks: dict[str, list[str]] = defaultdict(list)
        self.most_at_once = self._now = 0
        self._by_ticket: dict[int, list[Row]] = defaultdict(list)
        self._counting = threading.Lock()

    # What goes wrong

    def respond(self, request: Request) -> tuple[Answer | None, bool]:
        if self.is_away:
            return None, False
        # Beside its steps each worker reads how tickets stand, one call at a time.
        writes = int(request.method != "GET")
        with self._counting:
            self._now += writes
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            return super().respond(request)
        finally:
            with self._counting:
                self._now -= writes

    def _due(self, request: Request) -> str:
        if self.is_fair or self.chance.random() >= self.rate:
            return super()._due(request)
        if self.creates(request):
            fault = self._dealt("create", CREATES)
        elif request.method == "GET":
            fault = self._dealt("read", READS)
        else:
            fault = self._dealt("write", WRITES)
        self.faults_had[fault] += 1
        return fault

    def _dealt(self, call: str, faults: Mapping[str, int]) -> str:
        """Like a card: after so many of them each has come, however chance has it."""
        deck = self._decks[call]
        if not deck:
            deck += [fault for fault, often in faults.items() for _ in range(often)]
            self.chance.shuffle(deck)
        return deck.pop()

    def failed(self, request: Request, fault: str) -> Answer | None:
        """Besides those of every Zammad: reset before it is done, done but said in no known
        encoding, done after the connection was cut, and tickets that nobody asked for."""
        if fault == "reset":
            return None
        if fault == "late":
            threading.Timer(self.late_by, self._do, [request]).start()
            return None
        if fault in ("garbled", "twice", "twice, cut"):
            return self._done_strangely(request, fault)
        answer = super().failed(request, fault)
        if fault == "busy" and answer:
            return Answer(answer.status, answer.content, {"Retry-After": "1"})
        return answer

    def _done_strangely(self, request: Request, fault: str) -> Answer | None:
        with self.lock:
            answer = self.answer(request)
            if fault == "garbled":
                return Answer(answer.status, body=b"\xff\xfe{\x00\x81" + answer.encoded[::-1])
            self.answer(request)
            self.its_own.add(max(self.tickets))
        return None if "cut" in fault else answer

    def _do(self, request: Request) -> None:
        with self.lock:
            self.answer(request)

    def start(self, port: int = 0) -> Self:
        """On its own `host`, which a network of a test may have."""
        handler = type("Handler", (_Handler,), {"double": self})
        self._server = _Quiet((self.host, port), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    @property
    def url(self) -> str:
        assert self._server
        return f"http://{self.host}:{self._server.server_port}"

    def stand_still(self) -> None:
        """Nobody can connect; whoever is connected is cut."""
        self.port = self._server.server_port if self._server else 0
        self.is_away = True
        self.faults_had[AWAY] += 1
        self.stop()

    def come_back(self) -> None:
        """It listens again where it did."""
        self._stopped.clear()
        self.is_away = False
        self.start(self.port)

    # What it holds

    def of_ticket(self, ref: int) -> list[Row]:
        return self._by_ticket[ref]

    def _opened(self, given: Row) -> int:
        ref = super()._opened(given)
        self.did[ref].insert(0, "create")
        return ref

    def _written(self, ref: int, given: Row) -> Row:
        row = super()._written(ref, given)
        self._by_ticket[ref].append(row)
        if len(self._by_ticket[ref]) > 1:
            self.did[ref].append(given.get("subject") or "")
        return row

    def _changed(self, ref: int, given: Row) -> Row:
        self.did[ref] += [name for name in ("group", "state") if name in given]
        return super()._changed(ref, given)

    def _matches(self, ref: int, words: str) -> bool:
        return not self._is_hidden(ref) and super()._matches(ref, words)

    def _meets(self, ref: int, query: Mapping[str, str]) -> bool:
        wanted: Any = query.get("condition[ticket.title][value]", "")
        if wanted not in self.tickets[ref]["title"]:
            return False
        return not self._is_hidden(ref) and super()._meets(ref, query)

    def _is_hidden(self, ref: int) -> bool:
        created = datetime.fromisoformat(self.tickets[ref]["created_at"])
        return created + self.lag > clock.now()


class _Quiet(ThreadingHTTPServer):
    """Says nothing of those who are killed while they call."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)
