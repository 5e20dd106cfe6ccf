"""Qualitor over plain HTTP: one form with everything in its body, `/ws/statelessws.php`."""

from guiche.desk.connectors.connector import DeliveryError, Outcome
from guiche.desk.connectors.qualitor import envelope
from guiche.desk.connectors.qualitor.envelope import NotAReply, Reply
from guiche.desk.connectors.qualitor.settings import QualitorSettings
from guiche.desk.connectors.web import Web


class Stateless:
    """Login and operation in one call; nothing is kept between calls."""

    def __init__(self, settings: QualitorSettings) -> None:
        self._settings = settings
        self._web = Web(settings.url, read_seconds=settings.read_seconds)

    def call(self, service: str, operation: str, xml: str, *, writes: bool) -> Reply:
        """The reply, also a refusal; `DeliveryError` for what is no reply."""
        settings = self._settings
        # In the body, where no access log keeps it, and percent-encoded: a bare + would be lost.
        form = {
            "user": settings.user,
            "password": settings.password,
            "company": settings.company,
            "wsdl_file": self._file(service),
            "operation": operation,
            "input_xml": xml,
        }
        response = self._web.call("POST", "/ws/statelessws.php", writes=writes, data=form)
        try:
            return envelope.read(response.content, settings.reply_encoding)
        except NotAReply as error:
            raise not_understood(error, writes=writes) from error

    def close(self) -> None:
        """Ends its connections."""
        self._web.close()

    def _file(self, service: str) -> str:
        """`WSGeneral` as the site spells `WSTicket`."""
        spelt = self._settings.wsdl_file.replace("WSTicket", service)
        return spelt.replace("wsticket", service.lower())


def not_understood(error: Exception, *, writes: bool) -> DeliveryError:
    """An answer that cannot be read: after a call that writes, nobody knows."""
    outcome = Outcome.UNKNOWN if writes else Outcome.RETRY
    return DeliveryError(str(error), outcome, everywhere=True)
