"""A smart card in a virtual reader: real pcscd, real OpenSC, a card that logs what it is told."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from certificates import e_cnpj, e_cpf
from guiche.sources import (
    NoReaderServiceError,
    NoTokenError,
    TokenRemovedError,
    UnknownTokenError,
    pkcs11,
)
from servers import smart_card
from servers.piv_card import SIGNATURE, VERIFY
from servers.smart_card import SmartCard

ANA, PADARIA = e_cpf().der(), e_cnpj().der()
OPENSC = Path("/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so")

Insert = Callable[..., SmartCard]

needs_opensc = pytest.mark.skipif(
    not OPENSC.exists(), reason=f"falta o OpenSC: {smart_card.INSTALL}"
)
pytestmark = needs_opensc


@pytest.fixture
def insert(monkeypatch: pytest.MonkeyPatch) -> Iterator[Insert]:
    with ExitStack() as stack:

        def insert(*ders: bytes, leaves: str = "", mute: bool = False) -> SmartCard:
            try:
                card = stack.enter_context(smart_card.inserted(*ders, leaves=leaves, mute=mute))
            except smart_card.NotInstalled as error:
                pytest.skip(str(error))
            for name, value in card.environment.items():
                monkeypatch.setenv(name, value)
            return card

        yield insert


def test_the_certificates_of_a_card(insert: Insert) -> None:
    insert(PADARIA, ANA)
    reading = pkcs11.read(OPENSC)
    assert [each.der for each in reading.found] == [PADARIA, ANA]
    assert reading.errors == ()
    device = reading.found[0].device
    assert device
    assert device.label.startswith("PADARIA EXEMPLO")
    assert (device.maker, device.model) == ("piv_II", "PKCS#15 emulated")


def test_no_pin_is_sent(insert: Insert) -> None:
    """OpenSC asks how many tries are left, by a VERIFY without data, which costs none of them."""
    card = insert(PADARIA, ANA)
    pkcs11.read(OPENSC)
    verifying = [command for command in card.commands if command[1] == VERIFY]
    assert verifying  # the log is of what reached the card
    assert {len(command) for command in verifying} == {5}
    assert {command[4] for command in verifying} == {0}


def test_every_way_on_the_machine(insert: Insert) -> None:
    """OpenSC of its own and by p11-kit show the card twice; its certificates are found once."""
    insert(PADARIA, ANA)
    reading = pkcs11.read()
    assert [each.der for each in reading.found] == [PADARIA, ANA]


def test_a_card_that_is_pulled_out(insert: Insert) -> None:
    """OpenSC takes the certificate that does not come for one that the card never had: whoever
    sees the first alone must be told.
    """
    insert(PADARIA, ANA, leaves=SIGNATURE)
    try:
        reading = pkcs11.read(OPENSC)
    except NoTokenError:
        return  # pcscd, which looks every 0.4 s, was sooner than we
    assert [each.der for each in reading.found] == [PADARIA]
    (error,) = reading.errors
    assert error.code == "token_removed"
    assert "no meio da leitura" in error.message


def test_a_card_that_is_pulled_out_at_the_end(insert: Insert) -> None:
    insert(PADARIA, ANA, leaves=f"00{VERIFY:02x}")
    try:
        reading = pkcs11.read(OPENSC)
    except (NoTokenError, TokenRemovedError):
        return
    assert [each.der for each in reading.found] == [PADARIA, ANA]
    assert [each.code for each in reading.errors] == ["token_removed"]


def test_an_empty_reader(insert: Insert) -> None:
    insert()
    with pytest.raises(NoTokenError) as caught:
        pkcs11.read(OPENSC)
    assert caught.value.code == "no_token"
    assert "Encaixe" in caught.value.message


def test_a_card_of_another_kind(insert: Insert) -> None:
    insert(PADARIA, mute=True)
    with pytest.raises(UnknownTokenError, match="programa do fabricante"):
        pkcs11.read(OPENSC)


def test_no_service_for_readers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PCSCLITE_CSOCK_NAME", str(tmp_path / "ninguém"))
    with pytest.raises(NoReaderServiceError, match=r"\(pcscd\) não responde.*sudo"):
        pkcs11.read(OPENSC)
