"""`guiche manage erase`: erases what is held of one person or company, on their request."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from guiche.desk.tickets.erasure import Held
from guiche.desk.tickets.handover import forget
from guiche.icpbrasil.masks import mask_document
from guiche.icpbrasil.numbers import cnpj, cpf


class Command(BaseCommand):
    """Without `--yes` it only says what would be erased."""

    help = "Apaga o que há de uma pessoa ou empresa, a pedido dela (LGPD, art. 18)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options."""
        parser.add_argument("document", metavar="CPF_OU_CNPJ")
        parser.add_argument("--yes", action="store_true", help="Apaga; sem isto, só mostra.")

    def handle(self, *_: Any, document: str, yes: bool, **__: Any) -> None:
        """Lists what is held, masked; with `--yes` erases it, less what is still needed."""
        number = cnpj.compact(document)
        if not (cpf.is_valid(number) or cnpj.is_valid(number)):
            raise CommandError("Este CPF ou CNPJ não confere. Leia de novo o número.")
        held = Held.of(number)
        self.stdout.write(f"{mask_document(number)}:")
        for ticket in held.tickets:
            self.stdout.write(
                f"  chamado {ticket.spoken}, {ticket.state_label.lower()}, "
                f"aberto em {ticket.opened_at:%d/%m/%Y}"
            )
        self.stdout.write(f"  {len(held.calls)} em atendimento, {len(held.readings)} leituras")
        if held.portfolios.rows:
            self.stdout.write(f"  {held.portfolios.rows} linhas de carteiras")
        if held.portfolios.unread:
            self.stdout.write(
                f"  {held.portfolios.unread} carteiras ainda sendo lidas: repita depois"
            )
        if not yes:
            self.stdout.write("Nada foi apagado. Para apagar, repita com --yes.")
            return
        record, refusals = forget(number)
        self.stdout.write(f"Chamados apagados: {len(held.tickets) - len(refusals)}.")
        self.stdout.write(f"Registro {record.pk}.")
        if not settings.EMAIL_HOST:
            self.stdout.write(f"E-mails gravados em {settings.EMAIL_FILE_PATH}: confira e apague.")
        if refusals:
            raise CommandError("\n".join(map(str, refusals)))
