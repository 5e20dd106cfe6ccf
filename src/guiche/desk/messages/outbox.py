"""A round of the worker over the e-mails that are due. Safe to run in any number at once."""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from guiche.desk import clock
from guiche.desk.logs.context import about
from guiche.desk.messages import mail
from guiche.desk.messages.message import Message
from guiche.desk.messages.queued import MOST_ATTEMPTS, Queued

log = logging.getLogger(__name__)

_STORED = "Não há servidor de e-mail: a mensagem foi só gravada na pasta de e-mails do Guichê."


def send_due(now: datetime) -> int:
    """Sends to customers what is due at `now`; how many went."""
    return send_each(
        Message.due(now).select_related("ticket__promise", "ticket__procedure_version")
    )


def send_each(due: Iterable[Queued]) -> int:
    """Sends these; how many went. An unreachable server ends the round."""
    sent = 0
    for message in due:
        if not message.claim(clock.now()):
            continue
        with about(message.about):
            try:
                sent += _attempt(message)
            except mail.MailError as error:
                # Not the words of the server: they may repeat the address.
                cause = type(error.__cause__).__name__
                log.warning("message %s, attempt %s: %s", message.pk, message.attempts, cause)
                if error.final:
                    message.mark_failed(str(error))
                else:
                    message.put_back(clock.now(), str(error))
                if not error.reached:
                    break
    return sent


def _attempt(message: Queued) -> bool:
    if message.attempts > MOST_ATTEMPTS:
        message.mark_failed("O envio foi interrompido vezes demais.")
    elif refusal := message.refusal:
        message.mark_failed(refusal)
    else:
        mail.send(message)
        if settings.EMAIL_HOST:
            message.mark_sent(clock.now())
        else:
            message.mark_stored(clock.now(), _STORED)
        return True
    return False
