"""Which procedure a call goes by: proposed by what is known, chosen by a person, nothing lost."""

from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from calls import ANSWERS, answers, signed_in, upload, zeros
from certificates import profiles
from guiche.desk.intake.batch import Batch
from guiche.desk.models import Draft, Inspection, ProcedureVersion, Ticket, User
from guiche.desk.pages.offered import Offered
from guiche.icpbrasil import inspect
from guiche.sources import read
from procedure_calls import complete

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


def fitting(draft: Draft) -> list[str]:
    return [each.slug for each in Offered.of(draft, draft.answers()).fitting]


def change(client: Client, draft: Draft, slug: str) -> None:
    answer = client.post(f"/atender/{draft.pk}/procedimento/", {"procedimento": slug})
    assert answer.status_code == 302
    draft.refresh_from_db()


@pytest.mark.parametrize(
    ("certificate", "typed", "slugs"),
    [
        (profiles.e_cnpj(profiles.ZEROS), {}, []),
        (profiles.e_cnpj("115830024984"), {}, ["cei-conferir"]),
        (profiles.selo_eletronico(), {}, ["selo-eletronico"]),
        (profiles.equipment(), {}, ["certificado-errado"]),
        (profiles.other_pki(), {}, ["certificado-errado"]),
        (profiles.e_cpf(), {"document": "11.222.333/0001-81"}, ["certificado-errado"]),
        (profiles.pf_2024(), {"system": "Conectividade Social, com e-CPF"}, []),
        (None, {}, []),
        (None, {"no_reading": "Token não conectado"}, ["token-nao-le"]),
        (None, {"wanted_kind": "CAEPF"}, ["cei-conferir"]),
    ],
)
def test_the_page_proposes_what_fits(
    bruno: User, certificate: object, typed: dict[str, str], slugs: list[str]
) -> None:
    draft = Draft.start(bruno)
    if certificate:
        der = certificate.der()  # type: ignore[attr-defined]
        draft.attach(Inspection.store(inspect(der), der=der, by=bruno))
    draft.type_in(typed)
    assert fitting(draft) == slugs


def test_an_expired_one_and_one_that_ends_soon_are_proposed(
    bruno: User, stopped_clock: object
) -> None:
    draft = Draft.start(bruno)
    der = zeros()
    draft.attach(Inspection.store(inspect(der), der=der, by=bruno))
    for days, slugs in ((0, []), (75, ["certificado-vencido"]), (60, ["certificado-vencido"])):
        stopped_clock.forward(days=days)  # type: ignore[attr-defined]
        draft = Draft.objects.get(pk=draft.pk)
        assert fitting(draft) == slugs


def test_the_proposal_comes_with_the_reading_and_once(client: Client, draft: Draft) -> None:
    htmx = {"HX-Request": "true"}
    sent = upload(profiles.selo_eletronico().der())
    answer = client.post(f"/atender/{draft.pk}/ler/", sent, headers=htmx)
    assert "Selo Eletrônico, que não leva o CEI" in answer.content.decode()
    again = client.post(
        f"/atender/{draft.pk}/salvar/", {Offered.SEEN: "selo-eletronico"}, headers=htmx
    )
    assert "Selo Eletrônico, que não leva o CEI" not in again.content.decode()


def test_an_answer_that_is_saved_brings_a_proposal(client: Client, draft: Draft) -> None:
    sent = {"no_reading": "Token não conectado", Offered.SEEN: ""}
    answer = client.post(f"/atender/{draft.pk}/salvar/", sent, headers={"HX-Request": "true"})
    assert f'action="/atender/{draft.pk}/procedimento/"' in answer.content.decode()


def test_the_call_of_every_day_is_proposed_nothing(client: Client, draft: Draft) -> None:
    answer = client.post(f"/atender/{draft.pk}/ler/", upload(zeros()))
    page = answer.content.decode() or client.get(f"/atender/{draft.pk}/").content.decode()
    assert "combina com outro procedimento" not in page


def test_what_was_typed_stays(client: Client, draft: Draft) -> None:
    draft.type_in({"requester_name": "Ana Exemplo", "system": "eSocial", "property": "Sítio"})
    draft.type_in({"category": "Certificado digital: conferir matrícula CEI"})
    change(client, draft, "token-nao-le")
    assert draft.procedure.slug == "token-nao-le"
    values = draft.values()
    assert (values["requester_name"], values["system"]) == ("Ana Exemplo", "eSocial")
    assert values["category"] == "Certificado digital: token ou cartão não lê", "not in this list"
    page = client.get(f"/atender/{draft.pk}/").content.decode()
    assert "Token ou cartão não lê: PIN, PUK ou programa" in page
    change(client, draft, "cei-ausente")
    assert draft.values()["property"] == "Sítio", "what only the other one asks for is not lost"


def test_the_reading_stays(client: Client, draft: Draft) -> None:
    client.post(f"/atender/{draft.pk}/ler/", upload(zeros()))
    change(client, draft, "certificado-vencido")
    assert draft.inspection is not None
    assert draft.values()["document"] == "11.222.333/0001-81"


@pytest.mark.parametrize("slug", ["", "nada", "../x"])
def test_another_procedure_than_those_there_are_is_refused(
    client: Client, draft: Draft, slug: str
) -> None:
    change(client, draft, slug)
    assert draft.procedure.slug == settings.PROCEDURE
    page = client.get(f"/atender/{draft.pk}/").content.decode()
    assert "Escolha o procedimento na lista." in page


def test_the_call_of_a_colleague_is_not_changed(draft: Draft, suporte: User) -> None:
    answer = signed_in(suporte).post(
        f"/atender/{draft.pk}/procedimento/", {"procedimento": "token-nao-le"}
    )
    assert answer.status_code == 404


def test_who_only_returns_calls_changes_none(draft: Draft, carla: User) -> None:
    answer = signed_in(carla).post(f"/atender/{draft.pk}/procedimento/", {"procedimento": "x"})
    assert answer.status_code == 403


def test_a_submitted_call_keeps_its_procedure(client: Client, draft: Draft) -> None:
    draft.type_in(answers())
    draft.submit(draft.by)
    change(client, draft, "token-nao-le")
    assert draft.procedure.slug == settings.PROCEDURE
    assert Ticket.objects.get().procedure.slug == settings.PROCEDURE


def test_what_the_page_before_still_saves_is_refused(client: Client, draft: Draft) -> None:
    page = {"aba": str(uuid4()), "visto": str(draft.version), "campo": "property"}
    client.post(f"/atender/{draft.pk}/salvar/", {**page, "property": "Sítio"})
    change(client, draft, "token-nao-le")
    late = client.post(
        f"/atender/{draft.pk}/salvar/",
        {**page, "requester_name": "Outro Nome", "revision": "5"},
        headers={"HX-Request": "true"},
    )
    assert late.status_code == 409
    draft.refresh_from_db()
    assert "requester_name" not in draft.typed


def test_a_change_that_somebody_else_overtook_changes_nothing(draft: Draft) -> None:
    mine = Draft.objects.get(pk=draft.pk)
    draft.type_in({"requester_name": "Ana Exemplo"})
    assert not mine.follow(ProcedureVersion.current("token-nao-le"))
    assert Draft.objects.get(pk=draft.pk).procedure.slug == settings.PROCEDURE


def test_the_next_call_begins_with_that_of_the_site(client: Client, draft: Draft) -> None:
    change(client, draft, "token-nao-le")
    client.post("/atender/")
    fresh = Draft.objects.exclude(pk=draft.pk).get()
    assert fresh.procedure.slug == settings.PROCEDURE


def test_a_mistake_in_one_file_stops_no_call_of_another(
    client: Client, draft: Draft, tmp_path: object, settings: object
) -> None:
    (tmp_path / "token-nao-le.toml").write_text("slug = 1")  # type: ignore[operator]
    settings.PROCEDURES_FOLDER = str(tmp_path)  # type: ignore[attr-defined]
    page = client.get(f"/atender/{draft.pk}/")
    assert page.status_code == 200
    assert "Certificado vencido ou perto de vencer" in page.content.decode()
    assert "Token ou cartão não lê" not in page.content.decode()


def found(count: int) -> list[object]:
    """So many certificates that end, each of another company."""
    from calls import company

    return [read(company(number), f"{number}.cer").leaves[0] for number in range(count)]


def test_a_batch_goes_by_the_procedure_of_its_call(bruno: User, draft: Draft) -> None:
    assert draft.follow(ProcedureVersion.current("certificado-vencido"))
    draft.type_in({key: ANSWERS[key] for key in ("requester_name", "relation", "phone_1")})
    batch = Batch.start(draft, found(2), bruno)  # type: ignore[arg-type]
    calls = list(batch.calls)
    assert [call.procedure.slug for call in calls] == ["certificado-vencido"] * 2
    for call in calls:
        call.type_in(complete(call.procedure, call.inspection).values)
    assert batch.submit(bruno) == []
    assert Ticket.objects.count() == 2


def test_calls_of_one_batch_may_go_by_different_ones(client: Client, bruno: User) -> None:
    batch = Batch.start(Draft.start(bruno), found(2), bruno)  # type: ignore[arg-type]
    first, second = batch.calls
    change(client, second, "selo-eletronico")
    page = client.get(f"/lote/{batch.id}/").content.decode()
    assert "O responsável tem um e-CPF?" in page
    client.post(
        f"/lote/{batch.id}/responder/",
        {"has_ecpf": "Não", "ordered_with_cei": "Não sabe", "system": "eSocial"},
    )
    first.refresh_from_db()
    second.refresh_from_db()
    assert second.typed["has_ecpf"] == "Não"
    assert "has_ecpf" not in first.typed
    assert (first.typed["system"], second.typed["system"]) == ("eSocial", "eSocial")
