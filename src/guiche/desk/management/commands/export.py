"""`guiche manage export`: what is held of one person or company, to be given to them."""

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from guiche.desk.tickets.handover import hand_over, written
from guiche.icpbrasil.numbers import cnpj, cpf


class Command(BaseCommand):
    """Writes a file that only this account of the machine reads, and a record of it."""

    help = "Grava o que há de uma pessoa ou empresa, para entregar a ela (LGPD, art. 18)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options."""
        parser.add_argument("document", metavar="CPF_OU_CNPJ")
        parser.add_argument("file", metavar="ARQUIVO", type=Path, help=".json, ou .txt para ler.")

    def handle(self, *_: Any, document: str, file: Path, **__: Any) -> None:
        """Never over a file that is there."""
        number = cnpj.compact(document)
        if not (cpf.is_valid(number) or cnpj.is_valid(number)):
            raise CommandError("Este CPF ou CNPJ não confere. Leia de novo o número.")
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"Não consegui gravar {file}: {error.strerror}.") from error
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            told, record = hand_over(number)
            as_text = file.suffix == ".txt"
            handle.write(
                written(told) if as_text else json.dumps(told, ensure_ascii=False, indent=2)
            )
        self.stdout.write(f"Gravado: {record.what}. Registro {record.pk}.")
