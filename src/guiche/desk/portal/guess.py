"""How often one protocol may be asked for, whoever asks and whether it exists or not.

The last digits of a telephone are few. Each try is a row, right or wrong, so that all processes and
machines count together, and nothing tells a protocol that exists from one that does not.
"""

from datetime import datetime, timedelta

from django.db import models
from django.utils.crypto import salted_hmac

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST_IN_HOUR, MOST_IN_DAY = 5, 15
"""Of 10,000 endings, for two telephones: a stranger needs eight months for an even chance."""

_SALT = "guiche.desk.portal.guess"


class Guess(models.Model):
    """One try. The number rests as a keyed digest: the rows tell nobody what was asked for."""

    digest = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        """One index counts."""

        indexes = (models.Index(fields=["digest", "at"], name="guess_count"),)

    def __str__(self) -> str:
        return f"{self.digest[:8]} {self.at:%Y-%m-%d %H:%M}"

    @classmethod
    def allowed(cls, number: str, now: datetime) -> bool:
        """Writes one try down; whether it may go on."""
        digest = salted_hmac(_SALT, number, algorithm="sha256").hexdigest()
        # Written before it is counted: of many at once each sees those before it.
        cls.objects.create(digest=digest, at=now)
        times = list(
            cls.objects.filter(digest=digest, at__gt=now - DAY)
            .order_by("-at")
            .values_list("at", flat=True)[: MOST_IN_DAY + 1]
        )
        in_hour = sum(at > now - HOUR for at in times)
        return in_hour <= MOST_IN_HOUR and len(times) <= MOST_IN_DAY
