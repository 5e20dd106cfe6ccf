"""What a first start shows is true: the samples give every kind of answer, the tickets hold."""

from pathlib import Path

import pytest

from guiche import sources
from guiche.desk import clock
from guiche.desk.demo.accounts import ACCOUNTS, PASSWORD
from guiche.desk.demo.certificates import PASTED, SAMPLES, SIGNED, write_samples
from guiche.desk.demo.tickets import make_demo
from guiche.desk.models import Ticket, User

EXPECTED = {
    "e-cnpj-sem-cei.cer": ("blank", "zeros"),
    "e-cnpj-novo-com-cei.cer": ("present", "ok"),
    "e-cpf-com-cei.cer": ("present", "ok"),
    "e-cpf-caepf-no-lugar-do-cei.cer": ("doubtful", "caepf_without_check_digits"),
    "e-cnpj-vencido.cer": ("blank", "zeros"),
    "selo-eletronico.cer": ("not_applicable", "profile_without_field"),
    "pessoa-fisica-sem-o-campo.cer": ("absent", "optional_in_profile"),
    PASTED: ("blank", "zeros"),
    SIGNED: ("blank", "zeros"),
}


@pytest.fixture
def samples(tmp_path: Path, stopped_clock: object) -> Path:
    write_samples(tmp_path / "exemplos", clock.now())
    return tmp_path / "exemplos"


def test_each_sample_gives_its_answer(samples: Path) -> None:
    verdicts = {}
    for path in samples.iterdir():
        (found,) = sources.read(path.read_bytes(), path.name).found
        reading = found.inspect(at=clock.now())
        verdicts[path.name] = (reading.enrolment.status.value, reading.enrolment.reason.value)
        expired = [finding.code for finding in reading.findings if finding.code == "expired"]
        assert bool(expired) == ("vencido" in path.name)
    assert verdicts == EXPECTED
    assert len(SAMPLES) == len(EXPECTED) - 2


def test_the_tickets_are_of_every_kind_and_their_histories_hold(samples: Path, db: None) -> None:
    make_demo(samples)
    now = clock.now()
    assert [ticket.promise.state(now).value for ticket in Ticket.queue(now)] == [
        "vencido",
        "perto do fim",
        "no prazo",
    ]
    assert Ticket.returned().count() == Ticket.closed().count() == 1
    for ticket in Ticket.objects.all():
        ticket.verify_chain()


def test_the_first_call_of_the_readme_has_no_ticket_yet(samples: Path, db: None) -> None:
    make_demo(samples)
    assert not any("PADARIA" in ticket.customer for ticket in Ticket.objects.all())


def test_each_role_has_an_account(samples: Path, db: None) -> None:
    make_demo(samples)
    for username, _, role in ACCOUNTS:
        user = User.objects.get(username=username)
        assert user.role == role
        assert user.check_password(PASSWORD)
