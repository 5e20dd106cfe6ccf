"""What is kept for how long, carried out.

| what                                              | kept                       |
|---------------------------------------------------|----------------------------|
| certificate (DER, enciphered)                     | 90 days from the reading   |
| call that was never submitted, or what is left of one | 7 days from its last change |
| reading that belongs to no call and no ticket     | 7 days                     |
| login                                             | until it expires           |
"""

import logging
from datetime import datetime

from django.contrib.sessions.models import Session

from guiche.desk.intake.draft import DRAFT_KEPT, Draft
from guiche.desk.intake.reading import Inspection

log = logging.getLogger(__name__)


def sweep(now: datetime) -> dict[str, int]:
    """Deletes what has run its time at `now`; how much of each, which the log keeps as proof."""
    done = {
        "certificates": Inspection.objects.filter(der_expires_at__lte=now).update(
            sealed_der=None, der_expires_at=None
        ),
        "drafts": Draft.objects.filter(updated_at__lte=now - DRAFT_KEPT, ended_at=None)
        .delete()[1]
        .get("desk.Draft", 0),
        "readings": Inspection.objects.filter(
            created_at__lte=now - DRAFT_KEPT, drafts=None, tickets=None
        ).delete()[0],
        "logins": Session.objects.filter(expire_date__lte=now).delete()[0],
    }
    if any(done.values()):
        log.info("retention: %s", ", ".join(f"{count} {what}" for what, count in done.items()))
    return done
