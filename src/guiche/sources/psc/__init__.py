"""Certificates in the cloud (BirdID, VIDaaS, SafeID, SerproID, RemoteID), read from their PSC.

The API is that of DOC-ICP-17.01 (6.4): OAuth 2.0 with PKCE, then `certificate-discovery`. The
certificate comes from the provider's server, and the approval from the person's own phone.
"""

from guiche.sources.missing import Missing
from guiche.sources.psc.pkce import new_verifier
from guiche.sources.psc.provider import Provider, providers, root

__all__ = ["Provider", "missing", "new_verifier", "providers", "root"]


def missing() -> Missing:
    """What this machine lacks; whether an application is registered is known to the desk alone."""
    from importlib.util import find_spec

    if find_spec("httpx") is None:
        return Missing("o pacote httpx", 'pip install "guiche[desk]"')
    return Missing(
        "uma aplicação registrada no provedor: peça a ele client_id e client_secret, e escreva-os "
        "em Ajustes, Integrações, Certificado em nuvem"
    )
