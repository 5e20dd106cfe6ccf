"""What the OpenAPI document says of every operation alike."""

from datetime import UTC, datetime
from typing import Annotated

from django.utils import timezone
from ninja import Schema
from pydantic import AfterValidator, Field

from guiche.desk.intake.plain import plain_text

Text = Annotated[str, AfterValidator(plain_text)]
"""What both databases can store."""


def _moment(told: datetime) -> datetime:
    try:
        aware = told if told.tzinfo else timezone.make_aware(told)
        return aware.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("before the first or after the last day there is") from error


Moment = Annotated[datetime, AfterValidator(_moment)]
"""One that both databases can compare; without an offset it is of the desk's own time."""


class Told(Schema):
    """A problem (RFC 9457)."""

    type: str = Field(description="urn:guiche:problem: e um código que não muda.")
    title: str
    status: int
    detail: str = Field(description="O que houve e o que fazer, em português.")
    errors: dict[str, str] | None = Field(
        None, description="Uma frase por chave do que foi enviado."
    )


STATUSES = (400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500)
PROBLEMS: dict[int, type[Schema]] = dict.fromkeys(STATUSES, Told)
KEY = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
            "description": "Uma chave nova para cada pedido; repetido com ela, não se faz de novo.",
        }
    ]
}
