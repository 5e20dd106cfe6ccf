"""`guiche manage recount`: counts the figures of the page Painel anew."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from guiche.desk import clock
from guiche.desk.figures import keep
from guiche.desk.figures.tally import Stale


class Command(BaseCommand):
    """For after rows were changed from outside, or the way of counting with a new version."""

    help = "Conta de novo os números do Painel, dia por dia."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """From which day."""
        parser.add_argument("--since", metavar="AAAA-MM-DD", help="só deste dia em diante")

    def handle(self, *_: Any, since: str | None = None, **__: Any) -> None:
        """Counts at once; the desk and its worker may be in use meanwhile."""
        try:
            day = date.fromisoformat(since) if since else None
        except ValueError as error:
            raise CommandError(f"“{since}” não é um dia: escreva como 2026-11-24.") from error
        now = clock.now()
        keep.mark_since(day, now)
        days = sorted(set(Stale.objects.values_list("day", flat=True)), reverse=True)
        counted = sum(keep.count(each, now) for each in days)
        self.stdout.write(f"Dias contados de novo: {counted}.")
