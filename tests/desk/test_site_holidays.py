"""Holidays: those of the law frozen by year, those of a city typed or pasted; none moves a time."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import holidays as library
import pytest
from django.test import Client

from calls import signed_in
from guiche.desk import clock
from guiche.desk.intake.problem import Problem
from guiche.desk.models import SiteVersion, User
from guiche.desk.site import days
from guiche.desk.site.counting import Working
from guiche.desk.site.holiday import STATES, Holidays, by_law, freeze
from guiche.desk.site.hours import Hours
from guiche.desk.site.site import Site
from guiche.desk.site.typed import read

WEEK = {f"day_{n}": "08:00-12:00 13:00-18:00" for n in range(5)}
TODAY = date(2026, 11, 23)
CHRISTMAS, INVENTED = date(2026, 12, 25), date(2026, 12, 22)


@pytest.fixture
def other_edition(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A library of holidays that knows nothing of Christmas, and of a day that nobody knows."""
    real = library.country_holidays

    def edited(*arguments: Any, **named: Any) -> Any:
        found = real(*arguments, **named)
        for year in list(found.years):
            found.pop(date(year, 12, 25), None)
            found[date(year, 12, 22)] = "Dia inventado"
        return found

    by_law.cache_clear()
    monkeypatch.setattr(library, "country_holidays", edited)
    yield
    by_law.cache_clear()


def content(**typed: str) -> dict[str, Any]:
    made, problems = read({**WEEK, "holidays": "sim", "desk": "Qualitor", **typed}, {}, TODAY)
    assert not problems
    return made


def test_every_state_has_its_holidays() -> None:
    found = {state: set(by_law(2026, state)) - set(by_law(2026)) for state in STATES}
    assert date(2026, 7, 9) in found["SP"]
    assert date(2026, 7, 2) in found["BA"]
    assert all(by_law(2026, state).keys() >= by_law(2026).keys() for state in STATES)
    assert by_law(2026)[date(2026, 11, 20)] == "Dia Nacional de Zumbi e da Consciência Negra"


def test_what_was_frozen_stays_whatever_the_library_says(other_edition: None) -> None:
    by_law.cache_clear()
    frozen = {"2026": [["2026-12-25", "Natal"]]}
    kept = Holidays.read(frozen=frozen)
    assert (kept.name(CHRISTMAS), kept.name(INVENTED)) == ("Natal", "")
    later = date(2031, 12, 22)  # a year that nobody froze
    assert kept.name(later) == "Dia inventado"
    topped = freeze(range(2026, 2028), "", frozen)
    assert topped["2026"] == frozen["2026"]
    assert ["2027-12-22", "Dia inventado"] in topped["2027"]


def test_another_edition_moves_no_due_time(monkeypatch: pytest.MonkeyPatch) -> None:
    hours = content(state="SP")["hours"]
    begin, span = datetime(2026, 12, 21, 12, tzinfo=UTC), timedelta(hours=20)
    before = Working(Hours.read(**hours)).add(begin, span)
    old = {"week": hours["week"], "holidays": True}  # as versions were before years were frozen
    moved = Working(Hours.read(**old)).add(begin, span)
    assert moved == before
    monkeypatch.setattr("guiche.desk.site.holiday.by_law", lambda *_: {INVENTED: "Inventado"})
    assert Working(Hours.read(**hours)).add(begin, span) == before
    assert Working(Hours.read(**old)).add(begin, span) != before


def test_a_version_of_before_still_holds() -> None:
    hours = Hours.read(week=["08:00-18:00"] * 7, closed=["2026-12-24"], holidays=True)
    assert [day for day in (23, 24, 25, 26) if list(hours.on(date(2026, 12, day)))] == [23, 26]
    without = Hours.read(week=["08:00-18:00"] * 7, holidays=False)
    assert list(without.on(CHRISTMAS))


def test_years_are_frozen_and_topped_up_when_somebody_saves() -> None:
    first = content(state="SP")
    assert sorted(first["hours"]["frozen"]) == ["2026", "2027", "2028"]
    later, _ = read({**WEEK, "holidays": "sim", "state": "SP", "desk": "Qualitor"}, first,
                    date(2028, 1, 2))  # fmt: skip
    assert sorted(later["hours"]["frozen"]) == ["2026", "2027", "2028", "2029", "2030"]
    moved, _ = read({**WEEK, "holidays": "sim", "state": "BA", "desk": "Qualitor"}, later,
                    date(2028, 1, 2))  # fmt: skip
    assert moved["hours"]["frozen"]["2027"] == first["hours"]["frozen"]["2027"]
    assert "Independência da Bahia" in str(moved["hours"]["frozen"]["2028"])
    none, _ = read({**WEEK, "desk": "Qualitor"}, later, TODAY)
    assert none["hours"]["frozen"] == {}


CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Exemplo//PT
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20270125
RRULE:FREQ=YEARLY
SUMMARY:Aniversário da cidade
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;VALUE=DATE:20270208
DTEND;VALUE=DATE:20270210
SUMMARY:Carnaval
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("25/01 Aniversário da cidade", [["01-25", "Aniversário da cidade"]]),
        ("25/1/2027   Festa,  do padroeiro", [["2027-01-25", "Festa, do padroeiro"]]),
        ("data;nome;tipo\n2027-06-04;Padroeira;municipal", [["2027-06-04", "Padroeira"]]),
        ('04/06/2027,"Padroeira, a nossa"', [["2027-06-04", "Padroeira, a nossa"]]),
        ("29/02 Dia raro\n29/02 De novo", [["02-29", "Dia raro"]]),
        (CALENDAR, [["01-25", "Aniversário da cidade"], ["2027-02-08", "Carnaval"],
                    ["2027-02-09", "Carnaval"]]),
        (CALENDAR.replace("\n", "\r\n"), days.read_holidays(CALENDAR)),
    ],
)  # fmt: skip
def test_holidays_of_a_city(text: str, found: list[list[str]]) -> None:
    assert days.read_holidays(text) == found
    assert days.read_holidays(days.show(found)) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Padroeira", "“Padroeira”: escreva como 25/01/2027"),
        ("25/01", "“25/01”: escreva como 25/01/2027"),
        ("31/02 Nada", "“31/02” não é uma data"),
        ("2027-13-01;Nada", "“2027-13-01” não é uma data"),
        (f"25/01 {'a' * 81}", "resuma o nome em até 80 letras"),
        ("BEGIN:VCALENDAR\nBEGIN", "não consegui ler este iCalendar"),
        (CALENDAR.replace("FREQ=YEARLY", "FREQ=MONTHLY"), "se repete de um jeito"),
        (CALENDAR.replace("FREQ=YEARLY", "FREQ=YEARLY;COUNT=3"), "não se repete todo ano"),
        (CALENDAR.replace("20270210", "20270510"), "dura mais de um mês"),
        (CALENDAR.replace("SUMMARY:Carnaval\n", ""), "sem nome"),
        ("\n".join(f"{date(2027, 1, 1) + timedelta(n)} Dia" for n in range(600)),
         "mais de 500 dias"),
    ],
)  # fmt: skip
def test_a_holiday_that_is_not_understood(text: str, said: str) -> None:
    with pytest.raises(Problem, match=re.escape(said)):
        days.read_holidays(text)


@pytest.mark.parametrize(
    "text", ["19/12/2026", "19/12/2026 fechado", "19/12 08:00-12:00", "sábado"]
)
def test_an_opening_that_is_not_understood(text: str) -> None:
    with pytest.raises(Problem):
        days.read_openings(text)


# The page.


@pytest.fixture
def client(stopped_clock: Any, supervisao: User) -> Client:
    return signed_in(supervisao)


def post(client: Client, **typed: str) -> Any:
    latest = SiteVersion.latest()
    base = {**WEEK, "holidays": "sim", "desk": "Qualitor", "visto": str(latest.pk if latest else 0)}
    return client.post("/ajustes/", {**base, **typed})


def page_of(client: Client, address: str = "/ajustes/") -> str:
    return client.get(address).content.decode()


@pytest.mark.django_db
def test_what_is_saved_is_shown_with_names_and_differences(client: Client) -> None:
    assert "Feriados que serão fixados ao salvar" not in page_of(client)  # they are off as yet
    post(client, state="SP", city="25/01 Aniversário da cidade", openings="19/12/2026 08:00-12:00")
    page = page_of(client)
    assert "Feriados fixados: 2026, 2027, 2028" in page
    assert "09/07, quinta: Revolução Constitucionalista" in page
    assert "25/01 Aniversário da cidade</textarea>" in page
    assert '<option value="SP" selected>São Paulo</option>' in page
    assert "16/02/2027 Carnaval" not in page.split("Carnaval, Corpus Christi")[0]
    assert "08/02/2027 Carnaval" in page
    hours = Site.current().hours
    assert hours
    assert (hours.holidays.state, hours.holidays.last_year) == ("SP", 2028)
    assert list(hours.on(date(2026, 12, 19)))
    post(client, state="BA", city="25/01 Aniversário da cidade", openings="19/12/2026 08:00-12:00")
    page = page_of(client)
    assert "<dt>Feriados fixados</dt>" in page
    assert re.search(r"era </span>09/07/2026 \S*Revolução|era </span>[^<]*Revolução", page)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "key", "said"),
    [
        ({"state": "XX"}, "state", "Escolha o estado na lista."),
        ({"city": "Padroeira"}, "city", "“Padroeira”: escreva como"),
        ({"openings": "amanhã"}, "openings", "como 19/12/2026 08:00-12:00"),
        ({"openings": "24/12/2026 08:00-10:00", "closed": "24/12/2026"}, "openings",
         "24/12/2026 está também em “Dias fechados”"),
    ],
)  # fmt: skip
def test_a_mistake_stands_beside_its_field(
    client: Client, typed: dict[str, str], key: str, said: str
) -> None:
    answer = post(client, **typed)
    assert answer.status_code == 422
    problem = re.search(rf'id="p-{key}">([^<]*)<', answer.content.decode())
    assert problem
    assert said in problem[1]
    assert SiteVersion.objects.count() == 1


@pytest.mark.django_db
def test_a_supervisor_is_told_when_the_frozen_years_run_out(
    client: Client, relacionamento: User, stopped_clock: Any
) -> None:
    post(client)
    warning = "Os feriados fixados acabam em 31/12/2028."
    with clock.stopped_at(datetime(2028, 9, 30, 12, tzinfo=UTC)):
        client = signed_in(User.objects.get(username="supervisao.exemplo"))
        assert warning not in page_of(client, "/fila/")
    with clock.stopped_at(datetime(2028, 10, 2, 12, tzinfo=UTC)):
        assert warning in page_of(client, "/fila/")
        assert warning in page_of(client)
        assert warning not in page_of(signed_in(relacionamento), "/fila/")
        post(client)
        assert warning not in page_of(client, "/fila/")


@pytest.mark.django_db
def test_news_of_the_law_come_when_a_supervisor_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(client)
    real = by_law(2027)
    law = {**real, date(2027, 12, 22): "Dia inventado"}
    monkeypatch.setattr(
        "guiche.desk.site.holiday.by_law", lambda year, *_: law if year == 2027 else by_law(year)
    )
    assert "22/12/2027 Dia inventado: novo, não está entre os fixados" in page_of(client)
    post(client)
    hours = Site.current().hours
    assert hours
    assert not hours.holidays.name(date(2027, 12, 22))
    post(client, de_novo="sim")
    hours = Site.current().hours
    assert hours
    assert hours.holidays.name(date(2027, 12, 22)) == "Dia inventado"
    assert "A lista de feriados mudou" not in page_of(client)


BROKEN = {
    "a column without end": "25/01;" + "x" * 200_000,
    "the last day there is": "DTSTART;VALUE=DATE:99991231",
    "two rules": "DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY\nRRULE:FREQ=YEARLY",
    "no date": "DTSTART:x",
    "no end": "DTSTART;VALUE=DATE:20260101\nDTEND:x",
    "a zone without end": f"DTSTART;TZID={'A' * 5000}:20260101T000000",
    "events without end": "DTSTART;VALUE=DATE:20260101\nEND:VEVENT\nBEGIN:VEVENT\n" * 3000,
    "lines without end": "25/01 Aniversário da cidade\n" * 3000,
}


@pytest.mark.parametrize("what", BROKEN)
def test_whatever_is_pasted_is_read_or_told_to_be_wrong(what: str) -> None:
    text = BROKEN[what]
    if text.startswith("DTSTART"):
        text = f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\n{text}\nEND:VEVENT\nEND:VCALENDAR"
    with pytest.raises(Problem):
        days.read_holidays(text)
