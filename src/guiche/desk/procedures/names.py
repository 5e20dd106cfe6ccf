"""The closed lists that a procedure is written with: what may be asked of a reading.

`CERTIFICATE` fills facts; `READING` may stand in texts; `CONDITIONS` choose among texts.
"""

from typing import get_args

from guiche.icpbrasil import Profile, Reason, Status
from guiche.icpbrasil.validity import ValidityStatus

# What a certificate can fill in. All are texts, "" where the certificate does not say.
CERTIFICATE = (
    *("document", "name", "email", "card_type", "issuer", "serial", "valid_until"),
    "device",
)

# `{verdict}` is the answer in one sentence, `{cei}` and `{nis}` the numbers found, `{holder}` whose
# certificate it is.
READING = {"verdict": "leitura", "cei": "CEI", "nis": "NIS", "holder": "titular"}

# After the submit: number, time of the promise (in words for the phone, as a date for a message).
TICKET = {"protocol": "protocolo", "due": "prazo", "team": "equipe"}

# In what is written, and never said: the page on which the customer follows the ticket.
LINK = {"link": "link do cliente"}

# After several at once: `{numbers}` are lines, one for each ticket.
BATCH = {"numbers": "protocolos", "due": "prazo", "team": "equipe"}

# Without a reading every condition has this value.
UNREAD = "unread"
# The verdict on the CEI and the one on the NIS have the same.
_STATUS = (*(status.value for status in Status), UNREAD)
# Whether the certificate is of the customer of the call, as far as numbers tell.
SAME, OTHER = "same", "other"
# When the certificate ends: it has, within a month, or after it.
PAST, SOON, LATER = "past", "soon", "later"
CONDITIONS: dict[str, tuple[str, ...]] = {
    "status": _STATUS,
    "reason": (*(reason.value for reason in Reason), UNREAD),
    "profile": (*(profile.value for profile in Profile), UNREAD),
    "validity": (*get_args(ValidityStatus), UNREAD),
    "type": ("A1", "A3", "other", UNREAD),
    "nis": _STATUS,
    "holder": (SAME, OTHER, UNREAD),
    "ends": (PAST, SOON, LATER, UNREAD),
}
# Conditions that came after procedures were in use: a version may have a fact of that name, and is
# read as before. Its fact goes first; a new text may not have one (`rules`).
ADDED = frozenset({"ends"})
