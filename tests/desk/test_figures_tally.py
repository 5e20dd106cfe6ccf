"""The kept figures are what one gets by counting, whatever happened and in whatever order."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from at_once import at_once
from calls import cnpj_of
from certificates import CEI, ZEROS, e_cnpj, e_cpf, selo_eletronico
from guiche.desk import clock, worker
from guiche.desk.figures import keep
from guiche.desk.figures.again import AGAIN
from guiche.desk.figures.count import Count
from guiche.desk.figures.tally import PAUSE, Counted, Stale, Tally, day_of
from guiche.desk.intake.draft import Draft
from guiche.desk.models import Ticket, User
from guiche.desk.promises.watch import watch
from guiche.desk.retention import sweep
from guiche.desk.site.site import Site
from guiche.desk.tickets import erasure
from guiche.desk.tickets.moves import OPEN

pytestmark = pytest.mark.django_db

Row = tuple[Any, ...]


def kept() -> dict[Row, int]:
    columns = ("day", "team", "procedure", "kind", "what", "which")
    return {tuple(row[:-1]): row[-1] for row in Tally.objects.values_list(*columns, "count")}


def counted(now: datetime) -> dict[Row, int]:
    """One by one, by what a ticket says of itself."""
    counts: Counter[Row] = Counter()
    tickets = list(Ticket.objects.all())
    for ticket in tickets:
        day = timezone.localdate(ticket.opened_at)
        where = day, ticket.team, ticket.procedure.slug
        counts[(*where, "state", ticket.state, "")] += 1
        for state in promises(ticket, now):
            counts[(*where, "promise", state, "")] += 1
        spoken = [at for at in contacts(ticket) if at]
        if spoken:
            minutes = (min(spoken) - ticket.opened_at).total_seconds() / 60
            counts[(*where, "contact", str(int(max(1, -(-minutes // 15)))), "")] += 1
        counts.update((*where, *each) for each in readings(ticket))
        counts.update((*where, "missing", label, answer) for label, answer in ticket.exits)
        if any(is_before(other, ticket) for other in tickets):
            counts[(*where, "again", "", "")] += 1
    for call in Draft.objects.exclude(ended_at=None):
        assert call.ended_at
        day = timezone.localdate(call.ended_at)
        procedure = call.procedure
        counts[day, procedure.team, procedure.slug, "ended", call.ended_reason, ""] += 1
    return dict(counts)


def promises(ticket: Ticket, now: datetime) -> Iterator[str]:
    promise = ticket.promise
    while promise:
        yield promise.state(now).name.lower()
        promise = promise.previous  # type: ignore[assignment]


def contacts(ticket: Ticket) -> Iterator[datetime | None]:
    promise = ticket.promise
    while promise:
        yield promise.kept_at
        promise = promise.previous  # type: ignore[assignment]


def readings(ticket: Ticket) -> Iterator[Row]:
    inspection = ticket.inspection
    if inspection is None:
        word = "erased" if ticket.erased_at else "not_read"
        yield from (("issuer", word, word), ("profile", word, word), ("source", word, ""))
        return
    contract = inspection.contract
    yield "issuer", contract["issuer"]["name"], inspection.status
    yield "profile", contract["profile"], inspection.status
    yield "source", contract["source"]["kind"], ""


def is_before(other: Ticket, ticket: Ticket) -> bool:
    number = ticket.facts.get("document")
    return bool(
        number
        and other.facts.get("document") == number
        and ticket.opened_at - AGAIN <= other.opened_at < ticket.opened_at
    )


class History:
    """A desk at which anything may happen."""

    def __init__(self, seed: int, people: dict[str, User], fill: Any, clock: Any) -> None:
        self.chance = random.Random(seed)
        self.people, self.fill, self.clock = people, fill, clock
        self.tickets: list[Ticket] = []

    def step(self) -> None:
        does: Callable[[], None] = self.chance.choice(
            [self.open, self.open, self.end, self.call, self.call, self.move, self.move,
             self.erase, self.wait, self.wait, self.count]
        )  # fmt: skip
        does()

    def any_ticket(self) -> Ticket | None:
        if not self.tickets:
            return None
        return Ticket.objects.get(pk=self.chance.choice(self.tickets).pk)

    def open(self) -> None:
        number = self.chance.randrange(3)
        certificate = self.chance.choice(
            [e_cnpj(ZEROS, cnpj=cnpj_of(number)), e_cnpj(CEI, cnpj=cnpj_of(number)), e_cpf(),
             selo_eletronico()]
        )  # fmt: skip
        answers = {"document": cnpj_of(number), "name": "Padaria Exemplo Ltda"}
        if self.chance.random() < 0.4:
            answers["phone_2"] = "Cliente só tem um telefone"
        draft = self.fill(certificate, **answers)
        if draft.problems() or len(draft.due_times(clock.now(), Site.current())) > 1:
            return
        self.tickets.append(draft.submit(self.people["suporte"]))

    def end(self) -> None:
        draft = Draft.start(self.people["suporte"])
        draft.end(self.people["suporte"], self.chance.choice(draft.procedure.reasons["end"]))

    def call(self) -> None:
        ticket = self.any_ticket()
        if ticket and ticket.state in OPEN and ticket.promise.closed_at is None:
            result = self.chance.choice(["spoke", "no_answer", "left_message"])
            phone = self.chance.choice(ticket.phones)
            ticket.promise.log_attempt(self.people["relacionamento"], phone, result)

    def move(self) -> None:
        ticket = self.any_ticket()
        moves = ticket.moves_for(self.people["supervisao"]) if ticket else []
        if ticket and moves:
            move = self.chance.choice(moves)
            reason = self.chance.choice(move.reasons or ("",))
            ticket.move(move.rule.name, self.people["supervisao"], reason, "Nota de exemplo.")

    def erase(self) -> None:
        ticket = self.any_ticket()
        if ticket and ticket.state not in OPEN:
            erasure.erase(ticket, erasure.ON_REQUEST)

    def wait(self) -> None:
        self.clock.forward(minutes=self.chance.choice([7, 60, 60 * 11, 60 * 26]))
        watch(self.clock.now)

    def count(self) -> None:
        keep.count_due(clock.now())


@pytest.mark.parametrize("seed", range(4))
def test_what_is_kept_is_what_is_counted(
    seed: int, people: dict[str, User], fill: Any, stopped_clock: Any
) -> None:
    history = History(seed, people, fill, stopped_clock)
    for _ in range(5):
        for _ in range(12):
            history.step()
        stopped_clock.forward(seconds=PAUSE.total_seconds())
        keep.count_due(clock.now(), most=1000)
        assert kept() == counted(clock.now())
    assert Ticket.objects.exists()
    assert not Stale.objects.exists()


def test_time_alone_changes_it(ticket: Ticket, stopped_clock: Any) -> None:
    keep.count_due(clock.now())
    for moment in (ticket.promise.warn_at, ticket.promise.due_at):
        stopped_clock.set(moment)
        assert keep.count_due(moment) == 1
        assert kept() == counted(moment)
    stopped_clock.forward(days=3)
    assert keep.count_due(clock.now()) == 0


def test_a_busy_day_is_not_counted_all_the_time(
    open_ticket: Callable[[], Ticket], stopped_clock: Any
) -> None:
    open_ticket()
    assert keep.count_due(clock.now()) == 1
    open_ticket()
    assert keep.count_due(clock.now()) == 0
    assert keep.count_due(stopped_clock.forward(seconds=31)) == 1
    assert kept() == counted(clock.now())


def test_what_happens_during_a_count_is_counted_next(
    open_ticket: Callable[[], Ticket], stopped_clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ticket()
    of = Count.of

    def slow(day: Any, now: datetime) -> Count:
        found = of(day, now)
        open_ticket()
        return found

    monkeypatch.setattr("guiche.desk.figures.keep.Count.of", slow)
    keep.count_due(clock.now())
    monkeypatch.undo()
    assert kept() != counted(clock.now())
    keep.count_due(stopped_clock.forward(seconds=31))
    assert kept() == counted(clock.now())


def test_a_count_that_was_overtaken_writes_nothing(
    open_ticket: Callable[[], Ticket], stopped_clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ticket()
    day, of = day_of(clock.now()), Count.of

    def overtaken(of_day: Any, now: datetime) -> Count:
        found = of(of_day, now)
        monkeypatch.undo()
        open_ticket()
        assert keep.count(day, now)
        return found

    monkeypatch.setattr("guiche.desk.figures.keep.Count.of", overtaken)
    assert not keep.count(day, clock.now())
    assert kept() == counted(clock.now())


@pytest.mark.django_db(transaction=True)
def test_several_workers_count_it_once(
    open_ticket: Callable[[], Ticket], stopped_clock: Any
) -> None:
    open_ticket()
    day = day_of(clock.now())
    at_once([lambda: keep.count(day, clock.now())] * 4)
    assert kept() == counted(clock.now())
    assert not Stale.objects.exists()


def test_a_day_that_fails_keeps_no_other(
    open_ticket: Callable[[], Ticket], stopped_clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ticket()
    bad = day_of(stopped_clock.forward(days=1))
    Stale.mark([bad])
    of = Count.of

    def failing(day: Any, now: datetime) -> Count:
        if day == bad:
            raise ValueError
        return of(day, now)

    monkeypatch.setattr("guiche.desk.figures.keep.Count.of", failing)
    assert keep.count_due(clock.now()) == 1
    assert Stale.objects.filter(day=bad).exists()


def test_a_first_worker_counts_all_that_was_before(
    open_ticket: Callable[[], Ticket], stopped_clock: Any
) -> None:
    open_ticket()
    stopped_clock.forward(days=12)
    open_ticket()
    Stale.objects.all().delete()
    worker.work_once()
    assert kept() == counted(clock.now())
    assert Counted.objects.count() == 13


def test_the_command_counts_everything_anew(
    open_ticket: Callable[[], Ticket], stopped_clock: Any
) -> None:
    open_ticket()
    keep.count_due(clock.now())
    Tally.objects.update(count=77)
    call_command("recount")
    assert kept() == counted(clock.now())


def test_calls_that_are_deleted_are_counted_no_more(suporte: User, stopped_clock: Any) -> None:
    draft = Draft.start(suporte)
    draft.end(suporte, draft.procedure.reasons["end"][0])
    keep.count_due(clock.now())
    assert Tally.objects.count() == 1
    sweep(stopped_clock.forward(days=800))
    keep.count_due(clock.now())
    assert not Tally.objects.exists()


def test_nothing_of_a_person_is_kept(
    open_ticket: Callable[..., Ticket], stopped_clock: Any
) -> None:
    # A certificate that its own holder issued names him as its authority.
    ticket = open_ticket(document="11.222.333/0001-81", name="Padaria Exemplo Ltda")
    assert ticket.inspection
    contract = ticket.inspection.contract
    contract["issuer"]["name"] = contract["holder"]["name"]
    ticket.inspection.save()
    keep.count_due(clock.now())
    words = " ".join(f"{row.what} {row.which}" for row in Tally.objects.all())
    for private in (contract["holder"]["name"], "11222333000181", "Bento", ticket.phones[0]):
        assert private not in words
    assert Tally.objects.filter(kind="issuer", what="foreign").exists()


def test_one_insert_more_is_all_that_a_call_pays(
    ticket: Ticket, relacionamento: User, django_assert_num_queries: Any
) -> None:
    events = list(ticket.events.select_related("ticket"))
    with django_assert_num_queries(1):
        keep.follow(events)


def test_midnight_is_that_of_the_desk(
    open_ticket: Callable[[], Ticket], stopped_clock: Any
) -> None:
    stopped_clock.set(datetime(2026, 11, 24, 2, 30, tzinfo=UTC))
    open_ticket()
    stopped_clock.forward(minutes=40)
    keep.count_due(clock.now())
    assert {row.day.day for row in Tally.objects.all()} == {23}
    assert timedelta(0) < PAUSE <= timedelta(minutes=1)
