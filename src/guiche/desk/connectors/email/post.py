"""One message handed to the mail server, and what its answer, or the lack of one, means.

| what happened                                              | for the step            |
|------------------------------------------------------------|-------------------------|
| no connection, TLS or certificate refused, cut before DATA | retry, everywhere       |
| the login is refused (535 and the like)                    | retry, everywhere, login|
| 4xx before the text was sent                               | retry, everywhere       |
| 4xx about the text                                         | retry                   |
| 5xx, before the text or about it                           | rejected                |
| cut, silent or unintelligible once the text was sent       | unknown, everywhere     |
"""

import re
import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from email.message import EmailMessage

from guiche.desk.connectors.connector import DeliveryError, Outcome
from guiche.desk.connectors.email.settings import MailSettings
from guiche.desk.connectors.email.thread import one_line

_LONGEST_WORDS = 300
_AUTHENTICATION_REQUIRED = 530


class Post:
    """The way out; one connection for each message."""

    def __init__(self, settings: MailSettings, seconds: float) -> None:
        self._settings, self._seconds = settings, seconds

    def send(self, message: EmailMessage, to: Sequence[str]) -> None:
        """Hands it over for all of the addresses, or raises a `DeliveryError`."""
        content = message.as_bytes()
        smtp = self._opened()
        try:
            _address(smtp, self._settings.sender, to, len(content))
            _hand_over(smtp, content)
            with suppress(smtplib.SMTPException, OSError):  # it was taken all the same
                smtp.quit()
        finally:
            smtp.close()

    def tried(self, to: Sequence[str]) -> None:
        """The same up to the text, which is not sent."""
        smtp = self._opened()
        try:
            _address(smtp, self._settings.sender, to, 0)
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
        finally:
            smtp.close()

    def _opened(self) -> smtplib.SMTP:
        smtp: smtplib.SMTP | None = None
        try:
            smtp = self._connected()
            self._log_in(smtp)
        except (smtplib.SMTPException, OSError) as error:
            if smtp:
                smtp.close()
            raise _unreached(error) from error
        return smtp

    def _connected(self) -> smtplib.SMTP:
        own = self._settings.sender.rpartition("@")[2]  # else looked up, which may take long
        at, seconds = (self._settings.server, self._settings.port, own), self._seconds
        context = ssl.create_default_context()
        if self._settings.tls == "tls":
            return smtplib.SMTP_SSL(*at, timeout=seconds, context=context)
        smtp = smtplib.SMTP(*at, timeout=seconds)
        try:
            if self._settings.tls == "starttls":
                smtp.starttls(context=context)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        """By one mechanism: each that is tried in vain counts against the account."""
        smtp.ehlo_or_helo_if_needed()
        if not self._settings.user:
            return
        smtp.user, smtp.password = self._settings.user, self._settings.password
        offered = smtp.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in offered:
            smtp.auth("PLAIN", smtp.auth_plain)
        elif "LOGIN" in offered:
            smtp.auth("LOGIN", smtp.auth_login)
        else:
            raise smtplib.SMTPNotSupportedError("o servidor não aceita usuário e senha")


def _address(smtp: smtplib.SMTP, sender: str, to: Sequence[str], size: int) -> None:
    try:
        options = [f"SIZE={size}"] if size and smtp.has_extn("size") else []
        _accepted(f"O remetente {sender}", *smtp.mail(sender, options))
        for address in to:
            _accepted(f"O endereço {address}", *smtp.rcpt(address))
    except (smtplib.SMTPException, OSError) as error:
        raise _unreached(error) from error


def _accepted(what: str, code: int, words: bytes) -> None:
    if code // 100 == 2:
        return
    message = f"{what} não foi aceito: {_shown(code, words)}"
    if code == _AUTHENTICATION_REQUIRED:
        raise DeliveryError(message, Outcome.RETRY, everywhere=True, login=True)
    if code // 100 == 5:
        raise DeliveryError(message, Outcome.REJECTED)
    raise DeliveryError(message, Outcome.RETRY, everywhere=True)


def _hand_over(smtp: smtplib.SMTP, content: bytes) -> None:
    try:
        code, words = smtp.docmd("DATA")
    except (smtplib.SMTPException, OSError) as error:
        raise _unreached(error) from error
    if code // 100 != 3:
        _accepted("A mensagem", code, words)
    try:
        smtp.send(re.sub(rb"(?m)^\.", b"..", content) + b".\r\n")
        code, words = smtp.getreply()
    except (smtplib.SMTPException, OSError) as error:
        why = f"A conexão caiu depois de enviada a mensagem: {one_line(str(error))}."
        raise DeliveryError(why, Outcome.UNKNOWN, everywhere=True) from error
    if code // 100 == 4:
        why = f"O servidor adiou a mensagem: {_shown(code, words)}"
        raise DeliveryError(why, Outcome.RETRY)
    if code // 100 not in (2, 5):
        why = f"Não entendi a resposta do servidor: {_shown(code, words)}"
        raise DeliveryError(why, Outcome.UNKNOWN, everywhere=True)
    _accepted("A mensagem", code, words)


def _unreached(error: Exception) -> DeliveryError:
    """Before the text was sent: surely not done."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        words = _shown(error.smtp_code, error.smtp_error)
        login = error.smtp_code // 100 == 5
        why = f"O servidor de envio recusou usuário e senha: {words}"
        return DeliveryError(why, Outcome.RETRY, everywhere=True, login=login)
    if isinstance(error, ssl.SSLCertVerificationError):
        why = f"O certificado do servidor de envio não confere: {error.verify_message}."
    elif isinstance(error, smtplib.SMTPResponseException):
        why = f"O servidor de envio não atendeu: {_shown(error.smtp_code, error.smtp_error)}"
    else:
        said = one_line(str(error)) or type(error).__name__
        why = f"Não consegui falar com o servidor de envio: {said}."
    return DeliveryError(why, Outcome.RETRY, everywhere=True)


def _shown(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{one_line(text)} ({code})"[:_LONGEST_WORDS]
