"""What a program is told of the procedures: what the page would ask, and nothing stale."""

import pytest

from calls import answers
from desk.api.caller import Caller, problem_of
from guiche.desk.api.token import Scope
from guiche.desk.models import ProcedureVersion, User
from guiche.desk.procedures import shelf

pytestmark = pytest.mark.django_db


def test_all_are_told_that_of_the_site_first(bruno: User) -> None:
    items = Caller(bruno, Scope.INSPECTIONS).get("/procedures").json()["items"]
    assert {each["slug"] for each in items} == set(shelf.files())
    assert [each["slug"] for each in items if each["default"]] == [items[0]["slug"]]
    for each in items:
        version = ProcedureVersion.current(each["slug"])
        procedure = version.procedure
        assert (each["digest"], each["title"]) == (version.digest, procedure.title)
        assert [fact["key"] for fact in each["facts"]] == [fact.key for fact in procedure.facts]


def test_what_is_required_is_what_is_refused_when_left_out(bruno: User) -> None:
    caller = Caller(bruno)
    facts = {each["key"]: each for each in caller.get("/procedures").json()["items"][0]["facts"]}
    required = {key for key, fact in facts.items() if fact["required"] and not fact["known"]}
    told = problem_of(caller.post("/tickets", {"facts": {}}), 422)
    assert required
    assert required <= told["errors"].keys() <= facts.keys()
    for key, answer in answers().items():
        fact = facts[key]
        assert not fact["choices"] or answer in (*fact["choices"], *fact["exits"])


def test_a_version_that_was_published_is_told_at_once(bruno: User, supervisao: User) -> None:
    caller, slug = Caller(bruno), "cei-ausente"
    text = (shelf.SHIPPED / f"{slug}.toml").read_text("utf-8")
    before = ProcedureVersion.current(slug)
    title = before.procedure.title
    changed = text.replace(f'title = "{title}"', 'title = "Outro título"', 1)
    version = ProcedureVersion.publish(slug, changed, supervisao, seen=before.digest)
    told = next(p for p in caller.get("/procedures").json()["items"] if p["slug"] == slug)
    assert (told["title"], told["digest"]) == ("Outro título", version.digest)


def test_any_token_will_do_and_none_will_not(bruno: User) -> None:
    assert Caller(bruno, Scope.WRITE).get("/procedures").status_code == 200
    caller = Caller(bruno)
    caller.token.revoke()
    problem_of(caller.get("/procedures"), 401)
