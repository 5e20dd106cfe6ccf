"""`guiche manage reindex`: writes anew what every ticket is found by."""

from typing import Any

from django.core.management.base import BaseCommand

from guiche.desk.search.index import index_ticket
from guiche.desk.tickets.ticket import Ticket


class Command(BaseCommand):
    """For tickets from before there was a search, and after its rules have changed."""

    help = "Refaz o índice da busca, chamado por chamado."

    def handle(self, *_: Any, **__: Any) -> None:
        """Goes through all tickets; the desk may be in use meanwhile."""
        tickets = Ticket.objects.select_related("inspection", "procedure_version")
        for ticket in tickets.iterator(chunk_size=500):
            index_ticket(ticket)
        self.stdout.write(f"Índice da busca refeito. Chamados: {tickets.count()}.")
