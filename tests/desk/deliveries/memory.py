"""A desk in memory that does exactly what a test says, and its connector."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from guiche.desk import clock
from guiche.desk.connectors.case import Attachment, Case, Note
from guiche.desk.connectors.connector import (
    Check,
    Connector,
    Created,
    Customer,
    DeliveryError,
    Found,
    Outcome,
    Remote,
    RemoteNote,
)
from guiche.desk.connectors.settings import Settings, setting

LAG = timedelta(seconds=10)


@dataclass
class Held:
    """A ticket as the desk holds it."""

    ref: str
    key: str
    title: str
    created_at: datetime
    complete: bool = True
    team: str = "Suporte"
    closed: bool = False
    notes: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


Fault = Callable[[Callable[[], Any]], Any]
"""Is given what the call would do, and does it or not."""


def before(error: DeliveryError) -> Fault:
    """Nothing is done."""

    def fault(_do: Callable[[], Any]) -> Any:
        raise error

    return fault


def after(error: DeliveryError) -> Fault:
    """It is done, and the answer is lost."""

    def fault(do: Callable[[], Any]) -> Any:
        do()
        raise error

    return fault


def lost() -> DeliveryError:
    return DeliveryError("O sistema não respondeu a tempo.", Outcome.UNKNOWN, everywhere=True)


def away() -> DeliveryError:
    return DeliveryError("Não consegui me conectar.", Outcome.RETRY, everywhere=True)


def refused(words: str = "Categoria inválida") -> DeliveryError:
    return DeliveryError(words, Outcome.REJECTED)


class Desk:
    """The state. `faults` are taken in order by the calls of a name; `calls` is what was asked."""

    def __init__(self) -> None:
        self.tickets: list[Held] = []
        self.faults: dict[str, list[Fault]] = {}
        self.calls: list[tuple[str, str]] = []
        self.lag = timedelta()
        self.customers: dict[str, str] = {}

    def fail(self, call: str, *faults: Fault) -> None:
        self.faults.setdefault(call, []).extend(faults)

    def do(self, call: str, about: str, work: Callable[[], Any]) -> Any:
        self.calls.append((call, about))
        waiting = self.faults.get(call)
        return waiting.pop(0)(work) if waiting else work()

    def held(self, ref: str) -> Held:
        return self.tickets[int(ref) - 1]

    def add(self, case: Case) -> Created:
        ref = str(len(self.tickets) + 1)
        self.tickets.append(Held(ref, case.key, case.title, clock.now()))
        return Created(ref, f"M-{ref}", f"https://desk.example/{ref}")

    def shows(self, held: Held) -> bool:
        return held.created_at + self.lag <= clock.now()

    def steps(self, about: str) -> list[str]:
        return [call for call, of in self.calls if of == about]


class World:
    """Where the connector finds the desk of the test."""

    desk = Desk()


@dataclass(frozen=True)
class MemorySettings(Settings):
    password: str = setting("Senha", kind="secret")
    queue: str = setting("Fila", default="Suporte")


class Memory(Connector[MemorySettings]):
    Settings = MemorySettings
    lag = LAG

    @property
    def desk(self) -> Desk:
        return World.desk

    def customer(self, case: Case) -> Customer:
        def known() -> Customer:
            return Customer({"id": self.desk.customers.get(case.document, "0")})

        found: Customer = self.desk.do("customer", case.key, known)
        return found

    def create(self, case: Case, customer: Customer) -> Created:
        created: Created = self.desk.do("create", case.key, lambda: self.desk.add(case))
        return created

    def find(self, key: str, since: datetime) -> Sequence[Found]:
        def found() -> list[Found]:
            held = [each for each in self.desk.tickets if each.key == key]
            return [_found(each) for each in held if self.desk.shows(each)]

        tickets: list[Found] = self.desk.do("find", key, found)
        return tickets

    def recent(self, since: datetime) -> Iterable[Found]:
        return [_found(each) for each in self.desk.tickets if self.desk.shows(each)]

    def attach(self, ref: str, file: Attachment) -> None:
        held = self.desk.held(ref)
        self.desk.do("attach", held.key, lambda: held.files.append(file.name))

    def solve(self, ref: str, note: Note) -> None:
        held = self.desk.held(ref)
        self.desk.do("solve", held.key, lambda: held.notes.append(note.text))

    def note(self, ref: str, note: Note) -> None:
        held = self.desk.held(ref)
        self.desk.do("note", held.key, lambda: held.notes.append(note.text))

    def forward(self, ref: str, team: str) -> None:
        held = self.desk.held(ref)
        self.desk.do("forward", held.key, lambda: setattr(held, "team", team))

    def close(self, ref: str, note: Note) -> None:
        held = self.desk.held(ref)
        self.desk.do("close", held.key, lambda: setattr(held, "closed", True))

    def has(self, ref: str, token: str) -> bool:
        held = self.desk.held(ref)
        there = [*held.files, *held.notes]
        seen: bool = self.desk.do("has", held.key, lambda: any(token in each for each in there))
        return seen

    def read(self, refs: Sequence[str]) -> Iterable[Remote]:
        known = [self.desk.held(ref) for ref in refs if int(ref) <= len(self.desk.tickets)]
        return [_remote(each) for each in known]

    def check(self) -> Iterable[Check]:
        ok = self.settings.queue == "Suporte"
        return [Check("Fila", ok, "" if ok else "Esta fila não existe.")]


def _found(held: Held) -> Found:
    return Found(
        held.ref, held.key, f"M-{held.ref}", created_at=held.created_at, complete=held.complete
    )


def _remote(held: Held) -> Remote:
    notes = [RemoteNote(str(place), text) for place, text in enumerate(held.notes)]
    status = "Encerrado" if held.closed else "Aberto"
    return Remote(held.ref, status, held.team, held.closed, f"M-{held.ref}", notes)
