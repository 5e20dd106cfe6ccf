"""What a customer is told of a file that gave no certificate: what it is, and what to send."""

from collections.abc import Sequence
from typing import NamedTuple, Self

from guiche.desk.refusal import Refused
from guiche.sources import HoldsKeyError, SourceError

_STEPS = "Veja abaixo como salvar o .cer."


class Said(NamedTuple):
    """A heading and one sentence or two."""

    heading: str
    text: str


_NOTHING = Said("Falta o arquivo.", "Escolha o arquivo do certificado, ou cole o texto.")
_SAID = {
    "empty_file": Said("O arquivo está vazio.", "Salve o certificado de novo e envie."),
    "too_large": Said("O arquivo é grande demais.", f"Um certificado é pequeno. {_STEPS}"),
    "no_certificate": Said("Não há um certificado aqui.", f"Confira se é este o arquivo. {_STEPS}"),
    "text_without_value": Said("O texto veio sem o conteúdo.", f"Envie o arquivo. {_STEPS}"),
    "damaged": Said("O arquivo chegou danificado.", "Salve o certificado de novo e envie."),
    "holds_key": Said(
        "Este arquivo tem a chave privada.",
        f"Ele não foi guardado. Envie o .cer, que não leva a chave. {_STEPS}",
    ),
}
_ZIP = Said("Não abrimos este ZIP.", f"Envie só o certificado, fora do ZIP. {_STEPS}")
_OTHER = Said("Não conseguimos ler.", f"Tente enviar o .cer. {_STEPS}")


class NotGiven(Refused):
    """Nothing was read from what a customer sent; `said` is for the customer."""

    def __init__(self, said: Said) -> None:
        super().__init__(f"{said.heading} {said.text}")
        self.said = said

    @classmethod
    def of(cls, errors: Sequence[SourceError]) -> Self:
        """For the error that matters most; without any, nothing was sent."""
        keys = [error for error in errors if isinstance(error, HoldsKeyError)]
        return cls(_said_of(keys[0] if keys else errors[0]) if errors else _NOTHING)


def _said_of(error: SourceError) -> Said:
    return _SAID.get(error.code) or (_ZIP if error.code.startswith("archive_") else _OTHER)
