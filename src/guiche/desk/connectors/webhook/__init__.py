"""Tells a program of the site what happens to tickets, signed after Standard Webhooks.

Each event is one call, in the order of its ticket: which ticket, what happened, when. Nothing of
the customer is in it: who may know more asks the API. A call that may have arrived is made again
with the same id, so the program takes an id that it knows already as done.
"""

import json
from collections.abc import Iterable, Mapping

from guiche.desk import clock
from guiche.desk.connectors.connector import Check, Connector
from guiche.desk.connectors.happening import Happening
from guiche.desk.connectors.web import Web
from guiche.desk.connectors.webhook.guard import Guarded
from guiche.desk.connectors.webhook.settings import WebhookSettings
from guiche.desk.connectors.webhook.signature import signed

_PING = "ping"


class Webhook(Connector[WebhookSettings]):
    """An address that is called; no ticket is opened there."""

    Settings = WebhookSettings
    opens = False

    def __init__(self, settings: WebhookSettings) -> None:
        super().__init__(settings)
        self._web = Web(
            settings.url, read_seconds=settings.timeout,
            transport=Guarded(private=settings.allows_private),
        )  # fmt: skip

    def close_down(self) -> None:
        """Ends open network connections."""
        self._web.close()

    def tell(self, happening: Happening) -> None:
        """Calls the address; done once it answers with success. Safe to repeat."""
        self._call(happening.id, happening.content)

    def check(self) -> Iterable[Check]:
        """Calls with an event `ping` that is about no ticket."""
        content = {"type": _PING, "at": clock.now().isoformat()}
        yield Check.tried("Chamada de teste", lambda: self._call(_PING, content))

    def _call(self, id_: str, content: Mapping[str, object]) -> None:
        body = json.dumps(content).encode()
        headers = signed(self.settings.secret, id_, clock.now(), body)
        # Writes, but may be repeated: whatever is not a success is tried again.
        self._web.call(
            "POST", self.settings.url, writes=False, content=body,
            headers={"Content-Type": "application/json", **headers},
        )  # fmt: skip
