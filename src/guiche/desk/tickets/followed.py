"""What the customer follows of a ticket, and answers to it, by a link and without an account.

Each answer is an event by nobody of the desk: it changes neither the state nor the facts. The
ticket carries the mark (`answered_at`) until somebody of the team acts on it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from guiche.desk import clock
from guiche.desk.intake.facts import clean_note, clean_phone
from guiche.desk.intake.image import Image
from guiche.desk.intake.reading import Inspection
from guiche.desk.people.user import User
from guiche.desk.portal.ticket_token import Opened, token_of
from guiche.desk.refusal import Refused
from guiche.desk.tickets.event import (
    ANSWERS,
    FROM_CUSTOMER,
    AlreadyRecorded,
    Event,
    Overtaken,
)
from guiche.desk.tickets.moves import OPEN
from guiche.desk.tickets.received import Received
from guiche.sources import Found

KEPT = timedelta(days=30)
"""For so long after its closing the page of a ticket still opens."""
MOST = 20
"""Answers to one ticket: who has more to say calls."""
_LONGEST_NOTE = 200
_OVER = "Este atendimento já foi encerrado. Se ainda precisa de ajuda, ligue e diga o protocolo."
_ENOUGH = "Já recebemos muitas respostas por esta página. Ligue e diga o protocolo."


class AnswerRefused(Refused):
    """What the customer sent is not taken; the message is for the customer."""


class Followed:
    """The part of `Ticket` that its customer sees."""

    if TYPE_CHECKING:
        pk: Any
        state: Any
        is_open: Any
        moved_at: Any
        erased_at: Any
        opened_by: Any
        link_epoch: Any
        events: Any
        procedure: Any
        known: Any
        record: Any

    def opens_at(self, now: datetime) -> bool:
        """Whether its page still opens: while it is open and `KEPT` longer, and not once erased."""
        return not self.erased_at and (self.is_open or now < self.moved_at + KEPT)

    @property
    def link(self) -> str:
        """The address of its page, for the message to the customer."""
        return f"{settings.PAGES_URL}/acompanhar/{token_of(Opened(self.pk, self.link_epoch))}/"

    @property
    def documents_told(self) -> list[str]:
        """What to have at hand for the call; a line that names a datum of the customer is not."""
        text: str = self.procedure.texts.documents.filled({}, self.known)
        return [line.strip() for line in text.splitlines() if line.strip()]

    @transaction.atomic
    def change_link(self, by: User, form: UUID | None = None) -> Event:
        """From now on another link opens the page, and those before open nothing.

        `AlreadyRecorded` for a form that was sent before.
        """
        try:
            event: Event | None = self.record(
                "relinked", by=by, payload={}, at=clock.now(), form=form,
                also={"link_epoch": self.link_epoch + 1},
            )  # fmt: skip
        except Overtaken:
            raise Refused("O link foi trocado agora há pouco. Atualize a página.") from None
        if event is None:
            raise Refused("Os dados deste chamado foram apagados: o link já não abre.")
        return event

    # What the customer sends. A `Refused` says why it is not taken, `AlreadyRecorded` that it was.

    @transaction.atomic
    def add_phone(self, typed: str, form: UUID | None = None) -> Event:
        """One more number to call; those of the ticket stay as they are.

        `AlreadyRecorded` also for a number that he sent before.
        """
        sent = {"phone": clean_phone(typed)}
        event = self._answered("customer_phone", sent, form)
        # After the event, as in `_answered`.
        if self.events.filter(kind=event.kind, payload__phone=sent["phone"]).count() > 1:
            raise AlreadyRecorded
        return event

    @transaction.atomic
    def answer(self, answer: str, note: str = "", form: UUID | None = None) -> Event:
        """One of `ANSWERS`, with the hour where another one is wished."""
        if answer not in ANSWERS:
            raise AnswerRefused("Escolha uma das respostas.")
        note = " ".join(clean_note(note, _LONGEST_NOTE, "O horário", "Resuma.").split())
        if answer == "other" and not note:
            raise AnswerRefused("Escreva o dia ou o horário que prefere.")
        return self._answered("customer_answer", {"answer": answer, "note": note}, form)

    @transaction.atomic
    def take_certificate(self, found: Found, form: UUID | None = None) -> Inspection:
        """Keeps the reading of a certificate beside the ticket, as far as it may be kept."""
        now = clock.now()
        row = Inspection.of_found(found, found.inspect(at=now), self.opened_by)
        row.contract["source"]["sent"] = "customer"
        payload = {"file": "certificate", "sha256": row.sha256, "verdict": row.headline}
        self._answered("customer_file", payload, form)
        row.keep()
        Received.objects.create(ticket_id=self.pk, reading=row, at=now)
        return row

    @transaction.atomic
    def take_picture(self, content: bytes, form: UUID | None = None) -> Image:
        """Keeps a picture beside the ticket, enciphered, for its time."""
        self._answered("customer_file", {"file": "picture"}, form)
        return Image.keep_beside(
            content, ticket_id=self.pk, by=self.opened_by, at=clock.now(), sent=True
        )

    def _answered(self, kind: str, payload: Mapping[str, Any], form: UUID | None) -> Event:
        event: Event | None = self.record(
            kind, by=None, payload=payload, at=clock.now(), origins=OPEN, form=form
        )
        if event is None:
            raise AnswerRefused(_OVER)
        # After the event, which holds the ticket's row: of two at once the second counts both.
        if self.events.filter(kind__in=FROM_CUSTOMER).count() > MOST:
            raise AnswerRefused(_ENOUGH)
        return event
