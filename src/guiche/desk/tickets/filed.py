"""A file that is put beside an open ticket by the desk itself, or by a program in its name."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from guiche.desk import clock
from guiche.desk.intake.image import Image
from guiche.desk.intake.reading import Inspection
from guiche.desk.people.user import User
from guiche.desk.refusal import Refused
from guiche.desk.tickets.event import ATTACHED
from guiche.desk.tickets.moves import OPEN
from guiche.desk.tickets.received import Received
from guiche.sources import Found

MOST = 20
"""Files put so beside one ticket."""


class FileRefused(Refused):
    """The file is not kept."""


class Filed:
    """The part of `Ticket` that takes files. A `Refused` says why not, `AlreadyRecorded` that a
    form was sent before."""

    if TYPE_CHECKING:
        pk: Any
        events: Any
        record: Any

    @transaction.atomic
    def attach_certificate(self, found: Found, by: User, form: UUID | None = None) -> Received:
        """Keeps the reading of a certificate, as far as it may be kept: the one that whoever closes
        the ticket may choose as its proof."""
        now = clock.now()
        row = Inspection.of_found(found, found.inspect(at=now), by)
        payload = {"file": "certificate", "sha256": row.sha256, "verdict": row.headline}
        self._attached(payload, by, now, form)
        row.keep()
        return Received.objects.create(ticket_id=self.pk, reading=row, at=now)

    @transaction.atomic
    def attach_picture(self, content: bytes, by: User, form: UUID | None = None) -> Image:
        """Keeps a picture, enciphered, for its time."""
        now = clock.now()
        self._attached({"file": "picture"}, by, now, form)
        return Image.keep_beside(content, ticket_id=self.pk, by=by, at=now, sent=False)

    def _attached(self, payload: dict[str, Any], by: User, at: datetime, form: UUID | None) -> None:
        event = self.record(ATTACHED, by=by, payload=payload, at=at, origins=OPEN, form=form)
        if event is None:
            raise FileRefused("O chamado já foi encerrado. Reabra-o para anexar um arquivo.")
        # After the event, which holds the ticket's row: of two at once the second counts both.
        if self.events.filter(kind=ATTACHED).count() > MOST:
            raise FileRefused(f"Já foram anexados {MOST} arquivos a este chamado; é o limite.")
