"""What was counted, day by day; and which days are to be counted anew.

A row says nothing about a person: names of teams, authorities and questions, answers of closed
lists, and numbers. Everything belongs to one day: a ticket with all that became of it to the one on
which it was opened, a call without a ticket to the one on which it ended.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from guiche.desk import clock
from guiche.desk.rows import insert

PAUSE = timedelta(seconds=30)
"""Between two counts of the same day, however much happens in it."""
LONGEST = 200
_AT_ONCE = 1000


class Key(NamedTuple):
    """What is counted; `what` and `which` say more, as the kind says."""

    team: str
    procedure: str
    kind: str
    what: str = ""
    which: str = ""


class Tally(models.Model):
    """How many there are of one key on one day."""

    class Kind(models.TextChoices):
        """What is counted, and what `what` and `which` hold."""

        STATE = "state", "chamados por situação"
        PROMISE = "promise", "prazos, pelo nome do seu estado"
        CONTACT = "contact", "primeiros contatos, em quartos de hora desde a abertura"
        ISSUER = "issuer", "leituras por emissora e veredito"
        PROFILE = "profile", "leituras por perfil e veredito"
        SOURCE = "source", "leituras pela fonte"
        MISSING = "missing", "dados que faltaram, e por quê"
        AGAIN = "again", "chamados de quem já tinha outro"
        ENDED = "ended", "atendimentos sem chamado, por motivo"

    day = models.DateField()
    team = models.CharField(max_length=120)
    procedure = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind)
    what = models.CharField(max_length=LONGEST, blank=True)
    which = models.CharField(max_length=LONGEST, blank=True)
    count = models.PositiveIntegerField()

    class Meta:
        """One row a key and day. Sums are read from the second index alone, in its order."""

        constraints = (
            models.UniqueConstraint(
                fields=["day", "kind", "team", "procedure", "what", "which"], name="tally_once"
            ),
        )
        indexes = (
            models.Index(
                fields=["kind", "what", "which", "day", "team", "procedure", "count"],
                name="tally_sums",
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.what} {self.which}: {self.count}"


class Stale(models.Model):
    """Something happened that belongs to this day: its rows may no longer be right.

    Written in the transaction of what happened, and a row each, so that nobody waits for anybody. A
    count takes away those alone that it saw when it began: what they stand for is in it.
    """

    day = models.DateField(db_index=True)
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.day}"

    @classmethod
    def mark(cls, days: Iterable[date]) -> None:
        """Has these days counted anew."""
        insert([Stale(day=day) for day in sorted(set(days))])


class Counted(models.Model):
    """A day as it was counted last."""

    day = models.DateField(unique=True)
    version = models.PositiveBigIntegerField(default=0)
    at = models.DateTimeField(null=True)
    changes_at = models.DateTimeField(null=True, db_index=True)
    """When the figures change though nothing happens: a promise comes near its end, or to it."""

    def __str__(self) -> str:
        return f"{self.day} {self.version}"

    @classmethod
    def due(cls, now: datetime) -> list[date]:
        """The days that are to be counted at `now`, the latest first."""
        rested = Q(at=None) | Q(at__lte=now - PAUSE) | Q(at__gt=now)  # the clock may be set back
        resting = set(cls.objects.exclude(rested).values_list("day", flat=True))
        stale = set(Stale.objects.values_list("day", flat=True).distinct())
        moved = cls.objects.filter(changes_at__lte=now).values_list("day", flat=True)
        return sorted((stale | set(moved)) - resting, reverse=True)

    @transaction.atomic
    def keep(
        self,
        counts: "dict[Key, int]",
        now: datetime,
        changes_at: datetime | None,
        seen: list[int],
    ) -> bool:
        """Writes what was counted, in place of what stood there.

        `seen` are the marks that were there before it was counted. False, and nothing changes,
        when somebody else wrote the day since this row was read: his count may be the later one.
        """
        mine = Counted.objects.filter(pk=self.pk, version=self.version)
        if mine.update(version=F("version") + 1, at=now, changes_at=changes_at) != 1:
            return False
        Tally.objects.filter(day=self.day).delete()
        Tally.objects.bulk_create(
            Tally(day=self.day, **key._asdict(), count=count) for key, count in counts.items()
        )
        for start in range(0, len(seen), _AT_ONCE):
            Stale.objects.filter(pk__in=seen[start : start + _AT_ONCE]).delete()
        return True


def day_of(moment: datetime) -> date:
    """The day that it belongs to, as the desk counts them."""
    return timezone.localdate(moment)
