"""Supervisors who save or publish at the very same time: one is first, the others are told."""

from collections.abc import Callable
from functools import partial

import pytest

from at_once import at_once
from guiche.desk.models import ProcedureVersion, SiteVersion, User
from guiche.desk.procedures import shelf
from guiche.desk.refusal import Refused

THREADS = 5
SLUG = "cei-ausente"

pytestmark = pytest.mark.django_db(transaction=True)


def results_of(calls: list[Callable[[], object]]) -> list[object]:
    """What each call gave, started together: its refusal where it was refused."""

    def refusal_or_result(call: Callable[[], object]) -> object:
        try:
            return call()
        except Refused as refused:
            return refused

    return at_once([partial(refusal_or_result, call) for call in calls])


@pytest.mark.parametrize("first", [True, False])
def test_one_of_many_saves(supervisao: User, *, first: bool) -> None:
    if first:
        SiteVersion.objects.all().delete()
    latest = SiteVersion.latest()
    seen, before = latest.pk if latest else 0, SiteVersion.objects.count()

    def save(name: str) -> Callable[[], object]:
        return lambda: SiteVersion.save_next({"desk": name}, supervisao, seen=seen)

    results = results_of([save(f"Sistema {n}") for n in range(THREADS)])
    assert [isinstance(result, SiteVersion) for result in results].count(True) == 1
    assert SiteVersion.objects.count() == before + 1


def test_one_of_many_publishes(supervisao: User) -> None:
    _, content = shelf.find(SLUG)
    seen = ProcedureVersion.current(SLUG).digest

    def publish(team: str) -> Callable[[], object]:
        text = content.replace('team = "Relacionamento"', f'team = "{team}"')
        return lambda: ProcedureVersion.publish(SLUG, text, supervisao, seen=seen)

    results = results_of([publish(f"Equipe {n}") for n in range(THREADS)])
    published = [result for result in results if isinstance(result, ProcedureVersion)]
    assert published == [ProcedureVersion.current(SLUG)]
    assert ProcedureVersion.published(SLUG).count() == 1
