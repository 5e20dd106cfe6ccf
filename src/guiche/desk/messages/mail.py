"""One e-mail handed to the mail server, and what the answer means."""

import smtplib

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, get_connection

from guiche.desk.intake.plain import plain_text
from guiche.desk.messages.queued import Queued

# RFC 3834 and Exchange's own: no machine answers. `Precedence` is discouraged by both.
_NO_ANSWER = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
_LONGEST_ANSWER = 300
_PERMANENT = 500


class MailError(Exception):
    """The e-mail did not go; the message is shown to people.

    `final`: no later attempt would do better. `reached`: the server answered about this e-mail,
    so that others may still go.
    """

    def __init__(self, message: str, *, final: bool = False, reached: bool = True) -> None:
        super().__init__(message)
        self.final, self.reached = final, reached


def compose(message: Queued) -> EmailMessage:
    """The e-mail of a row, the same at every attempt but for the date."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    return EmailMessage(
        subject=message.subject,
        body=message.body,
        to=[message.to],
        reply_to=[settings.EMAIL_REPLY_TO] if settings.EMAIL_REPLY_TO else None,
        headers={"Message-ID": f"<{message.message_id}@{domain}>", **_NO_ANSWER},
    )


def send(message: Queued) -> None:
    """Hands it over, or raises a `MailError`."""
    try:
        _hand_over(compose(message))
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise _answered("O servidor recusou o endereço", code, words) from error
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        raise _answered(
            "O servidor recusou a mensagem", error.smtp_code, error.smtp_error
        ) from error
    except smtplib.SMTPResponseException as error:
        # Before any e-mail was named: a password, a server that is closing. Others fare no better.
        answer = _shown(error.smtp_code, error.smtp_error)
        why = f"O servidor de e-mail não aceitou o Guichê ({answer})."
        raise MailError(why, reached=False) from error
    except (smtplib.SMTPException, OSError, ImproperlyConfigured) as error:
        raise MailError("Não consegui falar com o servidor de e-mail.", reached=False) from error


def _hand_over(mail: EmailMessage) -> None:
    connection = get_connection()
    try:
        connection.send_messages([mail])
    finally:
        connection.close()  # Django leaves one open that did not get past the password


def _answered(what: str, code: int, words: bytes | str) -> MailError:
    return MailError(f"{what} ({_shown(code, words)}).", final=code >= _PERMANENT)


def _shown(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(plain_text(text).split())}"[:_LONGEST_ANSWER].strip()
