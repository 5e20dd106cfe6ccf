"""What a customer is told when no certificate came from the cloud, and what to do instead."""

from guiche.desk.portal.words import Said
from guiche.sources import SourceError

_ELSE = "Se não der certo, envie o arquivo .cer."
_OURS = Said(
    "O provedor não nos reconheceu.",
    "Isso se resolve do nosso lado. Avise quem atende você, e por ora envie o arquivo .cer.",
)
_SAID = {
    "cloud_denied": Said(
        "O pedido foi recusado.",
        "No celular, ele foi recusado ou ficou sem resposta. Se foi sem querer, tente de novo.",
    ),
    "cloud_expired": Said(
        "O tempo passou.",
        f"A autorização venceu antes de chegar aqui. Tente de novo. {_ELSE}",
    ),
    "cloud_down": Said("O provedor não respondeu.", f"Tente de novo em alguns minutos. {_ELSE}"),
    "cloud_client": _OURS,
    "cloud_answer": _OURS,
    "no_certificate": Said(
        "Esta conta não tem certificado.",
        f"Confira se entrou na conta certa, e se o certificado é deste provedor. {_ELSE}",
    ),
}
_OTHER = Said("O provedor não mostrou o certificado.", f"Tente de novo. {_ELSE}")


def said_of(error: SourceError) -> Said:
    """The words for an error of any code."""
    return _SAID.get(error.code, _OTHER)
