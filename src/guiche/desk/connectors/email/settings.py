"""What is set up for a desk by e-mail: where mail is sent, who sends it, and where answers come."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from ipaddress import ip_address

from guiche.desk.connectors.settings import Settings, setting

TLS = {
    "starttls": "STARTTLS",
    "tls": "TLS desde o começo",
    "none": "Sem TLS (só dentro da sua rede, e sem senha)",
}
EVIDENCE = {
    "copy": "Por uma cópia oculta na caixa que o IMAP lê",
    "answer": "Pela resposta automática do sistema a cada mensagem",
    "none": "Não há como",
}
# One is chosen: a number is taken from where this desk writes it, and never guessed.
PATTERNS = {
    "hash": r"\[#(\d{1,20})\]",
    "ticket_hash": r"\[Ticket# ?(\d{1,20})\]",
    "named_hash": r"\[[^\[\]#]{1,80} #(\d{1,20})\]",
    "ticket": r"\bTicket (\d{1,20})\b",
}
NUMBERS = {
    "hash": "[#123456]",
    "ticket_hash": "[Ticket#20261123]",
    "named_hash": "[nome #1234]",
    "ticket": "Ticket 1234",
    "own": "De outro jeito",
}
_LONGEST_PATTERN = 200
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,200}[A-Za-z0-9])?")


@dataclass(frozen=True, kw_only=True)
class MailSettings(Settings):
    """IMAP is not needed; without it nothing comes back and nothing can be looked up."""

    server: str = setting("Servidor de envio (SMTP)")
    port: int = setting("Porta", kind="number", default=587)
    tls: str = setting("Segurança", kind="choice", choices=TLS, default="starttls")
    user: str = setting("Usuário", default="")
    password: str = setting("Senha", kind="secret", default="")
    sender: str = setting("Remetente", help="As respostas e os avisos de erro vão para ele.")
    desk: str = setting("E-mail do sistema", help="O endereço que abre chamados.")
    teams: Mapping[str, str] = setting(
        "E-mail das equipes", kind="table", default={}, names="team",
        help="Uma equipe por linha. As outras são pedidas ao e-mail do sistema.",
    )  # fmt: skip
    imap_server: str = setting("Servidor das respostas (IMAP)", default="")
    imap_port: int = setting("Porta do IMAP", kind="number", default=993)
    imap_tls: str = setting("Segurança do IMAP", kind="choice", choices=TLS, default="tls")
    imap_user: str = setting("Usuário do IMAP", default="")
    imap_password: str = setting("Senha do IMAP", kind="secret", default="")
    imap_folder: str = setting("Pasta", default="INBOX")
    evidence: str = setting(
        "Como conferir se uma mensagem chegou", kind="choice", choices=EVIDENCE, default="copy"
    )
    number: str = setting(
        "Como o sistema escreve o número", kind="choice", choices=NUMBERS, default="ticket_hash"
    )
    number_pattern: str = setting(
        "De outro jeito", default="", help="Expressão regular com um grupo, como: Caso (\\d+)"
    )
    answers_from: str = setting(
        "Domínios de quem responde", default="",
        help="Separados por vírgula. Vazio: o do e-mail do sistema. Os outros não são lidos.",
    )  # fmt: skip

    @property
    def reads(self) -> bool:
        """Whether answers come back."""
        return bool(self.imap_server)

    @property
    def copies(self) -> bool:
        """Whether each message goes to the own mailbox too."""
        return self.reads and self.evidence == "copy"

    @property
    def pattern(self) -> "re.Pattern[str]":
        """What the number of the desk is found by; its one group is the number."""
        return re.compile(PATTERNS.get(self.number, self.number_pattern))

    @property
    def domains(self) -> frozenset[str]:
        """Whose answers are read."""
        named = self.answers_from or self.desk.rpartition("@")[2]
        return frozenset(each.strip().lower() for each in named.split(",") if each.strip())

    def crossed(self) -> Mapping[str, str]:
        """Addresses that are none, passwords in the clear, a pattern that cannot be used."""
        problems = {}
        named = {"sender": [self.sender], "desk": [self.desk], "teams": self.teams.values()}
        for key, addresses in named.items():
            if wrong := [address for address in addresses if not _is_address(address)]:
                problems[key] = f"não é um endereço de e-mail: {', '.join(wrong)}."
        problems |= self._logins()
        if self.number == "own" and (words := _unusable(self.number_pattern)):
            problems["number_pattern"] = words
        if not re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", self.imap_folder):
            problems["imap_folder"] = "use letras sem acento, sem aspas nem barra invertida."
        return problems

    def _logins(self) -> Mapping[str, str]:
        problems = {}
        for prefix, server in (("", self.server), ("imap_", self.imap_server)):
            user, password = getattr(self, f"{prefix}user"), getattr(self, f"{prefix}password")
            if bool(user) != bool(password) or (prefix and server and not user):
                problems[f"{prefix}user"] = "usuário e senha vão juntos."
            if not (user + password).isascii():
                problems[f"{prefix}password"] = "este protocolo só aceita letras sem acento."
            if password and getattr(self, f"{prefix}tls") == "none" and not _is_here(server):
                problems[f"{prefix}tls"] = "uma senha não vai sem TLS pela rede."
        return problems


def _is_address(text: str) -> bool:
    """`email-validator` would refuse `.local`, where desks of many companies are."""
    try:
        address = Address(addr_spec=text)
    except (ValueError, IndexError, HeaderParseError):
        return False
    return bool(_DOMAIN.fullmatch(address.domain)) and bool(_LOCAL.fullmatch(address.username))


def _unusable(pattern: str) -> str:
    if not 0 < len(pattern) <= _LONGEST_PATTERN:
        return f"escreva a expressão regular, com até {_LONGEST_PATTERN} caracteres."
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        return f"a expressão regular não serve: {error}"
    return "" if groups == 1 else f"a expressão regular tem {groups} grupos; precisa de um."


def _is_here(server: str) -> bool:
    try:
        return server == "localhost" or ip_address(server).is_loopback
    except ValueError:
        return False
