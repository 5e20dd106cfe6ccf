"""Zammad's connector against its double, and the traps that its API has."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from desk.connectors.conformance import (
    CASE,
    FILE,
    OTHER_KEY,
    Conformance,
    Seen,
    made,
    note,
)  # fmt: skip
from guiche.desk import clock
from guiche.desk.connectors.connector import Customer, DeliveryError, Outcome
from guiche.desk.connectors.zammad import Zammad
from guiche.desk.doubles import zammad as double

SETTINGS = {
    "token": double.TOKEN,
    "group": "Suporte",
    "teams": {"Relacionamento": "Relacionamento"},
    "attributes": {"guiche_key": "key", "cei": "wanted_number"},
    "webhook_secret": double.WEBHOOK_SECRET,
}


class Impatient(Zammad):
    read_seconds = 2.0


class ZammadBench:
    base_team = "Suporte"
    can_fail = True

    def __init__(self, desk: double.Zammad) -> None:
        self.desk = desk
        self.made: list[Zammad] = []
        self.connector: Any = self.set_up()

    def set_up(self, kind: type[Zammad] = Zammad, **settings: object) -> Zammad:
        given = {"url": self.desk.url, **SETTINGS, **settings}
        self.made.append(connector := kind(kind.Settings.read(given)))
        return connector

    def close_down(self) -> None:
        for connector in self.made:
            connector.close_down()

    def tickets(self) -> Sequence[Seen]:
        return [self._seen(ref) for ref in self.desk.tickets]

    def _seen(self, ref: int) -> Seen:
        ticket, articles = self.desk.tickets[ref], self.desk.of_ticket(ref)
        bodies = [article["body"] for article in articles]
        files = [(each["filename"], self.desk.files[each["id"]])
                 for article in articles for each in article["attachments"]]  # fmt: skip
        fields = {name: ticket[name] for name in self.desk.attributes if name in ticket}
        return Seen(
            str(ref), ticket["title"], bodies[0] if bodies else "", ticket["group"],
            double.STATES[ticket["state"]] == "closed", bodies[1:], files, fields,
        )  # fmt: skip

    def wrong_password(self) -> Zammad:
        return self.set_up(token="outro")

    def misspelt(self) -> Zammad:
        return self.set_up(group="Suporte 2")

    def unreachable(self) -> Zammad:
        return self.set_up(url="http://127.0.0.1:9")

    def fail(self, fault: str) -> None:
        if fault.startswith("hang"):
            self.connector = self.set_up(Impatient)
        self.desk.fail(fault)


@pytest.fixture
def bench() -> Iterator[ZammadBench]:
    with double.Zammad() as desk:
        bench = ZammadBench(desk)
        yield bench
        bench.close_down()


class TestZammad(Conformance):
    """The neutral life of a ticket, on a Zammad."""


def just_before() -> Any:
    return clock.now() - timedelta(minutes=5)


def test_number_address_fields_and_customer_are_those_of_zammad(bench: ZammadBench) -> None:
    created = made(bench)
    assert (created.ref, created.number) == ("1", "42001")
    assert created.url == f"{bench.desk.url}/#ticket/zoom/1"
    assert bench.tickets()[0].fields == {"guiche_key": CASE.key, "cei": "11.583.00249/85"}
    assert bench.desk.customers == [CASE.email]
    assert all(article["internal"] for article in bench.desk.articles.values())


def test_an_unknown_answer_leaves_its_attribute_out(bench: ZammadBench) -> None:
    made(bench, replace(CASE, facts={}))
    assert bench.tickets()[0].fields == {"guiche_key": CASE.key}


def test_a_refusal_that_left_an_empty_ticket_is_found_and_completed(bench: ZammadBench) -> None:
    bench.fail("half")
    with pytest.raises(DeliveryError, match="mime-type") as refused:
        made(bench)
    assert (refused.value.outcome, refused.value.otherwise) == (Outcome.UNKNOWN, Outcome.REJECTED)
    (found,) = bench.connector.find(CASE.key, just_before())
    assert not found.complete
    bench.connector.complete(found.ref, CASE)
    bench.connector.complete(found.ref, CASE)
    (seen,) = bench.tickets()
    assert seen.text == CASE.text
    assert not seen.notes
    (found,) = bench.connector.find(CASE.key, just_before())
    assert found.complete


def test_an_empty_ticket_is_found_without_an_index_as_well(bench: ZammadBench) -> None:
    bench.desk.has_index = False
    bench.fail("half")
    with pytest.raises(DeliveryError):
        made(bench)
    assert len(bench.connector.find(CASE.key, just_before())) == 1


def test_an_index_that_lags_hides_nothing_from_the_database(bench: ZammadBench) -> None:
    bench.desk.lag = timedelta(hours=1)
    made(bench)
    assert len(bench.connector.find(CASE.key, just_before())) == 1
    assert len(bench.connector.recent(just_before())) == 1
    assert [remote.ref for remote in bench.connector.read(["1"])] == ["1"]


def test_where_conditions_are_not_taken_the_index_answers_after_its_lag(bench: ZammadBench) -> None:
    bench.desk.takes_conditions = False
    bench.desk.lag = timedelta(hours=1)
    other = replace(CASE, key=OTHER_KEY, title=f"Outro [{OTHER_KEY}]", text="...")
    made(bench)
    for _ in range(120):
        made(bench, other)
    # Without conditions Zammad shows whatever changed last: that says nothing of an older ticket.
    assert not bench.connector.find(CASE.key, just_before())
    bench.desk.lag = timedelta()
    assert len(bench.connector.find(CASE.key, just_before())) == 1
    assert bench.set_up(lag=90).lag == timedelta(seconds=90)
    assert bench.connector.lag == timedelta(seconds=30)


def test_a_ticket_that_only_speaks_of_ours_is_not_taken_for_it(bench: ZammadBench) -> None:
    other = replace(CASE, key=OTHER_KEY, title=f"Outro [{OTHER_KEY}]", text=f"Ver {CASE.mark}")
    made(bench, other)
    assert not bench.connector.find(CASE.key, just_before())


def test_the_attribute_finds_a_ticket_whose_title_was_changed(bench: ZammadBench) -> None:
    ref = made(bench).ref
    bench.desk.tickets[int(ref)]["title"] = "Outro título"
    assert [each.ref for each in bench.connector.find(CASE.key, just_before())] == [ref]
    assert [each.key for each in bench.connector.recent(just_before())] == [CASE.key]


def test_more_tickets_than_a_page_are_listed_and_older_ones_left_out(bench: ZammadBench) -> None:
    for _ in range(120):
        made(bench)
    bench.desk.tickets[7]["created_at"] = "2026-01-02T03:04:05.000Z"
    assert len(bench.connector.recent(just_before())) == 119


def test_a_file_keeps_its_type(bench: ZammadBench) -> None:
    ref = made(bench).ref
    bench.connector.attach(ref, FILE)
    bench.connector.attach(ref, replace(FILE, name="sem-tipo.bin", media_type=""))
    types = [each["preferences"]["Mime-Type"] for article in bench.desk.of_ticket(int(ref))
             for each in article["attachments"]]  # fmt: skip
    assert types == ["text/plain", "application/octet-stream"]


def test_without_any_address_nothing_is_sent(bench: ZammadBench) -> None:
    nobody = replace(CASE, email="")
    with pytest.raises(DeliveryError, match="e-mail do cliente") as refused:
        bench.connector.create(nobody, Customer())
    assert refused.value.outcome is Outcome.REJECTED
    assert not bench.desk.calls
    bench.set_up(customer="sem-email@exemplo.com.br").create(nobody, Customer())
    assert bench.desk.customers == ["sem-email@exemplo.com.br"]


def test_an_unknown_group_is_refused_in_the_words_of_zammad(bench: ZammadBench) -> None:
    ref = made(bench).ref
    wrong = bench.set_up(teams={"Relacionamento": "Relacionamentos"})
    with pytest.raises(DeliveryError, match="No lookup value found for 'group'") as refused:
        wrong.forward(ref, "Relacionamento")
    assert refused.value.outcome is Outcome.REJECTED
    with pytest.raises(DeliveryError, match="equipe “Financeiro”"):
        wrong.forward(ref, "Financeiro")


def test_a_workflow_that_keeps_the_group_is_seen(
    bench: ZammadBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = made(bench).ref
    monkeypatch.setattr(bench.desk, "_checked", lambda _: {})
    with pytest.raises(DeliveryError, match="ficou em “Suporte”"):
        bench.connector.forward(ref, "Relacionamento")


def test_access_to_groups_state_and_fields_are_checked(bench: ZammadBench) -> None:
    made(bench)
    wrong = bench.set_up(
        teams={"Financeiro": "Financeiro"}, closed_state="fechado", attributes={"cpf": "document"}
    )
    failed = [check.label for check in wrong.check() if not check.ok]
    assert failed == ["Grupo Financeiro", "Estado ao encerrar", "Campo cpf"]


def test_a_state_of_their_own_ends_it_and_a_merged_ticket_is_ended(bench: ZammadBench) -> None:
    bench.connector = bench.set_up(closed_state="resolvido")
    closed, merged = made(bench).ref, made(bench).ref
    bench.connector.close(closed, note("Fim", 9))
    bench.desk.tickets[int(merged)]["state"] = "merged"
    bench.connector.close(merged, note("Fim", 9))
    remotes = {remote.ref: (remote.status, remote.closed)
               for remote in bench.connector.read([closed, merged])}  # fmt: skip
    assert remotes == {closed: ("resolvido", True), merged: ("merged", True)}


def test_one_that_may_not_be_seen_keeps_nobody_from_the_others(bench: ZammadBench) -> None:
    hidden, seen = made(bench).ref, made(bench).ref
    bench.desk.tickets[int(hidden)]["group"] = "Diretoria"
    remotes = iter(bench.connector.read([hidden, seen]))
    assert next(remotes).ref == seen
    with pytest.raises(DeliveryError, match="Not authorized"):
        next(remotes)


def test_what_people_wrote_in_the_desk_comes_home_as_text(bench: ZammadBench) -> None:
    ref = made(bench).ref
    html = {"body": "<div>Falei com <b>Ana</b> &amp; fechei.</div>", "content_type": "text/html"}
    bench.desk._written(int(ref), html)
    bench.desk._written(int(ref), {"body": "Em texto: a < b"})
    (remote,) = bench.connector.read([ref])
    ours, *theirs = remote.notes
    assert ours.text == CASE.text
    assert [each.text for each in theirs] == ["Falei com Ana & fechei.", "Em texto: a < b"]
    assert {each.author for each in remote.notes} == {"Guichê"}


def test_all_that_we_write_carries_a_key_and_does_not_come_home_as_news(bench: ZammadBench) -> None:
    ref = made(bench).ref
    bench.connector.attach(ref, FILE)
    bench.connector.solve(ref, note(CASE.solution, 1))
    (remote,) = bench.connector.read([ref])
    assert len(remote.notes) == 3
    assert all(f"[{CASE.key}" in each.text for each in remote.notes)


def test_a_note_whose_answer_was_lost_is_remembered(bench: ZammadBench) -> None:
    ref = made(bench).ref
    bench.desk.fail("cut", "POST /api/v1/ticket_articles")
    with pytest.raises(DeliveryError) as lost:
        bench.connector.note(ref, note("Nota", 5))
    assert lost.value.outcome is Outcome.UNKNOWN
    assert bench.connector.has(ref, f"[{CASE.key}.5]")


def test_a_login_page_is_unknown_and_a_desk_overloaded_is_not(bench: ZammadBench) -> None:
    for fault, outcome in (("redirect", Outcome.UNKNOWN), ("overloaded", Outcome.RETRY)):
        bench.fail(fault)
        with pytest.raises(DeliveryError) as failed:
            made(bench)
        assert (failed.value.outcome, failed.value.pause) == (outcome, None)
        assert failed.value.everywhere
    with pytest.raises(KeyError):
        bench.fail("outro")


def test_doubles_of_the_desk_s_own_making_are_found(bench: ZammadBench) -> None:
    bench.fail("twice")
    made(bench)
    assert len(bench.connector.find(CASE.key, just_before())) == 2


def test_a_webhook_names_its_ticket_as_often_as_it_comes(bench: ZammadBench) -> None:
    ref = made(bench).ref
    headers, body = bench.desk.webhook(int(ref))
    lowered = {name.lower(): value for name, value in headers.items()}
    assert [bench.connector.heard(headers, body), bench.connector.heard(lowered, body)] == [
        ref,
        ref,
    ]


def test_a_webhook_that_is_not_signed_as_set_up_is_refused(bench: ZammadBench) -> None:
    headers, body = bench.desk.webhook(int(made(bench).ref))
    wrong, _ = bench.desk.webhook(1, secret="outro")
    unsigned = {name: value for name, value in headers.items() if name != "X-Hub-Signature"}
    odd = {**headers, "X-Hub-Signature": "sha1=é"}
    for given, content in ((wrong, body), (unsigned, body), (odd, body), (headers, body + b" ")):
        with pytest.raises(DeliveryError, match="assinatura") as refused:
            bench.connector.heard(given, content)
        assert refused.value.outcome is Outcome.REJECTED
    # Without a secret anybody could sign with none.
    deaf = bench.set_up(webhook_secret="")
    with pytest.raises(DeliveryError, match="segredo"):
        deaf.heard(bench.desk.webhook(1, secret="")[0], body)
    assert (deaf.offers("heard"), bench.connector.offers("heard")) == (False, True)
    assert deaf.poll_every < bench.connector.poll_every


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"ticket": {"id": "x"}}', '{"ticket": 1}'])
def test_a_webhook_that_names_no_ticket_is_refused(bench: ZammadBench, content: str) -> None:
    body = content.encode()
    signature = double.signed(body, double.WEBHOOK_SECRET)
    with pytest.raises(DeliveryError, match=r"ticket\.id"):
        bench.connector.heard({"X-Hub-Signature": signature}, body)


def test_the_double_refuses_a_file_without_type_as_zammad_does(bench: ZammadBench) -> None:
    ref = made(bench).ref
    article = {
        "ticket_id": int(ref),
        "body": "x",
        "attachments": [{"filename": "a", "data": "eA=="}],
    }
    with pytest.raises(DeliveryError, match="mime-type"):
        bench.connector._api.send("POST", "/ticket_articles", article)
    assert not bench.tickets()[0].files
