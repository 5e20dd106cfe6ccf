"""What must be right before the desk starts; each finding says what to set."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from guiche.desk.procedures import shelf
from guiche.desk.procedures.table import ProcedureError


@register("desk")
def procedures(**_: Any) -> list[CheckMessage]:
    """Every procedure on the shelf can be read, and the one for new calls is there."""
    try:
        for path in shelf.files().values():
            shelf.read(path)
        shelf.find(settings.PROCEDURE)
    except ProcedureError as error:
        return [Error(str(error), hint="Corrija o arquivo e inicie de novo.", id="desk.E010")]
    return []
