"""A site of RT, and what our words are called there."""

from collections.abc import Mapping
from dataclasses import dataclass

from guiche.desk.connectors.settings import Settings, setting


@dataclass(frozen=True)
class RequestTrackerSettings(Settings):
    """What is asked for when a connection to RT is set up."""

    url: str = setting("Endereço do RT", kind="url", help="O da página inicial, sem /REST/2.0.")
    token: str = setting("Token", kind="secret", help="Da conta do Guichê no RT.")
    queue: str = setting("Fila de entrada", help="Onde o chamado é aberto.")
    key_field: str = setting(
        "Campo do nosso código",
        default="",
        help="Campo personalizado das filas. Sem ele, o código fica só no assunto.",
    )
    fields: Mapping[str, str] = setting(
        "Outros campos personalizados",
        kind="table",
        default={},
        help="Campo do RT = resposta: document, name, phones, email, category, solution ou outra "
        "do procedimento, como: CEI = wanted_number.",
    )
    teams: Mapping[str, str] = setting(
        "Filas das equipes",
        kind="table",
        names="team",
        default={"Relacionamento": "Relacionamento"},
        help="Equipe = fila do RT. A equipe que falta aqui vai para a fila de mesmo nome.",
    )
    closed_status: str = setting("Situação de encerrado", default="resolved")
    requestor: bool = setting(
        "Cliente como solicitante",
        kind="flag",
        default=True,
        help="O RT manda a ele os e-mails que a fila manda a solicitantes.",
    )

    @property
    def queues(self) -> tuple[str, ...]:
        """Every queue that has a part, once."""
        return tuple(dict.fromkeys((self.queue, *self.teams.values())))

    @property
    def custom_fields(self) -> tuple[str, ...]:
        """Every custom field that is written."""
        return (*filter(None, (self.key_field,)), *self.fields)
