"""The worked examples of docs/connectors/http.md, each run through the whole conformance suite."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from desk.connectors.conformance import CASE, Conformance, Seen, made, note
from doubles.http_desk import QUEUES, BareNumber, FlaggedForm, HttpDesk, Json, serving
from guiche.desk.connectors.connector import Connector, Customer, DeliveryError, Outcome
from guiche.desk.connectors.generic import Generic, HttpSettings
from guiche.desk.connectors.registry import connector_class
from guiche.desk.connectors.settings import SettingsRefused

PAGE = Path(__file__).parents[3] / "docs" / "connectors" / "http.md"
EXAMPLES = [
    tomllib.loads(block)
    for block in re.findall(
        r"^```toml\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
]
DIALECTS: list[type[HttpDesk]] = [BareNumber, Json, FlaggedForm]


@dataclass
class HttpBench:
    desk: HttpDesk
    url: str
    settings: HttpSettings
    base_team: str = QUEUES["1"]
    can_fail: bool = True
    made: list[Generic] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.connector: Connector[Any] = self._with()

    def _with(self, **changes: Any) -> Generic:
        self.made.append(Generic(replace(self.settings, **changes)))
        return self.made[-1]

    def close(self) -> None:
        for connector in self.made:
            connector.close_down()

    def tickets(self) -> Sequence[Seen]:
        return [
            Seen(
                each.ref, each.title, each.text, QUEUES[each.queue],
                each.status in ("Finalizado", "Fechado"), each.notes,
            )
            for each in self.desk.tickets
        ]  # fmt: skip

    def wrong_password(self) -> Generic:
        return self._with(login="outro")

    def misspelt(self) -> Generic:
        searched = re.sub("(listagem|ticket/list)", "procura", self.settings.find_call)
        checked = self.settings.check_call.replace("digital", "digitall")
        return self._with(find_call=searched, check_call=checked)

    def unreachable(self) -> Generic:
        return self._with(base="http://127.0.0.1:9")

    def fail(self, fault: str) -> None:
        """A busy machine answers late: only what hangs is not waited for."""
        if fault.startswith("hang"):
            self.connector = self._with(timeout=2)
        self.desk.fault = fault


def example_settings(number: int, base: str, desk: HttpDesk) -> HttpSettings:
    """The example as it stands on the page, with the double's address and login."""
    example = EXAMPLES[number]
    ((_, login),) = desk.login.items()
    path = re.sub("https://[^/]+", "", str(example["base"]))
    read = HttpSettings.read({**example, "base": base + path, "login": login})
    return replace(read, timeout=60)


@pytest.fixture(params=range(len(DIALECTS)), ids=[dialect.__name__ for dialect in DIALECTS])
def bench(request: pytest.FixtureRequest) -> Iterator[HttpBench]:
    number: int = request.param
    with serving(DIALECTS[number]) as (desk, url):
        bench = HttpBench(desk, url, example_settings(number, url, desk))
        yield bench
        bench.close()


def test_every_example_of_the_page_has_its_double() -> None:
    assert len(EXAMPLES) == len(DIALECTS)
    assert connector_class("http") is Generic


class TestExamples(Conformance):
    def test_what_is_not_set_up_is_not_offered(self, bench: HttpBench) -> None:
        only = bench._with(find_call="", note_call="", close_call="", forward_call="", read_call="")
        assert only.offers("create")
        for capability in ("find", "note", "close", "forward", "read", "attach", "has", "customer"):
            assert not only.offers(capability)

    def test_a_redirect_is_followed_nowhere(self, bench: HttpBench) -> None:
        bench.fail("redirect")
        with pytest.raises(DeliveryError) as error:
            bench.connector.create(CASE, Customer())
        assert error.value.outcome is Outcome.UNKNOWN
        assert len(bench.desk.calls) == 1

    def test_the_login_stands_in_no_address_and_in_no_message(self, bench: HttpBench) -> None:
        made(bench)
        token = next(iter(bench.desk.login.values()))
        assert not any(
            token in call.path + "".join(call.query.values()) for call in bench.desk.calls
        )
        with pytest.raises(DeliveryError) as error:
            bench.wrong_password().create(CASE, Customer())
        assert "outro" not in str(error.value)

    def test_a_status_that_is_not_named_is_no_success(self, bench: HttpBench) -> None:
        other = bench._with(create_call=bench.settings.create_call.replace("HTTP 200", "HTTP 201"))
        with pytest.raises(DeliveryError) as error:
            other.create(CASE, Customer())
        assert error.value.outcome is Outcome.UNKNOWN

    def test_without_check_and_search_nothing_is_called_right(self, bench: HttpBench) -> None:
        (check,) = bench._with(find_call="", check_call="").check()
        assert not check.ok
        assert "Procurar" in check.words
        assert not bench.desk.calls


def test_a_team_that_is_in_no_table_is_shown_to_a_person() -> None:
    with serving(FlaggedForm) as (desk, url):
        connector = Generic(example_settings(2, url, desk))
        ref = connector.create(CASE, Customer()).ref
        with pytest.raises(DeliveryError, match="Financeiro") as error:
            connector.forward(ref, "Financeiro")
        assert error.value.outcome is Outcome.REJECTED
        connector.close_down()


def test_an_id_that_would_lead_elsewhere_is_not_called() -> None:
    settings = HttpSettings.read({
        **EXAMPLES[1],
        "note_call": "POST /tickets/{ref}/notes\nContent-Type: text/plain\n\n{note}",
    })  # fmt: skip
    connector = Generic(settings)
    for ref in ("..", ".", ""):
        with pytest.raises(DeliveryError, match="não serve num endereço"):
            connector.note(ref, note("x", 1))
    connector.close_down()


def test_the_page_of_a_ticket_is_known_where_it_is_set_up() -> None:
    with serving(Json) as (desk, url):
        connector = Generic(example_settings(1, url, desk))
        made = connector.create(CASE, Customer())
        assert made.url == f"https://desk.exemplo.com.br/Ticket/Edit/{made.ref}"
        assert made.number == f"2026{made.ref}"
        connector.close_down()


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("create_call", "FETCH /x", "comece com GET"),
        ("create_call", "POST x\n\n\n\nHTTP 200\nref whole", "barra"),
        ("create_call", "POST //outro.exemplo/x\n\nHTTP\nref whole", "barra"),
        ("create_call", "POST /x\nHost: outro.exemplo\n\nHTTP\nref whole", "cabeçalho"),
        ("create_call", "POST /x\n\n{title}\n\nHTTP\nref whole", "Content-Type"),
        ("create_call", "POST /x\n\nHTTP 200", "falta dizer onde está: ref"),
        ("create_call", "POST /x\n\nHTTP 200\nref json id", "diga onde está"),
        ("create_call", "POST /x\n\nHTTP 200\nref whole\nlink json /a", "não é uma linha"),
        ("create_call", "POST /x\n\nHTTP 200\nref regex id=", "0 grupos"),
        ("create_call", "POST /x\n\nHTTP 200\nref xml a[", "não é um caminho"),
        ("find_call", "GET /x?q={title}\n\nHTTP\nlist json\nref json /id", "{title} não existe"),
        ("find_call", "GET /x?q={key}\n\nHTTP\nlist xml t\nref xml id", "contains"),
        ("read_call", "GET /x/{ref}\n\nHTTP\nstatus whole\ngone talvez", "gone 404"),
        ("words", "json message", "diga onde está"),
        ("link", "javascript:alert(1)", "https://"),
        ("link", "https://{ref}.exemplo/x", "https://"),
        ("link", "https://desk.exemplo/{titulo}", "{titulo} não existe"),
        ("timeout", "0", "segundos"),
        ("login_header", "Content-Length", "cabeçalho"),
        ("login", "ção", "cabeçalho"),
        ("headers", {"X-A": "ção"}, "X-A"),
    ],
)
def test_what_cannot_be_used_is_refused_when_it_is_set_up(
    key: str, value: object, words: str
) -> None:
    with pytest.raises(SettingsRefused, match=re.escape(words)) as refused:
        HttpSettings.read({**EXAMPLES[1], key: value})
    assert len(refused.value.problems) == 1
