"""Teams: names, as procedures use them, and who is in which."""

from collections.abc import Iterable

from django.db import models, transaction

from guiche.desk.people.user import User
from guiche.desk.refusal import Refused

LONGEST = 120


class TeamRefused(Refused):
    """The name is no name of a team."""


class Membership(models.Model):
    """That a person belongs to a team; to several, by several rows."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    team = models.CharField(max_length=LONGEST)

    class Meta:
        """Once for each team."""

        constraints = (models.UniqueConstraint(fields=["user", "team"], name="membership_once"),)

    def __str__(self) -> str:
        return f"{self.user}: {self.team}"


def teams_of(user: User) -> frozenset[str]:
    """The teams that this person belongs to."""
    return frozenset(user.memberships.values_list("team", flat=True))


def staffed() -> frozenset[str]:
    """The teams that somebody belongs to who can log in."""
    rows = Membership.objects.filter(user__is_active=True)
    return frozenset(rows.values_list("team", flat=True).distinct())


def clean_team(typed: str) -> str:
    """A name of a team, on one line."""
    name = " ".join(typed.split())
    if not name:
        raise TeamRefused("Escreva o nome da equipe.")
    if len(name) > LONGEST:
        raise TeamRefused(f"O nome tem {len(name)} caracteres; o limite é {LONGEST}.")
    return name


@transaction.atomic
def reassign(user: User, joins: Iterable[str], leaves: Iterable[str]) -> None:
    """Puts a person into teams and takes them out of others; what is so already stays so."""
    rows = [Membership(user=user, team=clean_team(team)) for team in joins]
    Membership.objects.bulk_create(rows, ignore_conflicts=True)
    user.memberships.filter(team__in=list(leaves)).delete()
