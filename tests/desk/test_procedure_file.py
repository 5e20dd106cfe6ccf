"""A procedure file: what is in it is used, and a mistake is told with file, key and remedy."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.checks import run_checks
from pytest_django.fixtures import Settings

from guiche.desk.models import Draft, ProcedureVersion, User
from guiche.desk.procedures import shelf
from guiche.desk.procedures.procedure import Procedure
from guiche.desk.procedures.table import ProcedureError

MINIMAL = """
slug = "troca-de-senha"
title = "Troca de senha"
team = "Acessos"

[promise]
hours = 4

[customer]
document = "who"
name = "called"
email = "mail"
phones = ["phone"]

[[screens]]
title = "Tudo"

[[screens.facts]]
key = "who"
label = "CPF"
type = "document"

[[screens.facts]]
key = "called"
label = "Nome"
type = "name"

[[screens.facts]]
key = "system"
label = "Sistema"
type = "choice"
choices = ["Portal", "Aplicativo"]

[[screens.facts]]
key = "note"
label = "Descrição"
type = "text"

[[screens.facts.propose]]
when = { system = ["Aplicativo"] }
text = "{called} não entra no aplicativo do celular."

[[screens.facts.propose]]
text = "{called} não entra no portal."

[[screens.facts]]
key = "phone"
label = "Telefone"
type = "phone"

[[screens.facts]]
key = "mail"
label = "E-mail"
type = "email"

[[texts.say]]
text = "Protocolo {protocol}, {due}."

[[texts.send]]
text = "Protocolo {protocol}, {due}, equipe {team}."

[reasons]
wait = ["Cliente vai ligar"]
resolve = ["Senha trocada"]
return = ["Falta o CPF"]
cancel = ["Por engano"]
reopen = ["Ligou de novo"]
"""

Site = Callable[..., Path]


@pytest.fixture
def in_folder(tmp_path: Path, settings: Settings) -> Site:
    """The folder of the site, with one file in it."""

    def write(content: str, name: str = "troca-de-senha.toml") -> Path:
        (tmp_path / name).write_text(content, "utf-8")
        settings.PROCEDURES_FOLDER = str(tmp_path)
        return tmp_path / name

    return write


def changed(old: str, new: str) -> str:
    assert MINIMAL.count(old) >= 1, old
    return MINIMAL.replace(old, new, 1)


def test_the_link_stands_where_the_procedure_says(
    in_folder: Site, suporte: User, stopped_clock: object
) -> None:
    in_folder(changed("equipe {team}.", "equipe {team}. Veja {link} a qualquer hora."))
    draft = Draft.start(suporte, "troca-de-senha")
    draft.type_in({"called": "Ana Exemplo", "system": "aplicativo"})
    draft.type_in({"who": "111.444.777-35", "phone": "11987654321", "mail": "ana@exemplo.com.br"})
    ticket = draft.submit(suporte)
    assert ticket.send.endswith(f" Veja {ticket.link} a qualquer hora.")
    assert ticket.send.count(ticket.link) == 1


def test_another_procedure_needs_no_code(
    in_folder: Site, suporte: User, stopped_clock: object
) -> None:
    in_folder(MINIMAL)
    draft = Draft.start(suporte, "troca-de-senha")
    draft.type_in({"called": "Ana Exemplo", "system": "aplicativo"})
    assert draft.values()["note"] == "Ana Exemplo não entra no aplicativo do celular."
    draft.type_in({"who": "111.444.777-35", "phone": "11987654321", "mail": "ana@exemplo.com.br"})
    ticket = draft.submit(suporte)
    assert (ticket.team, ticket.customer_masked) == ("Acessos", "Ana E.")
    assert ticket.promise.due_at - ticket.opened_at <= draft.procedure.promise.term
    assert ticket.promise.written in ticket.send


@pytest.mark.parametrize(
    ("content", "key", "remedy"),
    [
        ("slug = ", "", "não é TOML válido"),
        (changed('title = "Troca de senha"', ""), "title", "falta; escreva um texto."),
        (changed('"Acessos"', "7"), "team", "precisa ser um texto."),
        (changed('"Acessos"', '" "'), "team", "está vazio"),
        (changed("troca-de-senha", "Troca de senha"), "slug", "letras minúsculas"),
        (changed("hours = 4", "hours = 0"), "promise.hours", "use de 1 a 1440"),
        (changed("hours = 4", "hours = true"), "promise.hours", "precisa ser um número inteiro"),
        (changed("hours = 4", "hours = 4\nhous = 2"), "promise.hous", "confira a grafia"),
        (changed("hours = 4", 'hours = 4\nbusiness_hours = "sim"'), "promise.business_hours",
         "precisa ser true ou false"),
        (changed("hours = 4", 'hours = 4\npauses = ["Férias"]'), "promise.pauses",
         "“Férias” não existe"),
        (changed('type = "document"', 'type = "doc"'), "screens[1].facts[1].type", "document"),
        (changed('key = "called"', 'key = "who"'), "screens[1].facts[2].key", "já existe"),
        (changed('key = "called"', 'key = "Nome"'), "screens[1].facts[2].key", "minúsculas"),
        (changed('key = "called"', 'key = "visto"'), "screens[1].facts[2].key", "já existe"),
        (changed('key = "called"', 'key = "a__b"'), "screens[1].facts[2].key", "minúsculas"),
        (
            changed('system = ["Aplicativo"]', "system = []"),
            "screens[1].facts[4].propose[1].when.system",
            "nunca se cumpriria",
        ),
        (changed("hours = 4", f"hours = {'1' * 5000}"), "", "não é TOML válido"),
        (changed('key = "called"', 'key = "due"'), "screens[1].facts[2].key", "já existe"),
        (changed('choices = ["Portal", "Aplicativo"]', ""), "screens[1].facts[3].choices", ""),
        (changed('"Portal", "', '"Aplicativo", "'), "screens[1].facts[3].choices", "repetido"),
        (changed('type = "text"', 'type = "text"\nx = 1'), "screens[1].facts[4].x", "grafia"),
        (
            changed('type = "phone"', 'type = "phone"\ndiffers_from = "who"'),
            "screens[1].facts[5].differs_from",
            "dado anterior",
        ),
        (
            changed('type = "phone"', 'type = "phone"\ncertificate = "rg"'),
            "screens[1].facts[5].certificate",
            "“rg” não existe; use card_type, device, document",
        ),
        (
            changed('type = "phone"', 'type = "confirmation"'),
            "screens[1].facts[5].confirms",
            "obrigatório",
        ),
        (
            changed("{called} não entra no portal", "{nome} não entra"),
            "screens[1].facts[4].propose[2].text",
            "{nome} não existe; use um destes: called",
        ),
        (
            changed("{called} não entra no portal", "{note} não entra"),
            "screens[1].facts[4].propose[2].text",
            "{note} não existe",
        ),
        (
            changed("{called} não entra no portal", "{called não entra"),
            "screens[1].facts[4].propose[2].text",
            "chave { ou } sozinha",
        ),
        (
            changed('system = ["Aplicativo"]', 'sistema = ["Aplicativo"]'),
            "screens[1].facts[4].propose[1].when.sistema",
            "não é uma condição",
        ),
        (
            changed('system = ["Aplicativo"]', 'status = ["sem"]'),
            "screens[1].facts[4].propose[1].when.status",
            "“sem” não existe; use absent, blank",
        ),
        (
            changed('when = { system = ["Aplicativo"] }\n', ""),
            "screens[1].facts[4].propose",
            "só o último texto",
        ),
        (
            changed('when = { system = ["Aplicativo"] }', "when = {}"),
            "screens[1].facts[4].propose[1].when",
            "está vazia",
        ),
        (changed('document = "who"', 'document = "phone"'), "customer.document", "use who"),
        (changed('phones = ["phone"]', ""), "customer.phones", "pelo menos um telefone"),
        (changed("{protocol}, {due}.", "{protocol}."), "texts.say", "{protocol} e {due}"),
        (f"{MINIMAL}\n[[texts.batch]]\ntext = 'Até logo.'", "texts.batch", "{numbers} e {due}"),
        (f"{MINIMAL}\n[several]\npreselect = ['blnk']", "several.preselect", "“blnk” não existe"),
        (changed('phones = ["phone"]', 'phones = ["phone"]\nsolution = "mail"'),
         "customer.solution", "use note"),
        (changed('phones = ["phone"]', 'phones = ["phone"]\nwanted = ["cei"]'),
         "customer.wanted", "“cei” não existe"),
        (f"{MINIMAL}\n[several]\nselect = ['blank']", "several.select", "grafia"),
        (changed("{due}, equipe {team}", "{due}, {called}"), "texts.send[1].text", "{called} não"),
        (changed('return = ["Falta o CPF"]', ""), "reasons.return", "motivos de “Devolver ao"),
        (changed("return =", 'retrun = ["x"]\nreturn ='), "reasons.retrun", "grafia"),
        (changed("[reasons]", "[reason]"), "reasons.wait", "liste os motivos"),
        (changed("[[screens]]", "[[screen]]"), "screens", ""),
    ],
    ids=lambda value: "",
)  # fmt: skip
def test_a_mistake_names_file_key_and_remedy(
    in_folder: Site, content: str, key: str, remedy: str
) -> None:
    path = in_folder(content)
    with pytest.raises(ProcedureError) as error:
        shelf.read(path)
    assert str(error.value).startswith(f"{path}: {key}")
    assert error.value.key == key or not remedy
    assert remedy in error.value.remedy


def test_the_file_is_named_for_the_slug(in_folder: Site) -> None:
    with pytest.raises(ProcedureError, match="nome do arquivo"):
        shelf.read(in_folder(MINIMAL, "outro.toml"))


def test_a_file_that_is_no_text_and_a_folder_that_is_not_there(
    in_folder: Site, settings: Settings
) -> None:
    path = in_folder("")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ProcedureError, match="não consegui ler"):
        shelf.read(path)
    settings.PROCEDURES_FOLDER = str(path)
    with pytest.raises(ProcedureError, match="não existe; crie-a"):
        shelf.files()


def test_an_unknown_procedure_names_those_there_are() -> None:
    with pytest.raises(ProcedureError, match="use cadeia-ausente, cei-ausente"):
        shelf.find("cei")


def test_the_check_tells_a_mistake_before_the_desk_starts(in_folder: Site) -> None:
    in_folder(changed("hours = 4", "hours = 0"))
    errors = [error for error in run_checks(tags=["desk"]) if error.id == "desk.E010"]
    assert len(errors) == 1
    assert "troca-de-senha.toml: promise.hours: 0 está fora" in errors[0].msg


def test_the_sites_file_stands_in_for_the_shipped_one(
    in_folder: Site, db: None, suporte: User
) -> None:
    before = Draft.start(suporte)
    shipped = (shelf.SHIPPED / "cei-ausente.toml").read_text("utf-8")
    in_folder(shipped.replace('team = "Relacionamento"', 'team = "Retorno"'), "cei-ausente.toml")
    after = Draft.start(suporte)
    assert after.procedure.team == "Retorno"
    assert Draft.objects.get(pk=before.pk).procedure.team == "Relacionamento"


def test_the_same_text_is_one_version(db: None) -> None:
    assert ProcedureVersion.current("cei-ausente") == ProcedureVersion.current("cei-ausente")
    assert ProcedureVersion.objects.count() == 1


def test_a_version_never_changes_under_a_call(db: None) -> None:
    version = ProcedureVersion.current("cei-ausente")
    assert version.procedure is ProcedureVersion.objects.get(pk=version.pk).procedure
    assert isinstance(version.procedure, Procedure)
