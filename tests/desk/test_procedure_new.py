"""A procedure begun on the page: a key and a name, then the text, checked and published."""

import html
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from calls import signed_in
from guiche.cli.procedures import command
from guiche.desk.models import Draft, ProcedureVersion, User
from guiche.desk.procedures import shelf, start
from guiche.desk.procedures.rules import mistakes
from guiche.desk.procedures.table import ProcedureError
from guiche.desk.procedures.version import NEW, PublishedMeanwhile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

NEW_URL, SLUG = "/ajustes/procedimentos/novo/", "troca-de-titular"
URL = f"/ajustes/{SLUG}/"
SHIPPED = [path.stem for path in sorted(shelf.SHIPPED.glob("*.toml"))]


@pytest.fixture
def client(supervisao: User) -> Client:
    return signed_in(supervisao)


def begin(client: Client, **typed: str) -> Any:
    return client.post(NEW_URL, {"de": "", "slug": SLUG, "title": "Troca de titular", **typed})


def problem(answer: Any) -> str:
    assert answer.status_code == 422
    found = re.search(r'role="alert".*?<a [^>]*>(.*?)</a>', answer.content.decode(), re.DOTALL)
    assert found
    return html.unescape(found[1])


def content_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.content
    found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", answer.content.decode(), re.DOTALL)
    assert found
    return html.unescape(found[1])


def sent(content: str) -> dict[str, str]:
    return {"content": content, "visto": NEW, "modo": "texto"}


def published(client: Client, **typed: str) -> Any:
    return client.post(f"{URL}publicar/", sent(content_of(begin(client, **typed))))


@pytest.mark.parametrize("role", ["suporte", "relacionamento"])
def test_only_a_supervisor_begins_one(people: dict[str, User], role: str) -> None:
    client = signed_in(people[role])
    assert client.get(NEW_URL).status_code == 403
    assert begin(client).status_code == 403


def test_begins_with_the_text_that_the_command_writes(client: Client) -> None:
    content = content_of(begin(client))
    expected = start.text(SLUG).replace('"Nome do procedimento"', '"Troca de titular"')
    assert content == expected


@pytest.mark.parametrize("model", SHIPPED)
def test_a_copy_keeps_everything_but_key_and_name(client: Client, model: str) -> None:
    content = content_of(begin(client, de=model, title='Troca "rápida"\\'))
    before = (shelf.SHIPPED / f"{model}.toml").read_text("utf-8").splitlines()
    changed = [line for line in content.splitlines() if line not in before]
    assert len(changed) == 2
    assert changed[0].startswith(f'slug = "{SLUG}"')
    assert len(content.splitlines()) == len(before)
    assert mistakes(content, "", SLUG) == []


def test_a_copy_is_of_what_holds(client: Client, supervisao: User) -> None:
    old = ProcedureVersion.current("cei-ausente")
    content = old.content.replace('team = "Relacionamento"', 'team = "Retorno"')
    ProcedureVersion.publish("cei-ausente", content, supervisao, seen=old.digest)
    assert 'team = "Retorno"' in content_of(begin(client, de="cei-ausente"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"slug": "Troca de titular"}, "Chave: “Troca de titular”: use letras minúsculas"),
        ({"slug": ""}, "Chave: "),
        ({"slug": '"]\nx = 1'}, "Chave: "),
        ({"title": " "}, "Nome: "),
        ({"slug": "cei-ausente"}, "Chave: “cei-ausente” já é, ou já foi, de outro"),
        ({"de": "nenhum"}, "Começar de: escolha um da lista."),
        ({"de": "cei-ausente", "slug": "cei-ausente"}, "Chave: "),
        ({"de": "cei-ausente", "title": ""}, "Nome: "),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    client: Client, typed: dict[str, str], said: str
) -> None:
    answer = begin(client, **typed)
    assert problem(answer).startswith(said)
    kept = {"title": "Troca de titular", "slug": SLUG, **typed}
    for key in ("title", "slug"):
        value = html.escape(" ".join(kept[key].split()))
        assert f'name="{key}" value="{value}"' in answer.content.decode()
    assert not ProcedureVersion.objects.filter(by__isnull=False).exists()


def test_is_checked_and_published_like_any_other(client: Client, suporte: User) -> None:
    content = content_of(begin(client))
    page = client.post(f"{URL}conferir/", sent(content)).content.decode()
    assert "Tudo: é um procedimento novo." in page
    assert not ProcedureVersion.published(SLUG).exists()
    assert published(client).status_code == 302
    version = ProcedureVersion.current(SLUG)
    assert (version.content, str(version.by)) == (content, "Supervisão Exemplo")
    assert "não há arquivo dele" in client.get(f"{URL}versoes/").content.decode().lower()
    assert "Troca de titular" in client.get("/ajustes/").content.decode()
    assert "Troca de titular" in client.get("/atender/", follow=True).content.decode()
    draft = Draft.start(suporte, SLUG)
    assert draft.procedure.title == "Troca de titular"
    assert client.get(URL).status_code == 200
    assert client.get(f"{URL}conferir/?versao=arquivo").status_code == 404


@pytest.mark.parametrize("mode", ["texto", "formulario"])
def test_a_mistake_in_it_is_said_as_in_any_other(client: Client, mode: str) -> None:
    content = content_of(begin(client)).replace("hours = 24", "hours = 0")
    for verb in ("conferir", "publicar"):
        answer = client.post(f"{URL}{verb}/", {**sent(content), "modo": mode})
        assert answer.status_code == 422
        assert "Nada foi publicado: falta acertar um item" in answer.content.decode()
    other = content_of(begin(client)).replace(f'slug = "{SLUG}"', 'slug = "outro"')
    answer = client.post(f"{URL}publicar/", sent(other))
    assert "precisa ser “troca-de-titular”" in html.unescape(answer.content.decode())
    assert not ProcedureVersion.objects.filter(by__isnull=False).exists()


def test_the_form_and_the_text_lead_to_each_other(client: Client) -> None:
    content = content_of(begin(client, de="cei-ausente"))
    page = client.post(URL, {**sent(content), "abrir": "formulario"})
    assert page.status_code == 200
    assert "Nome, equipe e prazo" in page.content.decode()
    assert f'href="{URL}versoes/"' not in page.content.decode()
    assert content_of(client.post(URL, {**sent(content), "abrir": "texto"})) == content


def test_a_key_that_no_row_can_hold_is_refused(client: Client) -> None:
    slug = "a" * 81
    answer = client.post(f"/ajustes/{slug}/publicar/", sent(start.text(slug)))
    assert "escreva até 80 letras" in answer.content.decode()


def test_two_who_begin_the_same_one(client: Client) -> None:
    assert published(client).status_code == 302
    other = start.text_of(SLUG, "Outra troca")
    answer = client.post(f"{URL}publicar/", sent(other))
    assert answer.status_code == 409
    page = html.unescape(answer.content.decode())
    assert "Supervisão Exemplo publicou outra versão" in page
    assert "Outra troca" in page
    assert ProcedureVersion.published(SLUG).count() == 1


def test_a_shipped_one_is_not_begun_anew(supervisao: User) -> None:
    content = (shelf.SHIPPED / "cei-ausente.toml").read_text("utf-8")
    with pytest.raises(PublishedMeanwhile):
        ProcedureVersion.publish("cei-ausente", content, supervisao, seen=NEW)


def test_one_whose_file_is_gone_is_gone_and_its_key_stays_taken(
    client: Client, supervisao: User, tmp_path: Path, settings: Any
) -> None:
    settings.PROCEDURES_FOLDER = str(tmp_path)
    (tmp_path / f"{SLUG}.toml").write_text(start.text(SLUG), "utf-8")
    seen = ProcedureVersion.current(SLUG).digest
    ProcedureVersion.publish(SLUG, start.text_of(SLUG, "Troca"), supervisao, seen=seen)
    (tmp_path / f"{SLUG}.toml").unlink()
    assert SLUG not in ProcedureVersion.holding()
    assert SLUG not in ProcedureVersion.slugs()
    assert "já é, ou já foi, de outro" in problem(begin(client))


def test_a_file_that_comes_later_holds_when_it_is_returned_to(
    client: Client, supervisao: User, tmp_path: Path, settings: Any
) -> None:
    assert published(client).status_code == 302
    settings.PROCEDURES_FOLDER = str(tmp_path)
    (tmp_path / f"{SLUG}.toml").write_text(start.text_of(SLUG, "Do arquivo"), "utf-8")
    assert ProcedureVersion.holding()[SLUG].title == "Troca de titular"
    assert "é diferente do que foi publicado" in client.get(f"{URL}versoes/").content.decode()
    seen = ProcedureVersion.current(SLUG).digest
    ProcedureVersion.return_to_file(SLUG, supervisao, seen=seen)
    assert ProcedureVersion.holding()[SLUG].title == "Do arquivo"


def test_no_name_is_written_that_would_not_be_read() -> None:
    with pytest.raises(ProcedureError) as error:
        start.text_of("x y", "Troca")
    assert error.value.key == "slug"


def test_a_withdrawn_one_begins_nothing_and_comes_back(
    client: Client, supervisao: User, suporte: User
) -> None:
    published(client)
    begun = Draft.start(suporte, SLUG)
    seen = {"visto": ProcedureVersion.current(SLUG).digest}
    answer = client.post(f"{URL}retirar/", seen, follow=True)
    assert "Retirado. Nenhum atendimento começa por ele" in answer.content.decode()
    assert f"{supervisao} retirou" in answer.content.decode()
    assert "retirado" in client.get("/ajustes/").content.decode()
    assert SLUG not in ProcedureVersion.holding()
    with pytest.raises(ProcedureError, match="foi retirado"):
        Draft.start(suporte, SLUG)
    begun.refresh_from_db()
    assert begun.procedure.slug == SLUG
    again = client.post(f"{URL}retirar/", seen, follow=True)
    assert "já está retirado" in again.content.decode()
    answer = client.post(f"{URL}retirar/", {**seen, "voltar": "sim"}, follow=True)
    assert "Voltou. Vale" in answer.content.decode()
    assert SLUG in ProcedureVersion.holding()
    assert ProcedureVersion.published(SLUG).count() == 3


def test_the_command_lists_it(client: Client, supervisao: User) -> None:
    published(client)

    def listed() -> str:
        answer = CliRunner().invoke(command, ["list", "--page"])
        assert answer.exit_code == 0, answer.output
        return str(answer.stdout)

    assert re.search(rf"{SLUG} +da página +Troca de titular", listed())
    seen = ProcedureVersion.current(SLUG).digest
    ProcedureVersion.withdraw(SLUG, supervisao, seen=seen)
    assert re.search(rf"{SLUG} +retirado +Troca de titular", listed())


def test_what_is_published_again_is_no_longer_withdrawn(client: Client, supervisao: User) -> None:
    published(client)
    current = ProcedureVersion.current(SLUG)
    ProcedureVersion.withdraw(SLUG, supervisao, seen=current.digest)
    changed = current.content.replace("Troca de titular", "Outro nome", 1)
    ProcedureVersion.publish(SLUG, changed, supervisao, seen=current.digest)
    assert ProcedureVersion.holding()[SLUG].title == "Outro nome"


def test_one_of_a_file_is_not_withdrawn(client: Client, suporte: User) -> None:
    slug = SHIPPED[0]
    seen = {"visto": ProcedureVersion.current(slug).digest}
    answer = client.post(f"/ajustes/{slug}/retirar/", seen, follow=True)
    assert "Este vem de um arquivo" in answer.content.decode()
    assert "Retirar o procedimento" not in answer.content.decode()
    assert slug in ProcedureVersion.holding()


@pytest.mark.parametrize("role", ["suporte", "relacionamento"])
def test_only_a_supervisor_withdraws(client: Client, people: dict[str, User], role: str) -> None:
    published(client)
    assert signed_in(people[role]).post(f"{URL}retirar/").status_code == 403
    assert SLUG in ProcedureVersion.holding()
