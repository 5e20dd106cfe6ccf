"""What the OpenAPI document says of every operation alike."""

from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, Field

from guiche.desk.intake.plain import plain_text

Text = Annotated[str, AfterValidator(plain_text)]
"""What both databases can store."""


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
            "schema": {"type": "string", "maxLength": 255, "pattern": "^[!-~]*$"},
            "description": "Uma chave nova para cada pedido; repetido com ela, não se faz de novo.",
        }
    ]
}
