"""The settings of one company, versioned: each change is a new row, with its author."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models

from guiche.desk import clock
from guiche.desk.people.user import User
from guiche.desk.site.hours import Hours


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
        version = SiteVersion.objects.order_by("-pk").first()
        return cls.of(version.content) if version else cls()


class SiteVersion(models.Model):
    """The settings as somebody saved them; never changed once written, the latest holds."""

    content: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.pk} {self.at:%Y-%m-%d %H:%M}"
