"""The figures of the day by e-mail, to the supervisors who want them. No personal data is in it."""

from datetime import date, datetime, time, timedelta

from django.db import models
from django.utils import timezone

from guiche.desk import clock
from guiche.desk.figures.count import bounds
from guiche.desk.figures.letter import letter
from guiche.desk.figures.tally import day_of
from guiche.desk.messages.outbox import send_each
from guiche.desk.messages.queued import Queued
from guiche.desk.people.role import Role
from guiche.desk.people.user import User
from guiche.desk.refusal import Refused
from guiche.desk.site.hours import Hours
from guiche.desk.site.site import Site

KEPT = timedelta(days=7)
HOURS = range(5, 22)
_USUAL = time(8)
_LATEST = timedelta(hours=6)
"""After its hour: what comes later than that is no news of the morning."""


class DigestRefused(Refused):
    """The digest cannot be sent to this person."""


class Digest(models.Model):
    """Somebody wants it. `hour` None: when the team begins, on the days on which it works."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="digest")
    hour = models.PositiveSmallIntegerField(null=True)
    changed_at = models.DateTimeField(default=clock.now)
    """What was due before is not sent."""

    def __str__(self) -> str:
        return f"{self.user_id} {self.hour}"

    @classmethod
    def ask(cls, user: User, hour: int | None) -> "Digest":
        """From now on this person has it at that hour."""
        if not user.email:
            raise DigestRefused(
                "A sua conta não tem e-mail. Anote-o em Minha conta, Mudar nome ou e-mail."
            )
        if hour is not None and hour not in HOURS:
            raise DigestRefused("Escolha a hora na lista.")
        now = clock.now()
        digest, _ = cls.objects.update_or_create(
            user=user, defaults={"hour": hour, "changed_at": now}
        )
        return digest

    @classmethod
    def stop(cls, user: User) -> None:
        """From now on this person has none."""
        cls.objects.filter(user=user).delete()

    def moment(self, day: date, hours: Hours | None) -> datetime | None:
        """When it is due on that day; None on one without it."""
        begin, end = bounds(day)
        if self.hour is not None:
            return datetime.combine(day, time(self.hour), timezone.get_default_timezone())
        if hours is None:
            return datetime.combine(day, _USUAL, timezone.get_default_timezone())
        opens = hours.start_after(begin)
        return opens if opens and opens < end else None

    def is_due(self, now: datetime, hours: Hours | None) -> bool:
        """Whether it is to be sent now, if it was not."""
        at = self.moment(day_of(now), hours)
        return at is not None and self.changed_at <= at <= now < at + _LATEST


class DigestMail(Queued):
    """One e-mail to one person on one day: the row is unique, so that there is no second one."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()

    class Meta:
        """However many workers there are, and however often they start."""

        constraints = (models.UniqueConstraint(fields=["user", "day"], name="digest_once_a_day"),)

    @property
    def message_id(self) -> str:
        """The same at every attempt."""
        return f"resumo.{self.day:%Y%m%d}.{self.pk}.guiche"

    @property
    def about(self) -> str:
        """No ticket."""
        return ""

    @property
    def refusal(self) -> str:
        """That its day is over, or that the person is no supervisor any more."""
        if self.day != day_of(clock.now()):
            return "O dia passou antes de o resumo sair."
        return "" if self.user.is_active and self.user.role == Role.SUPERVISAO else "Sem acesso."


def send_digests(now: datetime) -> int:
    """Writes and sends what is due at `now`; how many went. Safe to run in any number at once."""
    day, hours = day_of(now), Site.current().hours
    wanted = Digest.objects.filter(user__is_active=True, user__role=Role.SUPERVISAO)
    due = [digest for digest in wanted.select_related("user") if digest.is_due(now, hours)]
    written = set(DigestMail.objects.filter(day=day).values_list("user", flat=True))
    missing = [digest.user for digest in due if digest.user_id not in written]
    if missing:
        subject, body = letter(now)
        for user in missing:
            words = {"to": user.email, "subject": subject, "body": body}
            DigestMail.objects.get_or_create(user=user, day=day, defaults=words)
    return send_each(DigestMail.due(now).select_related("user"))


def forget_old(now: datetime) -> int:
    """Deletes those of earlier days; how many."""
    return DigestMail.objects.filter(day__lt=day_of(now - KEPT)).delete()[0]
