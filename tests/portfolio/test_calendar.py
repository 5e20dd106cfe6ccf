"""The calendar of a portfolio, read by another reader of the format."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from icalendar import Calendar

from certificates import ZEROS, Person, e_cnpj, e_cpf
from guiche.portfolio.report.calendar import calendar
from guiche.portfolio.report.people import People
from guiche.portfolio.result import Batches
from portfolio.audited import NOW, Files, audited, days

MASKED = People()


def entries(batches: Batches, folder: Path, people: People = MASKED) -> list[Any]:
    out = folder / "v.ics"
    calendar(batches, out, NOW, people)
    content = out.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")
    return list(Calendar.from_ical(content).walk("VEVENT"))


def test_each_certificate_that_is_to_end_is_one_entry(tmp_path: Path) -> None:
    soon, far = replace(e_cpf(ZEROS), not_after=days(12)), e_cnpj()
    files: Files = {"a.cer": far, "b.cer": soon, "c.cer": soon, "d.cer": b"nada",
             "e.cer": replace(e_cnpj(), not_after=days(-1))}  # fmt: skip
    first, second = entries(audited(files), tmp_path)
    assert first["summary"] == "Vence o certificado e-CPF A3 de ANA E. S., ***.444.777-**"
    assert first["dtstart"].dt == date(2026, 12, 8)
    assert first["dtend"].dt == date(2026, 12, 9)
    assert second["dtstart"].dt == date(2027, 3, 2)
    (alarm,) = first.walk("VALARM")
    assert alarm["trigger"].dt == timedelta(days=-1)
    (alarm,) = second.walk("VALARM")
    assert alarm["trigger"].dt == timedelta(days=-30)
    assert "Linha 1 da tabela" in second["description"]


def test_a_later_calendar_changes_the_entry_and_adds_none(tmp_path: Path) -> None:
    (first,) = entries(audited({"a.cer": e_cpf()}), tmp_path)
    (second,) = entries(audited({"outro.cer": e_cpf()}), tmp_path, People(personal=True))
    assert first["uid"] == second["uid"]
    assert len(first["uid"].removesuffix("@guiche")) == 64
    assert "ANA EXEMPLO DA SILVA, 111.444.777-35" in second["summary"]
    assert "outro.cer" in second["description"]
    assert "ANA EXEMPLO" not in str(first)


def test_a_name_cannot_add_an_entry_of_its_own(tmp_path: Path) -> None:
    hostile = Person("ANA\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:outro", "11144477735")
    cn = f"{hostile.name}:{hostile.cpf}"
    for people in (People(), People(personal=True)):
        (entry,) = entries(audited({"a.cer": e_cpf(person=hostile, cn=cn)}), tmp_path, people)
        assert "\n" not in entry["summary"]


def test_a_calendar_is_bounded_and_tells(tmp_path: Path) -> None:
    files = {
        f"{at}.cer": replace(e_cpf(), serial=at + 1, not_after=days(at + 1)) for at in range(5)
    }
    out = tmp_path / "v.ics"
    assert calendar(audited(files), out, NOW, People(), most=3) == (3, 2)
    read: Any = Calendar.from_ical(out.read_bytes())
    starts = [each["dtstart"].dt for each in read.walk("VEVENT")]
    assert starts == [date(2026, 11, 27), date(2026, 11, 28), date(2026, 11, 29)]
