"""Several certificates in one paste: the likely one first, the useless apart, the rest unseen."""

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest
from django.apps import apps
from django.test import Client

from calls import upload
from certificates import CEI, ZEROS, ca, e_cnpj, e_cpf, equipment, other_pki, selo_eletronico
from clipboard import TWELVE, copied, ended
from guiche.desk.intake.draft import Draft
from guiche.desk.models import Inspection

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
HTMX = {"HX-Request": "true"}
PADARIA, ANA, SITIO = "PADARIA EXEMPLO LTDA", "ANA EXEMPLO DA SILVA", "SITIO EXEMPLO LTDA"


def listed(client: Client, draft: Draft, *ders: bytes, **typed: str) -> str:
    data = {"texto": copied(ders), **typed}
    answer = client.post(f"/atender/{draft.pk}/ler/", data, headers=HTMX)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def names(page: str) -> list[str]:
    """Those of the list, in order; not those under “Outros”."""
    return re.findall("<h3>(.*?)</h3>", page)


def matching(page: str) -> list[str]:
    return re.findall("combina com (.*?) digitado", page)


SITIO_DER = e_cnpj(cnpj="12345678000195", cn=f"{SITIO}:12345678000195").der()


def test_the_one_of_the_typed_cnpj_comes_first_and_is_marked(client: Client, draft: Draft) -> None:
    page = listed(
        client, draft, e_cpf().der(), e_cnpj().der(), SITIO_DER, document="12345678000195"
    )
    assert names(page) == [SITIO, ANA, PADARIA]
    assert matching(page) == ["o CNPJ"]


def test_a_number_that_was_typed_before_counts_too(client: Client, draft: Draft) -> None:
    draft.type_in({"document": "111.444.777-35"})
    page = listed(client, draft, e_cnpj().der(), e_cpf().der())
    assert names(page) == [ANA, PADARIA]
    assert matching(page) == ["o CPF"]


@pytest.mark.parametrize("typed", ["sítio exemplo", "Sitio  Exemplo Ltda.", "EXEMPLO, Sítio"])
def test_a_name_is_enough_however_it_is_written(client: Client, draft: Draft, typed: str) -> None:
    page = listed(client, draft, e_cnpj().der(), SITIO_DER, name=typed)
    assert names(page)[0] == SITIO
    assert matching(page) == ["o nome"]


@pytest.mark.parametrize("typed", ["Exemplo", "Sítio do Exemplo Grande", ""])
def test_less_or_more_than_the_name_is_no_match(client: Client, draft: Draft, typed: str) -> None:
    assert not matching(listed(client, draft, e_cnpj().der(), SITIO_DER, name=typed))


def test_a_number_goes_before_a_name(client: Client, draft: Draft) -> None:
    typed = {"document": "12345678000195", "name": "Padaria Exemplo"}
    page = listed(client, draft, e_cnpj().der(), SITIO_DER, **typed)
    assert names(page) == [SITIO, PADARIA]
    assert matching(page) == ["o CNPJ", "o nome"]


def test_what_a_wrong_certificate_filled_in_is_not_what_was_typed(
    client: Client, draft: Draft
) -> None:
    client.post(f"/atender/{draft.pk}/ler/", upload(e_cpf().der()), headers=HTMX)
    shown = {key: draft.values()[key] for key in ("document", "name")}
    draft.refresh_from_db()
    page = listed(client, draft, e_cnpj().der(), e_cpf().der(), **shown)
    assert not matching(page)


def test_a_valid_one_goes_before_an_expired_one(client: Client, draft: Draft) -> None:
    page = listed(client, draft, ended(e_cpf(), 9), e_cnpj().der())
    assert names(page) == [PADARIA, ANA]
    assert "Vencido em 19/10/2026" in page


def test_one_that_only_borrowed_the_fields_goes_after_icp_brasil(
    client: Client, draft: Draft
) -> None:
    page = listed(client, draft, other_pki(CEI).der(), ended(e_cnpj(), 9))
    assert names(page)[0] == PADARIA
    assert "Outros" not in page


def test_what_nobody_signs_in_with_stands_under_others(client: Client, draft: Draft) -> None:
    page = listed(client, draft, other_pki().der(), equipment().der(), selo_eletronico().der())
    assert names(page) == [PADARIA]
    assert "Não comporta CEI" in page
    assert "<summary>Outros 2:" in page
    assert "sandbox.exemplo.com.br" in page


def test_nothing_but_others_says_so_and_shows_them(client: Client, draft: Draft) -> None:
    page = listed(client, draft, other_pki().der(), replace(other_pki(), serial=2).der())
    assert "Há 2 certificados, e nenhum é de pessoa ou empresa da ICP-Brasil." in page
    assert "<details open>" in page


def test_of_twelve_every_one_can_be_chosen(client: Client, draft: Draft) -> None:
    page = listed(client, draft, *TWELVE, document="11.222.333/0001-81")
    assert "Há 12 certificados" in page
    assert len(names(page)) == 7
    assert "<summary>Outros 5:" in page
    assert page.count("Usar este") == 12
    assert matching(page) == ["o CNPJ"] * 3


def stored() -> Iterator[str]:
    for model in apps.get_models():
        for row in model._default_manager.all():
            for field in model._meta.concrete_fields:
                value = getattr(row, field.attname)
                yield str(bytes(value) if isinstance(value, memoryview) else value)


def test_the_choice_drops_the_rest_unseen(
    client: Client, draft: Draft, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    chosen = e_cnpj(cei=ZEROS).der()
    page = listed(client, draft, e_cpf().der(), chosen, SITIO_DER, document="11222333000181")
    assert not Inspection.objects.exists()
    der = page.split('name="der" value="')[1].split('"')[0]
    answer = client.post(f"/atender/{draft.pk}/ler/", {"der": der}, headers=HTMX)
    assert "Sem CEI" in answer.content.decode()
    assert Inspection.objects.get().der == chosen
    traces = "\n".join(stored()) + caplog.text
    assert PADARIA in traces
    for trace in (ANA, "11144477735", SITIO, "12345678000195"):
        assert trace not in traces


def test_an_authority_is_not_offered_beside_others(client: Client, draft: Draft) -> None:
    page = listed(client, draft, ca().der(), e_cnpj().der(), e_cpf().der())
    assert "Há 2 certificados. Qual é o do cliente?" in page
