"""What a site of Qualitor has to say of itself.

Ids are typed by hand, because no operation lists them. A wrong one shows only when used: hence
the test ticket of docs/connectors/qualitor.md. What the vendor's documents leave open has a
setting, so that a site can be met as it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from guiche.desk.connectors.settings import Settings, setting

DATES = {"%d/%m/%Y": "31/12/2026", "%Y-%m-%d": "2026-12-31"}
_ELEMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class QualitorSettings(Settings):
    """Address and login first, then the ids, then what differs from site to site."""

    url: str = setting(
        "Endereço", kind="url", help="https://servidor ou https://servidor/qualitor, sem /ws."
    )
    company: str = setting("Empresa", help="O código da empresa no login.")
    user: str = setting("Usuário", help="Com permissão em Chamados / Novo chamado.")
    password: str = setting("Senha", kind="secret")
    customer: str = setting(
        "Cliente padrão", help="Código (cdcliente) de quem não tem cadastro, como 1 ou A120."
    )
    contact: str = setting("Contato padrão", help="Código (cdcontato) no cliente padrão.")
    ticket_type: str = setting(
        "Tipo de chamado", help="Código (cdtipochamado) de todo chamado do Guichê."
    )
    locality: str = setting(
        "Localidade", help="Código (cdlocalidade) de onde os chamados são abertos."
    )
    severity: str = setting("Severidade", help="Código (cdseveridade) com que os chamados nascem.")
    origin: str = setting("Origem", help="Código (cdorigem) de por onde os chamados vêm.")
    teams: Mapping[str, str] = setting(
        "Equipes", kind="table", names="team",
        help="Nome no Guichê = código lá (cdequipe), como: Relacionamento = 18.",
    )  # fmt: skip
    category: str = setting(
        "Categoria", default="", help="Código (cdcategoria) do que a tabela não nomeia."
    )
    categories: Mapping[str, str] = setting(
        "Categorias", kind="table", default={}, names="category",
        help="Categoria no Guichê = código lá (cdcategoria).",
    )  # fmt: skip
    infos: Mapping[str, str] = setting(
        "Informações adicionais", kind="table", default={}, names="fact",
        help="phone_1, phone_2, email, document ou outra resposta = número da informação.",
    )  # fmt: skip
    more: Mapping[str, str] = setting(
        "Outros campos", kind="table", default={},
        help="Elemento = valor, em todo chamado, como: cdcategoria1 = 12.",
    )  # fmt: skip
    note_type: str = setting(
        "Tipo de acompanhamento", default="1", help="Código (cdtipoacompanhamento) das notas."
    )

    transport: str = setting(
        "Acesso", kind="choice", default="stateless",
        choices={"stateless": "HTTP (statelessws.php)", "soap": "SOAP"},
    )  # fmt: skip
    wsdl_file: str = setting(
        "Nome do WSDL no acesso HTTP", kind="choice", default="WSTicket",
        choices={name: name for name in ("WSTicket", "WSTicket.wsdl", "wsticket.wsdl")},
    )  # fmt: skip
    wsdl_path: str = setting(
        "Endereço do WSDL no acesso SOAP", kind="choice", default="dynamic",
        choices={"dynamic": "service.php?wsdl=WSTicket", "static": "Ticket/WSTicket.wsdl"},
    )  # fmt: skip
    encoding: str = setting(
        "Codificação dos pedidos", kind="choice", default="iso-8859-1",
        choices={"iso-8859-1": "ISO-8859-1", "utf-8": "UTF-8", "none": "sem declaração"},
        help="Em UTF-8 tudo vai como está. Nas outras, – vai como - e € vai como EUR.",
    )  # fmt: skip
    reply_encoding: str = setting(
        "Codificação das respostas", kind="choice", default="declared",
        choices={"declared": "a que elas declaram", "iso-8859-1": "ISO-8859-1", "utf-8": "UTF-8"},
    )  # fmt: skip
    document_format: str = setting(
        "CNPJ e CPF na busca", kind="choice", default="digits",
        choices={"digits": "11222333000181", "mask": "11.222.333/0001-81"},
    )  # fmt: skip
    contact_needed: bool = setting(
        "Exige contato", kind="flag", default=True,
        help="Sem contato achado, o chamado abre no cliente padrão; desmarcado, sem contato.",
    )  # fmt: skip
    identified_by: str = setting(
        "Identificação do chamado", kind="choice", default="1",
        choices={"1": "solicitante", "2": "equipamento", "3": "produto", "4": "item (IC)"},
    )  # fmt: skip
    title_limit: int = setting(
        "Tamanho do título",
        kind="number",
        default=0,
        help="Quantos caracteres cabem; 0: sem limite.",
    )
    solution: str = setting(
        "Solução", kind="choice", default="solution",
        choices={"solution": "como solução (idsolucao=Y)",
                 "note": "como nota, onde a solução encerraria o chamado", "none": "não escreve"},
    )  # fmt: skip
    duration: str = setting(
        "Duração da solução", default="00:01", help="Tempo (hrduracao) que a solução registra."
    )
    private_notes: bool = setting("Notas privadas", kind="flag", default=True)
    transfer_reason: str = setting(
        "Motivo de repasse",
        default="0",
        help="Código (cdmotivorepasse) de todo repasse; um traço (-) não envia nenhum.",
    )
    search: str = setting(
        "Busca de chamados", kind="choice", default="locality",
        choices={"locality": "por localidade e período", "period": "só por período",
                 "keyword": "por localidade, período e palavra-chave"},
        help="Palavra-chave é a mais rápida, se o chamado de teste é achado assim.",
    )  # fmt: skip
    lag: int = setting(
        "Atraso das listas, em segundos", kind="number", default=60,
        help="Quanto um chamado novo leva para aparecer na busca.",
    )  # fmt: skip
    dates: str = setting("Datas", kind="choice", default="%d/%m/%Y", choices=DATES)
    time_zone: str = setting("Fuso horário", default="America/Sao_Paulo")
    closed: str = setting(
        "Situações de encerrado", default="Encerrado; Fechado; Concluído; Cancelado",
        help="Como o Qualitor as escreve, separadas por ponto e vírgula.",
    )  # fmt: skip
    nothing_found: str = setting(
        "Aviso de nada encontrado", default="",
        help="Palavras do erro com que o Qualitor diz que nada encontrou, se diz por erro.",
    )  # fmt: skip
    login_refused: str = setting(
        "Avisos de login recusado",
        default="usuário ou senha; senha inválida; senha incorreta; login inválido; "
        "empresa inválida; token inválido; token expirado; sessão expirada; sessão inválida; "
        "não autenticado; invalid token; expired token; invalid user; invalid password; "
        "session expired; not authenticated",
        help="Palavras dos erros, separadas por ponto e vírgula.",
    )
    read_seconds: int = setting("Espera pela resposta, em segundos", kind="number", default=60)

    def crossed(self) -> Mapping[str, str]:
        """Names that are no XML, an unknown time zone, and a time that is none."""
        problems = {}
        if wrong := [name for name in self.more if not _ELEMENT.fullmatch(name)]:
            problems["more"] = f"{wrong[0]} não é nome de campo."
        if wrong := [number for number in self.infos.values() if not number.isalnum()]:
            problems["infos"] = f"{wrong[0]} não é número de informação adicional."
        if not self.read_seconds:
            problems["read_seconds"] = "espere ao menos 1 segundo."
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            problems["time_zone"] = "não existe. Exemplo: America/Sao_Paulo."
        return problems

    def is_closed(self, situation: str) -> bool:
        """Whether a situation of that name is an end."""
        return situation.strip().casefold() in _parted(self.closed)

    def refuses_login(self, message: str) -> bool:
        """Whether an error of the site says that the login does not hold."""
        return any(words in message.casefold() for words in _parted(self.login_refused))

    def found_nothing(self, message: str) -> bool:
        """Whether an error of the site says only that nothing was found."""
        return any(words in message.casefold() for words in _parted(self.nothing_found))


def _parted(words: str) -> list[str]:
    return [each.strip().casefold() for each in words.split(";") if each.strip()]
