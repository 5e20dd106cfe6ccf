"""A portfolio: read by the worker, kept for a time, and the list of what to do about it."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from guiche.desk import clock
from guiche.desk.people.user import Role, User
from guiche.desk.portfolios.folder import Folder, Made
from guiche.desk.refusal import Refused

LEASE = timedelta(seconds=60)
"""So long after its last sign of life a worker has lost the portfolio that it reads."""
MOST_FAILURES = 5
_ORPHAN = timedelta(days=1)


class PortfolioRefused(Refused):
    """The portfolio is not in a state for it, or not this person's."""


class State(models.TextChoices):
    """How far it is."""

    WAITING = "waiting", "Na fila"
    READING = "reading", "Lendo"
    WRITING = "writing", "Escrevendo o relatório"
    DONE = "done", "Pronta"
    FAILED = "failed", "Não foi lida"
    CANCELLED = "cancelled", "Cancelada"


UNDER_WAY = (State.WAITING, State.READING, State.WRITING)


class Portfolio(models.Model):
    """One. The rows of its table lie in its `folder`; here is what is counted of them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    """The mark of the form that began it, so that a form sent twice begins one."""
    name = models.CharField(max_length=80)
    place = models.CharField(max_length=400, blank=True)
    """The folder of the server that is read, below the one that is opened for it; "": uploads."""
    column = models.CharField(max_length=120, blank=True)
    """Of a table, the column with the certificates; "": it is found."""
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)
    at = models.DateTimeField(null=True)
    """The moment that the certificates are judged for."""
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    """How often a worker took it: by that it knows whether it still has it."""
    failures = models.PositiveIntegerField(default=0)
    """How often one that had it was not heard of again."""
    read = models.PositiveBigIntegerField(default=0)
    """Items so far: files, members of archives, cells of tables."""
    rate = models.FloatField(default=0)
    """Of them a second, lately."""
    counts: "models.JSONField[dict[str, int], dict[str, int]]" = models.JSONField(default=dict)
    """How often each status is there, and "error"."""
    wanted = models.PositiveBigIntegerField(default=0)
    """Rows of the table that call for something."""
    is_cut = models.BooleanField(default=False)
    """Whether the list holds the most urgent of them alone."""
    written = models.PositiveIntegerField(default=0)
    """The attempt that made what there is to see of it."""
    why = models.CharField(max_length=300, blank=True)
    """Why it failed."""
    since = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    """The earlier one that it is compared with."""
    changes: "models.JSONField[list[Any], list[Any]]" = models.JSONField(default=list)
    """What changed since, as pairs of words and count."""

    class Meta:
        """The newest first; workers ask for those under way."""

        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(
                fields=["created_at"], name="portfolio_under_way", condition=Q(state__in=UNDER_WAY)
            ),
        )

    def __str__(self) -> str:
        return self.name

    @classmethod
    def begin(
        cls, key: uuid.UUID, by: User, *, name: str = "", place: str = "", column: str = ""
    ) -> "Portfolio":
        """One that waits to be read; that of a form that was sent before, as it stands."""
        now = clock.now()
        named = name or f"Carteira de {timezone.localtime(now):%d/%m/%Y %H:%M}"
        portfolio, _ = cls.objects.get_or_create(
            id=key,
            defaults={"name": named, "by": by, "place": place, "column": column, "created_at": now},
        )
        return portfolio

    @classmethod
    def seen_by(cls, user: User) -> "QuerySet[Portfolio]":
        """A portfolio is of who began it, and of supervisors."""
        every = cls.objects.select_related("by", "since")
        return every if user.role == Role.SUPERVISAO else every.filter(by=user)

    @property
    def folder(self) -> Folder:
        """Its files."""
        return Folder.of(self.pk)

    @property
    def made(self) -> Made:
        """What this attempt makes."""
        return self.folder.made(self.attempts)

    @property
    def shown(self) -> Made:
        """What there is to see of it; it may not be there any more."""
        return self.folder.made(self.written)

    @property
    def is_under_way(self) -> bool:
        """Whether a worker has something to do on it."""
        return self.state in UNDER_WAY

    @property
    def is_done(self) -> bool:
        """Whether there is all that comes of it."""
        return self.state == State.DONE

    @property
    def is_read(self) -> bool:
        """Whether its table and its list are there."""
        return self.state in (State.WRITING, State.DONE)

    @property
    def rows(self) -> int:
        """Of its table."""
        return sum(self.counts.values())

    # What a worker does

    @classmethod
    def claim(cls, now: datetime) -> "Portfolio | None":
        """The first that waits and whose files are here, for this worker alone while it renews."""
        free = Q(lease_until=None) | Q(lease_until__lte=now)
        waiting = cls.objects.filter(free, state__in=UNDER_WAY).order_by("created_at")
        for portfolio in waiting[:20]:
            if not portfolio.folder.path.is_dir():
                continue  # on the disk of another machine, or not there yet
            mine = cls.objects.filter(free, pk=portfolio.pk, attempts=portfolio.attempts)
            lost = portfolio.lease_until is not None
            changes = {
                "lease_until": now + LEASE, "attempts": portfolio.attempts + 1,
                "failures": portfolio.failures + lost,
            }  # fmt: skip
            if mine.update(**changes) == 1:
                for field, value in changes.items():
                    setattr(portfolio, field, value)
                return portfolio
        return None

    def hold(self, **changes: Any) -> bool:
        """Writes changes down; False where it was cancelled or is another worker's by now."""
        held = Portfolio.objects.filter(
            pk=self.pk, attempts=self.attempts, state__in=UNDER_WAY
        ).update(**changes)
        for name, value in changes.items():
            setattr(self, name, value)
        return held == 1

    def end(self, state: State, why: str = "") -> bool:
        """It is over, well or not."""
        return self.hold(state=state, why=why, lease_until=None, finished_at=clock.now())

    # What a person does

    def cancel(self) -> None:
        """Ends the reading: what was sent and what was read so far go."""
        ended = Portfolio.objects.filter(pk=self.pk, state__in=(State.WAITING, State.READING))
        if ended.update(state=State.CANCELLED, finished_at=clock.now()) != 1:
            raise PortfolioRefused("Esta carteira já foi lida. Para tirá-la daqui, apague-a.")
        self.folder.drop()

    def compare(self, earlier: "Portfolio | None") -> None:
        """Has the report made anew, with what changed since the earlier one."""
        if not self.write_again(State.DONE, since=earlier, changes=[]):
            raise PortfolioRefused("Espere: o relatório desta carteira está sendo escrito.")

    def write_again(self, *of: State, **changes: Any) -> bool:
        """Has the report made anew, and of the rest what is not there; False where it is in none of
        these states.

        A worker that is at it meanwhile loses it, by the count of attempts.
        """
        rows = Portfolio.objects.filter(pk=self.pk, state__in=of)
        again = rows.update(
            state=State.WRITING, attempts=F("attempts") + 1, failures=0, lease_until=None, **changes
        )
        return again == 1

    @transaction.atomic
    def drop(self) -> None:
        """Deletes it, with all that came of it but the calls and tickets."""
        Portfolio.objects.filter(pk=self.pk).delete()
        transaction.on_commit(self.folder.drop)


def forget_before(moment: datetime) -> int:
    """Deletes those that were over before the moment, and files of none; how many of them."""
    over = list(Portfolio.objects.filter(finished_at__lte=moment).exclude(state__in=UNDER_WAY))
    for portfolio in over:
        portfolio.drop()
    # A body that broke off has a folder and no row; one that was cancelled may have both.
    kept = set(Portfolio.objects.exclude(state=State.CANCELLED).values_list("pk", flat=True))
    for key, folder in Folder.every():
        if key not in kept and folder.is_older_than(timezone.now() - _ORPHAN):
            folder.drop()
    return len(over)
