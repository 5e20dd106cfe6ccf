"""The page of a portfolio: what it says, whom it names, and that nothing hostile comes through."""

import base64
import re
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pytest

from certificates import (
    ZEROS,
    Person,
    ca,
    e_cnpj,
    e_cpf,
    equipment,
    other_pki,
    selo_eletronico,
)
from guiche.icpbrasil import Reason
from guiche.portfolio.report import tally
from guiche.portfolio.report.actions import Urgency, actions
from guiche.portfolio.report.page import Page
from guiche.portfolio.report.people import People
from guiche.portfolio.report.tally import Tally
from guiche.portfolio.report.words import REASONS
from guiche.portfolio.result import Batches
from guiche.portfolio.table import COLUMNS
from portfolio.audited import NOW, Files, audited, days

MASKED = People()

BIA = Person("BIA EXEMPLO ROCHA", "52998224725")
HOSTILE = "</script><img src=x onerror=alert(1)> \u202eEVIL & \"CO'"


def written(batches: Batches, folder: Path, people: People = MASKED) -> str:
    out = folder / "r.html"
    Page("carteira.parquet", NOW, people).write(batches, out)
    return out.read_text("utf-8")


def text_of(html: str) -> str:
    return re.sub(
        r"\s+", " ", re.sub(r"<(style|script)>.*?</\1>|<[^>]*>", " ", html, flags=re.DOTALL)
    )


def figure(batches: Batches, key: str) -> dict[str, tuple[int, ...]]:
    counted = Tally(NOW, People())
    for batch in batches():
        counted.add(batch)
    (found,) = (each for each in counted.figures() if each.key == key)
    return {name: counts for name, counts in found.rows if any(counts)}


@pytest.fixture
def office() -> Batches:
    """A small one: each kind of thing to do."""
    return audited({
        "com.cer": e_cnpj(),
        "zerado.cer": replace(e_cpf(ZEROS), not_after=days(12)),
        "bia.cer": replace(e_cpf(None, person=BIA), not_after=days(400)),
        "torto.cer": e_cnpj("1234567", cnpj="11444777000161"),
        "vencido.cer": replace(equipment(), not_after=days(-9)),
        "velho.cer": replace(e_cnpj(cnpj="45723174000110"), not_after=days(-200)),
        "selo.cer": replace(selo_eletronico(), not_after=days(80)),
        "ac.cer": replace(ca(), not_after=days(5)),
        "outra.cer": other_pki(),
        "rasgado.cer": b"nada",
    })  # fmt: skip


def test_each_certificate_is_counted_where_it_belongs(office: Batches) -> None:
    assert figure(office, "vereditos") == {
        "Tem CEI": (2,), "Sem CEI: campo em branco": (1,), "Sem CEI: sem o campo": (1,),
        "Conferir CEI": (1,), "Não comporta CEI": (4,), "Com erro: nenhum certificado": (1,),
    }  # fmt: skip
    months = figure(office, "vencimentos")
    assert months["Já vencidos"] == (1, 0, 0, 1)
    assert months["dez/2026"] == (0, 1, 0, 1)  # twelve days on, and the authority's
    assert sum(map(sum, months.values())) == 9
    assert figure(office, "issuers")["Fora da ICP-Brasil"] == (0, 0, 0, 1)
    assert figure(office, "profiles")["e-CNPJ"] == (2, 0, 1, 0)
    assert figure(office, "keys") == {"RSA 2048": (2, 2, 1, 4)}


def test_the_last_second_of_a_month_in_brasilia_is_of_that_month() -> None:
    last = replace(e_cpf(), not_after=NOW.replace(year=2027, month=2, day=1, hour=2, minute=59))
    assert [*figure(audited({"a.cer": last}), "vencimentos")] == ["jan/2027"]


def test_the_most_urgent_comes_first_and_each_has_its_reason(office: Batches) -> None:
    found = actions(office, NOW)
    assert [(each.urgency, each.row["source_name"]) for each in found.listed] == [
        (Urgency.NOW, "vencido.cer"),
        (Urgency.NOW, "zerado.cer"),
        (Urgency.SOON, "selo.cer"),
        (Urgency.CHECK, "rasgado.cer"),
        (Urgency.CHECK, "torto.cer"),
        (Urgency.RENEWAL, "bia.cer"),
        (Urgency.ENDED, "velho.cer"),
    ]
    assert (found.wanted, found.is_cut, found.renewed) == (7, False, 0)


def test_a_page_says_who_what_why_and_by_when(office: Batches, tmp_path: Path) -> None:
    text = text_of(written(office, tmp_path))
    assert "Renovar, e pedir o CEI no novo se algum sistema o exige." in text
    assert "Vence em 12 dias. Sem CEI: o campo está preenchido com zeros." in text
    assert "já: venceu em 17/11/2026" in text
    assert "Conferir CEI: o número não tem os 12 dígitos do CEI." in text
    assert "Arquivo não lido" in text
    assert "Linha 10 da tabela" in text


def test_people_are_masked_unless_asked(office: Batches, tmp_path: Path) -> None:
    masked = written(office, tmp_path)
    assert "ANA E. S." in masked
    assert "***.444.777-**" in masked
    for personal in ("EXEMPLO DA SILVA", "111.444.777-35", "11144477735", "BIA EXEMPLO", "bia.cer",
                     "JOSE EXEMPLO", "rasgado.cer"):  # fmt: skip
        assert personal not in masked
    whole = written(office, tmp_path, People(personal=True))
    for personal in ("ANA EXEMPLO DA SILVA", "111.444.777-35", "bia.cer", "rasgado.cer"):
        assert personal in whole
    assert "guarde e envie só a quem precisa" in whole


def test_the_cpf_in_the_name_of_a_small_company_is_masked(tmp_path: Path) -> None:
    small = e_cnpj(ZEROS, cn="JOSE EXEMPLO 12345678909:11222333000181")
    html = written(audited({"a.cer": small}), tmp_path)
    assert "12345678909" not in html
    assert "JOSE EXEMPLO ***.456.789-**" in html


def test_what_a_certificate_says_is_text_and_no_markup(tmp_path: Path) -> None:
    hostile = e_cnpj(ZEROS, cn=f"{HOSTILE}:11222333000181")
    issued = replace(hostile, issuer=e_cnpj(cn=HOSTILE).subject, serial=7)
    files: Files = {
        f"{HOSTILE}.cer": hostile,
        "b.cer": issued,
        f"{HOSTILE}2": b"nada",
    }
    for people in (People(), People(personal=True)):
        html = written(audited(files), tmp_path, people)
        found = _Tags()
        found.feed(html)
        assert "img" not in found.tags
        assert found.tags.count("script") == 1
        assert not [name for name in found.attributes if name.startswith("on") or name == "style"]
        assert "\u202e" not in html
        assert "&lt;/script&gt;&lt;img" in html


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]


def test_the_policy_lets_in_nothing_but_its_own_style_and_script(
    office: Batches, tmp_path: Path
) -> None:
    html = written(office, tmp_path)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy.startswith("default-src &#x27;none&#x27;;")
    for kind in ("style", "script"):
        (content,) = re.findall(rf"<{kind}>(.*?)</{kind}>", html, re.DOTALL)
        digest = base64.b64encode(sha256(content.encode()).digest()).decode()
        assert f"{kind}-src &#x27;sha256-{digest}&#x27;" in policy
    addresses = set(re.findall(r"https?://[^\s\"<]*", html))
    assert addresses <= {"http://www.w3.org/2000/svg"}  # a name, and no place


def test_an_empty_portfolio_has_a_page(tmp_path: Path) -> None:
    html = written(lambda: iter(()), tmp_path)
    assert "Nada a fazer por enquanto" in html
    assert "<script>" not in html


def test_one_that_was_renewed_is_no_case(tmp_path: Path) -> None:
    old = replace(e_cpf(ZEROS), not_after=days(10))
    new = replace(e_cpf(), not_after=days(700), serial=5)
    found = actions(audited({"a.cer": old, "b.cer": new}), NOW)
    assert (found.listed, found.renewed) == ((), 1)
    other = replace(e_cpf(person=BIA), not_after=days(700))
    found = actions(audited({"a.cer": old, "b.cer": other}), NOW)
    assert len(found.listed) == 1
    ended = replace(new, not_after=days(-1))
    assert actions(audited({"a.cer": old, "b.cer": ended}), NOW).listed


def test_a_certificate_that_stands_in_two_files_is_one_case(tmp_path: Path) -> None:
    one = e_cpf(ZEROS)
    found = actions(audited({"a.cer": one, "b.cer": one}), NOW)
    assert [each.copies for each in found.listed] == [1]


def test_the_list_is_bounded_and_says_so(tmp_path: Path) -> None:
    files = {
        f"{at}.cer": replace(e_cpf(ZEROS), serial=at + 1, not_after=days(100 + at))
        for at in (5, 3, 8, 1, 4)
    }
    batches = audited(files)
    (batch,) = batches()
    pieces = lambda: (batch.slice(at, 1) for at in range(len(batch)))  # noqa: E731
    for given in (batches, pieces):
        found = actions(given, NOW, most=2)
        # The holder's last one is none of the two; what was left out is told all the same.
        assert found.is_cut
        assert found.wanted == 5
        assert found.renewed == 2
    others = {
        name: replace(each, names=e_cpf(ZEROS, person=Person("A", f"{at:011}")).names)
        for at, (name, each) in enumerate(files.items())
    }
    (batch,) = audited(others)()
    found = actions(pieces, NOW, most=2)
    assert [each.row["source_name"] for each in found.listed] == ["1.cer", "3.cer"]


def test_names_without_end_are_counted_in_what_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "_MOST", 3)
    (batch,) = audited({"a.cer": e_cpf()})()
    at = COLUMNS.get_field_index("issuer_name")
    named = [batch.set_column(at, "issuer_name", pa.array([f"AC {n}"])) for n in range(9)]
    found = figure(lambda: iter(named), "issuers")
    assert found == {"AC 0": (1, 0, 0, 0), "AC 1": (1, 0, 0, 0), "AC 2": (1, 0, 0, 0),
                     "Outras": (6, 0, 0, 0)}  # fmt: skip


def test_every_reason_has_its_words() -> None:
    assert set(REASONS) == set(Reason)
