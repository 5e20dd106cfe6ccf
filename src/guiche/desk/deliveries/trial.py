"""A connection tried out: the settings checked, and a test ticket by the very code of deliveries.

Of it is stored here that its ticket was a test, so that nobody has to look for its owner. It stands
in the desk, is named as one, and is ended.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings

from guiche.desk import clock
from guiche.desk.connectors.case import Attachment, Note
from guiche.desk.connectors.connection import Connection
from guiche.desk.connectors.connector import (
    Cancels,
    Check,
    Connector,
    DeliveryError,
    Outcome,
    Probes,
)
from guiche.desk.connectors.settings import SettingsRefused
from guiche.desk.deliveries.attempt import Attempt, Done
from guiche.desk.deliveries.delivery import Delivery
from guiche.desk.deliveries.link import Link
from guiche.desk.deliveries.names import names_checked
from guiche.desk.deliveries.report import report_name
from guiche.desk.deliveries.stray import Stray
from guiche.desk.models import Event, ProcedureVersion, Promise, Ticket
from guiche.desk.tickets import number as numbers

_STEPS = (
    Delivery.Step.CUSTOMER, Delivery.Step.CREATE, Delivery.Step.ATTACH, Delivery.Step.SOLVE,
    Delivery.Step.FORWARD, Delivery.Step.NOTE,
)  # fmt: skip
_ACCENTS = "ação – ç ã €"
_NAME = "TESTE do Guichê, desconsidere"
_BROKEN = "O Guichê falhou aqui, e não o sistema: veja o registro do serviço."


def try_out(connection: Connection) -> list[Check]:
    """Whether address, login and names are right; writes nothing, here or there."""
    return _with_connector(
        connection, lambda connector: [*connector.check(), *names_checked(connection)]
    )


def trial_ticket(connection: Connection) -> list[Check]:
    """Opens a test ticket, takes every step with it up to the first that fails, and ends it."""
    return _with_connector(
        connection,
        lambda connector: (
            [*names_checked(connection), *_Trial(connection, connector).run()]
            if connector.opens
            else [*connector.check()]
        ),
    )


def _with_connector(
    connection: Connection, work: Callable[[Connector[Any]], list[Check]]
) -> list[Check]:
    try:
        connector = connection.connect()
    except SettingsRefused as refused:
        return [Check("Ajustes", ok=False, words=str(refused))]
    try:
        return work(connector)
    finally:
        connector.close_down()


class _Trial:
    """A ticket that is never saved, and its steps."""

    def __init__(self, connection: Connection, connector: Connector[Any]) -> None:
        self._connector = connector
        self._ticket = _unsaved_ticket()
        self._ways = {Delivery.Step.ATTACH: self._attach, Delivery.Step.CLOSE: self._cancel}
        self._link = Link(ticket=self._ticket, connection=connection)
        payload = {"team": self._ticket.team, "note": _ACCENTS}
        self._event = Event(
            ticket=self._ticket, seq=1, kind="forwarded", at=clock.now(), payload=payload
        )

    def run(self) -> Iterator[Check]:
        for step in _STEPS:
            if step != Delivery.Step.CREATE and not self._connector.offers(step):
                continue
            check = self._take(step)
            yield check
            if not check.ok:
                break
            if step == Delivery.Step.CREATE:
                yield from self._after_creation()
        if self._link.ref:
            yield self._ended()

    def _ended(self) -> Check:
        """Whatever failed before; of what stays open a person has to know."""
        words = ""
        if self._connector.offers(Delivery.Step.CLOSE):
            check = self._take(Delivery.Step.CLOSE)
            if check.ok:
                return check
            words = check.words
        left = f"O chamado nº {self._link.shown} ficou aberto lá: encerre-o."
        return Check(Delivery.Step.CLOSE.label, ok=not words, words=f"{words} {left}".strip())

    def _take(self, step: Delivery.Step) -> Check:
        try:
            words = self._ways.get(step, partial(self._step, step))()
        except DeliveryError as error:
            hint = "; ".join(f"{label} ({value})" for value, label in error.choices.items())
            if step == Delivery.Step.CREATE and error.outcome is Outcome.UNKNOWN:
                hint = f"Procure lá por {self._ticket.key}, e encerre-o se estiver aberto."
            return Check(step.label, ok=False, words=f"{error} {hint}".strip())
        return Check(step.label, ok=True, words=words)

    def _step(self, step: Delivery.Step) -> str:
        delivery = Delivery(ticket=self._ticket, event=self._event, step=step)
        result = Attempt(delivery, self._connector, self._link, lambda: True).run()
        if isinstance(result, DeliveryError):
            raise result
        if not isinstance(result, Done):
            return _BROKEN
        if result.customer:
            self._link.customer = dict(result.customer.ids)
            return result.customer.warning
        if result.created:
            self._link.ref, self._link.number = result.created.ref, result.created.number
            Stray.of_trial(self._link.connection, result.created, self._ticket.key)
            return f"Nº {self._link.shown}"
        return ""

    def _attach(self) -> str:
        name = report_name(self._ticket)
        file = Attachment(name, "text/plain; charset=utf-8", f"{_ACCENTS}\n".encode())
        attacher: Any = self._connector
        attacher.attach(self._link.ref, file)
        return ""

    def _cancel(self) -> str:
        """Where the desk has it, a test ticket does not end as a solved one."""
        if not isinstance(self._connector, Cancels):
            return self._step(Delivery.Step.CLOSE)
        token = f"[{self._ticket.key}.1]"
        self._connector.cancel(self._link.ref, Note(f"{_NAME}\n{token}", token))
        return ""

    def _after_creation(self) -> Iterator[Check]:
        if self._connector.offers("find"):
            yield self._found_again()
        if isinstance(self._connector, Probes):
            yield self._connector.probe_encoding(self._link.ref)

    def _found_again(self) -> Check:
        """Whether a ticket is found by its key, and how soon: what nothing is doubled by."""
        finder: Any = self._connector
        label, lag = "Achar pela marca", self._connector.lag
        try:
            found = finder.find(self._ticket.key, clock.now() - timedelta(days=1))
        except DeliveryError as error:
            return Check(label, ok=False, words=str(error))
        if any(each.ref == self._link.ref for each in found):
            return Check(label, ok=True)
        late = (
            f"Ainda não aparece na busca do sistema; o Guichê conta com {lag.seconds} s de atraso."
        )
        return Check(label, ok=True, words=late)


def _unsaved_ticket() -> Ticket:
    version = ProcedureVersion.current(settings.PROCEDURE)
    procedure, now = version.procedure, clock.now()
    customer = procedure.customer
    facts = {
        customer.document: "11222333000181",
        customer.name: _NAME,
        customer.email: "teste@example.com",
        customer.solution: f"Nenhuma: é um teste. {_ACCENTS}",
        **dict(zip(customer.phones, ("+551133334444", "+5511987654321"), strict=False)),
    }
    for fact in procedure.facts:
        if fact.type == "choice" and fact.choices:
            facts.setdefault(fact.key, fact.choices[0])
    return Ticket(
        number=numbers.new(), procedure_version=version, team=procedure.team, facts=facts,
        promise=Promise(due_at=now + timedelta(days=1)), opened_at=now,
    )  # fmt: skip
