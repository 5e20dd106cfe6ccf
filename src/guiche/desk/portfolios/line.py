"""One line of the list of what to do: a certificate, how urgent it is, and what there is to say.

People are masked in what is said. The certificate rests enciphered, for the ticket that may come of
it; whose it is, is known by the number alone.
"""

from django.db import models

from guiche.desk import vault
from guiche.desk.portfolios.portfolio import Portfolio

URGENCIES = (
    (1, "Agora"),
    (2, "Em até 90 dias"),
    (3, "Conferir"),
    (4, "Na renovação"),
    (5, "Vencido há mais de 30 dias"),
)
"""As `guiche.portfolio.report.actions` has them; a page tells them without Arrow."""


class Line(models.Model):
    """One certificate, or one file that gave none."""

    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    """In the list, the most urgent first."""
    number = models.PositiveBigIntegerField()
    """Of its row in the table."""
    urgency = models.PositiveSmallIntegerField(choices=URGENCIES)
    status = models.CharField(max_length=20)
    """Of the CEI, or "error"."""
    profile = models.CharField(max_length=20, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    document = models.CharField(max_length=14, blank=True, db_index=True)
    """CNPJ or CPF of the holder, compact; "" where none is written."""
    responsible = models.CharField(max_length=11, blank=True, db_index=True)
    """CPF of who answers for the certificate of a company."""
    said: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(default=dict)
    """`who`, `document`, `responsible`, `kind`, `issuer`, `verdict`, `what`, `why`, `until`."""
    sealed_der = models.BinaryField(null=True)

    class Meta:
        """In the order of the list."""

        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=["portfolio", "position"], name="portfolio_line_once"),
        )

    def __str__(self) -> str:
        return f"{self.portfolio_id} {self.position}"

    @property
    def der(self) -> bytes | None:
        """The certificate; None where there was none, or no key opens it any more."""
        return vault.unseal(bytes(self.sealed_der)) if self.sealed_der else None

    @property
    def holder(self) -> str:
        """Equal for lines of one holder; one whose number is not known is nobody else's."""
        return self.document or self.sha256
