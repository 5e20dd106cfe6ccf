"""The lists that tickets stand in."""

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import ExpressionWrapper, Q, QuerySet

from guiche.desk.tickets.moves import FORWARDED, OPEN, RETURNED, WAITING

if TYPE_CHECKING:
    from guiche.desk.tickets.ticket import Ticket


class Listed:
    """The part of `Ticket` that finds many."""

    if TYPE_CHECKING:
        objects: ClassVar[models.Manager[Ticket]]

    @classmethod
    def listed(cls) -> "QuerySet[Ticket]":
        """Tickets with all that a list shows of them in two queries.

        Left out, and asked for one by one: the certificate and the contract of the reading, and the
        text of the procedure.
        """
        return (
            cls.objects.select_related(
                "promise", "inspection", "procedure_version", "opened_by", "owner"
            )
            .prefetch_related("promise__attempts")
            .defer("inspection__sealed_der", "inspection__contract", "procedure_version__content")
        )

    @classmethod
    def queue(cls, now: datetime) -> "QuerySet[Ticket]":
        """What Relacionamento has to return: not yet called first, by time left, and of these last
        who is waited for.

        Each has `contacted`, `tried`, and `overdue`: neither of the two though its promise ran out
        before `now`.
        """
        contacted = Q(promise__kept_at__isnull=False)
        tried = Q(promise__tried_at__isnull=False)
        paused = Q(promise__paused_at__isnull=False)
        overdue = Q(promise__due_at__lte=now) & ~contacted & ~tried & ~paused
        return (
            cls.listed()
            .filter(state__in=(FORWARDED, WAITING))
            .annotate(contacted=_truth(contacted), tried=_truth(tried), overdue=_truth(overdue))
            .order_by("contacted", "tried", _truth(paused), "promise__due_at", "pk")
        )

    @classmethod
    def returned(cls) -> "QuerySet[Ticket]":
        """What support has to mend, by time left."""
        return cls.listed().filter(state=RETURNED).order_by("promise__due_at", "pk")

    @classmethod
    def closed(cls) -> "QuerySet[Ticket]":
        """Resolved and cancelled, the latest first."""
        # Not by their states: SQLite would put all of them in order, where the index has it.
        return cls.listed().exclude(state__in=OPEN).order_by("-moved_at", "-pk")


def _truth(condition: Q) -> "ExpressionWrapper[Q]":
    return ExpressionWrapper(condition, models.BooleanField())
