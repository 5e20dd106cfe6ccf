"""What a GLPI is set up with."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from guiche.desk.connectors.settings import Settings, setting

_URGENCIES = {"1": "Muito baixa", "2": "Baixa", "3": "Média", "4": "Alta", "5": "Muito alta"}


@dataclass(frozen=True)
class GlpiSettings(Settings):
    """Names are ours, numbers are those of GLPI: they stand at the end of each form's address."""

    url: str = setting("Endereço", kind="url", help="Sem apirest.php: https://glpi.exemplo.com.br")
    user_token: str = setting(
        "Chave de API do usuário", kind="secret", help="Preferências do usuário, chaves de acesso"
    )
    app_token: str = setting(
        "App-Token", kind="secret", default="", help="Configurar > Geral > API, cliente da API"
    )
    teams: Mapping[str, str] = setting(
        "Grupos", kind="table", default={}, names="team",
        help="Equipe = número do grupo no GLPI",
    )  # fmt: skip
    categories: Mapping[str, str] = setting(
        "Categorias", kind="table", default={}, names="category",
        help="Categoria = número; sem linhas, não é enviada",
    )  # fmt: skip
    entity: int = setting("Entidade (número)", kind="number", default=0)
    kind: str = setting(
        "Tipo", kind="choice", choices={"1": "Incidente", "2": "Requisição"}, default="2"
    )
    urgency: str = setting("Urgência", kind="choice", choices=_URGENCIES, default="3")
    source: int = setting("Origem (número)", kind="number", default=0, help="0: a padrão do GLPI")
    requester: int = setting(
        "Requerente (número do usuário)", kind="number", default=0, help="0: nenhum"
    )
    keep_key: bool = setting(
        "Gravar o nosso número em externalid", kind="flag", default=False,
        help="GLPI 10 ou mais novo: o chamado é achado mesmo se mudarem o título",
    )  # fmt: skip
    solution: str = setting(
        "Solução proposta", kind="choice", default="followup",
        choices={"followup": "Acompanhamento privado", "solution": "Solução: o chamado termina"},
    )  # fmt: skip
    closed: str = setting(
        "Ao encerrar", kind="choice", choices={"5": "Solucionado", "6": "Fechado"}, default="5"
    )
    timezone: str = setting(
        "Fuso horário do GLPI", default="America/Sao_Paulo", help="O GLPI informa horas sem fuso"
    )

    def crossed(self) -> Mapping[str, str]:
        """Numbers that are none, and a time zone that there is not."""
        tables = {"teams": self.teams, "categories": self.categories}
        problems = {
            key: f"“{name}” precisa do número que tem no GLPI, não de “{number}”."
            for key, table in tables.items()
            for name, number in table.items()
            if not number.isdecimal()
        }
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            problems["timezone"] = "não é um fuso, como America/Sao_Paulo."
        return problems
