"""`guiche manage verify`: whether a database is whole, as after a restore."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from guiche.desk import sealed, vault
from guiche.desk.tickets.audit import Checked, audit, orphans
from guiche.desk.tickets.chain import BREAKS
from guiche.desk.tickets.number import spoken

_SHOWN = 20


class Command(BaseCommand):
    """The history of every ticket, and whether the data key is the one that sealed the rest."""

    help = "Confere o histórico de cada chamado e se a chave dos dados abre o que está cifrado."

    def handle(self, *_: Any, **__: Any) -> None:
        """Reads all of it, and changes nothing; fails where something does not fit."""
        broken, tickets = [], 0
        for history in audit():
            tickets += 1
            broken += [_told(history)] if history.breaks else []
        opened = [vault.unseal(content) is not None for content in sealed.contents()]
        self.stdout.write(
            f"Chamados com o histórico inteiro: {tickets - len(broken)} de {tickets}. "
            f"Conteúdos cifrados que a chave abre: {sum(opened)} de {len(opened)}."
        )
        broken += [f"Linha {pk}: {BREAKS['orphan']}." for pk in orphans()]
        if broken:
            raise CommandError("\n".join([*broken[:_SHOWN], *["…"][: len(broken) > _SHOWN]]))
        if not all(opened):
            raise CommandError(
                "A chave dos dados não é a desta cópia. Aponte GUICHE_DATA_KEY_FILE para a certa, "
                "ou ponha a antiga em GUICHE_DATA_KEY_FALLBACKS."
            )


def _told(history: Checked) -> str:
    """The first thing that does not fit; `guiche history verify` tells all of them."""
    first = history.breaks[0]
    return (
        f"{spoken(history.number)}: o histórico não confere a partir do evento {first.seq}: "
        f"{BREAKS[first.code]}."
    )
