"""GLPI's connector against its double, as it keeps texts up to version 10 and from 11 on."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from desk.connectors.conformance import CASE, FILE, Conformance, Seen, made, note
from guiche.desk import clock
from guiche.desk.connectors.connector import Customer, DeliveryError, Outcome
from guiche.desk.connectors.glpi import Glpi
from guiche.desk.connectors.markup import as_text
from guiche.desk.connectors.settings import SettingsRefused
from guiche.desk.doubles import glpi as double

SETTINGS = {
    "user_token": double.USER_TOKEN,
    "app_token": double.APP_TOKEN,
    "teams": {"Relacionamento": "18", "Suporte": "1"},
    "categories": {"Certificado digital": "7"},
    "source": 3,
}


class Impatient(Glpi):
    read_seconds = 2.0


class GlpiBench:
    base_team = ""
    can_fail = True

    def __init__(self, desk: double.Glpi) -> None:
        self.desk = desk
        self.made: list[Glpi] = []
        self.connector: Any = self.set_up()

    def set_up(self, kind: type[Glpi] = Glpi, **settings: object) -> Glpi:
        given = {"url": self.desk.url, **SETTINGS, **settings}
        self.made.append(connector := kind(kind.Settings.read(given)))
        return connector

    def close_down(self) -> None:
        for connector in self.made:
            connector.close_down()

    def tickets(self) -> Sequence[Seen]:
        return [self._seen(ref) for ref in self.desk.rows["Ticket"]]

    def _seen(self, ref: int) -> Seen:
        desk, row = self.desk, self.desk.rows["Ticket"][ref]
        groups = [link["groups_id"] for link in desk.of_ticket("Group_Ticket", ref)]
        notes = [as_text(desk.plain(each["content"]))
                 for kind in ("ITILFollowup", "ITILSolution")
                 for each in desk.of_ticket(kind, ref)]  # fmt: skip
        links = [link["documents_id"] for link in desk.of_ticket("Document_Item", ref)]
        files = [(desk.rows["Document"][each]["filename"], desk.files[each]) for each in links]
        return Seen(
            str(ref), desk.plain(row["name"]), as_text(desk.plain(row["content"])),
            ", ".join(desk.rows["Group"][each]["name"] for each in groups),
            row["status"] >= double.SOLVED, notes, files,
        )  # fmt: skip

    def wrong_password(self) -> Glpi:
        return self.set_up(user_token="outro")

    def misspelt(self) -> Glpi:
        return self.set_up(categories={"Certificado digital": "70"})

    def unreachable(self) -> Glpi:
        return self.set_up(url="http://127.0.0.1:9")

    def fail(self, fault: str) -> None:
        if fault.startswith("hang"):
            self.connector = self.set_up(Impatient)
        self.desk.fail(fault)


@pytest.fixture(params=[10, 11], ids=["glpi-10", "glpi-11"])
def bench(request: pytest.FixtureRequest) -> Iterator[GlpiBench]:
    with double.Glpi(request.param) as desk:
        bench = GlpiBench(desk)
        yield bench
        bench.close_down()


class TestGlpi(Conformance):
    """The neutral life of a ticket, on a GLPI."""


def test_sessions_are_shared_renewed_once_and_ended(bench: GlpiBench) -> None:
    made(bench)
    bench.connector.note("1", note("Antes", 2))
    assert bench.desk.started == 1
    bench.desk.forget_sessions()
    bench.connector.note("1", note("Depois", 3))
    assert bench.desk.started == 2
    assert len(bench.tickets()[0].notes) == 2
    bench.connector.close_down()
    assert not bench.desk.sessions


def test_threads_that_find_the_session_over_log_in_once(bench: GlpiBench) -> None:
    ref = made(bench).ref
    bench.desk.forget_sessions()
    with ThreadPoolExecutor(8) as threads:
        for number in range(2, 18):
            threads.submit(bench.connector.note, ref, note("Nota", number))
    assert len(bench.tickets()[0].notes) == 16
    assert bench.desk.started == 2


def test_a_session_that_never_holds_is_no_refused_login(bench: GlpiBench) -> None:
    made(bench)
    desk: Any = bench.desk
    desk.sessions = _Forgetful()
    with pytest.raises(DeliveryError) as error:
        bench.connector.note("1", note("Nota", 2))
    assert (error.value.outcome, error.value.everywhere) == (Outcome.RETRY, True)
    assert not error.value.login


class _Forgetful(set[str]):
    def __contains__(self, _: object) -> bool:
        return False


def test_an_app_token_that_is_wrong_is_a_refused_login(bench: GlpiBench) -> None:
    with pytest.raises(DeliveryError) as refused:
        bench.set_up(app_token="outro").create(CASE, Customer())
    assert (refused.value.login, refused.value.outcome) == (True, Outcome.RETRY)
    assert "ERROR_WRONG_APP_TOKEN_PARAMETER" in str(refused.value)
    assert "outro" not in str(refused.value)


def test_a_missing_right_is_a_refusal_and_no_refused_login(bench: GlpiBench) -> None:
    ref = made(bench).ref
    bench.desk.rights = double.CREATE
    with pytest.raises(DeliveryError) as refused:
        bench.connector.close(ref, note("Fim", 9))
    assert (refused.value.outcome, refused.value.login) == (Outcome.REJECTED, False)
    assert "ERROR_RIGHT_MISSING" in str(refused.value)
    words = [check.words for check in bench.connector.check() if not check.ok]
    (said,) = words
    assert said.startswith("O perfil Guichê não pode: alterar chamados, ver todos")


def test_a_success_whose_item_was_refused_is_a_refusal(bench: GlpiBench) -> None:
    bench.fail("partial")
    with pytest.raises(DeliveryError, match="Categoria inválida") as refused:
        made(bench)
    assert refused.value.outcome is Outcome.REJECTED


def test_a_group_that_is_refused_is_explained(bench: GlpiBench) -> None:
    ref = made(bench).ref
    bench.desk.refuses_groups.add(18)
    with pytest.raises(DeliveryError) as refused:
        bench.connector.forward(ref, CASE.team)
    assert refused.value.outcome is Outcome.REJECTED
    assert double.NO_RIGHT in str(refused.value)
    assert "grupo 18 (Relacionamento)" in str(refused.value)
    assert "Administração > Grupos" in str(refused.value)


def test_a_forwarded_ticket_leaves_the_group_that_had_it(bench: GlpiBench) -> None:
    ref = made(bench).ref
    bench.connector.forward(ref, "Suporte")
    bench.connector.forward(ref, "Relacionamento")
    assert bench.tickets()[0].team == "Relacionamento"
    (remote,) = bench.connector.read([ref])
    assert (remote.team, remote.status) == ("Relacionamento", "Em atendimento")


def test_watchers_of_a_ticket_stay(bench: GlpiBench) -> None:
    ref = made(bench).ref
    bench.desk._add("Group_Ticket", {"tickets_id": int(ref), "groups_id": 1, "type": 3})
    bench.connector.forward(ref, "Relacionamento")
    links = bench.desk.of_ticket("Group_Ticket", int(ref))
    assert [(link["groups_id"], link["type"]) for link in links] == [(1, 3), (18, 2)]


def test_names_without_a_number_are_said_before_anything_is_sent(bench: GlpiBench) -> None:
    with pytest.raises(DeliveryError, match="categoria “Outra”"):
        bench.connector.create(replace(CASE, category="Outra"), Customer())
    with pytest.raises(DeliveryError, match="equipe “Financeiro”"):
        bench.connector.forward("1", "Financeiro")
    assert not bench.desk.calls
    bench.connector.create(replace(CASE, category=""), Customer())
    assert "itilcategories_id" not in bench.desk.rows["Ticket"][1]


@pytest.mark.parametrize(("trap", "words"), [("refuses_files", "Filetype not allowed"),
                                             ("loses_files", "not found")])  # fmt: skip
def test_a_document_without_its_file_is_not_taken_for_kept(
    bench: GlpiBench, trap: str, words: str
) -> None:
    ref = made(bench).ref
    setattr(bench.desk, trap, True)
    with pytest.raises(DeliveryError, match=words) as refused:
        bench.connector.attach(ref, FILE)
    assert refused.value.outcome is Outcome.REJECTED
    assert not bench.connector.has(ref, FILE.name)


def test_bytes_that_look_like_the_end_of_a_part_are_kept(bench: GlpiBench) -> None:
    ref = made(bench).ref
    content = b"%PDF-1.7\r\n\x00\xff--\r\n\r\n--fim\r\n"
    bench.connector.attach(ref, replace(FILE, content=content, media_type="application/pdf"))
    assert bench.tickets()[0].files == [(FILE.name, content)]


def test_lines_are_kept_and_nothing_of_ours_is_markup(bench: GlpiBench) -> None:
    ref = made(bench).ref
    bench.connector.note(ref, note("<script>alert(1)</script>\n<b>Ligar</b> & voltar", 4))
    assert bench.tickets()[0].notes == [
        "<script>alert(1)</script>\n<b>Ligar</b> & voltar\n[G4821703657.4]"
    ]
    (remote,) = bench.connector.read([ref])
    assert [each.text for each in remote.notes] == bench.tickets()[0].notes


def test_what_people_wrote_in_the_desk_comes_home_as_text(bench: GlpiBench) -> None:
    ref = made(bench).ref
    content = "<p>Falei com <strong>Ana</strong> &amp; fechei.</p>\n<p>At&eacute;</p>"
    desk = bench.desk
    desk._add("ITILFollowup", {"itemtype": "Ticket", "items_id": int(ref), "content": content})
    (remote,) = bench.connector.read([ref])
    (written,) = remote.notes
    assert " ".join(written.text.split()) == "Falei com Ana & fechei. Até"
    assert written.at
    assert abs(written.at - clock.now()) < timedelta(minutes=5)


def test_more_follow_ups_than_a_page_are_looked_through(bench: GlpiBench) -> None:
    ref = made(bench).ref
    for number in range(2, 62):
        bench.connector.note(ref, note("Nota", number))
    assert bench.connector.has(ref, f"[{CASE.key}.61]")


def test_more_tickets_than_a_page_are_listed_and_older_ones_left_out(bench: GlpiBench) -> None:
    for _ in range(120):
        made(bench)
    old = next(iter(bench.desk.rows["Ticket"].values()))
    old["date_creation"] = "2026-01-02 03:04:05"
    since = clock.now() - timedelta(minutes=30)
    assert len(list(bench.connector.recent(since))) == 119


def test_times_of_glpi_are_those_of_its_own_place(bench: GlpiBench) -> None:
    made(bench)
    (found,) = bench.connector.recent(clock.now() - timedelta(minutes=5))
    assert found.created_at
    assert abs(found.created_at - clock.now()) < timedelta(minutes=5)


def test_the_mark_survives_a_title_that_is_too_long(bench: GlpiBench) -> None:
    made(bench, replace(CASE, title=f"{'Certificado sem CEI ' * 20}{CASE.mark}"))
    (seen,) = bench.tickets()
    assert len(seen.title) <= 250
    assert seen.title.endswith(f"… {CASE.mark}")
    assert bench.connector.find(CASE.key, clock.now())


def test_externalid_finds_a_ticket_whose_title_was_changed(bench: GlpiBench) -> None:
    bench.connector = bench.set_up(keep_key="sim")
    ref = made(bench).ref
    bench.desk.rows["Ticket"][int(ref)]["name"] = "Outro título"
    assert [each.ref for each in bench.connector.find(CASE.key, clock.now())] == [ref]
    assert [each.key for each in bench.connector.recent(clock.now() - timedelta(minutes=5))] == [
        CASE.key
    ]
    assert all(check.ok for check in bench.connector.check())


def test_externalid_is_missed_at_set_up_where_glpi_is_too_old() -> None:
    with double.Glpi(9) as desk:
        bench = GlpiBench(desk)
        (missed,) = [check for check in bench.set_up(keep_key=True).check() if not check.ok]
        bench.close_down()
    assert missed.label == "Campo externalid"


def test_it_ends_as_set_up(bench: GlpiBench) -> None:
    bench.connector = bench.set_up(closed="6", solution="solution")
    solved, closed = made(bench).ref, made(bench).ref
    bench.connector.solve(solved, note(CASE.solution, 1))
    bench.connector.close(closed, note("Fim", 9))
    bench.connector.close(solved, note("Fim", 9))
    remotes = {remote.ref: remote.status for remote in bench.connector.read([solved, closed])}
    assert remotes == {solved: "Fechado", closed: "Fechado"}


def test_one_that_may_not_be_seen_is_not_taken_for_gone(bench: GlpiBench) -> None:
    refs = [made(bench).ref for _ in range(2)]
    bench.desk.rights = double.CREATE
    with pytest.raises(DeliveryError, match="ERROR_RIGHT_MISSING"):
        list(bench.connector.read(refs))


def test_a_note_whose_answer_was_lost_is_remembered(bench: GlpiBench) -> None:
    ref = made(bench).ref
    bench.desk.fail("cut", "POST /apirest.php/ITILFollowup")
    with pytest.raises(DeliveryError) as lost:
        bench.connector.note(ref, note("Nota", 5))
    assert lost.value.outcome is Outcome.UNKNOWN
    assert bench.connector.has(ref, f"[{CASE.key}.5]")


def test_a_file_whose_link_was_lost_is_not_there_and_is_sent_again(bench: GlpiBench) -> None:
    ref = made(bench).ref
    bench.desk.fail("down", "POST /apirest.php/Document_Item")
    with pytest.raises(DeliveryError) as lost:
        bench.connector.attach(ref, FILE)
    assert lost.value.outcome is Outcome.UNKNOWN
    assert not bench.connector.has(ref, FILE.name)
    bench.connector.attach(ref, FILE)
    assert bench.connector.has(ref, FILE.name)


def test_closing_goes_on_where_it_was_interrupted(bench: GlpiBench) -> None:
    bench.connector = bench.set_up(closed="6")
    ref = made(bench).ref
    bench.desk.fail("down", f"PUT /apirest.php/Ticket/{ref}")
    with pytest.raises(DeliveryError) as lost:
        bench.connector.close(ref, note("Fim", 9))
    assert lost.value.outcome is Outcome.UNKNOWN
    bench.connector.close(ref, note("Fim", 9))
    assert [remote.status for remote in bench.connector.read([ref])] == ["Fechado"]
    assert len(bench.tickets()[0].notes) == 1


def test_doubles_of_the_desk_s_own_making_are_found(bench: GlpiBench) -> None:
    bench.fail("twice")
    made(bench)
    assert len(bench.connector.find(CASE.key, clock.now())) == 2


def test_numbers_and_time_zone_are_checked_when_typed() -> None:
    with pytest.raises(SettingsRefused) as refused:
        Glpi.Settings.read({**SETTINGS, "url": "https://glpi.exemplo.com.br",
                            "timezone": "Brasília", "teams": "Relacionamento = N2"})  # fmt: skip
    assert set(refused.value.problems) == {"teams", "timezone"}
