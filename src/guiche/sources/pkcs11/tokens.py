"""The tokens of one module and their certificates. Runs in the child: see child.py.

Certificates are public objects: no PIN is given and no login tried, whatever a token answers.

Every kind of exception is caught: the library believes the sizes that a module tells, and fails on
wrong ones in ways of its own.
"""

import time
from base64 import b64encode
from contextlib import suppress
from itertools import islice

import pkcs11
from pkcs11 import Attribute, ObjectClass, PKCS11Error, Session, Slot, SlotFlag, Token, TokenFlag
from pkcs11._pkcs11 import lib as Library  # noqa: N812  # a class, for all that it is not named so

from guiche.sources.pkcs11.child import Say

MAX_CERTIFICATES = 10_000
"""Of one token; a module may go on answering for ever."""
_TRUST_MODEL = "p11-kit-trust"
"""The authorities that the system trusts, which p11-kit shows as if they were in a token."""
_NOTICED_SECONDS = 0.5
"""pcscd looks every 0.4 s whether a card is still there."""


def tell(module: str, say: Say) -> None:
    """Tells of every token that is there, then of its certificates."""
    try:
        library = pkcs11.lib(module)
        slots = library.get_slots()
    except Exception as error:
        if isinstance(error, PKCS11Error) and error.args:
            # Only what the system's loader says has words; an error of PKCS#11 has but a name.
            say(problem="not_loaded", words=str(error))
        else:
            say(problem="failed", words=_name(error))
        return
    for slot in slots:
        _Place(library, slot, say).tell()


class _Place:
    """One slot, and the token that may be in it."""

    def __init__(self, library: Library, slot: Slot, say: Say) -> None:
        self.library = library
        self.slot = slot
        self.say = say

    def tell(self) -> None:
        try:
            token = self.slot.get_token()
        except pkcs11.TokenNotPresent:
            return
        except pkcs11.TokenNotRecognised:
            self.say(problem="unknown")
            return
        except Exception as error:
            self.say(problem="failed", words=_name(error))
            return
        if token.model == _TRUST_MODEL:
            return
        if not token.label and not token.flags & TokenFlag.TOKEN_INITIALIZED:
            self.say(problem="blank")
            return
        self._tell_of(token)

    def _tell_of(self, token: Token) -> None:
        self.say(
            token={
                "label": token.label,
                "maker": token.manufacturer_id,
                "model": token.model,
                "serial": token.serial.decode("utf-8", "replace"),
            }
        )
        try:
            session = token.open()
            try:
                self._tell_certificates(session)
            finally:
                with suppress(PKCS11Error):
                    session.close()
        except Exception as error:
            self.say(problem="failed" if self._is_there() else "removed", words=_name(error))

    def _tell_certificates(self, session: Session) -> None:
        # The search is over before the first value is read: not every module bears both at once.
        search = session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
        found = list(islice(search, MAX_CERTIFICATES + 1))
        for each in found[:MAX_CERTIFICATES]:
            try:
                value = each[Attribute.VALUE]
            except Exception as error:
                if not self._is_there():
                    self.say(problem="removed")
                    return
                self.say(problem="failed", words=_name(error))
            else:
                self.say(certificate=b64encode(value).decode())
        if not self._stays():
            self.say(problem="removed")
        elif not found:
            self.say(problem="none")
        elif len(found) > MAX_CERTIFICATES:
            self.say(problem="many")

    def _stays(self) -> bool:
        """Whether the token is in its slot also when the system must have noticed that it is not.

        Until then a module takes what a card does not answer for what it never held.
        """
        deadline = time.monotonic()
        if self.slot.flags & SlotFlag.HW_SLOT:
            deadline += _NOTICED_SECONDS
        while (there := self._is_in_slot()) and time.monotonic() < deadline:
            time.sleep(_NOTICED_SECONDS / 5)
        return there

    def _is_there(self) -> bool:
        """After an error: which one tells that the token is gone differs by module."""
        with suppress(PKCS11Error):
            self.slot.get_token()
            return self._is_in_slot()
        return False

    def _is_in_slot(self) -> bool:
        """As the list of slots tells, which asks nothing of the card."""
        with suppress(PKCS11Error):
            present = self.library.get_slots(token_present=True)
            return self.slot.slot_id in {slot.slot_id for slot in present}
        return False


def _name(error: Exception) -> str:
    return type(error).__name__
