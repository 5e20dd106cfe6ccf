"""A procedure as it was when a call began: calls and tickets stay with the version they knew."""

from hashlib import sha256

from django.db import models

from guiche.desk import clock
from guiche.desk.people.user import User
from guiche.desk.procedures import shelf
from guiche.desk.procedures.procedure import Procedure

# Parsed procedures by digest. A version never changes, and there are few of them.
_parsed: dict[str, Procedure] = {}


class ProcedureVersion(models.Model):
    """One text of a procedure, never changed once written."""

    slug = models.SlugField(max_length=80)
    digest = models.CharField(max_length=64)
    content = models.TextField()
    created_at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    """Who published it on the page; None: it is a file of the shelf."""

    class Meta:
        """The same text is stored once."""

        constraints = (models.UniqueConstraint(fields=["slug", "digest"], name="procedure_once"),)

    def __str__(self) -> str:
        return f"{self.slug} {self.digest[:8]}"

    @classmethod
    def current(cls, slug: str) -> "ProcedureVersion":
        """The version that stands on the shelf now; a new text makes a new row."""
        procedure, content = shelf.find(slug)
        digest = sha256(content.encode()).hexdigest()
        version, _ = cls.objects.get_or_create(
            slug=procedure.slug, digest=digest, defaults={"content": content}
        )
        return version

    @property
    def procedure(self) -> Procedure:
        """What the text says."""
        if self.digest not in _parsed:
            _parsed[self.digest] = Procedure.read(self.content, f"{self.slug}.toml")
        return _parsed[self.digest]
