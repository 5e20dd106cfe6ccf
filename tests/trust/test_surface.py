"""What others build on: names, codes, sentences; and that reading alone imports none of it."""

import re
import subprocess
import sys

import pytest

import guiche.trust
from guiche.trust import CODES, Status
from guiche.trust.client import Client, _not_allowed, _refused
from guiche.trust.findings import finding
from guiche.trust.link import Link
from guiche.trust.revocation.standing import WHYS, unknown
from trust.hierarchy import usual

FACTS = {
    "name": "AC Exemplo", "date": "25/11/2026", "reason": "", "what": "RSA com MD5", "bits": 1024,
    "use": "assinar", "rule": "path length", "sha256": "00", "why": "está velha. Baixe outra.",
}  # fmt: skip
STEP = (
    r"\b(Peça|Informe|Confira|Baixe|Atualize|Instale|Escolha|Fale|Tente|Procure|Mostre|Consulte|"
    r"Para|Na próxima|Não (?:a use|aceite|serve)|precisa emitir|fale|mostre|espere|acrescente-o)\b"
)


def test_everything_said_to_be_public_is_there() -> None:
    for name in guiche.trust.__all__:
        assert hasattr(guiche.trust, name), name
    assert guiche.trust.__all__ == sorted(guiche.trust.__all__, key=lambda n: (not n.isupper(), n))


def test_the_statuses_are_those_of_the_contract() -> None:
    assert [*Status] == [
        *("unchecked", "trusted", "expired_path", "revoked"),
        *("unknown_root", "not_verifiable", "could_not_tell"),
    ]


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_finding_says_what_was_found_and_what_to_do(code: str) -> None:
    found = finding(code, **FACTS)
    assert found.message[0].isupper() or found.message.startswith("“")
    assert found.message.endswith(".")
    assert re.search(STEP, found.message), found.message
    assert "{" not in found.message


@pytest.mark.parametrize("why", sorted(WHYS))
def test_an_unknown_standing_says_why_and_what_to_do(why: str) -> None:
    (found,) = unknown(Link(usual().issuing.der), why).findings(is_leaf=False)
    assert found.code == "revocation_unknown"
    assert re.search(STEP, found.message.partition(":")[2]), found.message


def test_what_the_door_says() -> None:
    parts = Client(["exemplo.com"])._allowed("http://exemplo.com/")
    for error in (_not_allowed("x"), _refused(parts, 302), _refused(parts, 500)):
        assert re.search(STEP, error.message)


def test_reading_imports_nothing_of_it() -> None:
    code = """
import sys
import guiche.sources, guiche.cli.inspect
heavy = ("cryptography", "asn1crypto", "pyhanko_certvalidator", "httpx", "httpcore", "guiche.trust")
print([name for name in heavy if name in sys.modules])
"""
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert output.strip() == b"[]"


def test_a_check_offline_loads_no_network() -> None:
    code = """
import sys
from guiche.trust import rules
print([name for name in ("httpx", "httpcore", "requests", "aiohttp") if name in sys.modules])
"""
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert output.strip() == b"[]"
