"""The authorities that are known, each with its way up to a pinned root."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from guiche.icpbrasil.name import NameKey
from guiche.trust.link import Link
from guiche.trust.roots import ROOTS, Pins
from guiche.trust.signature import Verdict

MAX_DEPTH = 8
"""Certificates of a path; ICP-Brasil has a root, two levels of authorities and the holder's."""
MAX_WAYS = 8
"""Ways up of one authority: cross certificates give a second one, an attack gives thousands."""
MAX_AUTHORITIES = 5_000
"""Of one bundle; ITI's full one has some hundreds."""


class Way(NamedTuple):
    """From a certificate up to a pinned root; `unverifiable` is a link that no one here can check.

    A link that was checked and is false makes no way.
    """

    links: tuple[Link, ...]
    unverifiable: Link | None = None

    @property
    def root(self) -> Link:
        """The pinned root at its end."""
        return self.links[-1]

    @property
    def window(self) -> tuple[datetime, datetime] | None:
        """When all its certificates are in force together; None where never, or not known."""
        starts = [link.certificate.not_before for link in self.links]
        ends = [link.certificate.not_after for link in self.links]
        if None in starts or None in ends:
            return None
        start = max(moment for moment in starts if moment)
        end = min(moment for moment in ends if moment)
        return (start, end) if start <= end else None

    def in_force(self, at: datetime) -> bool:
        """Whether all its certificates are in force at that moment, both ends included."""
        window = self.window
        return window is not None and window[0] <= at <= window[1]


class Anchors:
    """What paths are built from: authorities that chain to a pinned root, and nothing else.

    Whatever does not chain to one is in `left_out`. Not changed once made; `with_extra` makes
    another.
    """

    def __init__(self, ders: Iterable[bytes] = (), pins: Pins = ROOTS) -> None:
        """Certificates in DER, in any order; what is no certificate is left out."""
        self.pins = pins
        self.left_out: tuple[Link, ...] = ()
        self.unreadable = 0
        self._ways: dict[str, tuple[Way, ...]] = {}
        self._by_subject: dict[NameKey, tuple[Link, ...]] = {}
        self._take(ders)

    def __len__(self) -> int:
        return len(self._ways)

    def __iter__(self) -> Iterator[Link]:
        return (links[0].links[0] for links in self._ways.values())

    @property
    def roots(self) -> list[Link]:
        """The pinned roots that are there."""
        return [link for link in self if link.sha256 in self.pins]

    def issuers(self, link: Link) -> tuple[Link, ...]:
        """The authorities here that bear the name of its issuer."""
        return self._by_subject.get(link.issuer, ())

    def ways(self, authority: Link) -> tuple[Way, ...]:
        """The ways up from an authority of these."""
        return self._ways[authority.sha256]

    def ways_from(self, link: Link) -> Iterator[Way]:
        """The ways up from any certificate: its own link is checked, the rest was."""
        if link.sha256 in self._ways:
            yield from self._ways[link.sha256]
            return
        for issuer in self.issuers(link):
            verdict = _link(link, issuer)
            if verdict is not Verdict.NOT_MADE:
                yield from _longer(link, verdict, self.ways(issuer))

    def with_extra(self, ders: Iterable[bytes]) -> "Anchors":
        """These and what of the others chains to a pinned root through them."""
        other = Anchors((), self.pins)
        other._ways = dict(self._ways)
        other._by_subject = dict(self._by_subject)
        other._take(ders)
        return other

    def _take(self, ders: Iterable[bytes]) -> None:
        waiting = self._read(ders)
        reached = [link for link in waiting.values() if link.sha256 in self.pins]
        for root in reached:
            self._add(root, [Way((root,))])
        # New authorities may hang below old ones, which are met first.
        reached = [*self, *reached] if waiting else []
        by_issuer: dict[NameKey, list[Link]] = {}
        for link in waiting.values():
            by_issuer.setdefault(link.issuer, []).append(link)
        # From the roots down, so that no key is used before its own path was proven, and a circle
        # of issuers is never entered.
        for depth in range(MAX_DEPTH):  # noqa: B007
            lower: dict[str, Link] = {}
            for issuer in reached:
                for link in by_issuer.get(issuer.subject, ()):
                    if self._hang(link, issuer):
                        lower[link.sha256] = link
            reached = list(lower.values())
        self.left_out = tuple(link for key, link in waiting.items() if key not in self._ways)

    def _read(self, ders: Iterable[bytes]) -> dict[str, Link]:
        found: dict[str, Link] = {}
        for count, der in enumerate(ders):
            if count >= MAX_AUTHORITIES:
                raise ValueError(f"mais de {MAX_AUTHORITIES} certificados")
            try:
                link = Link(der)
            except ValueError:
                self.unreadable += 1
            else:
                if link.sha256 not in self._ways:
                    found.setdefault(link.sha256, link)
        return found

    def _hang(self, link: Link, issuer: Link) -> bool:
        """Adds the ways of a certificate through that issuer; whether there were new ones."""
        known = self._ways.get(link.sha256, ())
        if link.sha256 in self.pins or not link.may_be_authority or len(known) >= MAX_WAYS:
            return False
        verdict = _link(link, issuer)
        if verdict is Verdict.NOT_MADE:
            return False
        new = [way for way in _longer(link, verdict, self.ways(issuer)) if way not in known]
        self._add(link, new[: MAX_WAYS - len(known)])
        return bool(new)

    def _add(self, link: Link, ways: list[Way]) -> None:
        if not ways:
            return
        if link.sha256 not in self._ways:
            named = self._by_subject.get(link.subject, ())
            self._by_subject[link.subject] = (*named, link)
        self._ways[link.sha256] = (*self._ways.get(link.sha256, ()), *ways)


def _link(link: Link, issuer: Link) -> Verdict:
    """Whether the issuer signed it.

    Where that cannot be checked, the identifiers of the keys may still tell that it did not.
    """
    verdict = link.signature.verdict(issuer.key)
    if verdict is Verdict.UNVERIFIABLE and link.names_key_of(issuer) is False:
        return Verdict.NOT_MADE
    return verdict


def _longer(link: Link, verdict: Verdict, ways: Iterable[Way]) -> Iterator[Way]:
    """The ways of an issuer with one certificate more below them; no way holds one twice."""
    for way in ways:
        if len(way.links) < MAX_DEPTH and link.sha256 not in {each.sha256 for each in way.links}:
            unverifiable = way.unverifiable
            if verdict is Verdict.UNVERIFIABLE:
                unverifiable = link
            yield Way((link, *way.links), unverifiable)
