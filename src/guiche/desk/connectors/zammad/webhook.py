"""The call that a trigger of Zammad makes: signed with HMAC-SHA1 over the bytes of its body."""

import hmac
import json
from collections.abc import Mapping

from guiche.desk.connectors.connector import DeliveryError, Outcome


def ticket_of(headers: Mapping[str, str], body: bytes, secret: str) -> str:
    """The number of the ticket that the call is about.

    `DeliveryError` (rejected) where no secret is set up, where the signature is not made with it,
    or where the body has no `ticket.id`. The signature is looked at before the body is.
    """
    given = {name.lower(): value for name, value in headers.items()}.get("x-hub-signature", "")
    expected = f"sha1={hmac.new(secret.encode(), body, 'sha1').hexdigest()}"
    if not secret:
        raise DeliveryError("Ponha na integração o segredo do webhook.", Outcome.REJECTED)
    if not hmac.compare_digest(expected.encode(), given.encode(errors="replace")):
        raise DeliveryError("A assinatura do webhook não confere.", Outcome.REJECTED)
    try:
        return str(int(json.loads(body)["ticket"]["id"]))
    except (ValueError, KeyError, TypeError) as error:
        words = "O webhook não traz ticket.id: use o conteúdo padrão do Zammad."
        raise DeliveryError(words, Outcome.REJECTED) from error
