"""The line for the customer's computer: its syntax, and what it leaves in the clipboard.

No PowerShell runs here: the grammar of tree-sitter stands for its parser, and the output is written
down as Windows prints it (tests/clipboard.py).
"""

import html
import re
from collections.abc import Callable, Iterator

import pytest
import tree_sitter_powershell
from django.test import Client
from tree_sitter import Language, Node, Parser

import documents
from calls import zeros
from certificates import CEI, e_cnpj
from clipboard import TWELVE, copied
from guiche.desk.intake.draft import Draft
from guiche.desk.models import Inspection
from guiche.desk.pages import remote
from guiche.sources import read_text

MANUAL = documents.ROOT / "docs" / "manual" / "onde-achar-o-certificado.md"
LONGEST_TO_RUN = 259
"""Characters that the box Executar takes (MAX_PATH, less the end)."""

LINES = pytest.mark.parametrize("line", [remote.LINE, remote.RUN], ids=["line", "run"])


def parsed(line: str) -> Node:
    return Parser(Language(tree_sitter_powershell.language())).parse(line.encode()).root_node


def nodes(node: Node, kind: str) -> Iterator[str]:
    """The texts of the nodes of that kind."""
    if node.type == kind and node.text:
        yield node.text.decode()
    for child in node.children:
        yield from nodes(child, kind)


# The line


@LINES
def test_it_is_powershell(line: str) -> None:
    assert not parsed(line).has_error


def test_the_grammar_would_notice_a_slip() -> None:
    assert parsed(remote.LINE.replace("}}", "}")).has_error


def test_it_lists_encodes_copies_and_does_nothing_else() -> None:
    line = parsed(remote.LINE)
    commands = [name for name in nodes(line, "command_name") if not name.startswith("{")]
    assert commands == ["Get-ChildItem", "ForEach-Object", "clip"]
    assert list(nodes(line, "member_name")) == ["ToBase64String", "RawData"]
    assert list(nodes(line, "variable")) == ["$_"]


@LINES
def test_it_touches_no_private_key_and_writes_no_file(line: str) -> None:
    assert not re.search(r"PrivateKey|Export|pfx|PKCS12|Out-File|>|http", line, re.IGNORECASE)


@LINES
def test_it_survives_the_box_and_cmd(line: str) -> None:
    assert len(line) <= LONGEST_TO_RUN
    assert line.isascii()
    assert not set(line) & set("%!^`\r\n")


def test_only_the_one_for_the_box_is_quoted_and_only_around() -> None:
    command, line, end = remote.RUN.split('"')
    assert (command, line, end) == ("powershell -NoProfile -Command ", remote.LINE, "")


def test_the_manual_gives_the_same_lines() -> None:
    assert documents.blocks(MANUAL.read_text("utf-8"), "powershell") == [
        f"{remote.RUN}\n",
        f"{remote.LINE}\n",
    ]


# What it leaves in the clipboard


def a_chat(text: str) -> str:
    """As it comes back out of a conversation."""
    return "[14:44, 23/11/2026] Cliente: " + text.replace("\r\n", "\n").rstrip()


@pytest.mark.parametrize("width", [64, 76])
@pytest.mark.parametrize("count", [1, 3, 12])
@pytest.mark.parametrize("carried", [str, a_chat])
def test_the_output_is_read_whole(width: int, count: int, carried: Callable[[str], str]) -> None:
    reading = read_text(carried(copied(TWELVE[:count], width)), "colado")
    assert [found.der for found in reading.found] == list(TWELVE[:count])
    assert not reading.errors


def test_the_vectors_are_as_windows_prints_them() -> None:
    lines = copied([zeros()]).split("\r\n")
    assert lines[:2] == [remote.MARK, "-----BEGIN CERTIFICATE-----"]
    assert lines[-2:] == ["-----END CERTIFICATE-----", ""]
    assert {len(line) for line in lines[2:-3]} == {76}
    assert 0 < len(lines[-3]) <= 76


# On the page


def test_the_page_offers_every_way_and_both_lines(client: Client, draft: Draft) -> None:
    answer = client.get(f"/atender/{draft.pk}/")
    page = html.unescape(answer.content.decode())
    assert "Ler no PC do cliente" in page
    for way in remote.WAYS:
        assert way.title in page
        assert way.say in page
    assert remote.RUN in page
    assert remote.LINE in page


def test_a_windows_without_certificates_is_told_as_such(client: Client, draft: Draft) -> None:
    answer = client.post(
        f"/atender/{draft.pk}/ler/", {"texto": copied([])}, headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Nenhum certificado no Windows do cliente." in page
    assert "sem cei" not in page.lower()


def test_a_windows_with_one_certificate_needs_no_choice(client: Client, draft: Draft) -> None:
    answer = client.post(
        f"/atender/{draft.pk}/ler/",
        {"texto": copied([e_cnpj(cei=CEI).der()])},
        headers={"HX-Request": "true"},
    )
    assert "Tem CEI: 11.583.00249/85." in answer.content.decode()
    assert Inspection.objects.count() == 1
