"""What changed between two audits: who renewed, gained a CEI, lost it, ended, came, went."""

from dataclasses import replace

import pytest

from certificates import ZEROS, Person, e_cnpj, e_cpf, pf_2024, selo_eletronico
from documents import ROOT
from guiche.portfolio.difference import Change, Difference
from guiche.portfolio.report import changes
from guiche.portfolio.report.people import People
from guiche.portfolio.result import Batches
from portfolio.audited import audited, days

ANA = replace(e_cpf(ZEROS), not_after=days(60))
ANA_NEW = replace(e_cpf(), not_after=days(500), serial=2)
BAKERY = replace(e_cnpj(), not_after=days(60))
BAKERY_NEW = replace(e_cnpj("1234567"), not_after=days(500), serial=2)
BIA = pf_2024(person=Person("BIA EXEMPLO", "52998224725"))
SEAL = selo_eletronico()


def told(earlier: Batches, later: Batches) -> dict[Change, list[str]]:
    with Difference(earlier, later) as difference:
        found = {
            change: [each.row["source_name"] for each in difference.rows(change)]
            for change in Change
        }
        assert {change: len(names) for change, names in found.items()} == difference.counts
        return {change: names for change, names in found.items() if names}


def test_the_same_portfolio_has_not_changed() -> None:
    one = audited({"a.cer": ANA, "b.cer": BAKERY, "c.cer": b"nada"})
    assert told(one, one) == {}
    assert told(one, audited({"outra/a.cer": ANA, "b.cer": BAKERY})) == {}


def test_who_renewed_and_gained_or_lost_the_number() -> None:
    earlier = audited({"ana.cer": ANA, "b.cer": BAKERY})
    later = audited({"ana2.cer": ANA_NEW, "ana.cer": ANA, "b2.cer": BAKERY_NEW})
    assert told(earlier, later) == {
        Change.RENEWED: ["ana2.cer", "b2.cer"],
        Change.GAINED: ["ana2.cer"],
        Change.LOST: ["b2.cer"],
    }


def test_the_profile_of_2024_renews_an_e_cpf() -> None:
    person = pf_2024()  # without the field, which it need not have
    earlier = audited({"ana.cer": replace(e_cpf(), not_after=days(60))})
    assert told(earlier, audited({"nova.cer": person})) == {
        Change.RENEWED: ["nova.cer"],
        Change.LOST: ["nova.cer"],
    }


def test_another_kind_of_the_same_holder_renews_nothing() -> None:
    assert told(audited({"a.cer": BAKERY}), audited({"a.cer": BAKERY, "s.cer": SEAL})) == {
        Change.NEW: ["s.cer"]
    }


def test_an_older_one_that_turned_up_is_new_and_no_renewal() -> None:
    assert told(audited({"a.cer": ANA_NEW}), audited({"a.cer": ANA_NEW, "b.cer": ANA})) == {
        Change.NEW: ["b.cer"]
    }


def test_what_ended_since_unless_it_was_renewed() -> None:
    files = {"a.cer": ANA, "b.cer": BAKERY}
    later = audited({**files, "a2.cer": ANA_NEW}, at=days(70))
    assert told(audited(files), later)[Change.EXPIRED] == ["b.cer"]
    assert told(later, later) == {}


def test_not_read_now_is_not_gone() -> None:
    earlier = audited({"a.cer": ANA, "z.zip/x/b.cer": BIA, "c.cer": SEAL})
    later = audited({"a.cer": b"rasgado", "z.zip": b"PK\x03\x04"})
    assert told(earlier, later) == {
        Change.UNREAD: ["a.cer", "z.zip/x/b.cer"],
        Change.GONE: ["c.cer"],
    }


def test_not_known_is_neither_gained_nor_lost() -> None:
    damaged = ANA_NEW.with_san(b"\x30\x05\x01")
    found = told(audited({"a.cer": BAKERY}), audited({"a.cer": damaged}))
    assert Change.LOST not in found
    assert Change.GAINED not in told(audited({"a.cer": damaged}), audited({"b.cer": ANA_NEW}))


def test_the_manual_names_every_change() -> None:
    page = (ROOT / "docs" / "manual" / "carteira.md").read_text("utf-8")
    for change in Change:
        assert f"| `{change}` | {changes.TITLES[change]} |" in page


@pytest.fixture
def difference() -> Difference:
    earlier = audited({"ana.cer": ANA, "s.cer": SEAL})
    return Difference(earlier, audited({"ana2.cer": ANA_NEW}))


def test_in_words_people_are_masked(difference: Difference) -> None:
    with difference:
        lines = "\n".join(changes.lines(difference, People()))
        assert lines == (
            "Antes, 2 certificados; agora, 1.\n"
            "Renovados: 1\n"
            "  ANA E. S., ***.444.777-**: Sem CEI, até 25/01/2027 → Tem CEI, até 09/04/2028 "
            "(linha 1)\n"
            "Passaram a ter CEI: 1\n"
            "  ANA E. S., ***.444.777-**: Sem CEI, até 25/01/2027 → Tem CEI, até 09/04/2028 "
            "(linha 1)\n"
            "Saíram da carteira: 1\n"
            "  PADARIA EXEMPLO LTDA, 11.222.333/0001-81: Não comporta CEI, até 02/03/2027 → "
            "não está na carteira (linha 2 da tabela anterior)"
        )
        whole = "\n".join(changes.lines(difference, People(personal=True), most=0))
        assert "ANA" not in whole
        assert "  … e mais 1" in whole


def test_as_objects(difference: Difference) -> None:
    with difference:
        renewed, _, gone = changes.objects(difference, People(personal=True))
    assert renewed["change"] == "renewed"
    assert renewed["holder"] == {"name": "ANA EXEMPLO DA SILVA", "document": "111.444.777-35"}
    assert renewed["before"]["status"] == "blank"
    assert renewed["now"]["status"] == "present"
    assert renewed["now"]["not_after"] == days(500).isoformat().replace("+00:00", "Z")
    assert (gone["change"], gone["now"]) == ("gone", None)
