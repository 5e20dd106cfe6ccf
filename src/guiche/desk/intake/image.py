"""A picture that came instead of a certificate: kept beside the call, and never believed."""

from datetime import timedelta

from django.db import models

from guiche.desk import clock, vault
from guiche.desk.people.user import User

IMAGE_KEPT = timedelta(days=90)


class Image(models.Model):
    """One picture, enciphered. It proves nothing, and is shown as “imagem, não confirmada”."""

    draft = models.ForeignKey(
        "desk.Draft", null=True, on_delete=models.CASCADE, related_name="images"
    )
    ticket = models.ForeignKey(
        "desk.Ticket", null=True, on_delete=models.CASCADE, related_name="images"
    )
    kind = models.CharField(max_length=20)
    """The media type, told by the content."""
    sealed = models.BinaryField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def content(self) -> bytes | None:
        """The picture, while its key is known."""
        return vault.unseal(bytes(self.sealed))
