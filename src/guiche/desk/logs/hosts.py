"""A request for a name that is not the desk's: one line, for whoever forgot it in `GUICHE_HOSTS`.

Scanners ask by address all the time: it is no fault of the desk, and no traceback says more.
"""

import logging

from django.http import HttpRequest

log = logging.getLogger(__name__)

_LONGEST = 100


def refused(request: HttpRequest) -> None:
    """Logs the name that was asked for."""
    host = request.META.get("HTTP_HOST", request.META.get("SERVER_NAME", ""))
    log.warning("host %s: not one of GUICHE_HOSTS", host[:_LONGEST])


class Unknown(logging.Filter):
    """In place of Django's own record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never."""
        refused(record.request)  # type: ignore[attr-defined]  # Django hands it over
        return False
