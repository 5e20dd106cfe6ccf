"""The page that proves a reading: one page, the same bytes each time, and it can be checked."""

import re
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from certificates import CEI, e_cpf
from guiche.desk.models import Ticket, User
from guiche.desk.proofs.paper import paper_of
from guiche.desk.proofs.proof_file import proof_of
from guiche.desk.proofs.said import Part, Said
from guiche.desk.tickets.erasure import erase

Objects = dict[bytes, bytes]


def objects(content: bytes) -> Objects:
    """Every object by its number; of a stream what it holds, after its dictionary."""
    return {
        number: b"".join(map(opened, body.partition(b"stream\n")[::2]))
        for number, body in re.findall(rb"(\d+) 0 obj\n(.*?)endobj", content, re.DOTALL)
    }


def opened(part: bytes) -> bytes:
    return zlib.decompressobj().decompress(part) if part[:2] == b"x\x9c" else part


def characters(held: Objects, font: bytes) -> dict[int, str]:
    """What the codes of a font stand for, by its map; and that its shapes are in the document."""
    (found,) = (each for each in held.values() if b"/Name /%s " % font in each)
    descriptor = re.findall(rb"/FontDescriptor (\d+)", found)[0]
    file = re.findall(rb"/FontFile2 (\d+)", held[descriptor])[0]
    assert b"glyf" in held[file]
    codes = held[re.findall(rb"/ToUnicode (\d+)", found)[0]]
    return {
        int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
        for code, text in re.findall(rb"<(\w\w)> <(\w{4,8})>", codes)
    }


def octets(written: bytes) -> bytes:
    """A string of a page without its escapes."""
    return re.sub(
        rb"\\(\d{3}|.)",
        lambda found: bytes([int(found[1], 8)]) if found[1].isdigit() else found[1],
        written,
    )


def lines_of(content: bytes) -> list[str]:
    """The text of the page, line by line, as a reader that copies it finds it."""
    held, lines, shown = objects(content), [], {}
    page = next(each for each in held.values() if b" Tj" in each)
    drawn = re.findall(rb"( 1 0 0 1 )|/(F\d+\+\d+) [\d.]+ Tf|\(((?:\\.|[^\\)])*)\) Tj", page)
    for begins, font, text in drawn:
        if begins:
            lines.append("")
        elif font:
            shown = characters(held, font)
        else:
            lines[-1] += "".join(shown[code] for code in octets(text))
    return lines


def text_of(content: bytes) -> str:
    return "".join(lines_of(content))


def pages(content: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", content))


NAME = "PÃO & MEL <“ÇÁ”> COMÉRCIO " + "DE PRODUTOS " * 8 + "LTDA"


def said(**changes: Any) -> Said:
    parts = (Part("Certificado", (("Titular", NAME), ("SHA-256", "AB:" * 31 + "AB"))),)
    whole = Said(
        "Leitura", "Sem CEI: o campo está em branco.", "Não dá para incluir.", parts, "Fim."
    )
    return whole._replace(**changes)


def test_the_same_words_give_the_same_bytes() -> None:
    assert paper_of(said()) == paper_of(said())
    assert paper_of(said()) != paper_of(said(foot="Outro."))


@pytest.mark.parametrize(
    "name",
    [
        NAME,
        "X" * 700,
        "José da Silva Ünÿ ŠŽ ½ ß Ø €",
        "a (b) \\c %d <e> &f; “g”",
        "  dois  espaços   ",
        "FAZENDA " * 200,
    ],
)
def test_nothing_is_cut(name: str) -> None:
    paper = paper_of(said(parts=(Part("Certificado", (("Titular", name), ("Tipo", "e-CNPJ"))),)))
    assert name in text_of(paper)
    assert "Titular" in lines_of(paper)
    assert pages(paper) == 1


def test_what_has_no_shape_stands_by_its_number() -> None:
    paper = paper_of(said(verdict="中文 \u200e\x07😀"))
    assert "[U+4E2D][U+6587] [U+200E][U+0007][U+1F600]" in text_of(paper)


def test_however_much_there_is_it_is_one_page() -> None:
    many = tuple(f"Observação {n}: {'palavra ' * 40}fim." for n in range(60))
    paper = paper_of(said(parts=(Part("Observações", lines=many),)))
    assert pages(paper) == 1
    text = text_of(paper)
    assert all(each in text for each in many)
    tops = [
        float(y)
        for y in re.findall(rb"1 0 0 1 [\d.]+ ([-\d.]+) Tm", b"".join(objects(paper).values()))
    ]
    assert min(tops[1:]) > 0  # the first is of the page itself


def test_it_says_what_was_read(ticket: Ticket) -> None:
    file = proof_of(ticket)
    assert file
    assert file.name == f"leitura-{ticket.key}.pdf"
    text, reading = "\n".join(lines_of(file.content)), ticket.inspection
    assert reading
    for told in (
        "Sem CEI: o campo está preenchido com zeros.",
        "OID 2.16.76.1.3.7, tipo OCTET STRING",
        "Bytes: 30 30 30 30 30 30 30 30 30 30 30 30",
        "Texto: “000000000000”",
        reading.contract["holder"]["name"],
        "11.222.333/0001-81",
        reading.contract["serial"],
        "Válido até",
        "arquivo de certificado",
        "23/11/2026 14:44, horário de Brasília",
        f"Guichê, chamado {ticket.spoken}",
        "não foi conferida",
    ):
        assert told in text, told
    assert proof_of(ticket) == file


def test_a_cpf_is_masked(open_ticket: Any, stopped_clock: Any) -> None:
    ticket = open_ticket(replace(e_cpf(cei=CEI), not_before=stopped_clock.now.replace(year=2025)))
    file, reading = proof_of(ticket), ticket.inspection
    assert file
    assert reading
    text, number = text_of(file.content), reading.contract["holder"]["cpf"]
    assert f"***.{number[3:6]}.{number[6:9]}-**" in text
    assert number not in re.sub(r"[^0-9]", " ", text)
    assert "Tem CEI: 11.583.00249/85." in text


def test_what_it_says_to_do_shows_the_same(ticket: Ticket, tmp_path: Path) -> None:
    file, reading = proof_of(ticket), ticket.inspection
    assert file
    assert reading
    assert reading.der
    (tmp_path / "certificado.cer").write_bytes(reading.der)
    commands = [line for line in lines_of(file.content) if line.startswith("openssl ")]
    first, second = (
        subprocess.run(
            each.split(), cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout
        for each in commands
    )
    fingerprint = first.split("Fingerprint=")[1].split()[0]
    assert fingerprint in text_of(file.content)
    assert f"serial={reading.contract['serial'].upper()}" in first
    assert "30" * 12 in second


def test_it_is_kept_from_the_pages_of_the_ticket(
    client: Client, visitor: Client, ticket: Ticket, bruno: User
) -> None:
    address = f"/chamados/{ticket.number}/leitura.pdf"
    for page in (f"/chamados/{ticket.number}/", f"/chamados/{ticket.number}/registrado/"):
        assert address in client.get(page).content.decode()
    answer = client.get(address)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="leitura-{ticket.key}.pdf"'
    assert answer["Cache-Control"] == "no-store"
    told = visitor.get(f"/acompanhar/{ticket.link.split('/')[-2]}/leitura.pdf")
    assert told.content == answer.content
    assert told["Referrer-Policy"] == "no-referrer"
    assert visitor.get(address).status_code == 302


def test_without_a_reading_there_is_none(
    ticket: Ticket, client: Client, relacionamento: User
) -> None:
    ticket.move("resolve", relacionamento, "Cliente desistiu")
    erase(ticket, "Pedido do titular dos dados")
    assert client.get(f"/chamados/{ticket.number}/leitura.pdf").status_code == 404
