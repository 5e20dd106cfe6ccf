"""What Qualitor, its site or the network may do wrong, and what becomes of the step."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from desk.connectors.conformance import CASE, FILE, note
from desk.connectors.test_qualitor import Bench
from guiche.desk import clock
from guiche.desk.connectors.case import Case
from guiche.desk.connectors.connector import Created, Customer, DeliveryError, Outcome
from guiche.desk.doubles import qualitor as doubles
from guiche.desk.doubles.qualitor.answering import GATEWAY
from guiche.desk.doubles.qualitor.faults import FAULTS

SINCE = clock.now() - timedelta(hours=1)
READS = ("down", "html", "empty", "truncated", "cut", "hang_after", "error_before", "bomb")
UNSURE = ("empty", "bomb", "error_before", "down_for", "latin1_as_utf8")


@pytest.fixture(params=["stateless", "soap"])
def transport(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def bench(transport: str) -> Iterator[Bench]:
    with doubles.Qualitor() as double:
        bench = Bench(double, transport=transport)
        yield bench
        bench.close()


def created(bench: Bench, case: Case = CASE) -> Created:
    return bench.connector.create(case, bench.connector.customer(case))


def failing(bench: Bench, operation: str, fault: str, step: Any) -> DeliveryError:
    bench.inject(operation, fault)
    with pytest.raises(DeliveryError) as failed:
        step()
    return failed.value


@pytest.mark.parametrize("fault", UNSURE)
def test_a_create_of_which_nothing_can_be_told_is_unknown(bench: Bench, fault: str) -> None:
    # A refusal in Portuguese has letters that a wrong label spoils; a success has none.
    case = replace(CASE, category="") if fault == "latin1_as_utf8" else CASE
    if fault == "latin1_as_utf8":
        bench.connector = bench.with_settings(category="999")
    error = failing(bench, "addTicketByData", fault, lambda: created(bench, case))
    assert (error.outcome, error.everywhere) == (Outcome.UNKNOWN, True)
    assert error.pause == (timedelta(seconds=120) if fault == "down_for" else None)


@pytest.mark.parametrize("fault", READS)
def test_a_reading_that_fails_may_be_sent_again(bench: Bench, fault: str) -> None:
    created(bench)
    error = failing(bench, "getTicket", fault, lambda: bench.connector.find(CASE.key, SINCE))
    assert (error.outcome, error.everywhere) == (Outcome.RETRY, True)


def test_a_server_that_crashed_is_quoted_and_may_have_created(bench: Bench) -> None:
    error = failing(bench, "addTicketByData", "fault_after", lambda: created(bench))
    assert error.outcome is Outcome.UNKNOWN
    assert "Fatal error: falha no banco de dados" in str(error)
    over_soap = bench.settings["transport"] == "soap"
    assert error.otherwise is (Outcome.REJECTED if over_soap else Outcome.RETRY)
    error = failing(bench, "getTicket", "fault_after",
                    lambda: bench.connector.find(CASE.key, SINCE))  # fmt: skip
    assert error.outcome is Outcome.RETRY


def test_a_busy_desk_that_says_not_for_how_long(bench: Bench) -> None:
    error = failing(bench, "addTicketByData", "busy_silent", lambda: created(bench))
    assert (error.outcome, error.pause) == (Outcome.RETRY, None)


def test_the_text_of_a_gateway_is_shown_as_it_is(bench: Bench) -> None:
    error = failing(bench, "addTicketByData", "gateway", lambda: created(bench))
    assert (str(error), error.outcome, error.everywhere) == (GATEWAY, Outcome.REJECTED, False)


def test_a_desk_that_creates_twice_shows_both(bench: Bench) -> None:
    bench.double.faults.inject("addTicketByData", "doubled")
    ref = created(bench).ref
    found = bench.connector.find(CASE.key, SINCE)
    assert [each.ref for each in found] == [ref, str(int(ref) + 1)]


def test_a_slow_reply_is_waited_for(bench: Bench) -> None:
    bench.double.site.slow_seconds = 0.2
    bench.double.faults.inject("addTicketByData", "slow")
    assert created(bench).ref == bench.double.desk.tickets[0].ref


def test_a_ticket_that_is_not_listed_yet_is_found_later(bench: Bench) -> None:
    bench.double.site.lag = 3600
    ref = created(bench).ref
    assert bench.connector.find(CASE.key, SINCE) == []
    bench.double.desk.tickets[0].listed_from = 0
    assert [each.ref for each in bench.connector.find(CASE.key, SINCE)] == [ref]


def test_only_the_nth_call_goes_wrong(bench: Bench) -> None:
    bench.double.faults.inject("getTicket", "down", 2)
    find = bench.connector.find
    assert find(CASE.key, SINCE) == []
    with pytest.raises(DeliveryError):
        find(CASE.key, SINCE)
    assert find(CASE.key, SINCE) == []


def test_every_fault_ends_in_a_result_or_in_a_delivery_error(bench: Bench) -> None:
    bench.double.site.slow_seconds = 0.1
    failed: dict[str, DeliveryError] = {}
    # What hangs takes a second each, and is in the conformance suite.
    for fault in (each for each in FAULTS if not each.startswith("hang")):
        bench.double.faults.inject("addTicketByData", fault)
        try:
            assert created(bench).ref
        except DeliveryError as error:
            failed[fault] = error
    assert {error.outcome for error in failed.values()} == {*Outcome}
    assert not [error for error in failed.values() if bench.double.desk.password in str(error)]


# Steps after the ticket


def test_a_transfer_is_believed_when_the_ticket_shows_the_team(bench: Bench) -> None:
    ref = created(bench).ref
    bench.double.faults.inject("transferTicketTeam", "no_next_step")
    bench.connector.forward(ref, CASE.team)
    assert bench.tickets()[0].team == "Relacionamento"


def test_a_team_that_the_ticket_is_in_already_is_done_though_refused(bench: Bench) -> None:
    bench.double.site.refuses_same_team = True
    ref = created(bench).ref
    bench.connector.forward(ref, CASE.team)
    bench.connector.forward(ref, CASE.team)
    assert bench.tickets()[0].team == "Relacionamento"


def test_a_transfer_that_does_not_stay_is_told(bench: Bench) -> None:
    ref = created(bench).ref
    error = failing(bench, "transferTicketTeam", "moved",
                    lambda: bench.connector.forward(ref, CASE.team))  # fmt: skip
    assert "o chamado está em: Emissão" in str(error)


def test_a_refused_transfer_keeps_the_words(bench: Bench) -> None:
    bench.connector = bench.with_settings(teams="Relacionamento = 999")
    ref = created(bench).ref
    with pytest.raises(DeliveryError, match=r"^Equipe inválida: 999$") as refused:
        bench.connector.forward(ref, CASE.team)
    assert refused.value.outcome is Outcome.REJECTED


def test_a_team_or_category_without_a_code_is_said_before_anything_is_sent(bench: Bench) -> None:
    bench.connector = bench.with_settings(category="")
    with pytest.raises(DeliveryError, match="A categoria “Outra” não tem código"):
        bench.connector.create(replace(CASE, category="Outra"), Customer())
    with pytest.raises(DeliveryError, match="A equipe “Outra” não tem código"):
        bench.connector.forward("1", "Outra")
    assert not [each for each in bench.double.requests if each.asked.data]


def test_what_people_do_on_the_screen_is_read(bench: Bench) -> None:
    ref, desk = created(bench).ref, bench.double.desk
    desk.write_by_hand(ref, "Cliente ligou: já tem o CEI")
    desk.move_by_hand(ref, "19")
    desk.close_by_hand(ref)
    (remote,) = bench.connector.read([ref])
    assert (remote.team, remote.status, remote.closed) == ("Emissão", "Encerrado", True)
    assert [(each.text, each.author) for each in remote.notes] == [
        ("Cliente ligou: já tem o CEI", "bento")
    ]
    assert remote.notes[0].at is not None
    assert abs(remote.notes[0].at - clock.now()) < timedelta(minutes=1)


def test_closing_what_was_closed_by_hand_is_done_without_a_note(bench: Bench) -> None:
    ref = created(bench).ref
    bench.double.desk.close_by_hand(ref)
    bench.connector.close(ref, note("Resolvido", 9))
    assert bench.tickets()[0].notes == []


def test_a_closing_that_broke_off_after_its_note_writes_it_once(bench: Bench) -> None:
    ref = created(bench).ref
    close = note("Resolvido", 9)
    failing(bench, "closeTicket", "down", lambda: bench.connector.close(ref, close))
    bench.connector.close(ref, close)
    assert bench.tickets()[0].notes == [close.text]
    assert bench.tickets()[0].closed


def test_a_test_ticket_is_cancelled(bench: Bench) -> None:
    ref = created(bench).ref
    for _ in range(2):
        bench.connector.cancel(ref, note("Ensaio do Guichê", 2))
    (remote,) = bench.connector.read([ref])
    assert (remote.status, remote.closed, len(remote.notes)) == ("Cancelado", True, 1)


def test_a_file_of_which_nobody_knows_is_never_said_to_be_missing(bench: Bench) -> None:
    connector, ref = bench.connector, created(bench).ref
    assert not connector.has(ref, FILE.name)
    error = failing(bench, "addAttachment", "cut", lambda: connector.attach(ref, FILE))
    assert error.outcome is Outcome.UNKNOWN
    with pytest.raises(DeliveryError, match=r"Não dá para saber se leitura-G4821703657\.txt"):
        connector.has(ref, FILE.name)


def test_a_file_that_was_surely_not_sent_may_be_sent(bench: Bench) -> None:
    connector, ref = bench.connector, created(bench).ref
    error = failing(bench, "addTicketHistory", "cut", lambda: connector.attach(ref, FILE))
    assert error.outcome is Outcome.RETRY
    assert not bench.tickets()[0].files
    with pytest.raises(DeliveryError):
        connector.has(ref, FILE.name)


def test_a_file_that_arrived_has_arrived_though_the_note_is_lost(bench: Bench) -> None:
    connector, ref = bench.connector, created(bench).ref
    bench.double.faults.inject("addTicketHistory", "down", 2)
    connector.attach(ref, FILE)
    assert len(bench.tickets()[0].files) == 1


# Encoding


def test_the_probe_is_content_where_all_comes_back(bench: Bench) -> None:
    check = bench.connector.probe_encoding(created(bench).ref)
    assert (check.ok, check.words) == (True, "")


@pytest.mark.parametrize("fault", ["latin1_as_utf8", "utf8_as_latin1"])
def test_the_probe_notices_a_reply_that_is_wrong_about_itself(bench: Bench, fault: str) -> None:
    ref = created(bench).ref
    bench.double.faults.inject("getTicketHistoryData", fault)
    assert not bench.connector.probe_encoding(ref).ok


def test_the_probe_notices_a_lost_plus(bench: Bench) -> None:
    ref = created(bench).ref
    bench.double.faults.inject("addTicketHistory", "plus_lost")
    check = bench.connector.probe_encoding(ref)
    assert not check.ok
    assert "voltou “ação - ç ã EUR 1 1 & <a>”" in check.words


def test_the_probe_notices_a_database_without_the_euro_sign(bench: Bench) -> None:
    bench.double.site.latin_only = True
    ref = created(bench).ref
    check = bench.with_settings(encoding="utf-8").probe_encoding(ref)
    assert not check.ok
    assert "voltou “ação ? ç ã ? 1+1 & <a>”" in check.words
    assert bench.connector.probe_encoding(ref).ok


def test_a_known_encoding_of_replies_mends_a_wrong_label(bench: Bench) -> None:
    ref = created(bench).ref
    bench.double.faults.inject("getTicketHistoryData", "latin1_as_utf8", 0)
    mended = bench.with_settings(reply_encoding="iso-8859-1")
    assert mended.probe_encoding(ref).ok


# Login


def test_nothing_of_the_login_stands_in_an_address_or_in_the_record(bench: Bench) -> None:
    created(bench)
    list(bench.wrong_password().check())
    urls = " ".join(each.url for each in bench.double.requests)
    for secret in (bench.double.desk.password, "outra", doubles.state.USER):
        assert secret not in urls


def test_a_password_that_a_site_repeats_is_not_shown(bench: Bench) -> None:
    bench.double.desk.password = "Categoria"
    bench.connector = bench.with_settings(password="Categoria")
    error = failing(bench, "addTicketByData", "refused", lambda: created(bench))
    assert str(error) == "*** inválida"


def test_a_password_with_letters_of_all_kinds_is_understood(bench: Bench) -> None:
    bench.double.desk.password = "sé+nha&= <ç>%"
    assert all(each.ok for each in bench.with_settings(password="sé+nha&= <ç>%").check())


def test_a_wrong_company_is_a_refused_login(bench: Bench) -> None:
    (check,) = bench.with_settings(company="77").check()
    assert not check.ok
    assert "Confira usuário, senha e empresa" in check.words


# SOAP: the token


@pytest.mark.parametrize("transport", ["soap"], indirect=True)
class TestToken:
    def logins(self, bench: Bench) -> int:
        return len(bench.double.asked("login"))

    def test_one_login_serves_many_calls_of_both_services(self, bench: Bench) -> None:
        created(bench)
        created(bench)
        assert self.logins(bench) == 1

    def test_an_expired_token_is_renewed_once_and_the_call_made(self, bench: Bench) -> None:
        created(bench)
        bench.double.faults.inject("addTicketByData", "expired")
        created(bench)
        assert (self.logins(bench), len(bench.tickets())) == (2, 2)

    def test_an_expired_token_may_be_a_fault(self, bench: Bench) -> None:
        bench.double.site.faults_for_login = True
        created(bench)
        bench.double.faults.inject("addTicketByData", "expired")
        created(bench)
        assert (self.logins(bench), len(bench.tickets())) == (2, 2)

    @pytest.mark.parametrize("fault", ["no_cookie", "expired"])
    def test_a_login_that_never_holds_is_given_up(self, bench: Bench, fault: str) -> None:
        bench.double.faults.inject("login", fault, 0)
        with pytest.raises(DeliveryError) as refused:
            bench.connector.customer(CASE)
        assert (refused.value.login, refused.value.outcome) == (True, Outcome.RETRY)
        assert self.logins(bench) == 2

    def test_a_refused_login_is_not_tried_again(self, bench: Bench) -> None:
        with pytest.raises(DeliveryError) as refused:
            bench.wrong_password().customer(CASE)
        assert refused.value.login
        assert self.logins(bench) == 1

    def test_threads_share_a_session_and_renew_it_once(self, bench: Bench) -> None:
        cases = [replace(CASE, key=f"G{number:010}") for number in range(40)]

        def create(case: Case) -> str:
            if case.key.endswith("20"):
                bench.double.desk.sessions.clear()
            return bench.connector.create(case, Customer()).ref

        with ThreadPoolExecutor(8) as pool:
            refs = list(pool.map(create, cases))
        assert len(set(refs)) == len(bench.tickets()) == 40
        assert {each.fields["dspalavrachave"] for each in bench.tickets()} == {
            case.key for case in cases
        }
        assert self.logins(bench) == 2

    def test_a_password_changed_in_service_is_tried_once(self, bench: Bench) -> None:
        created(bench)
        bench.double.desk.password = "nova"
        bench.double.desk.sessions.clear()
        with pytest.raises(DeliveryError) as refused:
            created(bench)
        assert refused.value.login
        assert self.logins(bench) == 2

    @pytest.mark.parametrize("fault", ["down", "html", "empty", "truncated", "cut", "hang_before"])
    def test_a_login_that_fails_is_no_refusal(self, bench: Bench, fault: str) -> None:
        error = failing(bench, "login", fault, lambda: bench.connector.customer(CASE))
        assert (error.outcome, error.everywhere, error.login) == (Outcome.RETRY, True, False)
        assert created(bench).ref

    def test_the_description_may_name_another_server(self, bench: Bench) -> None:
        bench.double.site.wsdl_address = "https://interno.exemplo.com.br"
        assert created(bench).ref

    @pytest.mark.parametrize("fault", ["html", "empty", "truncated", "bomb", "down"])
    def test_what_comes_in_place_of_a_description(self, bench: Bench, fault: str) -> None:
        error = failing(bench, "wsdl", fault, lambda: created(bench))
        assert (error.outcome, error.everywhere, error.login) == (Outcome.RETRY, True, False)
        assert created(bench).ref

    def test_a_description_that_refers_to_a_schema_elsewhere_is_read_offline(
        self, bench: Bench
    ) -> None:
        bench.double.site.wsdl_arrays = True
        assert created(bench).ref

    def test_the_description_in_its_folder(self, bench: Bench) -> None:
        bench.connector = bench.with_settings(wsdl_path="static")
        assert created(bench).ref
