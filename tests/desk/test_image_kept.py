"""A picture beside a call: what is taken for one, how it is kept, where it goes, when it ends."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pictures
from guiche.desk import clock, retention
from guiche.desk.intake.image import LARGEST, MOST, Image, ImageRefused, kind_of
from guiche.desk.models import Draft, Ticket, User

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
NO_PICTURES = [
    SVG,
    b"<?xml version='1.0'?>" + SVG,
    b"",
    b"\x89PNG\r\n\x1a\n",
    b"GIF8",
    b"RIFF\x00\x00\x00\x00WAVEfmt ",
    b"BM" + bytes(64),
    b"%PDF-1.7",
    b"<html><img src=x></html>",
]


@pytest.mark.parametrize("kind", pictures.KINDS)
def test_a_picture_is_told_by_its_content(kind: str) -> None:
    assert kind_of(pictures.KINDS[kind]) == kind


@pytest.mark.parametrize("content", NO_PICTURES)
def test_anything_else_is_none(content: bytes) -> None:
    assert kind_of(content) is None


@given(st.sampled_from(sorted(pictures.KINDS)), st.binary(max_size=40))
def test_what_follows_the_beginning_changes_nothing(kind: str, after: bytes) -> None:
    assert kind_of(pictures.KINDS[kind] + after) == kind


@pytest.fixture
def draft(stopped_clock: object, suporte: User) -> Draft:
    return Draft.start(suporte)


@pytest.mark.django_db
@pytest.mark.parametrize("content", NO_PICTURES)
def test_what_is_no_picture_is_refused_in_words(draft: Draft, content: bytes) -> None:
    with pytest.raises(ImageRefused, match="Só guardo imagens PNG, JPEG, GIF ou WebP"):
        Image.keep(content, draft=draft, by=draft.by)
    assert not Image.objects.exists()


@pytest.mark.django_db
def test_five_megabytes_are_the_most(draft: Draft) -> None:
    fits = pictures.png() + bytes(LARGEST - len(pictures.png()))
    Image.keep(fits, draft=draft, by=draft.by)
    with pytest.raises(ImageRefused, match="o limite é 5 MB"):
        Image.keep(fits + b"\0", draft=draft, by=draft.by)


@pytest.mark.django_db
def test_a_call_has_five_and_one_that_is_removed_makes_room(draft: Draft) -> None:
    for _ in range(MOST):
        Image.keep(pictures.GIF, draft=draft, by=draft.by)
    with pytest.raises(ImageRefused, match="Já há 5 imagens"):
        Image.keep(pictures.GIF, draft=draft, by=draft.by)
    draft.images.listed()[2].delete()
    Image.keep(pictures.JPEG, draft=draft, by=draft.by)
    assert draft.images.count() == MOST


@pytest.mark.django_db
def test_it_rests_enciphered(draft: Draft) -> None:
    image = Image.keep(pictures.png(), draft=draft, by=draft.by)
    image.refresh_from_db()
    assert pictures.png()[8:24] not in bytes(image.sealed)
    assert image.content == pictures.png()


@pytest.mark.django_db
def test_a_call_with_a_picture_is_not_untouched(draft: Draft) -> None:
    assert draft.is_untouched
    Image.keep(pictures.GIF, draft=draft, by=draft.by)
    assert not draft.is_untouched


@pytest.mark.django_db
def test_it_goes_to_the_ticket_with_the_call(
    stopped_clock: object, fill: Callable[..., Draft], suporte: User
) -> None:
    draft, other = fill(), Draft.start(suporte)
    mine = Image.keep(pictures.GIF, draft=draft, by=suporte)
    theirs = Image.keep(pictures.JPEG, draft=other, by=suporte)
    ticket = draft.submit(suporte)
    assert list(ticket.images.all()) == [mine]
    assert not draft.images.exists()
    theirs.refresh_from_db()
    assert theirs.draft == other


@pytest.mark.django_db
def test_none_comes_after_the_submit(
    stopped_clock: object, fill: Callable[..., Draft], suporte: User
) -> None:
    draft = fill()
    open_elsewhere = Draft.objects.get(pk=draft.pk)
    draft.submit(suporte)
    with pytest.raises(ImageRefused, match="já terminou"):
        Image.keep(pictures.GIF, draft=open_elsewhere, by=suporte)
    assert not Image.objects.exists()


@pytest.mark.django_db
def test_a_call_that_ends_without_a_ticket_or_is_discarded_takes_them_along(
    draft: Draft, suporte: User
) -> None:
    Image.keep(pictures.GIF, draft=draft, by=suporte)
    assert draft.end(suporte, "Era só uma consulta")
    assert not Image.objects.exists()
    discarded = Draft.start(suporte)
    Image.keep(pictures.GIF, draft=discarded, by=suporte)
    discarded.discard()
    assert not Image.objects.exists()


@pytest.mark.django_db
def test_after_ninety_days_it_is_gone_from_the_ticket(
    stopped_clock: object, fill: Callable[..., Draft], suporte: User
) -> None:
    draft = fill()
    Image.keep(pictures.GIF, draft=draft, by=suporte)
    ticket = draft.submit(suporte)
    assert retention.sweep(clock.now() + timedelta(days=89))["images"] == 0
    assert retention.sweep(clock.now() + timedelta(days=90))["images"] == 1
    assert not ticket.images.exists()
    assert Ticket.objects.get() == ticket


@pytest.mark.django_db
def test_of_an_abandoned_call_it_goes_with_the_call(draft: Draft) -> None:
    Image.keep(pictures.GIF, draft=draft, by=draft.by)
    assert retention.sweep(clock.now() + timedelta(days=7))["drafts"] == 1
    assert not Image.objects.exists()
