"""A ticket of the desk that carries one of our keys and is nobody's counterpart."""

from datetime import datetime

from django.db import models, transaction
from django.db.models import QuerySet

from guiche.desk import clock
from guiche.desk.connectors.connection import Connection
from guiche.desk.connectors.connector import Created, Found
from guiche.desk.deliveries.decided import LONGEST_WHY
from guiche.desk.deliveries.delivery import Delivery
from guiche.desk.deliveries.link import LONGEST_REF, LONGEST_URL, Link, stored
from guiche.desk.people.user import User
from guiche.desk.refusal import Refused
from guiche.desk.tickets.ticket import Ticket


class StrayRefused(Refused):
    """What was found is settled already, or not so."""


class Stray(models.Model):
    """Shown until a person settles it. Nothing is ever cancelled in the desk by itself."""

    class Kind(models.TextChoices):
        """Why it is nobody's."""

        DOUBLE = "double", "Repetido"
        UNLINKED = "unlinked", "Sem ligação"
        FOREIGN = "foreign", "De outro Guichê"

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="strays")
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.PROTECT, related_name="strays")
    """Whose key it carries; None where we have no such ticket."""
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=20)
    ref = models.CharField(max_length=LONGEST_REF)
    number = models.CharField(max_length=LONGEST_REF, blank=True)
    url = models.CharField(max_length=LONGEST_URL, blank=True)
    found_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=LONGEST_WHY, blank=True)

    class Meta:
        """One is found once, however often it is seen."""

        constraints = (models.UniqueConstraint(fields=["connection", "ref"], name="stray_once"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.shown}"

    @property
    def shown(self) -> str:
        """Its number in the desk, as people call it."""
        return self.number or self.ref

    @classmethod
    def note(
        cls, connection: Connection, ticket: Ticket | None, kind: "Stray.Kind", found: Found
    ) -> bool:
        """Keeps it; False where it was known.

        A number that comes again with another key is another ticket: the desk began to count anew.
        """
        known = stored(found.created)
        seen = {"ticket": ticket, "kind": kind, "key": found.key, **known}
        stray, new = cls.objects.get_or_create(
            connection=connection, ref=known["ref"], defaults=seen
        )
        if new or stray.key == found.key:
            return new
        anew = {"found_at": clock.now(), "settled_at": None, "settled_by": None, "why": ""}
        cls.objects.filter(pk=stray.pk).update(**seen, **anew)
        return True

    @classmethod
    def of_trial(cls, connection: Connection, created: Created, key: str) -> None:
        """Keeps that this one is a test, settled from the start; its key is no ticket's.

        It may be known: the reconciler looked at that moment, or the desk counts anew.
        """
        known = stored(created)
        test = {
            **known, "kind": cls.Kind.FOREIGN, "ticket": None, "key": key,
            "settled_at": clock.now(), "why": "Chamado de teste.",
        }  # fmt: skip
        cls.objects.update_or_create(connection=connection, ref=known["ref"], defaults=test)

    @classmethod
    def unsettled(cls) -> "QuerySet[Stray]":
        """What a person has to look at, the oldest first."""
        open_ = cls.objects.filter(settled_at=None).select_related("connection", "ticket")
        return open_.order_by("found_at", "pk")

    @transaction.atomic
    def settle(self, by: User | None, why: str) -> None:
        """A person has seen to it; `StrayRefused` where one did before, or does not say why."""
        if not why.strip():
            raise StrayRefused("Escreva o que foi feito.")
        self._end(by, why.strip())

    @transaction.atomic
    def adopt(self, by: User) -> Link:
        """Makes it the counterpart of its ticket, which has none yet; what waited goes on."""
        if self.ticket is None:
            raise StrayRefused("Este chamado traz uma marca que não é de nenhum chamado daqui.")
        found = Found(self.ref, self.key, self.number, self.url)
        link = Link.make(self.ticket, self.connection, found.created, by=by)
        if link.ref != self.ref:
            raise StrayRefused(f"O chamado já está ligado ao {link.shown}. Encerre um dos dois lá.")
        Delivery.opened_by_hand(self.ticket, self.connection, clock.now())
        self._end(by, "Ligado a este protocolo.")
        return link

    def _end(self, by: User | None, why: str) -> None:
        now: datetime = clock.now()
        open_ = type(self).objects.filter(pk=self.pk, settled_at=None)
        if open_.update(settled_at=now, settled_by=by, why=why[:LONGEST_WHY]) != 1:
            raise StrayRefused("Outra pessoa já resolveu isto. Atualize a página.")
