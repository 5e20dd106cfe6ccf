"""One site of Qualitor: its operations by name, and what the site's answers mean for a step."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from guiche.desk.connectors.connector import DeliveryError, Outcome
from guiche.desk.connectors.qualitor import envelope
from guiche.desk.connectors.qualitor.envelope import Reply
from guiche.desk.connectors.qualitor.settings import QualitorSettings

_IN_GENERAL = ("getCustomer", "getCustomerContact", "getCustomerContactData")

Item = Mapping[str, str]


class Transport(Protocol):
    """A way in."""

    def call(self, service: str, operation: str, xml: str, *, writes: bool) -> Reply:
        """The reply, also a refusal; `DeliveryError` for what is no reply."""

    def close(self) -> None:
        """Ends its connections."""


class Site:
    """Calls operations; a status 0 is a `DeliveryError` in the site's words."""

    def __init__(self, settings: QualitorSettings) -> None:
        self.settings, self._transport = settings, _transport(settings)
        self.zone = ZoneInfo(settings.time_zone)

    def read(self, operation: str, data: Item) -> Sequence[Item]:
        """What an operation finds; nothing is an empty list, also where the site calls it an error.

        >>> from guiche.desk.doubles import qualitor
        >>> from guiche.desk.connectors.qualitor.settings import QualitorSettings
        >>> with qualitor.Qualitor() as double:
        ...     site = Site(QualitorSettings.read(double.settings()))
        ...     site.read("getCustomer", {"nrcpfcnpj": "11144477735"})
        ...     site.close()
        [{'cdcliente': 'C9', 'nmcliente': 'Ana Exemplo da Silva'}]
        """
        return self._asked(operation, data, {}, writes=False)

    def write(self, operation: str, data: Item, infos: Item | None = None) -> Sequence[Item]:
        """What an operation answers that changes something; `infos` go beside `data`."""
        return self._asked(operation, data, infos or {}, writes=True)

    def moment(self, text: str) -> datetime | None:
        """A moment as this site writes it, or in ISO 8601; None for anything else."""
        for pattern in (f"{self.settings.dates} %H:%M:%S", f"{self.settings.dates} %H:%M"):
            with suppress(ValueError):
                return datetime.strptime(text, pattern).replace(tzinfo=self.zone)
        with suppress(ValueError):
            read = datetime.fromisoformat(text)
            return read if read.tzinfo else read.replace(tzinfo=self.zone)
        return None

    def close(self) -> None:
        """Ends its connections."""
        self._transport.close()

    def _asked(self, operation: str, data: Item, infos: Item, *, writes: bool) -> Sequence[Item]:
        xml = envelope.request(data, self.settings.encoding, infos)
        service = "WSGeneral" if operation in _IN_GENERAL else "WSTicket"
        try:
            reply = self._transport.call(service, operation, xml, writes=writes)
        except DeliveryError as error:
            error.args = (self._without_password(str(error)),)
            raise
        if reply.ok:
            return reply.items
        if not writes and self.settings.found_nothing(reply.message):
            return []
        message = self._without_password(reply.message)
        if self.settings.refuses_login(message):
            raise DeliveryError(message, Outcome.RETRY, everywhere=True, login=True)
        raise DeliveryError(message, Outcome.REJECTED)

    def _without_password(self, message: str) -> str:
        """A site that repeats what it was sent shall not repeat that on our screens."""
        return message.replace(self.settings.password, "***")


def _transport(settings: QualitorSettings) -> Transport:
    if settings.transport == "soap":
        # zeep takes a third of a second to import.
        from guiche.desk.connectors.qualitor.soap import Soap

        return Soap(settings)
    from guiche.desk.connectors.qualitor.stateless import Stateless

    return Stateless(settings)
