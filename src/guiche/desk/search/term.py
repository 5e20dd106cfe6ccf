"""The index of what tickets and paused calls are found by."""

from django.db import models


class Term(models.Model):
    """One normalised word or number of one ticket or call.

    `term` is bytes: they are ordered alike by every database and every collation, so that one
    index serves whole terms and beginnings on SQLite and PostgreSQL.
    """

    class Kind(models.TextChoices):
        """What the term is, and so how it is compared."""

        DOCUMENT = "document", "CPF ou CNPJ"
        PHONE = "phone", "telefone"
        NAME = "name", "nome"
        FINGERPRINT = "fingerprint", "impressão digital"
        NUMBER = "number", "número no sistema da empresa"
        EMAIL = "email", "e-mail"

    kind = models.CharField(max_length=12, choices=Kind)
    term = models.BinaryField(max_length=80)
    ticket = models.ForeignKey(
        "desk.Ticket", null=True, on_delete=models.CASCADE, related_name="terms"
    )
    draft = models.ForeignKey(
        "desk.Draft", null=True, on_delete=models.CASCADE, related_name="terms"
    )

    class Meta:
        """One index answers every search."""

        indexes = (models.Index(fields=["kind", "term", "ticket"], name="term_search"),)

    def __str__(self) -> str:
        return f"{self.kind} {bytes(self.term).decode('utf-8', 'replace')}"
