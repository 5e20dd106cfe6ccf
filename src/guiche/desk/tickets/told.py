"""The number that the customer knows: which one it is, and that it was told."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models import Q, QuerySet

from guiche.desk import clock
from guiche.desk.people.user import User
from guiche.desk.refusal import Refused
from guiche.desk.tickets import number as numbers
from guiche.desk.tickets.event import CHANNELS, Event, Overtaken
from guiche.desk.tickets.shown import Shown

LONGEST = 40
_ERASED = "Os dados deste chamado foram apagados, e nada mais se anota nele."
_SHAPE = re.compile(r"[A-Z0-9./-]*[0-9][A-Z0-9./-]*")
_PASSED_OVER = re.compile(r"^\s*#?\s*|\s+$|(?<=\d) (?=\d)")


class NumberRefused(Refused):
    """The text is no number of another desk."""


class NumberTaken(NumberRefused):
    """The number belongs to `ticket`, another one."""

    def __init__(self, ticket: "Told") -> None:
        super().__init__(f"Este número já é do chamado {ticket.spoken}. Confira qual dos dois é.")
        self.ticket = ticket


def clean_desk_number(typed: str) -> str:
    """A number of another desk, letters in upper case; "" for none.

    >>> clean_desk_number(" #2026/ab-17 ")
    '2026/AB-17'
    """
    number = _PASSED_OVER.sub("", typed).upper()
    if len(number) > LONGEST:
        raise NumberRefused(f"O número tem {len(number)} caracteres; o limite é {LONGEST}.")
    if number and not _SHAPE.fullmatch(number):
        raise NumberRefused(
            "Escreva só o número: com algarismos, e também letras, ponto, traço ou barra."
        )
    return number


class Told(Shown, models.Model):
    """The part of `Ticket` that says what the customer was told."""

    desk_number = models.CharField(max_length=LONGEST, blank=True)
    """The number in the desk that the company uses: once known, the one the customer is told."""

    if TYPE_CHECKING:
        erased_at: Any
        record: Any
        record_all: Any
        history: Any

    class Meta:
        """A number of the other desk belongs to one ticket."""

        abstract = True
        constraints = (
            models.UniqueConstraint(
                fields=["desk_number"], condition=~Q(desk_number=""), name="desk_number_once"
            ),
        )

    def take_number(self, typed: str, by: User | None, form: UUID | None = None) -> Event | None:
        """From now on the number of the desk in use is the one that is told; "" takes it back.

        `by` None: the desk itself gave it.

        None when it is so already. Raises `NumberRefused`, or `AlreadyRecorded` for a form that
        was sent before.
        """
        number = clean_desk_number(typed)
        try:
            with transaction.atomic():
                if by:  # of a page, which may be old
                    self.refresh_from_db(fields=["desk_number"])
                if number == self.desk_number:
                    return None
                self._refuse_own(number)
                payload = {"number": number, "previous": self.desk_number}
                return self._recorded("numbered", payload, by, form, {"desk_number": number})
        except IntegrityError as error:
            taken = type(self)._default_manager.filter(desk_number=number).first()
            if taken is None:
                raise
            raise NumberTaken(taken) from error
        except Overtaken:
            if self.desk_number == number:  # the same form, sent twice at once
                return None
            raise NumberRefused(
                "O número mudou enquanto você digitava. Atualize a página."
            ) from None

    @classmethod
    def take_numbers(cls, given: "Mapping[Told, str]") -> None:
        """The same of many that have none, as the desk gave them; call it within a transaction.

        Raises what stands in the way of any.
        """
        for ticket, typed in given.items():
            if ticket.erased_at:
                raise NumberRefused(_ERASED)
            ticket.desk_number = clean_desk_number(typed)
            ticket._refuse_own(ticket.desk_number)
        said = {ticket: {"number": ticket.desk_number, "previous": ""} for ticket in given}
        cls.record_all(said, "numbered", at=clock.now(), also=["desk_number"])

    def _refuse_own(self, number: str) -> None:
        """Our own numbers are no other desk's: two tickets would be found by one of them."""
        compact = numbers.compact(number)
        if len(compact) != numbers.LENGTH:
            return
        ours = type(self)._default_manager.filter(Q(number=compact)).first()
        if ours and ours.pk == self.pk:
            raise NumberRefused("Este é o protocolo do Guichê. Digite o número do outro sistema.")
        if ours:
            raise NumberTaken(ours)

    @transaction.atomic
    def inform(self, channel: str, by: User | None, form: UUID | None = None) -> Event:
        """Records that the customer was told the number; `by` None: the worker's e-mail."""
        if channel not in CHANNELS:
            raise Refused("Diga como o cliente foi informado.")
        payload = {"channel": channel, "number": self.protocol}
        return self._recorded("informed", payload, by, form)

    def _recorded(
        self,
        kind: str,
        payload: Mapping[str, str],
        by: User | None,
        form: UUID | None,
        also: Mapping[str, str] | None = None,
    ) -> Event:
        event: Event | None = self.record(
            kind, by=by, payload=payload, at=clock.now(), form=form, also=also
        )
        if event is None:
            raise NumberRefused(_ERASED)
        return event

    @property
    def informed(self) -> "QuerySet[Event]":
        """Each time that the customer was told a number, in order."""
        told: QuerySet[Event] = self.history.filter(kind="informed")
        return told
