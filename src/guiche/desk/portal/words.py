"""What a customer is told of a file that gave no certificate: what it is, and what to send."""

from typing import NamedTuple

from guiche.sources import SourceError

_STEPS = "Veja abaixo como salvar o .cer."


class Said(NamedTuple):
    """A heading and one sentence or two."""

    heading: str
    text: str


class NothingSentError(SourceError):
    """The form came without a file and without a text."""

    code = "nothing_sent"

    def __init__(self) -> None:
        super().__init__("Escolha o arquivo do certificado, ou cole o texto.")


_SAID = {
    "nothing_sent": Said("Falta o arquivo.", "Escolha o arquivo do certificado, ou cole o texto."),
    "empty_file": Said("O arquivo está vazio.", "Salve o certificado de novo e envie."),
    "too_large": Said("O arquivo é grande demais.", f"Um certificado é pequeno. {_STEPS}"),
    "no_certificate": Said("Não há um certificado aqui.", f"Confira se é este o arquivo. {_STEPS}"),
    "text_without_value": Said("O texto veio sem o conteúdo.", f"Envie o arquivo. {_STEPS}"),
    "damaged": Said("O arquivo chegou danificado.", "Salve o certificado de novo e envie."),
}
_ZIP = Said("Não abrimos este ZIP.", f"Envie só o certificado, fora do ZIP. {_STEPS}")
_OTHER = Said("Não conseguimos ler.", f"Tente enviar o .cer. {_STEPS}")


def said_of(error: SourceError) -> Said:
    """The words for an error of any code."""
    if error.code == "holds_key":
        return Said(
            "Este arquivo tem a chave privada.",
            f"Ele não foi guardado. Envie o .cer, que não leva a chave. {_STEPS}",
        )
    return _SAID.get(error.code) or (_ZIP if error.code.startswith("archive_") else _OTHER)
