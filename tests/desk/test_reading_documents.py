"""A document that the customer signed, dropped on the page: whose certificate it is, no more."""

import io
import json
import zipfile
from dataclasses import replace
from html import unescape

import pytest
from django.test import Client

from calls import upload
from certificates import CEI, ZEROS, ca, e_cnpj, e_cpf
from guiche.desk.intake.draft import Draft
from guiche.desk.models import Inspection
from sources import signed
from sources.signed import By, cms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
HTMX = {"HX-Request": "true"}

PADARIA = replace(e_cnpj(cei=ZEROS), serial=12).der()
ANA = replace(e_cpf(cei=CEI), serial=11).der()
AUTHORITY = replace(ca(), serial=14).der()
BY_PADARIA = cms([AUTHORITY, ANA, PADARIA], By(PADARIA))
BY_BOTH = cms([AUTHORITY, ANA, PADARIA], By(PADARIA), By(ANA))
NOT_VERIFIED = "Só o certificado foi lido; a assinatura não foi conferida."


def zipped(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, data)
    return buffer.getvalue()


def answered(client: Client, draft: Draft, data: bytes, name: str, status: int = 200) -> str:
    answer = client.post(f"/atender/{draft.pk}/ler/", upload(data, name), headers=HTMX)
    assert answer.status_code == status
    return unescape(answer.content.decode())


FILES = {
    "nota.xml": ("XML assinado", signed.nfe(PADARIA).encode()),
    "contrato.p7s": ("arquivo assinado (.p7s)", BY_PADARIA),
    "contrato.pdf": ("PDF assinado", signed.pdf(BY_PADARIA)),
    "caso.zip": ("PDF assinado", zipped("contrato.pdf", signed.pdf(BY_PADARIA))),
}


@pytest.mark.parametrize("name", FILES)
def test_the_one_who_signed_is_read_at_once(client: Client, draft: Draft, name: str) -> None:
    kind, data = FILES[name]
    page = answered(client, draft, data, name)
    assert "Sem CEI: o campo está preenchido com zeros." in page
    assert 'value="11.222.333/0001-81"' in page
    assert f"{kind}, {name}" in page
    assert NOT_VERIFIED in page
    assert Inspection.objects.get().der == PADARIA


def test_a_note_says_which_one_it_is_and_nothing_of_it_is_kept(
    client: Client, draft: Draft
) -> None:
    page = answered(client, draft, signed.nfe(PADARIA).encode(), "nota.xml")
    assert f"Assinatura única, sobre NF-e {signed.KEY}." in page
    kept = json.dumps(Inspection.objects.get().contract)
    assert signed.KEY not in kept
    assert '"kind": "xml"' in kept


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("ata.p7s", BY_BOTH),
        ("ata.pdf", signed.pdf(BY_PADARIA, cms([ANA], By(ANA)))),
        ("ata.xml", f"<a>{signed.signature(PADARIA)}{signed.signature(ANA)}</a>".encode()),
    ],
)
def test_of_several_signers_a_person_chooses(
    client: Client, draft: Draft, name: str, data: bytes
) -> None:
    draft.type_in({"document": "111.444.777-35"})
    page = answered(client, draft, data, name)
    assert "Há 2 certificados. Qual é o do cliente?" in page
    assert "assinatura 1 de 2" in page
    assert page.index("ANA EXEMPLO") < page.index("PADARIA EXEMPLO")
    assert "combina com o CPF digitado" in page
    assert not Inspection.objects.exists()
    der = page.split('name="der" value="')[1].split('"')[0]
    file = page.split('name="nome" value="')[1].split('"')[0]
    answer = client.post(f"/atender/{draft.pk}/ler/", {"der": der, "nome": file}, headers=HTMX)
    assert f"{name}/assinatura 2 de 2" in answer.content.decode()
    assert Inspection.objects.get().der == ANA


def test_where_the_signer_is_not_there_nobody_else_is_taken(client: Client, draft: Draft) -> None:
    page = answered(client, draft, cms([ANA, AUTHORITY], By(PADARIA)), "contrato.p7s", 422)
    assert "O certificado de quem assinou não está no documento. Peça o certificado" in page
    assert not Inspection.objects.exists()


def test_a_signer_that_is_missing_is_told_beside_the_one_who_is_there(
    client: Client, draft: Draft
) -> None:
    page = answered(client, draft, cms([ANA], By(PADARIA), By(ANA)), "ata.p7s")
    assert "Tem CEI" in page
    assert "Não consegui ler também: ata.p7s/assinatura 1 de 2: O certificado de quem" in page


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7\n%%EOF", "É um PDF sem assinatura digital."),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "traz um DOCTYPE"),
        (signed.pdf(b""), "ninguém assinou ali"),
    ],
)
def test_what_gives_no_signer_is_said_in_words(
    client: Client, draft: Draft, data: bytes, words: str
) -> None:
    assert words in answered(client, draft, data, "documento", 422)


def test_the_inputs_offer_them(client: Client, draft: Draft) -> None:
    page = client.get(f"/atender/{draft.pk}/").content.decode()
    accepted = page.split('accept="')[1].split('"')[0].split(",")
    assert {".p7s", ".pdf", ".xml"} <= set(accepted)
