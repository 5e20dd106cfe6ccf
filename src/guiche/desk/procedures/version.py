"""A procedure as it was when a call began: calls and tickets stay with the version they knew."""

from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Lock

from django.db import models, transaction
from django.db.models import Max

from guiche.desk import clock
from guiche.desk.people.turn import take_turn
from guiche.desk.people.user import User
from guiche.desk.procedures import shelf
from guiche.desk.procedures.procedure import Procedure
from guiche.desk.procedures.rules import read_new
from guiche.desk.procedures.table import ProcedureError
from guiche.desk.refusal import Refused

NEW = ""
"""The digest that stands for no version yet."""

# Parsed procedures by digest. A version never changes, and there are few of them.
_parsed: dict[str, Procedure] = {}
_reading = Lock()
"""Of threads that begin together one reads, which takes long, and the others wait."""

# What was published last, and what stands in the file. Without the text: it is large, and every
# process knows those that hold.
_EITHER = """
SELECT id, slug, digest, created_at, by_id, follows_file, withdrawn
FROM desk_procedureversion
WHERE by_id IS NULL AND slug = %s AND digest = %s
    OR id = (SELECT max(id) FROM desk_procedureversion WHERE slug = %s AND by_id IS NOT NULL)
"""


class PublishedMeanwhile(Refused):
    """Somebody else published a version since this one was begun."""


class ProcedureVersion(models.Model):
    """One text of a procedure, never changed once written.

    With an author it was published on the page, and each publication is a row; without, it is a
    text of the shelf, kept once.
    """

    slug = models.SlugField(max_length=80)
    digest = models.CharField(max_length=64)
    content = models.TextField()
    created_at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    """Who published it on the page; None: it is a file of the shelf."""
    follows_file = models.BooleanField(default=False)
    """Published by going back to the file: from then on the file holds, as it stands."""
    withdrawn = models.BooleanField(default=False, db_default=False)
    """Published by withdrawing it: from then on no call begins by it, until it is published
    again."""

    class Meta:
        """The same text of the shelf is stored once."""

        constraints = (
            models.UniqueConstraint(
                fields=["slug", "digest"], condition=models.Q(by=None), name="procedure_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.slug} {self.digest[:8]}"

    @classmethod
    def published(cls, slug: str) -> "models.QuerySet[ProcedureVersion]":
        """What was published on the page, the latest first."""
        return cls.objects.filter(slug=slug, by__isnull=False).select_related("by").order_by("-pk")

    @classmethod
    def current(cls, slug: str) -> "ProcedureVersion":
        """The version that holds now: the one published last, or the file of the shelf.

        The file holds as long as nothing was published, and again after `return_to_file`.
        """
        digest = ""
        with suppress(ProcedureError):  # where the file holds, `of_file` says what is wrong
            digest = digest_of(shelf.find(slug)[1])
        either = cls.objects.raw(_EITHER, [slug, digest, slug])
        found = {bool(each.by_id): each for each in either}
        published, of_file = found.get(True), found.get(False)
        if published and not published.follows_file:
            return published
        return of_file or cls.of_file(slug)

    @classmethod
    def offered(cls, slug: str) -> "ProcedureVersion":
        """The version that a call begins by; a `ProcedureError` where it is withdrawn."""
        version = cls.current(slug)
        if version.withdrawn:
            raise ProcedureError(f"{slug}.toml", "", "foi retirado; use outro procedimento.")
        return version

    @classmethod
    def holding(cls) -> dict[str, Procedure]:
        """What holds now of each procedure that there is, by slug; one that is withdrawn is left
        out, and one that cannot be read, so that its mistake stops no call of another."""
        return {slug: procedure for slug, _, procedure, _ in cls._holding()}

    @classmethod
    def holding_digests(cls) -> dict[str, tuple[Procedure, str]]:
        """The same, each with the digest of its text."""
        return {
            slug: (procedure, version.digest if version else digest_of(content))
            for slug, version, procedure, content in cls._holding()
        }

    @classmethod
    def _holding(cls) -> "Iterator[tuple[str, ProcedureVersion | None, Procedure, str]]":
        """Slug, the version that was published or None, the procedure, the text of a file or ""."""
        published = cls.objects.filter(by__isnull=False).values("slug").annotate(pk=Max("pk"))
        latest = cls.objects.filter(pk__in=published.values("pk"), follows_file=False)
        versions = {version.slug: version for version in latest.defer("content")}
        files: dict[str, Path] = {}
        with suppress(ProcedureError):
            files = shelf.files()
        unfiled = versions.keys() - files.keys()
        for slug in [*files, *(unfiled & cls.made_here() if unfiled else ())]:
            version = versions.get(slug)
            if version and version.withdrawn:
                continue
            with suppress(ProcedureError):
                procedure, content = (version.procedure, "") if version else shelf.read(files[slug])
                yield slug, version, procedure, content

    @classmethod
    def made_here(cls) -> set[str]:
        """The procedures that were begun on the page and never had a file.

        One whose file was taken away has versions too, and is no longer there.
        """
        of_files = cls.objects.filter(by=None).values("slug")
        return set(cls.objects.exclude(slug__in=of_files).values_list("slug", flat=True))

    @classmethod
    def slugs(cls) -> list[str]:
        """All that there are, in order."""
        return sorted({*shelf.files(), *cls.made_here()})

    @classmethod
    def is_taken(cls, slug: str) -> bool:
        """Whether a procedure has it, or had it: its tickets are counted under it."""
        return slug in shelf.files() or cls.objects.filter(slug=slug).exists()

    @classmethod
    def of_file(cls, slug: str) -> "ProcedureVersion":
        """The text that stands on the shelf now; a new one makes a new row."""
        procedure, content = shelf.find(slug)
        version, _ = cls.objects.defer("content").get_or_create(
            slug=procedure.slug, digest=digest_of(content), by=None, defaults={"content": content}
        )
        return version

    @classmethod
    def publish(cls, slug: str, content: str, by: User, *, seen: str) -> "ProcedureVersion":
        """Makes a text hold for every call from now on, or raises.

        `seen` is the digest of the version that the author began from, `NEW` where there was none.
        `ProcedureError`: the text
        is no procedure, or not this one. `PublishedMeanwhile`: another one holds by now.
        """
        read_as(slug, content)
        return cls._publish(by, seen, slug=slug, content=content)

    @classmethod
    def return_to_file(cls, slug: str, by: User, *, seen: str) -> "ProcedureVersion":
        """Makes the file of the shelf hold again, also as it changes later."""
        _, content = shelf.find(slug)
        return cls._publish(by, seen, slug=slug, content=content, follows_file=True)

    @classmethod
    def withdraw(cls, slug: str, by: User, *, seen: str) -> "ProcedureVersion":
        """No call begins by it from now on; those that did, and its tickets, go on as they are."""
        if slug in shelf.files():
            raise Refused("Este vem de um arquivo: só o que foi feito na página pode ser retirado.")
        content = cls.current(slug).content
        return cls._publish(by, seen, slug=slug, content=content, withdrawn=True)

    @classmethod
    def take_back(cls, slug: str, by: User, *, seen: str) -> "ProcedureVersion":
        """Publishes again, as it was, what was withdrawn."""
        return cls.publish(slug, cls.current(slug).content, by, seen=seen)

    @property
    def is_of_page(self) -> bool:
        """Whether it was made on the page and never had a file: such a one can be withdrawn."""
        return self.by_id is not None and self.slug in self.made_here() - shelf.files().keys()

    @classmethod
    @transaction.atomic
    def _publish(
        cls,
        by: User,
        seen: str,
        *,
        slug: str,
        content: str,
        follows_file: bool = False,
        withdrawn: bool = False,
    ) -> "ProcedureVersion":
        take_turn()
        if seen == NEW and not cls.is_taken(slug):
            return cls.objects.create(slug=slug, digest=digest_of(content), content=content, by=by)
        current = cls.current(slug)
        if current.digest != seen:
            who = f"{current.by} publicou" if current.by else "O arquivo trouxe"
            raise PublishedMeanwhile(f"{who} outra versão depois que você abriu esta página.")
        digest = digest_of(content)
        if withdrawn and current.withdrawn:
            raise Refused("Este procedimento já está retirado.")
        if digest == seen and not (follows_file or withdrawn or current.withdrawn):
            raise Refused("Nada mudou: é o mesmo texto que já vale.")
        return cls.objects.create(
            slug=slug, digest=digest, content=content, by=by, follows_file=follows_file,
            withdrawn=withdrawn,
        )  # fmt: skip

    @property
    def before(self) -> "ProcedureVersion | None":
        """The version that was there before this one."""
        return ProcedureVersion.objects.filter(slug=self.slug, pk__lt=self.pk).last()

    @property
    def procedure(self) -> Procedure:
        """What the text says."""
        with _reading:
            if self.digest not in _parsed:
                _parsed[self.digest] = Procedure.read(self.content, f"{self.slug}.toml")
            return _parsed[self.digest]


def digest_of(content: str) -> str:
    """By what a text is known."""
    return sha256(content.encode()).hexdigest()


def read_as(slug: str, content: str) -> Procedure:
    """The procedure of that name written in `content`, or a `ProcedureError`: what a page publishes
    holds at once, and for everybody."""
    return read_new(content, f"{slug}.toml", slug)
