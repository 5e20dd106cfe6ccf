"""The link that a customer opens: what opens it, what ends it, and what comes through it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from at_once import at_once
from certificates import CEI, ZEROS, e_cnpj, e_cpf
from certificates.certificate import Certificate
from guiche import sources
from guiche.desk import clock, retention
from guiche.desk.models import CaseLink, Draft, Inspection, Ticket, User
from guiche.desk.portal.case_link import MOST
from guiche.sources import Found

pytestmark = pytest.mark.django_db


def found(certificate: Certificate | None = None, name: str = "senha1234.cer") -> Found:
    return sources.read((certificate or e_cnpj(cei=ZEROS)).der(), name).leaves[0]


def numbered(number: int) -> Found:
    return found(replace(e_cnpj(cei=CEI), serial=number))


@pytest.fixture
def link(draft: Draft, bruno: User, stopped_clock: Any) -> CaseLink:
    return CaseLink.create(draft, bruno)


def opened(link: CaseLink) -> CaseLink | None:
    return CaseLink.of(link.token, clock.now())


def test_the_token_opens_the_link_of_one_call(link: CaseLink, draft: Draft) -> None:
    assert opened(link) == link
    assert link.draft == draft
    assert len(link.token) == 43  # 256 bits


def test_nothing_stored_opens_it(link: CaseLink) -> None:
    stored = [str(getattr(link, field.attname)) for field in link._meta.concrete_fields]
    assert link.token not in stored
    assert not any(CaseLink.of(value, clock.now()) for value in stored)


@pytest.mark.parametrize("token", ["", "x", "\udcff", "a" * 43, "a" * 100_000, "\0"])
def test_another_token_opens_nothing(link: CaseLink, token: str) -> None:
    assert CaseLink.of(token, clock.now()) is None


def test_it_ends_after_a_day(link: CaseLink, stopped_clock: Any) -> None:
    stopped_clock.forward(hours=23, minutes=59)
    assert opened(link)
    stopped_clock.forward(minutes=1)
    assert opened(link) is None
    assert link.receive(found()) is None


def test_a_revoked_one_opens_nothing(link: CaseLink) -> None:
    link.revoke()
    assert opened(link) is None
    assert link.receive(found()) is None
    assert not Inspection.objects.exists()


def test_a_new_one_takes_the_place_of_the_one_before(
    link: CaseLink, draft: Draft, bruno: User
) -> None:
    newer = CaseLink.create(draft, bruno, browser=True)
    assert opened(link) is None
    assert opened(newer) == newer
    assert CaseLink.latest(draft) == newer


def test_a_call_that_is_over_has_no_link(
    bruno: User, fill: Callable[..., Draft], stopped_clock: Any
) -> None:
    draft = fill()
    link = CaseLink.create(draft, bruno)
    draft.submit(bruno)
    assert opened(link) is None
    assert link.receive(found()) is None


def test_a_call_that_is_thrown_away_takes_its_link_along(link: CaseLink, draft: Draft) -> None:
    draft.discard()
    assert not CaseLink.objects.exists()
    assert link.receive(found()) is None


def test_another_secret_key_shows_no_token_and_opens_the_old_one(
    link: CaseLink, settings: Any
) -> None:
    token = link.token
    settings.SECRET_KEY = "x" * 50
    assert link.token == ""
    assert CaseLink.of(token, clock.now()) == link


def test_a_reading_comes_into_the_call_as_an_upload_does(link: CaseLink, draft: Draft) -> None:
    row = link.receive(found())
    draft.refresh_from_db()
    assert row is not None
    assert draft.inspection == row
    assert row.status == "blank"
    assert row.contract["source"] == {
        "name": "*.cer",
        "kind": "der",
        "index": 0,
        "sent": "customer",
    }
    assert row.der == found().der
    assert draft.values()["document"] == "11.222.333/0001-81"


def test_the_same_certificate_again_is_the_same_reading(link: CaseLink) -> None:
    first = link.receive(found())
    assert link.receive(found(name="outro.der")) == first
    assert Inspection.objects.count() == 1
    link.refresh_from_db()
    assert link.readings == 1


def test_the_same_text_again_is_the_same_reading(link: CaseLink) -> None:
    text = sources.read_text("2.16.76.1.3.7=04 0c" + " 30" * 12, "colado").leaves[0]
    first = link.receive(text)
    assert first is not None
    assert link.receive(text) == first


def test_another_certificate_takes_the_place_of_the_one_before(
    link: CaseLink, draft: Draft
) -> None:
    link.receive(found())
    second = link.receive(found(e_cpf(cei=CEI)))
    draft.refresh_from_db()
    assert draft.inspection == second


def test_a_link_is_used_up(link: CaseLink) -> None:
    assert all(link.receive(numbered(n + 1)) for n in range(MOST))
    assert link.receive(numbered(MOST + 1)) is None
    assert opened(link) is None
    assert Inspection.objects.count() == MOST


def test_whoever_is_at_the_call_stays_so(link: CaseLink, draft: Draft, stopped_clock: Any) -> None:
    draft.pause()
    before = Draft.objects.get(pk=draft.pk)
    stopped_clock.forward(minutes=5)
    link.receive(found())
    draft.refresh_from_db()
    for name in ("paused_at", "updated_at", "version", "tab", "by_id"):
        assert getattr(draft, name) == getattr(before, name)


def test_what_is_being_typed_is_kept_beside_it(link: CaseLink, bruno: User) -> None:
    page = Draft.objects.get(pk=link.draft_id)
    link.receive(found())
    assert page.type_in({"requester_name": "Bento Exemplo"})
    draft = Draft.objects.get(pk=link.draft_id)
    assert draft.typed == {"requester_name": "Bento Exemplo"}
    assert draft.inspection is not None


def test_a_reading_that_comes_during_the_submit_is_looked_at_first(
    bruno: User, fill: Callable[..., Draft], stopped_clock: Any
) -> None:
    page = fill()
    link = CaseLink.create(page, bruno)
    link.receive(found(e_cpf(cei=CEI)))
    with pytest.raises(Exception, match="mudou"):
        page.submit(bruno)
    assert not Ticket.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_sent_at_once_is_one_reading(link: CaseLink) -> None:
    rows = at_once([lambda: link.receive(found())] * 6)
    assert len({row.pk for row in rows if row}) == 1
    assert Inspection.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_sent_at_once_is_bounded(link: CaseLink) -> None:
    CaseLink.objects.update(readings=MOST - 2)
    each = [numbered(n + 1) for n in range(6)]
    rows = at_once([partial(link.receive, one) for one in each])
    assert sum(row is not None for row in rows) == 2
    assert Inspection.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_call_thrown_away_while_something_comes(draft: Draft, bruno: User) -> None:
    link = CaseLink.create(draft, bruno)
    at_once([lambda: link.receive(found()), draft.discard])
    assert not Draft.objects.exists()


def test_links_are_forgotten(link: CaseLink, stopped_clock: Any) -> None:
    Draft.objects.update(updated_at=stopped_clock.now)
    retention.sweep(stopped_clock.forward(days=7))
    assert not Draft.objects.exists()
    assert not CaseLink.objects.exists()


def test_the_link_of_a_call_that_is_kept_is_forgotten_too(
    link: CaseLink, stopped_clock: Any
) -> None:
    Draft.objects.update(ended_at=stopped_clock.now)
    retention.sweep(stopped_clock.forward(days=7, hours=23))
    assert CaseLink.objects.exists()
    retention.sweep(stopped_clock.forward(hours=1))
    assert Draft.objects.exists()
    assert not CaseLink.objects.exists()


def test_it_lasts_a_day(link: CaseLink) -> None:
    assert link.expires_at - link.created_at == timedelta(hours=24)
