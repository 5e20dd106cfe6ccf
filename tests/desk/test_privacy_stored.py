"""What may not be kept is nowhere in the database, and what is kept goes when its time is over."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from pytest_django.fixtures import Settings

from certificates import profiles
from certificates.certificate import Certificate
from guiche import sources
from guiche.desk import clock, retention
from guiche.desk.demo.accounts import PASSWORD
from guiche.desk.intake.facts import mask_email, mask_phone
from guiche.desk.models import Draft, Inspection, Ticket, User
from guiche.icpbrasil import inspect_fields
from guiche.icpbrasil.masks import mask_document, mask_name
from guiche.sources import Source
from stored import assert_nowhere, everything_stored

pytestmark = pytest.mark.django_db

PERSON = profiles.Person(
    "ANA EXEMPLO DA SILVA", "11144477735", birth="27081969", nis="17033311522",
    rg="00000QX78W914Z3", tail="SSPRJ",
)  # fmt: skip
TITULO = "102385010671"
SECRETS = ["27081969", "1969-08-27", "27/08/1969", "QX78W914Z3", "SSPRJ", TITULO]

Store = Callable[[Certificate], Inspection]


@pytest.mark.parametrize(
    "certificate",
    [
        profiles.e_cpf(person=PERSON),
        profiles.e_cnpj(person=PERSON),
        # The block of the person where the CEI should be.
        profiles.e_cpf(PERSON.block, person=PERSON),
        # A birth date that cannot be read is quoted by its finding.
        profiles.e_cpf(person=profiles.Person("ANA EXEMPLO", "11144477735", birth="31131969")),
    ],
)
def test_rg_birth_date_and_titulo_are_not_stored(
    open_ticket: Callable[..., Ticket], certificate: Certificate
) -> None:
    open_ticket(certificate)
    assert_nowhere([*SECRETS, "31131969", "31/13/1969"])


def test_pasted_blocks_are_not_stored(suporte: User) -> None:
    for oid in ("2.16.76.1.3.1", None):
        text = f"{oid or ''}{'=' if oid else ''}{PERSON.block.encode().hex(' ')}"
        found = sources.read_text(text, "colado").found[0]
        row = Inspection.store(found.inspect(), der=None, by=suporte, source=found.source)
        assert row.sealed_der is None
    assert_nowhere(SECRETS)


def test_what_is_needed_is_stored(store: Store) -> None:
    contract = store(profiles.e_cpf(person=PERSON)).contract
    assert contract["holder"]["cpf"] == "11144477735"
    assert contract["holder"]["nis"] == "17033311522"
    assert contract["enrolment"]["evidence"][0]["text"] == profiles.CEI
    assert contract["issuer"]["name"]
    assert contract["validity"]["not_after"]
    kept = {field["oid"]: field["text"] for field in contract["fields"]}
    assert kept["2.16.76.1.3.6"] == profiles.CEI
    assert kept["2.16.76.1.3.1"] is None
    assert kept["2.16.76.1.3.5"] is None


def test_the_certificate_rests_enciphered(store: Store) -> None:
    certificate = profiles.e_cpf(person=PERSON)
    row = Inspection.objects.get(pk=store(certificate).pk)
    assert row.der == certificate.der()
    assert row.sealed_der
    assert certificate.der()[:40] not in bytes(row.sealed_der)


def test_a_lost_key_loses_the_certificate_and_nothing_else(
    store: Store, settings: Settings
) -> None:
    row = store(profiles.e_cpf())
    settings.DATA_KEY = "another key, as long as a key should be"
    assert row.der is None
    assert row.headline.startswith("Tem CEI")


def test_a_former_key_still_opens(store: Store, settings: Settings) -> None:
    row = store(profiles.e_cpf())
    settings.DATA_KEY_FALLBACKS = [settings.DATA_KEY]
    settings.DATA_KEY = "another key, as long as a key should be"
    assert row.der == profiles.e_cpf().der()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Ana senha 123456.PFX", "*.pfx"),
        ("clientes.zip/ana 11144477735.cer", "*.cer"),
        ("sem extensão", ""),
        ("ana.senha123", ""),
    ],
)
def test_of_a_file_name_the_extension_is_kept(suporte: User, name: str, kept: str) -> None:
    row = Inspection.store(
        inspect_fields([]), der=None, by=suporte, source=Source(name, "pkcs12", 0)
    )
    assert row.contract["source"] == {"name": kept, "kind": "pkcs12", "index": 0}


def test_hostile_text_in_a_certificate_can_be_stored(store: Store) -> None:
    row = store(profiles.e_cnpj(profiles.ZEROS, cn="ANA\x00 EXEMPLO:11222333000181"))
    assert Inspection.objects.get(pk=row.pk).contract["holder"]["name"] == "ANA EXEMPLO"


def test_after_ninety_days_the_certificate_is_gone_and_the_verdict_stays(
    stopped_clock: object, open_ticket: Callable[..., Ticket]
) -> None:
    reading = open_ticket(profiles.e_cpf()).inspection
    assert reading
    retention.sweep(clock.now() + timedelta(days=89))
    reading.refresh_from_db()
    assert reading.der
    assert retention.sweep(clock.now() + timedelta(days=90))["certificates"] == 1
    reading = Inspection.objects.get(pk=reading.pk)
    assert reading.der is None
    assert reading.der_expires_at is None
    assert reading.headline == "Tem CEI: 11.583.00249/85."


def test_drafts_and_readings_without_a_ticket_go_after_a_week(
    stopped_clock: object, fill: Callable[..., Draft], store: Store, suporte: User
) -> None:
    ticket = fill().submit(suporte)
    fill()
    store(profiles.e_cpf())
    assert not any(retention.sweep(clock.now() + timedelta(days=6)).values())
    done = retention.sweep(clock.now() + timedelta(days=7))
    assert (done["drafts"], done["readings"]) == (2, 2)
    assert list(Inspection.objects.all()) == [ticket.inspection]
    assert Ticket.submitted_from(ticket.submission_key) == ticket


def test_a_draft_that_is_worked_on_stays(stopped_clock: object, fill: Callable[..., Draft]) -> None:
    draft = fill()
    with clock.stopped_at(clock.now() + timedelta(days=5)):
        draft.type_in({"name": "Padaria"})
    assert retention.sweep(clock.now() + timedelta(days=8))["drafts"] == 0


def test_logins_that_ran_out_go() -> None:
    Session.objects.create(session_key="x", session_data="", expire_date=clock.now())
    assert retention.sweep(clock.now())["logins"] == 1


def test_what_is_deleted_is_counted_in_the_log(
    stopped_clock: object, fill: Callable[..., Draft], caplog: pytest.LogCaptureFixture
) -> None:
    fill()
    with caplog.at_level("INFO"):
        retention.sweep(clock.now() + timedelta(days=7))
    (line,) = [each for each in caplog.messages if each.startswith("retention: ")]
    assert line == "retention: 1 drafts, 1 readings"
    assert "PADARIA" not in caplog.text


def test_a_step_that_fails_keeps_none_of_the_others(
    tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_FILE_PATH = tmp_path
    (tmp_path / "none-of-ours.log").mkdir()  # what cannot be deleted like a file
    Session.objects.create(session_key="x", session_data="", expire_date=clock.now())
    done = retention.sweep(clock.now() + timedelta(days=91))
    assert done.keys() == retention.STEPS.keys() - {"e-mail files"}
    assert done["logins"] == 1
    assert "e-mail files failed" in caplog.text
    assert "none-of-ours.log" in caplog.text


def test_masks() -> None:
    assert mask_document("11144477735") == "***.444.777-**"
    assert mask_document("11222333000181") == "11.222.333/0001-81"
    assert mask_name("ANA EXEMPLO DA SILVA e Souza") == "ANA E. S. S."
    assert mask_name("") == ""
    assert mask_phone("+5511987654321") == "(11) *****-4321"
    assert mask_phone("+551133334444") == "(11) ****-4444"
    assert mask_email("ana@exemplo.com.br") == "a***@exemplo.com.br"


def test_no_password_is_stored_in_clear() -> None:
    User.objects.create_user("ana", PASSWORD)
    assert not any(value == PASSWORD for value in everything_stored())
