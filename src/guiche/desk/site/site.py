"""The settings of one company, versioned: each change is a new row, with its author."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from guiche.desk import clock
from guiche.desk.people.turn import take_turn
from guiche.desk.people.user import User
from guiche.desk.refusal import Refused
from guiche.desk.site.hours import Hours

# Asked on nearly every way: the ORM would make the text anew each time.
_LATEST = "SELECT id, content FROM desk_siteversion ORDER BY id DESC LIMIT 1"


@dataclass(frozen=True)
class Site:
    """What the company has set. Without `hours` no ticket is opened: a time would be spoken that
    nobody is there to keep."""

    hours: Hours | None = None
    desk: str = "Qualitor"
    """What the desk in use is called on the screen; "" when the company has none but Guichê."""
    authorities: tuple[str, ...] = ()
    """Names or CNPJs of the company's own AC and AR."""
    phones: tuple[str, ...] = ()
    """The company's own numbers (E.164), which no customer has."""

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "Site":
        """From the content of a version."""
        hours = content.get("hours")
        return cls(
            hours=Hours.read(**hours) if hours else None,
            desk=content.get("desk", cls.desk),
            authorities=tuple(content.get("authorities", ())),
            phones=tuple(content.get("phones", ())),
        )

    @classmethod
    def current(cls) -> "Site":
        """As it stands now."""
        rows = SiteVersion.objects.raw(_LATEST)
        return next((cls.of(row.content) for row in rows), cls())


class SavedMeanwhile(Refused):
    """Somebody else saved the settings since this form was opened."""


class SiteVersion(models.Model):
    """The settings as somebody saved them; never changed once written, the latest holds."""

    content: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.pk} {self.at:%Y-%m-%d %H:%M}"

    @classmethod
    def latest(cls) -> "SiteVersion | None":
        """The version that holds, or None before the first."""
        return cls.objects.select_related("by").order_by("-pk").first()

    @classmethod
    @transaction.atomic
    def save_next(cls, content: dict[str, Any], by: User, *, seen: int) -> "SiteVersion | None":
        """The next version; None where nothing changed.

        `seen` is the key of the version that the form was filled from, 0 for none: where another
        one holds by now, `SavedMeanwhile`.
        """
        take_turn()
        latest = cls.latest()
        if (latest.pk if latest else 0) != seen:
            who = (latest and latest.by) or "Alguém"
            raise SavedMeanwhile(f"{who} salvou os ajustes depois que você abriu esta página.")
        if latest and latest.content == content:
            return None
        return cls.objects.create(content=content, by=by)
