"""A picture that came instead of a certificate: kept beside the call, and never believed."""

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models, transaction

from guiche.desk import clock, vault
from guiche.desk.people.user import User
from guiche.desk.refusal import Refused
from guiche.sources.found import size_in_words

if TYPE_CHECKING:
    from guiche.desk.intake.draft import Draft

IMAGE_KEPT = timedelta(days=90)
LARGEST = 5 * 1024 * 1024
MOST = 5
"""Of one call."""

_KINDS = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff[\xc0-\xfe]"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF....WEBPVP8[ LX]", re.DOTALL),
}


class ImageRefused(Refused):
    """The picture cannot be kept."""


def kind_of(content: bytes) -> str | None:
    """The media type of a picture, told by its content; None of anything else, SVG too."""
    return next((kind for kind, start in _KINDS.items() if start.match(content)), None)


class Images(models.QuerySet["Image"]):
    """Pictures of a call or of a ticket."""

    def listed(self) -> "Images":
        """In the order they came, without their content."""
        return self.order_by("pk").defer("sealed")


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
    sent = models.BooleanField(default=False, db_default=False)
    """Whether the customer sent it, by the page of the ticket; `by` then opened the ticket."""
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(db_index=True)

    objects = Images.as_manager()

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d %H:%M}"

    @classmethod
    @transaction.atomic
    def keep(cls, content: bytes, *, draft: "Draft", by: User) -> "Image":
        """Keeps a picture beside an open call, for its time; `ImageRefused` says why not."""
        kind = _judged(content)
        # The call's row is held from here: two at once make no sixth, and none comes too late.
        if not draft.touch():
            raise ImageRefused("Este atendimento já terminou, e a imagem não foi guardada.")
        if draft.images.count() >= MOST:
            raise ImageRefused(f"Já há {MOST} imagens. Remova uma antes de mandar outra.")
        now = clock.now()
        return cls.objects.create(
            draft=draft, kind=kind, sealed=vault.seal(content), by=by,
            created_at=now, expires_at=now + IMAGE_KEPT,
        )  # fmt: skip

    @classmethod
    def keep_beside(
        cls, content: bytes, *, ticket_id: int, by: User, at: datetime, sent: bool
    ) -> "Image":
        """Keeps a picture beside an open ticket, whose row the caller holds; `sent` by the
        customer, whose pictures are counted apart from those of the desk."""
        kind = _judged(content)
        if cls.objects.filter(ticket_id=ticket_id, sent=sent).count() >= MOST:
            raise ImageRefused(
                f"Já recebemos {MOST} imagens suas. Obrigado, são o bastante."
                if sent
                else f"Já há {MOST} imagens neste chamado; é o limite."
            )
        return cls.objects.create(
            ticket_id=ticket_id, kind=kind, sealed=vault.seal(content), by=by, sent=sent,
            created_at=at, expires_at=at + IMAGE_KEPT,
        )  # fmt: skip

    @property
    def content(self) -> bytes | None:
        """The picture, while its key is known."""
        return vault.unseal(bytes(self.sealed))

    @property
    def position(self) -> int:
        """Its place among the pictures of its call or ticket, from one."""
        beside = Image.objects.filter(draft=self.draft_id, ticket=self.ticket_id, pk__lte=self.pk)
        return beside.count()

    @property
    def extension(self) -> str:
        """Of a file with this content: `png`."""
        return self.kind.partition("/")[2]


def _judged(content: bytes) -> str:
    """The media type of a picture that may be kept; else an `ImageRefused`."""
    kind = kind_of(content)
    if kind is None:
        raise ImageRefused("Só guardo imagens PNG, JPEG, GIF ou WebP.")
    if len(content) > LARGEST:
        raise ImageRefused(
            f"A imagem tem {size_in_words(len(content))}; o limite é {LARGEST >> 20} MB. "
            "Mande só o pedaço da tela que interessa."
        )
    return kind
