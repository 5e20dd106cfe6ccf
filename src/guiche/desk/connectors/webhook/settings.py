"""Where a program is called, and the secret that signs the calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings as site

from guiche.desk.connectors.settings import Settings, setting
from guiche.desk.connectors.webhook.signature import key_of

_LONGEST_TIMEOUT = 60


@dataclass(frozen=True, kw_only=True)
class WebhookSettings(Settings):
    """One address; it may not be the desk itself, nor inside the network unless the site says."""

    url: str = setting("Endereço", kind="url", help="Recebe um POST para cada evento.")
    secret: str = setting(
        "Segredo da assinatura", kind="secret",
        help="whsec_ e de 24 a 64 bytes em base64. O programa confere com ele cada chamada.",
    )  # fmt: skip
    timeout: int = setting("Espera pela resposta, em segundos", kind="number", default=15)

    @property
    def allows_private(self) -> bool:
        """Whether it may be inside the network: whoever keeps the service says so, no page."""
        return bool(site.WEBHOOK_PRIVATE)

    def crossed(self) -> Mapping[str, str]:
        """What cannot be used, and why."""
        problems = {}
        parts = urlsplit(self.url)
        if parts.hostname in {host.strip(".") for host in site.ALLOWED_HOSTS} and site.PRODUCTION:
            problems["url"] = "é o próprio Guichê; use o endereço do outro programa."
        elif parts.scheme != "https" and not self.allows_private:
            problems["url"] = "comece com https://."
        if not 0 < self.timeout <= _LONGEST_TIMEOUT:
            problems["timeout"] = f"use de 1 a {_LONGEST_TIMEOUT} segundos."
        try:
            key_of(self.secret)
        except ValueError as error:
            problems["secret"] = str(error)
        return problems
