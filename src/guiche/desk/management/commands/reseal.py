"""`guiche manage reseal`: seals with the present data key what a former one had sealed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from guiche.desk import sealed
from guiche.desk.sealed import Opening


class Command(BaseCommand):
    """For after the data key was changed; then the former one can be taken away."""

    help = "Cifra de novo, com a chave dos dados de agora, o que a chave antiga cifrou."

    def handle(self, *_: Any, **__: Any) -> None:
        """The desk may be in use meanwhile, with both keys; fails where no key opens something."""
        done = sealed.renew()
        self.stdout.write(
            f"Cifrados de novo: {done[Opening.FORMER]}. "
            f"Já estavam com a chave de agora: {done[Opening.PRESENT]}."
        )
        if lost := done[Opening.NONE]:
            raise CommandError(
                f"Conteúdos que nenhuma chave abre: {lost}. Ponha a chave que os cifrou em "
                "GUICHE_DATA_KEY_FALLBACKS e repita."
            )
