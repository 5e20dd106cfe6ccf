"""What a Zammad is set up with."""

from collections.abc import Mapping
from dataclasses import dataclass

from guiche.desk.connectors.settings import Settings, setting


@dataclass(frozen=True)
class ZammadSettings(Settings):
    """Groups, states and attributes by their names in Zammad."""

    url: str = setting("Endereço", kind="url", help="https://zammad.exemplo.com.br")
    token: str = setting(
        "Token de acesso", kind="secret", help="Perfil > Token de acesso, com ticket.agent"
    )
    group: str = setting("Grupo inicial", help="Onde o chamado nasce; subgrupo: Matriz::Suporte")
    teams: Mapping[str, str] = setting(
        "Grupos", kind="table", default={}, names="team", help="Equipe = grupo do Zammad"
    )
    customer: str = setting(
        "E-mail de cliente padrão", default="", help="Para quem não tem e-mail; o Zammad exige um"
    )
    attributes: Mapping[str, str] = setting(
        "Campos próprios", kind="table", default={},
        help="Campo do Zammad = key, document, name, phone, category ou a chave de uma resposta",
    )  # fmt: skip
    closed_state: str = setting("Estado ao encerrar", default="closed")
    webhook_secret: str = setting(
        "Segredo do webhook", kind="secret", default="", help="Token de assinatura HMAC SHA1"
    )
    lag: int = setting(
        "Atraso da busca (segundos)", kind="number", default=30,
        help="Quanto um chamado novo pode demorar a aparecer na busca do Zammad",
    )  # fmt: skip
