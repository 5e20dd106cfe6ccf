"""The new certificate of a ticket: its order, the appointment, and the reading that closes it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from guiche.desk import clock
from guiche.desk.intake.facts import clean_note
from guiche.desk.intake.reading import Inspection
from guiche.desk.people.user import User
from guiche.desk.tickets.event import AlreadyRecorded, Event
from guiche.desk.tickets.moves import MOVES, MoveRefused
from guiche.desk.tickets.proof import Difference, Expected, Proof, began, judge
from guiche.sources import Found

_LONGEST_ORDER = 40
_FARTHEST = timedelta(days=366)
_RULE = MOVES["resolve"]
"""Whoever resolves a ticket follows its new certificate, in the same states."""


class Renewal:
    """The part of `Ticket` that follows the new certificate."""

    if TYPE_CHECKING:
        state: Any
        state_label: Any
        procedure: Any
        inspection: Any
        order_number: Any
        validation_at: Any
        events: Any
        record: Any
        move: Any
        save: Any
        _answer: Any

    def may_renew(self, user: User) -> bool:
        """Whether this person may write down the order now."""
        return user.role in _RULE.roles and self.state in _RULE.origins

    def may_prove(self, user: User) -> bool:
        """Whether this person may close the ticket now by reading the new certificate."""
        return bool(self.procedure.closing.proof) and self.may_renew(user)

    @transaction.atomic
    def order(
        self,
        by: User,
        number: str,
        validation_at: datetime | None = None,
        form: UUID | None = None,
    ) -> Event:
        """Keeps the order of the new certificate and when its holder is identified for it.

        Either may come first, and both may be corrected later. `MoveRefused` or `Problem` says why
        not, `AlreadyRecorded` that `form` was sent before.
        """
        self._permit(by, form)
        now, number = clock.now(), _clean_order(number)
        if not number and validation_at is None:
            raise MoveRefused("Escreva o número do pedido, ou o dia e a hora da validação.")
        if validation_at and validation_at < now and validation_at != self.validation_at:
            raise MoveRefused("O horário da validação já passou. Confira o dia e a hora.")
        if validation_at and validation_at > now + _FARTHEST:
            raise MoveRefused("A validação está longe demais. Confira o ano.")
        payload = {"order": number, "validation": validation_at and validation_at.isoformat()}
        event: Event | None = self.record(
            "ordered", by=by, payload=payload, at=now, origins=_RULE.origins, form=form
        )
        if event is None:
            raise self._too_late()
        self.order_number, self.validation_at = number, validation_at
        self.save(update_fields=["order_number", "validation_at"])
        return event

    def of_customer(self, found: Sequence[Found]) -> Sequence[Found]:
        """The certificate of the customer where exactly one of these is his, else all."""
        document, now = self.expected().document, clock.now()
        holders = [each.inspect(at=now).holder for each in found]
        numbers = [holder.cnpj or holder.cpf for holder in holders]
        own = [each for each, number in zip(found, numbers, strict=True) if number == document]
        return own if len(own) == 1 else found

    def expected(self, other_holder: str = "") -> Expected:
        """What the new certificate must be, as far as the ticket knows."""
        wanted = self.procedure.wanted
        return Expected(
            document=self._answer(self.procedure.customer.document),
            register=self._answer(wanted.of) if wanted else "",
            number=self._answer(wanted.key) if wanted else "",
            previous=self.inspection.sha256 if self.inspection else "",
            since=began(self.inspection) if self.inspection else None,
            other_holder=other_holder,
            carries=self.procedure.closing.carries,
        )

    @transaction.atomic
    def prove(
        self, by: User, reading: Inspection, other_holder: str = "", form: UUID | None = None
    ) -> tuple[Difference, ...]:
        """Resolves the ticket by a reading of the new certificate, where nothing differs.

        Else says what differs, and leaves the ticket as it is, with the try in its history.
        `MoveRefused` says why not, `AlreadyRecorded` that `form` was sent before.
        """
        self.permit_proof(by, form)
        if other_holder and other_holder not in self.procedure.closing.other_holder:
            raise MoveRefused("Escolha na lista por que o titular é outro.")
        expected, now = self.expected(other_holder), clock.now()
        if differences := judge(reading, expected, now):
            codes = [difference.code for difference in differences]
            payload = {
                "sha256": reading.sha256, "register": expected.register, "differences": codes,
            }  # fmt: skip
            if not self.record(
                "checked", by=by, payload=payload, at=now, origins=_RULE.origins, form=form
            ):
                raise self._too_late()
            return differences
        same = reading.is_of(expected.document)
        holder = "" if same else other_holder
        proof = Proof(reading, expected.register, holder, expected.number_in(reading))
        self.move("resolve", by, self.procedure.closing.proof, form=form, proof=proof)
        return ()

    def permit_proof(self, by: User, form: UUID | None = None) -> None:
        """A `MoveRefused` where this person may not close the ticket now by a reading.

        A form that was sent before raises `AlreadyRecorded`, whatever came of it.
        """
        self._permit(by, form)
        if not self.procedure.closing.proof:
            raise MoveRefused("Este procedimento não se encerra pela leitura do novo certificado.")

    def _permit(self, by: User, form: UUID | None) -> None:
        if form and self.events.filter(form=form).exists():
            raise AlreadyRecorded
        if by.role not in _RULE.roles:
            roles = " ou ".join(role.label for role in _RULE.roles)
            raise MoveRefused(f"O novo certificado é acompanhado por {roles}.")
        if self.state not in _RULE.origins:
            raise self._too_late()

    def _too_late(self) -> MoveRefused:
        return MoveRefused(f"O chamado está em “{self.state_label}”. Atualize a página.")


def _clean_order(typed: str) -> str:
    line = " ".join(typed.split())
    return clean_note(line, _LONGEST_ORDER, "O número do pedido", "Confira o número.")
