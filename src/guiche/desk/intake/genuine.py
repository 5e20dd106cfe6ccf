"""Whether the certificate of a reading is genuine: judged after the verdict, and kept with it."""

import os
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from guiche.desk.intake.reading import Inspection
from guiche.trust import USES, Anchors, Cache, Online, Revocation, Status, Trust, check
from guiche.trust.client import client_of
from guiche.trust.shelf import Shelf, folder_of

_KEPT = ("status", "at", "root", "findings")
"""Of the public JSON; the path begins with the holder's name."""


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

    Goes online only where the site asks for revocation.
    """
    der = reading.der
    if der is None:
        return None
    trust = check(
        der, known, at=now, extra=reading.authorities, revocation=_revocation(), use=USES["login"]
    )
    _keep(reading, trust)
    return trust


def headline_of(kept: Mapping[str, Any]) -> str:
    """What is kept of it, as a sentence; "" where it was not judged."""
    status = Status(kept.get("status", Status.UNCHECKED))
    return "" if status is Status.UNCHECKED else Trust(status, root=kept.get("root")).headline


def _revocation() -> Revocation | None:
    if not settings.REVOCATION:
        return None
    return Revocation(online=Online(client_of(os.environ), answers()))


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
