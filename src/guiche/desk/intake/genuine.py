"""Whether the certificate of a reading is genuine: judged after the verdict, and kept with it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from django.conf import settings
from django.db import transaction

from guiche.desk.intake.reading import Inspection
from guiche.trust import USES, Anchors, Cache, Online, Revocation, Status, Trust, check
from guiche.trust.client import client_of
from guiche.trust.revocation import Failed
from guiche.trust.shelf import Shelf, folder_of

_KEPT = ("status", "at", "root", "findings")
"""Of the public JSON; the path begins with the holder's name."""

_SECONDS = 6.0
"""For one address: where it is silent, there is time left for the next one."""
_places = BoundedSemaphore(2)
"""Who asks at the same time: silent authorities must not hold every thread of the desk."""
_failed = Failed(60)


def anchors() -> Anchors:
    """The authorities of this installation, where `guiche trust` keeps them; read anew when others
    were imported."""
    folder = folder_of(os.environ)
    return _anchors(folder, tuple(version.sha512 for version in Shelf(folder).used()))


@lru_cache(maxsize=1)
def _anchors(folder: Path, _versions: tuple[str, ...]) -> Anchors:
    return Shelf(folder).anchors()


def answers() -> Cache:
    """What authorities answered, which is kept for some hours."""
    return Cache(folder_of(os.environ) / "answers")


def judge(reading: Inspection, known: Anchors, now: datetime) -> Trust | None:
    """The path of its certificate, which is kept with it; None where no certificate is kept.

    Goes online only where the site asks for revocation, and for so many at a time; another is told
    by the answers that are kept, or that its revocation is not known for now.
    """
    der = reading.der
    if der is None:
        return None
    with _revocation() as revocation:
        trust = check(
            der, known, at=now, extra=reading.authorities, revocation=revocation, use=USES["login"]
        )
    _keep(reading, trust)
    return trust


def headline_of(kept: Mapping[str, Any]) -> str:
    """What is kept of it, as a sentence; "" where it was not judged."""
    status = Status(kept.get("status", Status.UNCHECKED))
    return "" if status is Status.UNCHECKED else Trust(status, root=kept.get("root")).headline


@contextmanager
def _revocation() -> Iterator[Revocation | None]:
    if not settings.REVOCATION:
        yield None
        return
    client = client_of(os.environ, seconds=_SECONDS)
    if not _places.acquire(blocking=False):
        yield Revocation(online=Online(client, answers(), seconds=0))
        return
    try:
        yield Revocation(online=Online(client, answers(), failed=_failed))
    finally:
        _places.release()


@transaction.atomic
def _keep(reading: Inspection, trust: Trust) -> None:
    """Written where it is news; into the row as it stands, which may be gone or reduced by now."""
    kept = {key: value for key, value in trust.to_dict().items() if key in _KEPT}
    before = reading.contract.get("trust") or {}
    if all(before.get(key) == kept[key] for key in _KEPT if key != "at"):
        return
    row = Inspection.objects.select_for_update().filter(pk=reading.pk).first()
    if row:
        row.contract["trust"] = reading.contract["trust"] = kept
        row.save(update_fields=["contract"])
