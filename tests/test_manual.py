"""The documents hold: links lead somewhere, examples show what they say, no code is left out."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509 import load_der_x509_certificate

import documents
from certificates.signing import NOW
from guiche import trust
from guiche.desk.connectors import file as connections_file
from guiche.desk.connectors.qualitor.settings import QualitorSettings
from guiche.desk.demo.certificates import write_samples
from guiche.desk.doubles.qualitor import settings_at
from guiche.desk.intake.facts import TYPES
from guiche.desk.procedures import names, shelf
from guiche.desk.procedures.procedure import END
from guiche.desk.procedures.system import ACCEPTED
from guiche.desk.tickets.moves import MOVES
from guiche.icpbrasil import Profile, Reason, Status, inspect
from guiche.icpbrasil.findings import CODES
from guiche.sources import Source, SourceError
from guiche.trust import request
from guiche.trust.revocation.standing import WHYS
from trust.hierarchy import anchors, usual
from trust.lists import crl

DOCS = documents.ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
COMMAND_LINE = (DOCS / "manual" / "linha-de-comando.md").read_text("utf-8")
ADMINISTRATION = (DOCS / "manual" / "administracao.md").read_text("utf-8")
EXAMPLES = [
    pytest.param(command, output, id=f"{page.stem}: {command}")
    for page in PAGES
    for command, output in documents.console_examples(page.read_text("utf-8"))
]
PASSWORD = "senha de exemplo"
DOUBLE = "senha-de-exemplo"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `make run` leaves it, and the files that a customer sent."""
    folder = tmp_path_factory.mktemp("projeto")
    samples = folder / "data" / "exemplos"
    write_samples(samples, datetime.now(UTC))
    certificate = load_der_x509_certificate((samples / "e-cpf-com-cei.cer").read_bytes())
    container = pkcs12.serialize_key_and_certificates(
        None, None, certificate, None, BestAvailableEncryption(PASSWORD.encode())
    )
    (folder / "cliente.pfx").write_bytes(container)
    (folder / "senha.txt").write_text(f"{PASSWORD}\n", "utf-8")
    return folder


@pytest.mark.parametrize(("command", "output"), EXAMPLES)
def test_an_example_shows_what_it_says(command: str, output: str, folder: Path) -> None:
    shown = documents.shown_by(command, folder)
    assert documents.agrees(output, shown), shown


def test_the_examples_were_found() -> None:
    assert len(EXAMPLES) >= 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    for target in documents.links(page.read_text("utf-8")):
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        assert file.is_relative_to(documents.ROOT), target
        assert not anchor or anchor in documents.anchors(file.read_text("utf-8")), target


def test_every_picture_is_shown() -> None:
    shown = {Path(link).name for page in PAGES for link in documents.links(page.read_text("utf-8"))}
    assert {picture.name for picture in (DOCS / "manual" / "img").iterdir()} <= shown


def test_every_page_of_the_manual_is_in_its_index() -> None:
    index = documents.links((DOCS / "manual" / "README.md").read_text("utf-8"))
    pages = {page.name for page in (DOCS / "manual").glob("*.md")} - {"README.md"}
    assert pages <= set(index)


def source_errors(kind: type[SourceError] = SourceError) -> Iterator[str]:
    """The codes of the tree of errors."""
    if "code" in vars(kind):
        yield kind.code
    for below in kind.__subclasses__():
        yield from source_errors(below)


def keys_of(value: Any) -> Iterator[str]:
    """All keys in a structure of JSON."""
    if isinstance(value, dict):
        yield from value
    for below in value.values() if isinstance(value, dict) else value:
        if isinstance(below, dict | list):
            yield from keys_of(below)


def unnamed(codes: Iterable[str], page: str) -> set[str]:
    """The codes that a page does not name."""
    return {code for code in codes if f"`{code}`" not in page}


def under(heading: str) -> str:
    """The section of the page of the command line below a heading that ends like that."""
    _, _, after = COMMAND_LINE.partition(f"{heading}\n")
    return re.split("^#", after, maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize(
    ("heading", "codes"),
    [
        ("`enrolment.status`", {*Status}),
        ("`enrolment.reason`", {*Reason}),
        ("`nis.status`", {*Status}),
        ("`findings[].code`", CODES),
        ("`error.code`", {*source_errors()}),
        ("`trust.status`", {*trust.Status}),
        ("`trust.findings[].code`", trust.CODES),
        ("`trust.revocation[].why`", {*WHYS, *get_args(request.Code)}),
    ],
)
def test_the_command_line_page_names_every_code(heading: str, codes: set[str]) -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", under(heading), re.MULTILINE)) == codes


def test_the_command_line_page_names_every_kind_of_certificate() -> None:
    assert not unnamed(Profile, under("Formatos, tipos e validade"))


def test_the_command_line_page_names_every_key(folder: Path) -> None:
    sample = (folder / "data" / "exemplos" / "e-cnpj-vencido.cer").read_bytes()
    reading = inspect(sample, at=datetime.now(UTC)).to_dict(Source("cliente.cer", "der", 0))
    assert not unnamed(set(keys_of(reading)), under("Chaves"))


def test_the_command_line_page_names_every_key_of_the_path() -> None:
    leaf = usual().issuing.leaf()
    lists = trust.Revocation([crl(usual().issuing)])
    checked = trust.check(leaf, anchors(), at=NOW, revocation=lists)
    assert checked.revocation
    assert checked.findings
    assert not unnamed(set(keys_of(checked.to_dict())), under("Chaves").replace("trust.", ""))


def keys_of_tables(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Each key of a procedure, with the path of the table that it stands in; conditions apart."""
    for key, below in value.items():
        yield path, key
        for table in below if isinstance(below, list) else [below]:
            if isinstance(table, dict) and key != "when":
                yield from keys_of_tables(table, f"{path}.{key}".strip("."))


def test_the_administration_page_names_all_that_a_procedure_may_say() -> None:
    procedure = tomllib.loads((shelf.SHIPPED / "cei-ausente.toml").read_text("utf-8"))
    qualified = ("promise", "texts", "closing", "several")
    keys = {
        f"{path}.{key}" if path in qualified else key for path, key in keys_of_tables(procedure)
    }
    tables = {"screens", "facts", "systems", "blocks", *qualified, "customer", "reasons"}
    reasons = {rule.name for rule in MOVES.values() if rule.needs_reason} | {END}
    filled = {f"{{{name}}}" for name in (*names.READING, *names.TICKET, *names.BATCH)}
    for said in (keys - tables, reasons, filled, set(TYPES), set(ACCEPTED)):
        assert not unnamed(said, ADMINISTRATION)
    for values in (names.CERTIFICATE, [*names.CONDITIONS], names.CONDITIONS["nis"]):
        assert not unnamed(values, ADMINISTRATION)
    assert not unnamed([names.UNREAD, names.SAME, names.OTHER], ADMINISTRATION)


def test_the_examples_of_the_administration_page_are_toml() -> None:
    examples = documents.blocks(ADMINISTRATION, "toml")
    assert len(examples) >= 5
    for example in examples:
        tomllib.loads(example)


def test_the_file_of_connections_in_the_manual_is_that_of_the_double(tmp_path: Path) -> None:
    page = (DOCS / "manual" / "integracoes.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    path = tmp_path / "connections.toml"
    path.write_text(example, "utf-8")
    (declared,) = connections_file.read(path, {"GUICHE_CONNECTION_QUALITOR_PASSWORD": DOUBLE})
    typed = QualitorSettings.read(declared.wanted.settings)
    assert typed == QualitorSettings.read(settings_at("http://127.0.0.1:8020"))
