"""Request Tracker 5 itself, started for these tests, with a proxy in front that can go wrong."""

import base64
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

import request_tracker
from desk.connectors.conformance import CASE, FILE, Conformance, Seen, made, note
from doubles.proxy import Proxy, proxy
from guiche.desk import clock
from guiche.desk.connectors.case import Attachment, Case, Note
from guiche.desk.connectors.connector import (
    Check,
    Connector,
    Created,
    Customer,
    DeliveryError,
    Outcome,
)
from guiche.desk.connectors.rt import RequestTracker
from guiche.desk.connectors.rt.settings import RequestTrackerSettings

REST = "/REST/2.0"
ENDED = ("resolved", "rejected")
WRITTEN = ("Create", "Comment", "Correspond")
"""What is not the record of a mail that RT sent."""


class Hasty(RequestTracker):
    """Soon gives up."""

    answers_within = 2.0


class HastyCreation(RequestTracker):
    """Soon gives up a creation that is not answered; all else may take as long as it takes."""

    def create(self, case: Case, customer: Customer) -> Created:
        hasty = Hasty(self.settings)
        try:
            return hasty.create(case, customer)
        finally:
            hasty.close_down()


class RealRequestTracker:
    """A bench whose eyes are the owner's: nothing is hidden from them."""

    base_team = "Suporte"
    can_fail = True

    def __init__(self, server: request_tracker.RequestTrackerServer, front: Proxy) -> None:
        self.server, self.front = server, front
        self.settings = RequestTrackerSettings.read({
            "url": front.url,
            "token": server.token,
            "queue": "Suporte",
            "key_field": "Guiche",
            "fields": "CNPJ = document\nTelefones = phones\nCEI = wanted_number\n"
            "Categoria = category",
        })  # fmt: skip
        self.rt = RequestTracker(self.settings)
        self.connector: Connector[Any] = self.rt
        self.owner = httpx.Client(
            base_url=f"{server.url}{REST}", headers={"Authorization": f"token {server.root}"},
            timeout=60,
        )  # fmt: skip

    def tickets(self) -> Sequence[Seen]:
        return [self._seen(each["id"]) for each in self._search("id > 0")]

    def having(self, **changes: Any) -> RequestTracker:
        return RequestTracker(replace(self.settings, **changes))

    def wrong_password(self) -> RequestTracker:
        return self.having(token="1-14-" + "0" * 32)

    def misspelt(self) -> RequestTracker:
        return self.having(key_field="Guichet")

    def unreachable(self) -> RequestTracker:
        return self.having(url="http://127.0.0.1:1")

    def fail(self, fault: str) -> None:
        if fault.startswith("hang"):
            self.connector = HastyCreation(self.settings)
        # RT refuses the queue, and its words name it.
        self.front.fail(fault, "POST", "/ticket", lambda body: body.replace(
            b'"Queue":"Suporte"', b'"Queue":"Categoria inv\\u00e1lida"'))  # fmt: skip

    def put(self, ref: str, **change: str) -> None:
        """Somebody changes the ticket in RT."""
        self._asked("PUT", f"/ticket/{ref}", json=change)

    def clear(self) -> None:
        gone = [{"id": each["id"], "Status": "deleted"} for each in self._search("id > 0")]
        self._asked("PUT", "/tickets/bulk", json=gone)
        self.rt.close_down()
        self.connector.close_down()
        self.owner.close()

    def _asked(self, method: str, path: str, **request: Any) -> Any:
        answer = self.owner.request(method, path, **request)
        answer.raise_for_status()
        return answer.json()

    def _search(self, query: str) -> Any:
        asked = {"query": query, "per_page": 100, "orderby": "id"}
        return self._asked("GET", "/tickets", params=asked)["items"]

    def _seen(self, ref: str) -> Seen:
        ticket = self._asked("GET", f"/ticket/{ref}", params={"fields[Queue]": "Name"})
        history = self._asked("GET", f"/ticket/{ref}/history", params=_all("Type"))["items"]
        written = {each["id"] for each in history if each["Type"] in WRITTEN}
        listed = self._asked(
            "GET", f"/ticket/{ref}/attachments", params=_all("Filename,TransactionId")
        )
        parts = [part for part in listed["items"] if part["TransactionId"] in written]
        contents = [self._asked("GET", f"/attachment/{part['id']}") for part in parts]
        read = [(part["Filename"], base64.b64decode(content.get("Content") or ""))
                for part, content in zip(parts, contents, strict=True)]  # fmt: skip
        texts = [content.decode() for name, content in read if content and not name]
        return Seen(
            ref, ticket["Subject"], texts[0] if texts else "", ticket["Queue"]["Name"],
            ticket["Status"] in ENDED, texts[1:], [each for each in read if each[0]],
            {field["name"]: ", ".join(field["values"]) for field in ticket["CustomFields"]}
            | {"Requestor": ", ".join(user["id"] for user in ticket["Requestor"]),
               "Due": ticket["Due"], "Status": ticket["Status"]},
        )  # fmt: skip


def _all(fields: str) -> dict[str, str]:
    return {"fields": fields, "per_page": "100"}


@pytest.fixture(scope="session")
def rt() -> Iterator[request_tracker.RequestTrackerServer]:
    try:
        with request_tracker.server() as server:
            yield server
    except request_tracker.NotInstalled as error:
        pytest.skip(str(error))


@pytest.fixture
def bench(rt: request_tracker.RequestTrackerServer) -> Iterator[RealRequestTracker]:
    with proxy(rt.url) as front:
        bench = RealRequestTracker(rt, front)
        yield bench
        bench.clear()


def wrong(checks: Any) -> list[Check]:
    return [check for check in checks if not check.ok]


class TestRequestTracker(Conformance):
    """RT 5 behind the proxy."""


def test_fields_requestor_and_due_time_are_written(bench: RealRequestTracker) -> None:
    created = made(bench)
    assert created.url == f"{bench.front.url}/Ticket/Display.html?id={created.ref}"
    assert created.number == created.ref
    (seen,) = bench.tickets()
    assert seen.fields == {
        "Guiche": CASE.key,
        "CNPJ": "11222333000181",
        "Telefones": "+551133334444, +5511987654321",
        "CEI": "11.583.00249/85",
        "Categoria": "Certificado digital",
        "Requestor": "contato@exemplo.com.br",
        "Due": "2026-11-24T17:44:00Z",
        "Status": "new",
    }
    assert seen.text == CASE.text
    assert seen.title == CASE.title
    assert not seen.notes


def test_a_long_title_keeps_its_mark(bench: RealRequestTracker) -> None:
    made(bench, replace(CASE, title=f"{'Açaí ' * 60}{CASE.mark}"))
    title = bench.tickets()[0].title
    assert 190 < len(title.encode()) <= 200
    assert title.endswith(f"… {CASE.mark}")


def test_text_that_looks_like_html_stays_text(bench: RealRequestTracker) -> None:
    text = f"<b>não é negrito</b>\n<script>alert(1)</script> &amp; fim\n{CASE.mark}"
    made(bench, replace(CASE, text=text))
    assert bench.tickets()[0].text == text


def test_without_its_field_the_mark_in_the_subject_is_enough(bench: RealRequestTracker) -> None:
    connector = bench.having(key_field="", fields={}, requestor=False)
    created = connector.create(CASE, Customer())
    (found,) = connector.find(CASE.key, clock.now())
    assert found.ref == created.ref
    assert bench.tickets()[0].fields["Requestor"] == ""


def test_with_its_field_the_subject_may_be_changed(bench: RealRequestTracker) -> None:
    ref = made(bench).ref
    bench.put(ref, Subject="Padaria")
    assert [found.ref for found in bench.rt.find(CASE.key, clock.now())] == [ref]


def test_a_hostile_key_finds_nothing(bench: RealRequestTracker) -> None:
    made(bench)
    for key in ("G%", "_", "O'Brien\\", "x' OR id > 0 OR Subject = 'x", "}' ", ""):
        assert list(bench.rt.find(key, clock.now())) == []


def test_a_value_off_the_list_is_told_in_the_ticket(bench: RealRequestTracker) -> None:
    created = made(bench, replace(CASE, category="Fora da lista", email="isto não é e-mail"))
    (seen,) = bench.tickets()
    assert seen.ref == created.ref
    (told,) = seen.notes
    assert "Categoria: Fora da lista" in told
    assert "Solicitante: isto não é e-mail" in told
    assert "CNPJ" not in told
    (remote,) = bench.rt.read([created.ref])
    assert not remote.notes


def test_a_ticket_stands_though_it_cannot_be_read_back(bench: RealRequestTracker) -> None:
    bench.front.fail("down", "GET", "")
    ref = made(bench).ref
    assert [seen.ref for seen in bench.tickets()] == [ref]


def test_more_than_a_page_is_listed(bench: RealRequestTracker, monkeypatch: Any) -> None:
    for module in ("rest", "notes"):
        monkeypatch.setattr(f"guiche.desk.connectors.rt.{module}.PAGE", 2)
    refs = [made(bench).ref for _ in range(3)]
    found = bench.rt.recent(clock.now() - timedelta(hours=1))
    assert [each.ref for each in found] == refs
    for number in (1, 2, 3):
        bench.rt.note(refs[0], note("Tentativa", number))
    assert bench.rt.has(refs[0], f"[{CASE.key}.3]")


def test_what_is_older_is_not_listed(bench: RealRequestTracker) -> None:
    made(bench)
    assert list(bench.rt.recent(clock.now() + timedelta(minutes=5))) == []


def test_no_byte_of_a_file_changes(bench: RealRequestTracker) -> None:
    ref = made(bench).ref
    contents = ["Sem CEI: ção\r\n\r\nfim\n".encode(), b"\xff\xfe\r\nA\r\n\x00\xe9", b"a\xe7\xe3o"]
    files = [
        Attachment(f"anexo é “{number}”.txt", media_type, content)
        for media_type in ("text/plain", "application/pdf")
        for number, content in enumerate(contents)
    ]
    for file in files:
        bench.rt.attach(ref, file)
    assert bench.tickets()[0].files == [(file.name, file.content) for file in files]


def test_somebody_quicker_does_not_stop_a_forward(bench: RealRequestTracker) -> None:
    ref = made(bench).ref
    bench.front.before_next("PUT", lambda: bench.put(ref, Priority="7"))
    bench.rt.forward(ref, CASE.team)
    assert bench.tickets()[0].team == "Relacionamento"


def test_who_closed_it_meanwhile_is_not_overruled(bench: RealRequestTracker) -> None:
    ref = made(bench).ref
    bench.front.before_next("PUT", lambda: bench.put(ref, Status="rejected"))
    bench.rt.close(ref, note("Novo certificado", 9))
    (seen,) = bench.tickets()
    assert seen.fields["Status"] == "rejected"
    assert len(seen.notes) == 1


def test_a_queue_that_there_is_not_is_refused_in_the_words_of_rt(
    bench: RealRequestTracker,
) -> None:
    ref = made(bench).ref
    with pytest.raises(DeliveryError, match="Queue Diretorias does not exist") as refused:
        bench.rt.forward(ref, "Diretorias")
    assert refused.value.outcome is Outcome.REJECTED
    assert bench.tickets()[0].team == "Suporte"


def test_a_status_that_there_is_not_is_refused_though_rt_says_200(
    bench: RealRequestTracker,
) -> None:
    ref = made(bench).ref
    with pytest.raises(DeliveryError, match="'encerrado' isn't a valid status") as refused:
        bench.having(closed_status="encerrado").close(ref, note("Fim", 9))
    assert refused.value.outcome is Outcome.REJECTED
    assert not bench.tickets()[0].closed


def test_closing_again_writes_no_second_note(bench: RealRequestTracker) -> None:
    ref = made(bench).ref
    for _ in range(2):
        bench.rt.close(ref, note("Novo certificado", 9))
    assert len(bench.tickets()[0].notes) == 1


def test_missing_rights_are_told_in_the_words_of_rt(bench: RealRequestTracker) -> None:
    connector = bench.having(token=bench.server.few_rights)
    ref = connector.create(CASE, Customer()).ref
    assert bench.tickets()[0].fields["CNPJ"] == ""
    steps: list[Callable[[], None]] = [
        lambda: connector.note(ref, note("x", 1)),
        lambda: connector.attach(ref, FILE),
        lambda: connector.forward(ref, CASE.team),
    ]
    for step in steps:
        with pytest.raises(DeliveryError, match="Permission Denied") as refused:
            step()
        assert refused.value.outcome is Outcome.REJECTED
    with pytest.raises(DeliveryError, match="No permission to create tickets") as refused:
        bench.having(queue="Diretoria").create(CASE, Customer())
    assert refused.value.outcome is Outcome.REJECTED


def test_missing_rights_are_found_at_set_up(bench: RealRequestTracker) -> None:
    made(bench)
    words = {
        check.label: check.words
        for check in wrong(bench.having(token=bench.server.few_rights).check())
    }
    assert "SeeQueue" in words["Fila Relacionamento"]
    assert "SeeCustomField" in words["Fila Suporte: campo CNPJ"]
    assert "CommentOnTicket" in words["Fila Suporte: comentar"]
    assert "ModifyTicket" in words["Fila Suporte: encerrar como resolved"]


def test_with_an_open_ticket_the_settings_are_right_as_well(bench: RealRequestTracker) -> None:
    made(bench)
    checks = list(bench.rt.check())
    assert not wrong(checks)
    assert any(check.label == "Fila Suporte: encerrar como resolved" for check in checks)


def test_every_name_that_is_wrong_is_found_at_set_up(bench: RealRequestTracker) -> None:
    made(bench)
    connector = bench.having(
        fields={"CNPJs": "document", "Parecer": "solution", "CEI": "wanted_number"},
        teams={"Relacionamento": "Relacionamento", "A": "Suprte", "B": "Atenção/1 & 'x'"},
        closed_status="encerrado",
    )
    found = {check.label: check.words for check in wrong(connector.check())}
    assert set(found) == {
        "Fila Suporte: campo CNPJs",
        "Fila Suporte: campo Parecer",
        "Fila Suporte: encerrar como encerrado",
        "Fila Relacionamento: campo CNPJs",
        "Fila Relacionamento: campo Parecer",
        "Fila Suprte",
        "Fila Atenção/1 & 'x'",
    }
    assert "SeeQueue" in found["Fila Suprte"]
    assert "SeeCustomField" in found["Fila Suporte: campo Parecer"]
    assert "open, rejected, resolved" in found["Fila Suporte: encerrar como encerrado"]


def test_an_address_of_something_else_is_found_at_set_up(bench: RealRequestTracker) -> None:
    (check,) = bench.having(url=f"{bench.front.url}/NoAuth").check()
    assert not check.ok
    assert check.words


def test_notes_of_others_come_home_and_ours_do_not(bench: RealRequestTracker) -> None:
    ref, other = made(bench).ref, made(bench).ref
    bench.rt.note(ref, note("Nossa", 5))
    bench.rt.attach(ref, FILE)
    for path, text, kind in (
        ("comment", "Liguei às 15h & <aguardo>", "text/plain"),
        ("correspond", "<p>Já<br>emitimos &amp; enviamos</p>", "text/html"),
    ):
        bench.owner.post(f"/ticket/{ref}/{path}", json={"Content": text, "ContentType": kind})
    first, second = bench.rt.read([ref, other])
    assert [each.text for each in first.notes] == ["Liguei às 15h & <aguardo>",
                                                   "Já\nemitimos & enviamos"]  # fmt: skip
    assert all(each.author and each.at for each in first.notes)
    assert not second.notes


def test_a_merged_ticket_stands_as_that_which_it_went_into(bench: RealRequestTracker) -> None:
    ref, into, gone = (made(bench).ref for _ in range(3))
    bench.put(ref, MergeInto=into)
    bench.put(gone, Status="deleted")
    bench.rt.forward(ref, CASE.team)
    bench.rt.close(ref, note("Fim", 9))
    read = {remote.ref: remote for remote in bench.rt.read([ref, into, gone])}
    assert {each: (read[each].number, read[each].closed) for each in read} == {
        ref: (into, True), into: (into, True),
    }  # fmt: skip
    assert read[ref].team == "Relacionamento"


def test_what_may_not_be_seen_is_not_taken_for_missing(bench: RealRequestTracker) -> None:
    ref = made(bench).ref
    bench.put(ref, Queue="Diretoria")
    with pytest.raises(DeliveryError) as unseen:
        bench.rt.has(ref, f"[{CASE.key}.5]")
    assert unseen.value.outcome is Outcome.REJECTED


def test_teams_have_queues_of_other_names(bench: RealRequestTracker) -> None:
    connector = bench.having(teams={"Nível 2": "Relacionamento"})
    ref = connector.create(CASE, Customer()).ref
    connector.forward(ref, "Nível 2")
    (remote,) = connector.read([ref])
    assert remote.team == "Nível 2"


def test_a_text_that_looks_like_our_token_is_kept(bench: RealRequestTracker) -> None:
    ref = made(bench).ref
    bench.rt.note(ref, Note('\'; -- \\ "aspas" 🎉', "[G4821703657.7]"))
    assert bench.tickets()[0].notes == ['\'; -- \\ "aspas" 🎉']


def test_the_rights_that_suffice_here_are_those_of_the_documentation() -> None:
    page = Path(__file__).parents[3] / "docs" / "connectors" / "rt.md"
    rows = [line for line in page.read_text("utf-8").splitlines() if line.startswith("| `")]
    named = {right for row in rows for right in re.findall("`([A-Z][a-z]\\w+)`", row.split("|")[1])}
    assert named == set(request_tracker.RIGHTS.split())
