"""Registro: who saw what is masked, gave or erased a person's data, or changed an account.

Written once, never with the datum itself. It tells of the people of the desk; of customers it holds
no more than the number of a ticket, and a keyed digest of a CPF or CNPJ.
"""

import hmac
import logging
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import models

from guiche.desk import clock
from guiche.desk.people.user import User

log = logging.getLogger(__name__)

RECORDS_KEPT = timedelta(days=5 * 365)


class Record(models.Model):
    """One act."""

    class Kind(models.TextChoices):
        """What was done."""

        SHOWN = "shown", "Dado mostrado"
        EXPORTED = "exported", "Dados entregues ao titular"
        ERASED = "erased", "Dados apagados a pedido"
        ACCOUNT = "account", "Conta da equipe"
        PORTFOLIO = "portfolio", "Carteira baixada"

    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    """None: the command line."""
    ticket = models.ForeignKey(
        "desk.Ticket", null=True, on_delete=models.PROTECT, related_name="records"
    )
    person = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="records")
    """The account that was changed."""
    what = models.CharField(max_length=120)
    digest = models.CharField(max_length=64, blank=True)
    """Of the CPF or CNPJ, keyed: the same number gives the same, and nobody computes it back."""
    detail: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)
    """Counts and numbers of tickets."""

    class Meta:
        """The newest first."""

        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=["kind", "-at"], name="record_kind_at"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.what}"

    @classmethod
    def write(cls, kind: "Record.Kind", what: str, by: User | None, **about: Any) -> "Record":
        """Writes it down, and what was done on a page into the log too, which is kept elsewhere."""
        record = cls.objects.create(kind=kind, what=what, by=by, **about)
        if by:
            log.info(
                "record %s: %s, %s, by account %s, of account %s",
                record.pk, kind, what, by.pk, record.person_id,
            )  # fmt: skip
        return record


def digest_of(number: str) -> str:
    """A keyed digest of a compact CPF or CNPJ."""
    return hmac.new(settings.DATA_KEY.encode(), b"person:" + number.encode(), sha256).hexdigest()
