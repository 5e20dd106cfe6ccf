"""Pictures on the pages: pasted, shown, removed; never read, never a proof."""

from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import pictures
from calls import answers, signed_in, zeros
from guiche.desk.intake.image import LARGEST, Image
from guiche.desk.models import Draft, Inspection, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
HTMX = {"HX-Request": "true"}
NO_PROOF = "Uma imagem não prova o que está no certificado"
LABEL = "imagem, não confirmada"


def sent(client: Client, draft: Draft, *contents: bytes, **more: Any) -> tuple[int, str]:
    files = [SimpleUploadedFile(f"image{n}.png", content) for n, content in enumerate(contents)]
    data = {"arquivo": files, **more}
    answer = client.post(f"/atender/{draft.pk}/ler/", data, headers=HTMX)
    return answer.status_code, unescape(answer.content.decode())


def test_a_picture_alone_is_kept_and_said_to_prove_nothing(client: Client, draft: Draft) -> None:
    status, part = sent(client, draft, pictures.png())
    assert status == 200
    assert NO_PROOF in part
    assert "Não consegui ler" not in part
    assert 'id="imagens"' in part
    assert "sem cei" not in part.lower()
    page = unescape(client.get(f"/atender/{draft.pk}/").content.decode())
    assert LABEL in page
    assert NO_PROOF in page
    assert Inspection.objects.count() == 0
    draft.refresh_from_db()
    assert draft.inspection is None


def test_beside_a_certificate_both_are_taken(client: Client, draft: Draft) -> None:
    status, part = sent(client, draft, pictures.GIF, zeros(), pictures.JPEG)
    assert status == 200
    assert "Sem CEI" in part
    assert "2 imagens guardadas" in part
    assert [image.kind for image in draft.images.listed()] == ["image/gif", "image/jpeg"]


def test_beside_a_file_that_cannot_be_read_it_is_still_kept(client: Client, draft: Draft) -> None:
    status, part = sent(client, draft, pictures.GIF, b"%PDF-1.7")
    assert status == 422
    assert "Não consegui ler." in part
    assert "1 imagem guardada" in part


def test_the_name_does_not_make_a_picture(client: Client, draft: Draft) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    status, part = sent(client, draft, svg)
    assert status == 422
    assert "Não consegui ler." in part
    assert not Image.objects.exists()


def test_one_that_is_too_large_is_refused_in_words(client: Client, draft: Draft) -> None:
    status, part = sent(client, draft, pictures.png() + bytes(LARGEST))
    assert status == 422
    assert "A imagem não foi guardada" in part
    assert "o limite é 5 MB" in part


def test_of_six_five_are_kept_and_the_sixth_is_told(client: Client, draft: Draft) -> None:
    status, part = sent(client, draft, *[pictures.GIF] * 6)
    assert status == 200
    assert "5 imagens guardadas" in part
    assert "Já há 5 imagens." in part
    assert draft.images.count() == 5


def test_without_a_script_the_page_says_the_same_once(client: Client, draft: Draft) -> None:
    file = SimpleUploadedFile("tela.png", pictures.png())
    page = unescape(client.post(f"/atender/{draft.pk}/ler/", {"arquivo": file}).content.decode())
    assert "1 imagem guardada" in page
    assert page.count('id="imagens"') == 1


def test_without_a_script_a_refusal_beside_a_certificate_is_not_lost(
    client: Client, draft: Draft
) -> None:
    files = [SimpleUploadedFile("a.cer", zeros())]
    files += [SimpleUploadedFile("tela.gif", pictures.GIF) for _ in range(6)]
    answer = client.post(f"/atender/{draft.pk}/ler/", {"arquivo": files}, follow=True)
    assert "Já há 5 imagens." in unescape(answer.content.decode())


# The picture itself


@pytest.mark.parametrize("kind", pictures.KINDS)
def test_it_is_served_as_what_it_is_and_nothing_else(
    client: Client, draft: Draft, kind: str
) -> None:
    Image.keep(pictures.GIF, draft=draft, by=draft.by)
    image = Image.keep(pictures.KINDS[kind], draft=draft, by=draft.by)
    answer = client.get(f"/imagens/{image.pk}/")
    assert answer.content == pictures.KINDS[kind]
    assert answer["Content-Type"] == kind
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    extension = kind.removeprefix("image/")
    assert answer["Content-Disposition"] == f'inline; filename="imagem-2.{extension}"'


def test_of_a_call_only_who_has_it_sees_it(
    client: Client, draft: Draft, relacionamento: User, supervisao: User
) -> None:
    image = Image.keep(pictures.GIF, draft=draft, by=draft.by)
    address = f"/imagens/{image.pk}/"
    assert client.get(address).status_code == 200
    for other in (relacionamento, supervisao):
        assert signed_in(other).get(address).status_code == 404
    assert Client().get(address)["Location"].startswith("/entrar/")
    draft.take(supervisao)
    assert signed_in(supervisao).get(address).status_code == 200
    assert client.get(address).status_code == 404


def test_of_a_ticket_whoever_sees_the_ticket_sees_it(
    client: Client, draft: Draft, relacionamento: User
) -> None:
    image = Image.keep(pictures.GIF, draft=draft, by=draft.by)
    draft.type_in(answers(no_reading="Só há imagem"))
    ticket = draft.submit(draft.by)
    agent = signed_in(relacionamento)
    page = unescape(agent.get(f"/chamados/{ticket.number}/").content.decode())
    assert f'src="/imagens/{image.pk}/"' in page
    assert LABEL in page
    assert NO_PROOF in page
    assert "Remover" not in page
    assert agent.get(f"/imagens/{image.pk}/").content == pictures.GIF


def test_one_whose_key_is_lost_or_that_never_was_is_not_found(
    client: Client, draft: Draft, settings: Any
) -> None:
    image = Image.keep(pictures.GIF, draft=draft, by=draft.by)
    settings.DATA_KEY = "another key, as long as a key should be"
    for address in (f"/imagens/{image.pk}/", "/imagens/999999/"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert "Esta imagem não existe mais." in unescape(answer.content.decode())


# Removing


def test_a_wrong_one_is_removed(client: Client, draft: Draft) -> None:
    wrong, right = (Image.keep(pictures.GIF, draft=draft, by=draft.by) for _ in range(2))
    answer = client.post(f"/atender/{draft.pk}/imagens/{wrong.pk}/remover/", headers=HTMX)
    part = answer.content.decode()
    assert f"/imagens/{right.pk}/" in part
    assert f'src="/imagens/{wrong.pk}/"' not in part
    assert list(draft.images.all()) == [right]
    answer = client.post(f"/atender/{draft.pk}/imagens/{right.pk}/remover/")
    assert answer["Location"] == f"/atender/{draft.pk}/#imagens"
    assert not draft.images.exists()


def test_nobody_elses_and_no_tickets_is_removed(
    client: Client, draft: Draft, supervisao: User, relacionamento: User
) -> None:
    other = Draft.start(supervisao)
    theirs = Image.keep(pictures.GIF, draft=other, by=supervisao)
    client.post(f"/atender/{draft.pk}/imagens/{theirs.pk}/remover/")
    address = f"/atender/{other.pk}/imagens/{theirs.pk}/remover/"
    assert client.post(address).status_code == 404
    assert signed_in(relacionamento).post(address).status_code == 403
    mine = Image.keep(pictures.GIF, draft=draft, by=draft.by)
    draft.type_in(answers(no_reading="Só há imagem"))
    draft.submit(draft.by)
    client.post(f"/atender/{draft.pk}/imagens/{mine.pk}/remover/")
    assert Image.objects.count() == 2
