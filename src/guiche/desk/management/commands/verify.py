"""`guiche manage verify`: whether a database is whole, as after a restore."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from guiche.desk import vault
from guiche.desk.connectors.connection import Connection
from guiche.desk.intake.image import Image
from guiche.desk.intake.reading import Inspection
from guiche.desk.tickets.event import ChainBroken
from guiche.desk.tickets.ticket import Ticket

_SHOWN = 20


class Command(BaseCommand):
    """The history of every ticket, and whether the data key is the one that sealed the rest."""

    help = "Confere o histórico de cada chamado e se a chave dos dados abre o que está cifrado."

    def handle(self, *_: Any, **__: Any) -> None:
        """Reads all of it, and changes nothing; fails where something does not fit."""
        chains = [_broken(ticket) for ticket in Ticket.objects.iterator(chunk_size=500)]
        broken = [why for why in chains if why]
        sealed = [vault.unseal(bytes(content)) is not None for content in _sealed()]
        self.stdout.write(
            f"Chamados com o histórico inteiro: {len(chains) - len(broken)} de {len(chains)}. "
            f"Conteúdos cifrados que a chave abre: {sum(sealed)} de {len(sealed)}."
        )
        if broken:
            raise CommandError("\n".join([*broken[:_SHOWN], *["…"][: len(broken) > _SHOWN]]))
        if not all(sealed):
            raise CommandError(
                "A chave dos dados não é a desta cópia. Aponte GUICHE_DATA_KEY_FILE para a certa, "
                "ou ponha a antiga em GUICHE_DATA_KEY_FALLBACKS."
            )


def _broken(ticket: Ticket) -> str:
    try:
        ticket.verify_chain()
    except ChainBroken as error:
        return f"{ticket.spoken}: {error}"
    return ""


def _sealed() -> Iterable[bytes]:
    rows = (
        (Inspection.objects.exclude(sealed_der=None), "sealed_der"),
        (Image.objects.all(), "sealed"),
        (Connection.objects.exclude(sealed=b""), "sealed"),
    )
    for query, column in rows:
        yield from query.values_list(column, flat=True).iterator(chunk_size=100)
