"""One attempt at one step: what is asked of the desk, in which order, and what came of it.

1. Where an earlier attempt may have succeeded, the desk is asked first. What is there is done.
2. What is not there is asked for once more after the desk's index lag: it may not show yet. After
   an attempt that nobody ended, the longest call is waited for as well: it may be under way yet.
3. Only then, or where nothing was sent before, the step is sent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from guiche.desk.connectors.case import Case, Note, case_of
from guiche.desk.connectors.connector import (
    Connector,
    Created,
    Customer,
    DeliveryError,
    Found,
    Outcome,
)
from guiche.desk.connectors.happening import happening_of
from guiche.desk.deliveries.delivery import Delivery
from guiche.desk.deliveries.link import Link
from guiche.desk.deliveries.report import reading_report, report_name

_BEFORE = timedelta(days=1)
"""So much before the ticket was opened here it is looked for there: clocks differ."""

CHOICE = "customer_choice"
"""The fact that carries what a person chose among several customers."""

_ERASED = "Os dados deste chamado foram apagados antes de o envio sair."
_NOBODY_KNOWS = (
    "Não há como perguntar a este sistema se isto já foi feito. Confira lá, e depois repita ou "
    "dispense o envio."
)
_EMPTY = "O sistema criou um chamado vazio e recusou o resto. Complete-o lá, e dispense este envio."


@dataclass(frozen=True)
class Done:
    """The step is taken: now, or by an earlier attempt."""

    created: Created | None = None
    customer: Customer | None = None
    doubles: tuple[Found, ...] = ()
    """Other tickets of the desk with the same key."""

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to keep of it."""
        return not (self.created or self.customer or self.doubles)

    @property
    def is_new(self) -> bool:
        """Whether a ticket of the desk is all that there is to keep."""
        return bool(self.created) and not (self.customer or self.doubles)


@dataclass(frozen=True)
class NotThere:
    """The desk was asked for the first time, and has nothing yet."""


@dataclass(frozen=True)
class NotBegun:
    """Its desk began to rest before this step's turn came."""


Result = Done | NotThere | NotBegun | DeliveryError


@dataclass(frozen=True)
class Attempt:
    """A step that was claimed, with all it needs of the database already read."""

    delivery: Delivery
    connector: Connector[Any]
    link: Link | None
    may_write: Callable[[], bool]
    """Whether the lease still holds; asked right before anything is sent."""

    def run(self) -> Result:
        """Takes the step. A connector's own mistake, any other exception, is not caught here."""
        try:
            return self._run()
        except DeliveryError as error:
            return error

    def _run(self) -> Result:
        if self.delivery.ticket.erased_at and self.delivery.step != _Step.TELL:
            raise DeliveryError(_ERASED, Outcome.REJECTED)
        if self.delivery.step != _Step.CREATE and not self.connector.offers(self.delivery.step):
            return Done()
        if self.delivery.unsure and self.delivery.step in _LOOK_UPS:
            if not self.connector.offers(_ASKED[self.delivery.step]):
                # Who repeats it has looked there.
                self.delivery.unsure = False
                raise DeliveryError(_NOBODY_KNOWS, Outcome.REJECTED, otherwise=Outcome.UNKNOWN)
            found = _LOOK_UPS[self.delivery.step](self)
            if found:
                return found
            if self.delivery.empty_at is None:
                return NotThere()
            # Known from here on: a refusal or a retry of this attempt is one.
            self.delivery.unsure = False
            if self.delivery.otherwise == Outcome.REJECTED:
                raise DeliveryError(self.delivery.last_error, Outcome.REJECTED)
        if not self.may_write():
            raise DeliveryError("O envio demorou a começar.", Outcome.RETRY)
        return _STEPS[self.delivery.step](self)

    @property
    def case(self) -> Case:
        """The ticket, and what a person chose for it."""
        case, chosen = case_of(self.delivery.ticket), self.link and self.link.customer.get(CHOICE)
        return replace(case, facts={**case.facts, CHOICE: chosen}) if chosen else case

    @property
    def ref(self) -> str:
        """The ticket in the desk. Steps after its creation wait for it, so it is there."""
        if self.link is None or not self.link.ref:
            raise DeliveryError("O chamado ainda não existe no sistema.", Outcome.RETRY)
        return self.link.ref

    def ask(self, capability: str) -> Any:
        """A method of the connector, which it has as it was asked for the capability before."""
        return getattr(self.connector, capability)

    # Looking up

    def _look_for_ticket(self) -> Done | None:
        ticket = self.delivery.ticket
        found = list(self.ask("find")(ticket.key, ticket.opened_at - _BEFORE))
        if not found:
            return None
        first, doubles = found[0], tuple(found[1:])
        if not first.complete:
            if not self.connector.offers("complete"):
                raise DeliveryError(_EMPTY, Outcome.REJECTED)
            self.ask("complete")(first.ref, self.case)
        return Done(created=first.created, doubles=doubles)

    def _look_for_note(self) -> Done | None:
        return Done() if self.ask("has")(self.ref, self.delivery.token) else None

    def _look_for_file(self) -> Done | None:
        return Done() if self.ask("has")(self.ref, report_name(self.delivery.ticket)) else None

    # Sending

    def _customer(self) -> Done:
        return Done(customer=self.ask("customer")(self.case))

    def _create(self) -> Done:
        customer = Customer(self.link.customer, self.link.warning) if self.link else Customer()
        return Done(created=self.connector.create(self.case, customer))

    def _attach(self) -> Done:
        if file := reading_report(self.delivery.ticket):
            self.ask("attach")(self.ref, file)
        return Done()

    def _solve(self) -> Done:
        if solution := self.delivery.ticket.solution:
            self.ask("solve")(self.ref, self._note(f"Solução\n{solution}"))
        return Done()

    def _forward(self) -> Done:
        event = self.delivery.event
        team = (event.payload or {}).get("team") or self.delivery.ticket.team
        self.ask("forward")(self.ref, team)
        return Done()

    def _tell(self) -> Done:
        self.ask("note")(self.ref, self._note(self._told))
        return Done()

    def _close(self) -> Done:
        self.ask("close")(self.ref, self._note(self._told))
        return Done()

    def _pass_on(self) -> Done:
        self.delivery.event.ticket = self.delivery.ticket
        self.ask("tell")(happening_of(self.delivery.event))
        return Done()

    @property
    def _told(self) -> str:
        event = self.delivery.event
        who = f", por {event.by}" if event.by else ""
        return f"{event.label}{who}\n{event.text}".strip()

    def _note(self, text: str) -> Note:
        return Note(f"{text}\n{self.delivery.token}", self.delivery.token)


_Step = Delivery.Step
_LOOK_UPS: Mapping[str, Callable[[Attempt], Done | None]] = {
    _Step.CREATE: Attempt._look_for_ticket,
    _Step.ATTACH: Attempt._look_for_file,
    _Step.SOLVE: Attempt._look_for_note,
    _Step.NOTE: Attempt._look_for_note,
}
"""Of the other steps a second time does no harm: they find what is done already."""

_ASKED: Mapping[str, str] = {
    _Step.CREATE: "find",
    _Step.ATTACH: "has",
    _Step.SOLVE: "has",
    _Step.NOTE: "has",
}
"""What a connector has to offer to be asked."""

_STEPS: Mapping[str, Callable[[Attempt], Done]] = {
    _Step.CUSTOMER: Attempt._customer,
    _Step.CREATE: Attempt._create,
    _Step.ATTACH: Attempt._attach,
    _Step.SOLVE: Attempt._solve,
    _Step.FORWARD: Attempt._forward,
    _Step.NOTE: Attempt._tell,
    _Step.CLOSE: Attempt._close,
    _Step.TELL: Attempt._pass_on,
}
