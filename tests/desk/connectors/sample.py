"""A kind of desk with a setting of each sort, which is called and says what a test tells it to."""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from desk.deliveries.memory import Memory
from guiche.desk.connectors.connector import Check, DeliveryError, Outcome
from guiche.desk.connectors.settings import Settings, setting


@dataclass(frozen=True)
class SampleSettings(Settings):
    url: str = setting("Endereço", kind="url", help="Onde o sistema atende.")
    password: str = setting("Senha", kind="secret")
    hook: str = setting("Segredo dos avisos", kind="secret", default="")
    company: str = setting("Empresa", default="1")
    limit: int = setting("Espera", kind="number", default=20, help="Em segundos.")
    open_window: bool = setting("Aceitar sem TLS", kind="flag", default=True)
    encoding: str = setting(
        "Codificação", kind="choice", choices={"latin": "ISO-8859-1", "utf": "UTF-8"},
        default="latin",
    )  # fmt: skip
    text: str = setting("Texto", kind="text", default="")
    teams: Mapping[str, str] = setting(
        "Equipes", kind="table", default={"Relacionamento": "18"}, names="team"
    )
    categories: Mapping[str, str] = setting(
        "Categorias", kind="table", default={}, names="category"
    )
    infos: Mapping[str, str] = setting("Informações", kind="table", default={}, names="fact")

    def crossed(self) -> Mapping[str, str]:
        if self.company == "2" and not self.text:
            return {"text": "a empresa 2 precisa de um texto."}
        return {}


class Sample(Memory):
    Settings: ClassVar[type[Any]] = SampleSettings

    @property
    def own(self) -> Any:
        return self.settings

    def check(self) -> Iterable[Check]:
        yield Check("Acesso", ok=True)
        known = self.own.url == "https://desk.exemplo.com.br"
        yield Check("Categoria", known, "" if known else "A categoria 7 não existe.")

    def heard(self, headers: Mapping[str, str], body: bytes) -> str:
        secret = self.own.hook
        signature = hmac.new(secret.encode(), body, "sha256").hexdigest()
        if not hmac.compare_digest(headers.get("X-Signature", ""), signature):
            raise DeliveryError("Assinatura", Outcome.REJECTED)
        return body.decode()
