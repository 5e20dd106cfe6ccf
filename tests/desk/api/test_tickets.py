"""A ticket through the API: the rules and sentences of the page, and what comes back."""

import base64
from datetime import datetime, timedelta
from typing import Any

import pytest

from calls import answers, zeros
from desk.api.caller import Caller, problem_of
from guiche.desk import clock
from guiche.desk.connectors.happening import happening_of
from guiche.desk.models import Draft, Inspection, ProcedureVersion, Ticket, User
from guiche.desk.procedures import shelf
from guiche.desk.site.site import SiteVersion
from guiche.sources import read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


@pytest.fixture
def caller(bruno: User) -> Caller:
    return Caller(bruno)


def whole(**changes: str) -> dict[str, Any]:
    return {"facts": answers(**changes)}


def with_certificate() -> dict[str, Any]:
    return {**whole(), "certificate": base64.b64encode(zeros()).decode()}


def test_a_ticket_is_opened(caller: Caller) -> None:
    answer = caller.post("/tickets", with_certificate())
    assert answer.status_code == 201, answer.content
    ticket = Ticket.objects.get()
    told = answer.json()
    assert told["number"] == ticket.number
    assert told["promise"]["spoken"] == ticket.promise.spoken(clock.now())
    assert answer.headers["Location"].endswith(f"/api/v1/tickets/{ticket.number}")
    assert ticket.inspection
    assert ticket.inspection.status == "blank"
    assert [event.kind for event in ticket.history] == ["submitted", "forwarded"]
    assert {event.by for event in ticket.history} == {caller.token.user}
    ticket.verify_chain()
    assert not Draft.objects.exists()


def test_it_is_the_ticket_that_the_page_would_open(caller: Caller, bruno: User) -> None:
    caller.post("/tickets", with_certificate())
    draft = Draft.start(bruno)
    reading = Inspection.objects.get()
    reading.pk = None
    draft.attach(reading)
    draft.type_in(answers())
    ours, pages = Ticket.objects.order_by("-pk").first(), draft.submit(bruno)
    assert ours
    assert (ours.facts, ours.typed, ours.team) == (pages.facts, pages.typed, pages.team)
    assert ours.promise.due_at == pages.promise.due_at
    kinds = [set(each.terms.values_list("kind", "term")) for each in (ours, pages)]
    assert kinds[0] == kinds[1]


def test_what_is_missing_is_refused_with_the_sentences_of_the_page(
    caller: Caller, bruno: User
) -> None:
    told = problem_of(caller.post("/tickets", {"facts": {"phone_1": "123"}}), 422)
    draft = Draft.start(bruno)
    draft.type_in({"phone_1": "123"})
    assert told["errors"] == draft.problems()
    assert told["type"].endswith("incomplete")
    assert not Ticket.objects.exists()


def test_no_reading_stays_of_a_ticket_that_was_refused(caller: Caller) -> None:
    sent = {**with_certificate(), "facts": {}}
    problem_of(caller.post("/tickets", sent), 422)
    assert not Inspection.objects.exists()


def test_what_is_not_asked_is_refused(caller: Caller) -> None:
    told = problem_of(caller.post("/tickets", whole(favourite="azul")), 422)
    assert told["errors"] == {"favourite": "Este procedimento não pergunta isto."}


def test_a_procedure_that_is_not_there(caller: Caller) -> None:
    told = problem_of(caller.post("/tickets", {**whole(), "procedure": "../x"}), 422)
    assert "procedure" in told["errors"]


def test_a_reading_is_that_of_the_command(caller: Caller) -> None:
    read_here = read(zeros(), "").found[0]
    contract = read_here.contract(read_here.inspect(at=clock.now()))
    answer = caller.post("/inspections", zeros(), content_type="application/pkix-cert")
    told = answer.json()["items"][0]
    assert told.keys() == contract.keys()
    assert told["holder"]["name"] == contract["holder"]["name"]


def test_a_kept_reading_opens_a_ticket(caller: Caller) -> None:
    kept = caller.post("/inspections?keep=true", zeros(), content_type="application/pkix-cert")
    sent = {**whole(), "inspection": kept.json()["items"][0]["id"]}
    assert caller.post("/tickets", sent).status_code == 201
    assert Ticket.objects.get().inspection_id == sent["inspection"]


def test_the_reading_of_somebody_else_is_not_found(caller: Caller, carla: User) -> None:
    other = Caller(carla).post(
        "/inspections?keep=true", zeros(), content_type="application/pkix-cert"
    )
    sent = {**whole(), "inspection": other.json()["items"][0]["id"]}
    assert "inspection" in problem_of(caller.post("/tickets", sent), 422)["errors"]


def test_relacionamento_opens_none(carla: User) -> None:
    problem_of(Caller(carla).post("/tickets", whole()), 403)


def test_a_due_time_outside_hours_is_chosen(caller: Caller) -> None:
    week = ["08:00-18:00"] * 5 + ["", ""]
    SiteVersion.objects.create(content={"hours": {"week": week, "holidays": False}})
    saturday = clock.now() + timedelta(days=4)
    with clock.stopped_at(saturday):
        assert "due" in problem_of(caller.post("/tickets", whole()), 422)["errors"]
        assert caller.post("/tickets", {**whole(), "due": "after"}).status_code == 201


def test_one_ticket_is_shown_whole_and_listed_abbreviated(caller: Caller) -> None:
    number = caller.post("/tickets", whole(document="111.444.777-35", name="Ana Exemplo da Silva"))
    number = number.json()["number"]
    shown = caller.get(f"/tickets/{number}").json()
    assert shown["facts"]["document"] == "11144477735"
    assert shown["say"]
    listed = caller.get("/tickets").json()["items"][0]
    assert (listed["customer"], listed["document"]) == ("Ana E. S.", "***.444.777-**")
    assert "11144477735" not in str(listed)


def test_what_is_made_is_told_as_it_is_shown(caller: Caller, supervisao: User) -> None:
    chief = Caller(supervisao)
    made = caller.post("/tickets", whole()).json()
    path = f"/tickets/{made['number']}"
    assert made["promise"] == caller.get(path).json()["promise"]
    assert made["promise"]["due_at"].endswith("Z")
    sent = {"phone": "11988887777", "result": "no_answer", "again": "amanha"}
    attempt = chief.post(f"{path}/attempts", sent).json()
    assert [attempt] == caller.get(f"{path}/attempts").json()["items"]
    moves = chief.get(f"{path}/moves").json()["items"]
    reason = next(each["reasons"][0] for each in moves if each["name"] == "cancel")
    event = chief.post(f"{path}/moves", {"name": "cancel", "reason": reason}).json()
    assert event == caller.get(f"{path}/events").json()["items"][-1]


def test_pages_of_the_list_neither_miss_nor_double(caller: Caller) -> None:
    numbers = [caller.post("/tickets", whole()).json()["number"] for _ in range(5)]
    seen, cursor = [], None
    while True:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = caller.get("/tickets", **query).json()
        seen += [each["number"] for each in page["items"]]
        caller.post("/tickets", whole())  # comes meanwhile
        cursor = page["next"]
        if not cursor:
            break
    assert seen == numbers[::-1]


def test_the_list_is_filtered(caller: Caller) -> None:
    number = caller.post("/tickets", whole()).json()["number"]
    assert caller.get("/tickets", state="resolved").json()["items"] == []
    assert caller.get("/tickets", state="forwarded").json()["items"][0]["number"] == number
    later = (clock.now() + timedelta(minutes=1)).isoformat()
    assert caller.get("/tickets", opened_since=later).json()["items"] == []
    problem_of(caller.get("/tickets", state="gone"), 422)


def test_a_number_that_is_none_says_why(caller: Caller) -> None:
    assert "dez dígitos" in problem_of(caller.get("/tickets/12"), 404)["detail"]


def test_search(caller: Caller) -> None:
    number = caller.post("/tickets", whole()).json()["number"]
    found = caller.post("/search", {"text": "padaria exemplo"}).json()
    assert [each["number"] for each in found["items"]] == [number]
    assert caller.post("/search", {"text": "11.222.333/0001-82"}).json()["doubts"]


def test_a_promise_that_stands_still_has_no_due_time(
    caller: Caller, supervisao: User, relacionamento: User, stopped_clock: Any
) -> None:
    """Nor does a webhook tell one."""
    reason = "Cliente vai enviar um documento"
    text = (shelf.SHIPPED / "cei-ausente.toml").read_text("utf-8")
    changed = text.replace("[promise]\n", f'[promise]\npauses = ["{reason}"]\n', 1)
    seen = ProcedureVersion.current("cei-ausente").digest
    ProcedureVersion.publish("cei-ausente", changed, supervisao, seen=seen)
    number = caller.post("/tickets", whole()).json()["number"]
    ticket = Ticket.objects.get()

    def promise() -> Any:
        found = caller.get(f"/tickets/{number}").json()["promise"]
        assert caller.get("/tickets").json()["items"][0]["promise"] == found
        event = Ticket.objects.get().history.last()
        assert event
        there = happening_of(event).content["ticket"]["due_at"]
        at = found["due_at"] and datetime.fromisoformat(found["due_at"])
        assert (there and datetime.fromisoformat(there)) == at
        return {**found, "due_at": at}

    before = promise()
    assert (before["due_at"], before["paused_at"]) == (ticket.promise.due_at, None)
    ticket.move("wait", relacionamento, reason)
    told = promise()
    assert datetime.fromisoformat(told.pop("paused_at")) == clock.now()
    assert told == {"due_at": None, "spoken": "", "state": "em pausa"}
    stopped_clock.forward(hours=30)
    ticket.move("resume", relacionamento)
    assert promise()["due_at"] == ticket.promise.due_at
    assert promise()["paused_at"] is None
    ticket.move("wait", relacionamento, reason)
    ticket.move("cancel", supervisao, "Aberto por engano")
    assert promise()["due_at"]
