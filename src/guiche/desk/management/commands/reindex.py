"""`guiche manage reindex`: writes anew what every ticket and open call is found by."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand
from django.db import transaction

from guiche.desk.intake.draft import Draft
from guiche.desk.intake.whose import OPEN_CALL
from guiche.desk.search.index import index_call, index_ticket
from guiche.desk.tickets.ticket import Ticket


class Command(BaseCommand):
    """For rows from before there was a search, and after its rules have changed."""

    help = "Refaz o índice da busca, chamado por chamado e atendimento por atendimento."

    def handle(self, *_: Any, **__: Any) -> None:
        """Goes through all tickets and open calls; the desk may be in use meanwhile."""
        tickets = Ticket.objects.select_related("inspection", "procedure_version")
        for ticket in tickets.iterator(chunk_size=500):
            index_ticket(ticket)
        calls = sum(map(_index, Draft.objects.filter(OPEN_CALL).values_list("pk", flat=True)))
        self.stdout.write(
            f"Índice da busca refeito. Chamados: {tickets.count()}. "
            f"Atendimentos em aberto: {calls}."
        )


@transaction.atomic
def _index(call: UUID) -> bool:
    """Held until its terms are written: somebody may be typing, or throw it away."""
    draft = Draft.objects.select_for_update().filter(OPEN_CALL, pk=call).first()
    if draft:
        index_call(draft)
    return draft is not None
