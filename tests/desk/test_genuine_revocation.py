"""The desk asks about revocation where the site wants it, and silent authorities do not hold it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from calls import upload
from certificates import CEI, e_cnpj
from certificates.signing import Signer, crl_point
from guiche.desk.intake import genuine
from guiche.desk.models import Draft, Inspection
from guiche.trust import Anchors
from guiche.trust.revocation import Failed
from hierarchies import pins
from hierarchies.lists import crl
from loopback import Door, content, serving, silent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


@pytest.fixture
def root(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Signer:
    """Of its own, so that one list tells all."""
    settings.REVOCATION = True
    monkeypatch.setenv("GUICHE_TRUST", str(tmp_path))
    monkeypatch.setenv("GUICHE_TRUST_HOSTS", "127.0.0.1")
    monkeypatch.setenv("GUICHE_TRUST_PRIVATE", "1")
    monkeypatch.setattr(genuine, "_SECONDS", 60)
    monkeypatch.setattr(genuine, "_failed", Failed(600))
    root = Signer.root()
    known = Anchors([root.der], pins(root))
    monkeypatch.setattr(genuine, "anchors", lambda: known)
    return root


def judged(client: Client, draft: Draft, root: Signer, door: Door) -> str:
    leaf = root.leaf(e_cnpj(cei=CEI), extensions=(crl_point(f"{door.url}ac.crl"),))
    client.post(f"/atender/{draft.pk}/ler/", upload(leaf))
    reading = Inspection.objects.latest("pk")
    client.get(f"/leituras/{reading.pk}/confianca/")
    reading.refresh_from_db()
    return str(reading.contract["trust"]["status"])


@pytest.fixture
def good(root: Signer) -> Iterator[Door]:
    with serving(content(crl(root))) as door:
        yield door


def test_the_authority_is_asked(client: Client, draft: Draft, root: Signer, good: Door) -> None:
    assert judged(client, draft, root, good) == "trusted"
    assert len(good.heard) == 1


def test_a_silent_authority_is_waited_for_by_one_reading(
    client: Client, draft: Draft, root: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(genuine, "_SECONDS", 1.0)
    with serving(silent) as door:
        assert [judged(client, draft, root, door) for _ in range(3)] == ["could_not_tell"] * 3
    assert len(door.heard) == 1


def test_a_third_at_the_same_time_is_not_told_trusted_and_does_not_wait(
    client: Client, draft: Draft, root: Signer, good: Door
) -> None:
    with genuine._revocation(), genuine._revocation():
        assert judged(client, draft, root, good) == "could_not_tell"
        assert good.heard == []
    assert judged(client, draft, root, good) == "trusted"
    with genuine._revocation(), genuine._revocation():
        assert judged(client, draft, root, good) == "trusted"  # by the answer that was kept
    assert len(good.heard) == 1
