"""One visit to the mailbox that answers come to; nothing in it is changed or marked as read."""

import imaplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from guiche.desk.connectors.connector import DeliveryError, Outcome
from guiche.desk.connectors.email.answer import Answer
from guiche.desk.connectors.email.settings import MailSettings
from guiche.desk.connectors.email.thread import KEY, one_line

_LARGEST = 128 * 1024
"""What is read of one message; what follows is pictures and quotations."""
_MOST = 100
_AT_ONCE = 20
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class Mailbox:
    """Entered, it is open; every failure is a `DeliveryError`: reading may always be repeated."""

    def __init__(self, settings: MailSettings, seconds: float) -> None:
        self._settings, self._seconds = settings, seconds

    def __enter__(self) -> "Mailbox":
        with _talking():
            self._imap = self._connected()
            try:
                self._log_in()
                _needed(*self._imap.select(f'"{self._settings.imap_folder}"', readonly=True))
            except BaseException:
                _dropped(self._imap)
                raise
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(imaplib.IMAP4.error, OSError):
            self._imap.logout()

    def answers(self, key: str) -> list[Answer]:
        """What the desk answered about this ticket, the oldest first; strangers are not read."""
        asked = _safe(key)
        found = self._found(
            f'OR OR HEADER In-Reply-To "{asked}." HEADER References "{asked}." SUBJECT "[{asked}]"'
        )
        domains = self._settings.domains
        return [each for each in found if each.is_about(key) and each.domain in domains]

    def copies(self, key: str, part: str) -> list[Answer]:
        """The copies of our own messages whose ids go on with `part`."""
        begins = f"<{_safe(key)}.{part}"
        found = self._found(f'HEADER Message-ID "{begins}"')
        return [each for each in found if each.id.startswith(begins)]

    def reports(self, since: datetime) -> list[Answer]:
        """What mail servers say of messages that did not arrive."""
        day = f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"
        return self._found(f'SINCE {day} HEADER Content-Type "delivery-status"')

    def _found(self, criteria: str) -> list[Answer]:
        with _talking():
            (hits,) = _needed(*self._imap.uid("SEARCH", criteria))[:1] or [b""]
            uids = sorted((hits or b"").split(), key=int)[-_MOST:]
            return [Answer(message) for message in self._fetched(uids)]

    def _fetched(self, uids: Sequence[bytes]) -> Iterator[EmailMessage]:
        parse = BytesParser(policy=default).parsebytes
        for start in range(0, len(uids), _AT_ONCE):
            some = b",".join(uids[start : start + _AT_ONCE]).decode()
            for each in _needed(*self._imap.uid("FETCH", some, f"(BODY.PEEK[]<0.{_LARGEST}>)")):
                if isinstance(each, tuple):
                    message = parse(each[1])
                    assert isinstance(message, EmailMessage)  # noqa: S101  what the policy makes
                    yield message

    def _connected(self) -> imaplib.IMAP4:
        at, seconds = (self._settings.imap_server, self._settings.imap_port), self._seconds
        context = ssl.create_default_context()
        if self._settings.imap_tls == "tls":
            return imaplib.IMAP4_SSL(*at, ssl_context=context, timeout=seconds)
        imap = imaplib.IMAP4(*at, timeout=seconds)
        try:
            if self._settings.imap_tls == "starttls":
                imap.starttls(context)
        except BaseException:
            _dropped(imap)
            raise
        return imap

    def _log_in(self) -> None:
        try:
            self._imap.login(self._settings.imap_user, self._settings.imap_password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            said = _words(error)
            # RFC 5530: a server in trouble, which says nothing of the password.
            refused = "UNAVAILABLE" not in said
            why = f"O servidor das respostas recusou usuário e senha: {said}"
            raise DeliveryError(why, Outcome.RETRY, everywhere=True, login=refused) from error


def _safe(key: str) -> str:
    if not KEY.fullmatch(key):
        raise DeliveryError(f"“{key}” não é um código do Guichê.", Outcome.REJECTED)
    return key


def _dropped(imap: imaplib.IMAP4) -> None:
    with suppress(OSError):  # a handshake that failed has closed it already
        imap.shutdown()


@contextmanager
def _talking() -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        why = f"O certificado do servidor das respostas não confere: {error.verify_message}."
        raise DeliveryError(why, Outcome.RETRY, everywhere=True) from error
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        why = f"Não consegui ler a caixa das respostas: {_words(error)}."
        raise DeliveryError(why, Outcome.RETRY, everywhere=True) from error


def _needed(status: str, data: list[Any]) -> list[Any]:
    if status != "OK":
        raise imaplib.IMAP4.error(data[0] if data else status)
    return data


def _words(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error)
    return one_line(text)[:300] or type(error).__name__
