"""When a certificate holds."""

from datetime import datetime, timedelta, timezone
from typing import Literal, NamedTuple

# Certificates end at midnight of Brasília, the next day in UTC. No summer time since 2019.
BRASILIA = timezone(timedelta(hours=-3))

ValidityStatus = Literal["valid", "expired", "not_yet"]


class Validity(NamedTuple):
    """The two dates, aware, in UTC, None where unreadable; `status` None where not judged."""

    not_before: datetime | None
    not_after: datetime | None
    status: ValidityStatus | None

    @classmethod
    def judged(
        cls, not_before: datetime | None, not_after: datetime | None, at: datetime | None
    ) -> "Validity":
        """The validity at a moment; both ends belong to it (RFC 5280, 4.1.2.5)."""
        status: ValidityStatus | None = None
        if at and not_after and at > not_after:
            status = "expired"
        elif at and not_before and at < not_before:
            status = "not_yet"
        elif at and not_before and not_after:
            status = "valid"
        return cls(not_before, not_after, status)


def day(moment: datetime) -> str:
    """The day in Brasília, `dd/mm/aaaa`, as the dialogs of the country show it."""
    # A certificate can claim the first hours of year 1, before which there is no date.
    local = moment.astimezone(BRASILIA) if moment.year > 1 else moment
    return f"{local:%d/%m/%Y}"
