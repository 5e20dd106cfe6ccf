"""A procedure changed on the page: checked, published, followed by the next call; never broken."""

import html
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls import signed_in
from guiche.desk.models import Draft, ProcedureVersion, User
from guiche.desk.procedures import shelf
from guiche.desk.procedures.sheet import Sheet
from guiche.desk.procedures.table import ProcedureError
from guiche.desk.procedures.version import PublishedMeanwhile, read_as

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

SLUG = "cei-ausente"
URL = f"/ajustes/{SLUG}/"
SHIPPED = (shelf.SHIPPED / f"{SLUG}.toml").read_text("utf-8")
DOCUMENT = tomllib.loads(SHIPPED)


def path_of(key: str) -> str:
    for n, screen in enumerate(DOCUMENT["screens"]):
        for m, fact in enumerate(screen["facts"]):
            if fact["key"] == key:
                return f"screens.{n}.facts.{m}"
    raise KeyError(key)


def system(name: str) -> str:
    names = [row["name"] for row in DOCUMENT["systems"]]
    return f"systems.{names.index(name)}"


@pytest.fixture
def client(supervisao: User) -> Client:
    return signed_in(supervisao)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)
    assert found is not None
    return html.unescape(found[1])


def form(client: Client, **more: str) -> dict[str, str]:
    """What a browser sends of the form, as it stands."""
    page = client.get(URL).content.decode()
    content = hidden(page, "content")
    sheet = Sheet(content, "x.toml")
    values = {e.path: e.value for section in sheet.sections for e in section.entries}
    return {**values, "content": content, "visto": hidden(page, "visto"), **more}


def review(client: Client, changes: dict[str, str]) -> Any:
    return client.post(f"{URL}conferir/", {**form(client), **changes})


def publish(client: Client, page: str) -> Any:
    sent = {name: hidden(page, name) for name in ("content", "visto", "modo")}
    return client.post(f"{URL}publicar/", sent)


def change(client: Client, changes: dict[str, str]) -> str:
    """Reviews and publishes; the page of the review."""
    answer = review(client, changes)
    page: str = answer.content.decode()
    assert answer.status_code == 200, re.findall(r'role="alert".*?</div>', page, re.DOTALL)
    assert publish(client, page).status_code == 302
    return page


def current() -> Any:
    return tomllib.loads(ProcedureVersion.current(SLUG).content)


@pytest.mark.parametrize("role", ["suporte", "relacionamento"])
@pytest.mark.parametrize("page", ["", "conferir/", "publicar/", "versoes/"])
def test_only_a_supervisor_opens_them(people: dict[str, User], role: str, page: str) -> None:
    client = signed_in(people[role])
    assert client.get(f"{URL}{page}").status_code == 403
    assert client.post(f"{URL}{page}").status_code in (403, 405)


def test_a_form_sent_back_as_it_is_changes_nothing(client: Client) -> None:
    sent = {key: value.replace("\n", "\r\n") for key, value in form(client).items()}
    page = client.post(f"{URL}conferir/", sent).content.decode()
    assert hidden(page, "content").replace("\r\n", "\n") == SHIPPED
    assert "Nada: é o texto que já vale." in page


@pytest.mark.parametrize(
    ("path", "typed", "kept"),
    [
        ("title", "Outro título", "Outro título"),
        ("team", "Retorno", "Retorno"),
        ("promise.hours", "12", 12),
        ("promise.warn_at_percent", "", None),
        ("promise.message", "", False),
        ("exits", "Não sabe\nNão disse", ["Não sabe", "Não disse"]),
        ("systems.1.accepts", "\ncei", ["cei"]),
        ("systems.2.demands", "Só a conta gov.br.", "Só a conta gov.br."),
        ("systems.2.alternatives", "", None),
        ("systems.2.checked", "24/11/2026", "2026-11-24"),
        ("screens.0.title", "Quem fala", "Quem fala"),
        (f"{path_of('phone_1')}.label", "Celular", "Celular"),
        (f"{path_of('order_number')}.help", "Está no e-mail da compra.", None),
        (f"{path_of('problem')}.propose.10.text", 'Uma\nduas \\ """ linhas', None),
        (f"{path_of('system')}.notes.0.text", "Confira o NIS {nis}.", "Confira o NIS {nis}."),
        ("texts.cost.0.text", "Há custo.", "Há custo."),
        ("reasons.wait", "Vai ligar", ["Vai ligar"]),
        ("blocks.0.fields", "name\ndocument", ["name", "document"]),
        ("blocks.0.title", "Tela um", "Tela um"),
        ("closing.proof", "", None),
        ("closing.other_holder", "Mudou de nome", ["Mudou de nome"]),
    ],
)
def test_each_kind_of_value_holds_for_the_next_call(
    client: Client, suporte: User, path: str, typed: str, kept: Any
) -> None:
    before = Draft.start(suporte)
    page = change(client, {path: typed.replace("\n", "\r\n")})
    assert "O que muda" in page
    node: Any = current()
    for part in path.split("."):
        node = node[int(part)] if isinstance(node, list) else node.get(part)
    if kept is not None or not typed:
        assert (node.isoformat() if hasattr(node, "isoformat") else node) == kept
    else:
        assert node == typed
    after = Draft.start(suporte)
    assert after.procedure_version == ProcedureVersion.current(SLUG)
    assert Draft.objects.get(pk=before.pk).procedure_version == before.procedure_version
    assert before.procedure_version != after.procedure_version


def test_comments_and_what_was_not_touched_survive(client: Client) -> None:
    change(client, {"promise.hours": "12", system("eSocial") + ".source": "Manual"})
    old, new = SHIPPED.split("\n"), ProcedureVersion.current(SLUG).content.split("\n")
    assert len(old) == len(new)
    assert [line for line in new if line not in old] == [
        "hours = 12            # corridas, contadas do envio",
        'source = "Manual"',
    ]


def test_rows_come_and_go(client: Client) -> None:
    added = client.post(URL, {**form(client), "incluir": "systems"}).content.decode()
    content = hidden(added, "content")
    number = len(DOCUMENT["systems"])
    assert f'name="systems.{number}.name"' in added
    sent = {"content": content, "visto": hidden(added, "visto")}
    row = {"name": "SISOBRA", "demands": "Pede o CNO.", "source": "Manual"}
    sent |= {f"systems.{number}.{key}": text for key, text in row.items()}
    gone = client.post(URL, {**sent, "remover": system("Conectividade Social, com e-CNPJ")})
    content = hidden(gone.content.decode(), "content")
    page = client.post(f"{URL}conferir/", {"content": content, "visto": sent["visto"]})
    assert publish(client, page.content.decode()).status_code == 302
    names = [row["name"] for row in current()["systems"]]
    assert names[-1] == "SISOBRA"
    assert "Conectividade Social, com e-CNPJ" not in names
    assert len(names) == number
    comments = [line for line in SHIPPED.split("\n") if line.startswith("#")]
    now = ProcedureVersion.current(SLUG).content.split("\n")
    assert [line for line in now if line.startswith("#")] == comments


def test_what_was_typed_elsewhere_stays_when_a_row_comes(client: Client) -> None:
    sent = {**form(client), "team": "Retorno", "promise.hours": "muitas", "incluir": "blocks"}
    page = client.post(URL, sent).content.decode()
    assert 'value="Retorno"' in page
    assert 'value="muitas"' in page


@pytest.mark.parametrize(
    ("path", "typed", "said"),
    [
        ("title", "", "está vazio"),
        ("promise.hours", "um dia", "precisa ser um número inteiro"),
        ("promise.hours", "0", "use de 1 a 1440"),
        ("systems.0.checked", "ontem", "precisa ser uma data"),
        ("systems.0.name", "eSocial", "está repetido"),
        (f"{path_of('relation')}.choices", "", "obrigatório"),
        ("texts.say.1.text", "Seu protocolo é {protocol}.", "{protocol} e {due}"),
        ("texts.send.1.text", "{name}: {protocol}, {due}", "{name} não existe"),
        ("blocks.0.fields", "nome", "“nome” não existe"),
        ("reasons.cancel", "", "liste os motivos"),
    ],
)
def test_a_mistake_stands_beside_its_field_and_loses_nothing(
    client: Client, path: str, typed: str, said: str
) -> None:
    answer = review(client, {path: typed, "team": "Retorno <b>já</b>"})
    assert answer.status_code == 422
    page = html.unescape(answer.content.decode())
    beside = path.replace("systems.0.name", "systems.3.name")  # the second of that name
    problem = re.search(rf'id="p-{re.escape(beside)}">([^<]+)<', page)
    assert problem is not None
    assert said in page
    assert "Retorno <b>já</b>" in page
    assert not typed or typed in page
    assert not ProcedureVersion.published(SLUG).exists()


def test_a_renamed_answer_takes_its_conditions_along(client: Client) -> None:
    relation = f"{path_of('relation')}.choices"
    wanted = [("Contador" if c == "Contador" else c) for c in choices_of("relation")]
    wanted[wanted.index("Contador")] = "Escritório contábil"
    page = change(
        client,
        {
            system("eSocial") + ".name": "eSocial (novo)",
            relation: "\n".join([*wanted, "Vizinho"]),
            f"{path_of('property')}.exits": "Só tem uma",
            f"{path_of('phone_1')}.exits": "Sem telefone",
            "reasons.resolve": "\n".join(
                text.replace("emitido e conferido", "lido")
                for text in DOCUMENT["reasons"]["resolve"]
            ),
        },
    )
    content = ProcedureVersion.current(SLUG).content
    for old in ('"eSocial"', '"Contador"', 'Cliente só tem uma"', "emitido e conferido"):
        assert old not in content, old
    assert content.count('phone_1 = ["Sem telefone"]') == SHIPPED.count("phone_1 = [")
    procedure = read_as(SLUG, content)
    assert procedure.closing.proof == "Novo certificado lido"
    assert procedure.fact("property").proposal is not None
    assert "Solução › texto proposto" in html.unescape(page)


def choices_of(key: str) -> list[str]:
    return [
        choice
        for screen in DOCUMENT["screens"]
        for fact in screen["facts"]
        if fact["key"] == key
        for choice in fact["choices"]
    ]


def test_an_answer_that_a_condition_needs_cannot_go(client: Client) -> None:
    page = client.post(URL, {**form(client), "remover": system("eSocial")}).content.decode()
    sent = {name: hidden(page, name) for name in ("content", "visto")}
    answer = client.post(f"{URL}conferir/", sent)
    assert answer.status_code == 422
    said = html.unescape(answer.content.decode())
    assert "“eSocial” não existe" in said
    assert "Uma condição ainda usa essa resposta" in said


def test_a_register_keeps_its_name(client: Client) -> None:
    answer = review(client, {f"{path_of('wanted_kind')}.choices": "Matrícula CEI\nCNO\nCAEPF"})
    assert answer.status_code == 422
    assert "“Matrícula CEI” não é um cadastro" in html.unescape(answer.content.decode())


def test_an_emptied_case_goes_and_the_last_text_stays(client: Client) -> None:
    change(client, {"texts.documents.0.text": ""})
    assert len(current()["texts"]["documents"]) == len(DOCUMENT["texts"]["documents"]) - 1
    assert review(client, {"texts.cost.0.text": ""}).status_code == 422


def test_the_whole_text_may_be_written(client: Client) -> None:
    page = client.get(f"{URL}?modo=texto").content.decode()
    sent = {"modo": "texto", "visto": hidden(page, "visto")}
    wrong = client.post(f"{URL}conferir/", {**sent, "content": SHIPPED + "\nx ="})
    assert wrong.status_code == 422
    assert "não é TOML válido" in wrong.content.decode()
    assert "\nx =" in wrong.content.decode()
    other = SHIPPED.replace('slug = "cei-ausente"', 'slug = "outro"')
    slug = client.post(f"{URL}conferir/", {**sent, "content": other})
    assert "precisa ser “cei-ausente”" in slug.content.decode()
    right = client.post(f"{URL}conferir/", {**sent, "content": SHIPPED.replace("24  ", "36  ")})
    assert publish(client, right.content.decode()).status_code == 302
    assert current()["promise"]["hours"] == 36


def test_the_review_shows_the_procedure_at_work(client: Client) -> None:
    say = "Anote: {protocol}. O {team} liga {due}."
    page = html.unescape(review(client, {"texts.say.3.text": say}).content.decode())
    assert "Anote: 482 170 365-7. O Relacionamento liga até amanhã, terça, 24/11, às 14h30." in page
    assert "Seu certificado funciona normalmente; só foi emitido sem o número do CEI." in page
    assert "Não é possível incluir o número no certificado já emitido" in page
    assert "Este tipo de certificado não tem campo para o CEI" in page
    assert "Padaria Exemplo Ltda" in page
    assert not ProcedureVersion.published(SLUG).exists()
    assert not Draft.objects.exists()


def test_markup_stays_text(client: Client) -> None:
    evil = "<script>alert(1)</script>"
    page = change(client, {"team": evil, "screens.0.title": evil, "reasons.wait": evil})
    for text in (
        page,
        client.get(URL).content.decode(),
        client.get(f"{URL}versoes/").content.decode(),
    ):
        assert evil not in text
        assert html.escape(evil) in text


def test_of_two_who_publish_the_second_sees_what_she_would_undo(
    client: Client, supervisao: User
) -> None:
    page = review(client, {"title": "Segundo"}).content.decode()
    change(client, {"team": "Retorno"})
    answer = publish(client, page)
    assert answer.status_code == 409
    told = html.unescape(answer.content.decode())
    assert "Supervisão Exemplo publicou outra versão" in told
    assert '<del><span class="quiet">era </span>Retorno</del>' in told
    assert current()["team"] == "Retorno"
    assert publish(client, answer.content.decode()).status_code == 302
    assert (current()["title"], current()["team"]) == ("Segundo", "Relacionamento")
    with pytest.raises(PublishedMeanwhile):
        ProcedureVersion.publish(SLUG, SHIPPED, supervisao, seen="outra")


def test_the_history_and_the_way_back(client: Client) -> None:
    change(client, {"team": "Retorno"})
    first = ProcedureVersion.current(SLUG)
    change(client, {"team": "Outra"})
    page = html.unescape(client.get(f"{URL}versoes/").content.decode())
    assert "Supervisão Exemplo" in page
    assert "vale agora" in page
    assert "Retorno" in page
    back = client.get(f"{URL}conferir/?versao={first.pk}")
    assert publish(client, back.content.decode()).status_code == 302
    assert current()["team"] == "Retorno"
    assert ProcedureVersion.current(SLUG).pk > first.pk
    assert ProcedureVersion.published(SLUG).count() == 3
    for wrong in ("9999", "x", "", "٣"):
        assert client.get(f"{URL}conferir/?versao={wrong}").status_code == 404


def test_what_is_published_holds_until_the_file_is_returned_to(
    client: Client, tmp_path: Path, settings: Any
) -> None:
    change(client, {"team": "Retorno"})
    settings.PROCEDURES_FOLDER = str(tmp_path)
    file = tmp_path / f"{SLUG}.toml"
    file.write_text(SHIPPED.replace('team = "Relacionamento"', 'team = "Pasta"'), "utf-8")
    assert current()["team"] == "Retorno"
    assert "é diferente do que foi publicado" in client.get(f"{URL}versoes/").content.decode()
    page = client.get(f"{URL}conferir/?versao=arquivo").content.decode()
    sent = {name: hidden(page, name) for name in ("content", "visto", "modo", "arquivo")}
    assert client.post(f"{URL}publicar/", sent).status_code == 302
    assert current()["team"] == "Pasta"
    file.write_text(SHIPPED.replace('team = "Relacionamento"', 'team = "Pasta nova"'), "utf-8")
    assert current()["team"] == "Pasta nova"
    file.write_text("slug = ", "utf-8")
    assert client.get(URL).status_code == 404
    assert client.get("/ajustes/").status_code == 200


def test_a_broken_file_does_not_touch_what_is_published(
    client: Client, tmp_path: Path, settings: Any
) -> None:
    change(client, {"team": "Retorno"})
    settings.PROCEDURES_FOLDER = str(tmp_path)
    (tmp_path / f"{SLUG}.toml").write_text("slug = ", "utf-8")
    assert current()["team"] == "Retorno"
    assert "não pode ser usado" in client.get(f"{URL}versoes/").content.decode()
    assert client.get(f"{URL}conferir/?versao=arquivo").status_code == 404


def test_an_unknown_procedure_is_not_found(client: Client) -> None:
    for page in ("", "conferir/", "versoes/"):
        assert client.get(f"/ajustes/outro/{page}").status_code == 404


@pytest.mark.parametrize(
    "content", ["", "slug = ", "screens = 3", "[[screens]]\nfacts = [1]", "a=["]
)
@pytest.mark.parametrize("mode", ["texto", "formulario"])
def test_whatever_is_sent_is_answered(client: Client, content: str, mode: str) -> None:
    sent = {
        "content": content,
        "modo": mode,
        "visto": "x",
        "systems.0.name": "y",
        "remover": "a.b.9",
    }
    for page in ("", "conferir/", "publicar/"):
        assert client.post(f"{URL}{page}", sent).status_code in (200, 422)
    assert ProcedureVersion.current(SLUG).content == SHIPPED


PATHS = [e.path for section in Sheet(SHIPPED, "x").sections for e in section.entries]
EDITS = st.dictionaries(
    st.sampled_from(PATHS),
    st.one_of(
        st.text(max_size=40), st.sampled_from(['"""', "\\", "{due}", "a\nb", "\x7f", "{", "'''"])
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS)
def test_any_edit_is_published_readable_or_refused(client: Client, edits: dict[str, str]) -> None:
    before = ProcedureVersion.current(SLUG)
    answer = review(client, edits)
    if answer.status_code == 200:
        publish(client, answer.content.decode())
    else:
        assert answer.status_code == 422
        assert ProcedureVersion.current(SLUG) == before
    read_as(SLUG, ProcedureVersion.current(SLUG).content)


@settings(max_examples=200)
@given(text=st.text(max_size=60))
def test_any_text_is_read_back_as_it_was_typed(text: str) -> None:
    path = f"{path_of('solution')}.propose.0.text"
    sheet = Sheet(SHIPPED, "x")
    try:
        typed = text.encode("utf-8", "replace").decode()
        sheet.write({path: typed})
    except ProcedureError:
        pytest.fail("refused")
    written = tomllib.loads(sheet.content)
    n, m = (int(part) for part in path.split(".")[1:4:2])
    proposals = written["screens"][n]["facts"][m]["propose"]
    lines = typed.replace("\r\n", "\n").replace("\r", "\n").strip()
    if lines:
        assert proposals[0]["text"].strip() == lines
    else:
        assert proposals[0]["text"] != SHIPPED


@pytest.mark.parametrize("team", ["E" * 121, "Equipe \\u0000"])
def test_a_team_that_no_ticket_could_have_is_refused(team: str) -> None:
    content = ProcedureVersion.current(SLUG).content
    with pytest.raises(ProcedureError) as refused:
        read_as(SLUG, content.replace('team = "Relacionamento"', f'team = "{team}"'))
    assert refused.value.key == "team"


@pytest.mark.parametrize("reason", ["m" * 201, "motivo \\u0000"])
def test_a_reason_that_no_call_could_end_with_is_refused(reason: str) -> None:
    content = ProcedureVersion.current(SLUG).content
    with pytest.raises(ProcedureError) as refused:
        read_as(SLUG, re.sub(r"(?m)^end = \[", lambda _: f'end = ["{reason}", ', content))
    assert refused.value.key == "reasons.end"


@pytest.mark.parametrize("is_published", [False, True])
def test_what_holds_is_one_question(
    supervisao: User, django_assert_num_queries: Any, *, is_published: bool
) -> None:
    current = ProcedureVersion.current(SLUG)
    if is_published:
        text = f"{SHIPPED}# outro\n"
        current = ProcedureVersion.publish(SLUG, text, supervisao, seen=current.digest)
    with django_assert_num_queries(1):
        assert ProcedureVersion.current(SLUG) == current
