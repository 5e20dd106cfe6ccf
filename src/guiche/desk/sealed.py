"""All that rests enciphered in the database: tried on the data key, and sealed anew with it."""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Model, Q, QuerySet

from guiche.desk import vault
from guiche.desk.api.answered import Answered
from guiche.desk.cloud.application import PscApplication
from guiche.desk.connectors.connection import Connection
from guiche.desk.intake.image import Image
from guiche.desk.intake.reading import Inspection
from guiche.desk.portfolios.line import Line


class Opening(StrEnum):
    """By which key a content is opened."""

    PRESENT, FORMER, NONE = "present", "former", "none"


class Place(NamedTuple):
    """Rows with a sealed content in a column, or under a key of a column of JSON."""

    model: type[Model]
    held: Q
    column: str
    key: str = ""

    @property
    def rows(self) -> "QuerySet[Any]":
        """Those that hold one."""
        return self.model._default_manager.filter(self.held)

    @property
    def contents(self) -> Iterator[bytes]:
        """Each of them, sealed."""
        column = f"{self.column}__{self.key}" if self.key else self.column
        for content in self.rows.values_list(column, flat=True).iterator(chunk_size=100):
            yield content.encode() if self.key else bytes(content)

    @transaction.atomic
    def renew(self, pk: int) -> Opening | None:
        """Seals one content with the present key; by which key it was opened, None once it is gone.

        The row is held meanwhile: a recovery code that is being used counts itself off in it.
        """
        row = self.rows.select_for_update(no_key=True).filter(pk=pk).first()
        if row is None:
            return None
        held = getattr(row, self.column)
        sealed = held[self.key].encode() if self.key else bytes(held)
        if vault.is_present(sealed):
            return Opening.PRESENT
        content = vault.unseal(sealed)
        if content is None:
            return Opening.NONE
        new = vault.seal(content)
        setattr(row, self.column, {**held, self.key: new.decode()} if self.key else new)
        row.save(update_fields=[self.column])
        return Opening.FORMER


def _factor(kind: str, key: str) -> Place:
    return Place(Authenticator, Q(type=kind, data__has_key=key), "data", key)


PLACES = (
    Place(Inspection, ~Q(sealed_der=None), "sealed_der"),
    Place(Image, Q(), "sealed"),
    Place(Connection, ~Q(sealed=b""), "sealed"),
    Place(PscApplication, ~Q(sealed=b""), "sealed"),
    Place(Line, ~Q(sealed_der=None), "sealed_der"),
    Place(Answered, ~Q(sealed=b""), "sealed"),
    _factor(Authenticator.Type.TOTP, "secret"),
    _factor(Authenticator.Type.RECOVERY_CODES, "seed"),
)


def contents() -> Iterator[bytes]:
    """All of them, sealed."""
    for place in PLACES:
        yield from place.contents


def renew() -> Counter[Opening]:
    """Seals everything with the present key, a row at a time, while the desk is in use; how many
    contents each key had opened."""
    done: Counter[Opening] = Counter()
    for place in PLACES:
        for pk in list(place.rows.order_by("pk").values_list("pk", flat=True)):
            if opening := place.renew(pk):
                done[opening] += 1
    return done
