"""How often one protocol may be asked for, whoever asks and whether it exists or not.

The last digits of a telephone are few. Each try is a row, right or wrong, so that all processes
and machines count together, and nothing tells a protocol that exists from one that does not. One
address has few tries; all of them together have more, so that whoever uses up his own keeps nobody
else out.
"""

from datetime import datetime, timedelta

from django.db import models
from django.utils.crypto import salted_hmac

from guiche.desk.portal.address import whose

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST_IN_HOUR, MOST_IN_DAY = 5, 15
"""Of one address."""
ALL_IN_HOUR, ALL_IN_DAY = 20, 40
"""Of all. Of 10,000 endings, for two telephones: a stranger with many addresses needs three months
for an even chance, and the page closes one month after its ticket."""

_SALT = "guiche.desk.portal.guess"


class Guess(models.Model):
    """One try. What was asked for, and from where, rests as a keyed digest, and tells nobody."""

    digest = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        """One index counts."""

        indexes = (models.Index(fields=["digest", "at"], name="guess_count"),)

    def __str__(self) -> str:
        return f"{self.digest[:8]} {self.at:%Y-%m-%d %H:%M}"

    @classmethod
    def allowed(cls, number: str, address: str, now: datetime) -> bool:
        """Writes one try down; whether it may go on.

        What is refused to one address learns nothing, and is not counted against all.
        """
        own = f"{whose(address)} {number}"
        return cls._counted(own, now, MOST_IN_HOUR, MOST_IN_DAY) and cls._counted(
            number, now, ALL_IN_HOUR, ALL_IN_DAY
        )

    @classmethod
    def _counted(cls, what: str, now: datetime, in_hour: int, in_day: int) -> bool:
        digest = salted_hmac(_SALT, what, algorithm="sha256").hexdigest()
        # Written before it is counted: of many at once each sees those before it.
        cls.objects.create(digest=digest, at=now)
        times = list(
            cls.objects.filter(digest=digest, at__gt=now - DAY)
            .order_by("-at")
            .values_list("at", flat=True)[: in_day + 1]
        )
        return sum(at > now - HOUR for at in times) <= in_hour and len(times) <= in_day
