"""When a certificate holds."""

from datetime import datetime
from typing import Literal, NamedTuple

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
