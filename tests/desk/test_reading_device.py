"""The token or card that a certificate came from, as a fact of the ticket."""

import pytest

from certificates import e_cpf
from guiche.desk import clock
from guiche.desk.intake.reading import Inspection
from guiche.desk.people.user import User
from guiche.icpbrasil import inspect
from guiche.sources import Source
from guiche.sources.found import Device

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
TOKEN = Device("TOKEN DA ANA", "SafeNet, Inc.", "eToken", "02a1b3c4")
SOURCE = Source("TOKEN DA ANA", "pkcs11", 0)


def stored(by: User, device: Device | None, source: Source | None = SOURCE) -> Inspection:
    der = e_cpf().der()
    reading = inspect(der, at=clock.now())
    row = Inspection.store(reading, der=der, by=by, source=source, device=device)
    row.refresh_from_db()
    return row


def test_a_device_fills_what_a_procedure_asks_of_it(suporte: User) -> None:
    row = stored(suporte, TOKEN)
    assert row.data["device"] == "TOKEN DA ANA, eToken (SafeNet, Inc.), série 02a1b3c4"
    # Of the source itself no name is kept, for people write what they like into those of files.
    assert row.contract["source"] == {
        "name": "",
        "kind": "pkcs11",
        "index": 0,
        "device": TOKEN._asdict(),
    }


def test_what_no_database_stores_is_left_out(suporte: User) -> None:
    assert (
        stored(suporte, TOKEN._replace(label="TOKEN\0\ud800")).data["device"].startswith("TOKEN?")
    )


@pytest.mark.parametrize("device", [None, Device("", "", "", "")])
def test_without_a_device_nothing_is_said(suporte: User, device: Device | None) -> None:
    assert stored(suporte, device).data["device"] == ""
    assert stored(suporte, TOKEN, source=None).data["device"] == ""
