"""What a provider of cloud certificates gave this site when it registered it: id and secret."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db import models, transaction

from guiche.desk import clock, vault
from guiche.desk.connectors.settings import SettingsRefused
from guiche.desk.people.turn import take_turn
from guiche.desk.people.user import User
from guiche.desk.site.site import SavedMeanwhile
from guiche.sources import CloudClientError, CloudError
from guiche.sources.psc import Provider, providers, root

if TYPE_CHECKING:
    from guiche.sources.psc.application import Application

LONGEST = 300
SECONDS = 10.0
"""For each call to a provider: a customer waits, and a thread of the pages with him."""


class Wanted(NamedTuple):
    """How an application shall be; a secret that is left empty stays as it was."""

    client_id: str
    secret: str
    base: str
    active: bool


class PscApplication(models.Model):
    """One for each provider. The secret is enciphered, and shown to nobody again."""

    provider_key = models.CharField(max_length=40, unique=True)
    client_id = models.CharField(max_length=LONGEST)
    base = models.CharField(max_length=LONGEST, blank=True)
    """Where the provider is, if not where it says to everybody."""
    sealed = models.BinaryField(default=bytes)
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=clock.now)
    last_error = models.TextField(blank=True)
    """Why the last reading failed, "" where it did not."""
    last_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.provider.name

    @property
    def provider(self) -> Provider:
        """What is known of the provider by itself."""
        return providers()[self.provider_key]

    @classmethod
    def of(cls, provider: Provider) -> "PscApplication":
        """That of this provider; a new one, not at work and not saved, where there is none."""
        row = cls.objects.filter(provider_key=provider.key).select_related("by").first()
        return row or cls(provider_key=provider.key, active=False)

    @classmethod
    def offered(cls) -> list["PscApplication"]:
        """Those that a customer may choose from, in the order of the providers."""
        rows = {row.provider_key: row for row in cls.objects.filter(active=True)}
        return [rows[key] for key in providers() if key in rows]

    @property
    def secret(self) -> str | None:
        """The secret; None where there is none, or the data key does not open it."""
        opened = vault.unseal(bytes(self.sealed)) if self.sealed else None
        return None if opened is None else opened.decode()

    def opened(self, redirect_uri: str) -> "Application":
        """Ready for use. `CloudClientError` where what is saved cannot be used any more."""
        # Brings httpx along, and TLS: not for every command that knows the rows.
        from guiche.sources.psc.application import Application

        secret = self.secret
        if secret is None:
            raise CloudClientError(self.provider.name)
        try:
            return Application(
                self.provider, self.client_id, secret, redirect_uri, self.base, SECONDS
            )
        except ValueError:
            raise CloudClientError(self.provider.name) from None

    @transaction.atomic
    def change(self, wanted: Wanted, by: User, *, seen: int) -> None:
        """Makes it as wanted and saves it.

        `SettingsRefused` names all that is wrong; `SavedMeanwhile`: another version than `seen`,
        from which the form was filled, holds by now.
        """
        take_turn()
        held = PscApplication.of(self.provider)
        if held.version != seen:
            who = held.by or "Alguém"
            raise SavedMeanwhile(f"{who} mudou isto depois que você abriu a página.")
        if problems := dict(held._problems(wanted)):
            raise SettingsRefused(problems)
        if wanted.secret:
            held.sealed = vault.seal(wanted.secret.encode())
        held.client_id, held.base, held.active = wanted.client_id, wanted.base, wanted.active
        held.by, held.changed_at, held.version = by, clock.now(), seen + 1
        held.last_error, held.last_at = "", None
        held.save()

    def _problems(self, wanted: Wanted) -> Iterator[tuple[str, str]]:
        for key in ("client_id", "secret", "base"):
            if len(getattr(wanted, key)) > LONGEST:
                yield key, f"tem mais de {LONGEST} caracteres."
        if not wanted.client_id:
            yield "client_id", "falta."
        if not wanted.secret and self.secret is None:
            yield "secret", "falta."
        if wanted.base or not self.provider.base:
            try:
                root(wanted.base)
            except ValueError as error:
                yield "base", str(error)

    def note(self, error: CloudError | None, now: datetime) -> None:
        """What came of a reading at the provider, for whoever looks after the settings."""
        PscApplication.objects.filter(pk=self.pk).update(
            last_error=error.message if error else "", last_at=now
        )
