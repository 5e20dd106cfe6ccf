"""The issuer's certificate from the address that a certificate gives (AIA; RFC 5280, 4.2.2.1)."""

from collections.abc import Iterator

from guiche import sources
from guiche.sources import SourceError
from guiche.trust.client import Client
from guiche.trust.link import Link
from guiche.trust.request import ClientError, Request
from guiche.trust.revocation.addresses import issuers


class Fetcher:
    """Asks each address once. What it brings proves itself, or leads nowhere."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._brought: dict[str, list[bytes]] = {}

    def issuers(self, link: Link) -> Iterator[bytes]:
        """The certificates at its addresses, .cer or .p7b; nothing where none can be had."""
        for url in issuers(link):
            if url not in self._brought:
                self._brought[url] = self._ask(url)
            yield from self._brought[url]

    def _ask(self, url: str) -> list[bytes]:
        try:
            data = self.client.fetch(Request(url))
            # No container of keys is opened that an address brings.
            reading = sources.read(data, url, keys=False)
        except (ClientError, SourceError):
            return []
        return [found.der for found in reading.found if found.der]
