"""Whether a certificate is genuine and in force: its path to a pinned root, at a moment."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any, NamedTuple

from guiche.icpbrasil.findings import Finding
from guiche.icpbrasil.validity import day
from guiche.trust.anchors import MAX_DEPTH, Anchors, Way
from guiche.trust.findings import finding
from guiche.trust.link import Link
from guiche.trust.revocation import Revocation, Standing, State
from guiche.trust.roots import is_lookalike
from guiche.trust.signature import Verdict
from guiche.trust.use import Use

MAX_EXTRA = 64
"""Certificates that came along with one; a container has a handful."""
MIN_RSA_BITS = 2048

Fetch = Callable[[Link], Iterable[bytes]]
"""The certificates that a certificate's own address (AIA) gives for its issuer."""


class Status(StrEnum):
    """The values are public; nothing folds one into another."""

    UNCHECKED = "unchecked"
    TRUSTED = "trusted"
    EXPIRED_PATH = "expired_path"
    REVOKED = "revoked"
    UNKNOWN_ROOT = "unknown_root"
    NOT_VERIFIABLE = "not_verifiable"
    COULD_NOT_TELL = "could_not_tell"


_HEADLINES = {
    Status.UNCHECKED: "A cadeia não foi conferida",
    Status.TRUSTED: "Confiável: leva à raiz {root} da ICP-Brasil",
    Status.EXPIRED_PATH: "Fora do prazo: leva à raiz {root} da ICP-Brasil, mas não vale na data",
    Status.REVOKED: "Revogado",
    Status.UNKNOWN_ROOT: "Não confiável: não leva a uma raiz da ICP-Brasil",
    Status.NOT_VERIFIABLE: "Não se consegue conferir aqui",
    Status.COULD_NOT_TELL: "Não deu para saber se é confiável",
}


class Trust(NamedTuple):
    """The verdict. `path` goes from the certificate to the root, as far as it is known.

    `revocation` is the standing of the certificates of the path, empty where it was not asked for.
    """

    status: Status
    at: datetime | None = None
    findings: tuple[Finding, ...] = ()
    path: tuple[Link, ...] = ()
    root: str | None = None
    revocation: tuple[Standing, ...] = ()

    @property
    def headline(self) -> str:
        """The verdict in one sentence, to be read aloud."""
        return _HEADLINES[self.status].format(root=self.root)

    @property
    def is_trusted(self) -> bool:
        """Whether it is known to be good at that moment, as far as was asked."""
        return self.status is Status.TRUSTED

    @property
    def is_bad(self) -> bool:
        """Whether it takes the good out of good news: known not to be good at that moment."""
        return self.status in (Status.REVOKED, Status.UNKNOWN_ROOT, Status.EXPIRED_PATH)

    def to_dict(self) -> dict[str, Any]:
        """The value of `trust` in the public JSON."""
        return {
            "status": self.status.value,
            "at": self.at and _utc(self.at),
            "root": self.root,
            "path": [
                {
                    "name": link.label,
                    "sha256": link.sha256,
                    "not_before": _utc(link.certificate.not_before),
                    "not_after": _utc(link.certificate.not_after),
                }
                for link in self.path
            ],
            "revocation": [standing.to_dict() for standing in self.revocation],
            "findings": [each._asdict() for each in self.findings],
        }


UNCHECKED = Trust(Status.UNCHECKED)


def check(
    der: bytes,
    anchors: Anchors,
    *,
    at: datetime,
    extra: Iterable[bytes] = (),
    revocation: Revocation | None = None,
    use: Use | None = None,
    fetch: Fetch | None = None,
) -> Trust:
    """The path of a certificate at an aware moment, now or earlier. Never raises for what `der`,
    `extra` or an answer holds.

    `extra` are certificates that came along; they prove nothing by themselves. Without `revocation`
    that is not looked at, and without `revocation` and `fetch` nothing goes over the network.

    1. the certificate, read whole;
    2. the ways to a pinned root, signature by signature, through `extra` and what `fetch` brings;
    3. the best of them: in force, else out of its dates, else not verifiable;
    4. the rules of a path;
    5. revocation;
    6. what is weak, and what it does not serve for.
    """
    # 1
    try:
        link = Link(der)
    except ValueError:
        found = finding("unverifiable_structure", name="O certificado")
        return Trust(Status.NOT_VERIFIABLE, at, (found,))
    # 2
    known = anchors.with_extra(_few(extra, link))
    ways = list(known.ways_from(link))
    if not ways and fetch is not None:
        known = _fetched(link, known, fetch)
        ways = list(known.ways_from(link))
    if not ways:
        return _without_way(link, known, at, use)
    # 3, 4
    trust = min((_judged(way, at, known) for way in ways), key=_rank)
    # 5
    if revocation is not None and trust.status in (Status.TRUSTED, Status.EXPIRED_PATH):
        trust = _with_revocation(trust, revocation, at)
    # 6
    more = (*_weaknesses(trust.path), *_misuse(link, use))
    return trust._replace(findings=(*trust.findings, *more))


_RANKS = (Status.TRUSTED, Status.EXPIRED_PATH, Status.NOT_VERIFIABLE, Status.UNKNOWN_ROOT)


def _rank(trust: Trust) -> tuple[int, float]:
    """Best first; of expired ones, the one that held longest."""
    ends = [link.certificate.not_after for link in trust.path]
    last = min((end.timestamp() for end in ends if end), default=0.0)
    return _RANKS.index(trust.status), -last


def _few(extra: Iterable[bytes], link: Link) -> list[bytes]:
    few: list[bytes] = []
    for der in extra:
        if len(few) == MAX_EXTRA:
            break
        if der != link.der:
            few.append(der)
    return few


def _fetched(link: Link, known: Anchors, fetch: Fetch) -> Anchors:
    """With the missing issuers, asked for one level after the other."""
    found: list[bytes] = []
    for _ in range(MAX_DEPTH):
        news = [der for der in fetch(link) if der not in found][:MAX_EXTRA]
        if not news:
            break
        found += news
        known = known.with_extra(found)
        if known.issuers(link) or not (above := _above(link, known)):
            break
        link = above
    return known


# --- a way is there ------------------------------------------------------------------------------


def _judged(way: Way, at: datetime, known: Anchors) -> Trust:
    root = known.pins[way.root.sha256].name
    trust = Trust(Status.TRUSTED, at, (), way.links, root)
    if way.unverifiable is not None:
        link = way.unverifiable
        above = way.links[way.links.index(link) + 1]
        what = link.signature.label if above.key else "uma curva ou chave fora do comum"
        found = finding("unverifiable_signature", name=link.label, what=what)
        dates = tuple(_out_of_dates(way, at))
        return trust._replace(status=Status.NOT_VERIFIABLE, findings=(found, *dates))
    if broken := _broken_rule(way, at):
        return trust._replace(status=broken[0], findings=(broken[1],))
    if not way.in_force(at):
        dates = tuple(_out_of_dates(way, at))
        return trust._replace(status=Status.EXPIRED_PATH, findings=dates)
    return trust


def _broken_rule(way: Way, at: datetime) -> tuple[Status, Finding] | None:
    """What the path breaks; its dates apart, so that they are judged at a moment that it holds."""
    from guiche.trust import rules

    if not way.in_force(at):
        window = way.window
        if window is None:
            return None  # it was never good at any moment, which is said as such
        at = window[1]
    try:
        rules.keep(way, at)
    except rules.RuleBroken as broken:
        return Status.UNKNOWN_ROOT, finding("path_rule", rule=broken)
    except ValueError:
        return Status.NOT_VERIFIABLE, finding("unverifiable_structure", name=way.links[0].label)
    return None


def _out_of_dates(way: Way, at: datetime) -> Iterator[Finding]:
    leaf = way.links[0]
    for link in way.links:
        start, end = link.certificate.not_before, link.certificate.not_after
        if start is None or end is None:
            yield finding("date_unreadable", name=link.label)
        elif at > end:
            code = "expired" if link is leaf else "ca_expired"
            yield finding(code, name=link.label, date=day(end))
        elif at < start:
            code = "not_yet_valid" if link is leaf else "ca_not_yet_valid"
            yield finding(code, name=link.label, date=day(start))
    dates = [(link.certificate.not_before, link.certificate.not_after) for link in way.links]
    if way.window is None and all(start and end for start, end in dates):
        yield finding("path_never_in_force")


# --- no way --------------------------------------------------------------------------------------


def _without_way(link: Link, known: Anchors, at: datetime, use: Use | None) -> Trust:
    path = _as_far_as_known(link, known)
    status, found = _why_no_way(path, known)
    more = (*_weaknesses(path), *_misuse(link, use))
    return Trust(status, at, (found, *more), path)


def _why_no_way(path: tuple[Link, ...], known: Anchors) -> tuple[Status, Finding]:
    """The reason, from the last certificate that is known upwards."""
    for link in path:
        if is_lookalike(link.label, link.sha256, known.pins):
            found = finding("lookalike_root", name=link.label, sha256=link.sha256)
            return Status.UNKNOWN_ROOT, found
    last = path[-1]
    if not known.roots:
        return Status.COULD_NOT_TELL, finding("no_anchors")
    for lower, upper in pairwise(path):
        if not upper.may_be_authority and lower.signature.verdict(upper.key) is Verdict.MADE:
            return Status.UNKNOWN_ROOT, finding("not_an_authority", name=upper.label)
    if known.issuers(last) and not last.is_self_issued:
        return _why_not_linked(last, known)
    if last.is_self_issued:
        return Status.UNKNOWN_ROOT, finding("unknown_root", name=last.label)
    if not last.claims_icp_brasil:
        return Status.UNKNOWN_ROOT, finding("outside_icp_brasil", name=last.issuer_label)
    return Status.COULD_NOT_TELL, finding("issuer_missing", name=last.issuer_label)


def _why_not_linked(link: Link, known: Anchors) -> tuple[Status, Finding]:
    """There is an authority of that name, and no key of it that is known made the signature."""
    issuers = known.issuers(link)
    if all(link.names_key_of(issuer) is False for issuer in issuers):
        # An authority that was given a new key keeps its name now and then.
        return Status.COULD_NOT_TELL, finding("issuer_missing", name=link.issuer_label)
    return Status.UNKNOWN_ROOT, finding("signature_mismatch", name=link.issuer_label)


def _as_far_as_known(link: Link, known: Anchors) -> tuple[Link, ...]:
    """The certificate and, by name alone, what stands above it; a circle is left at its end."""
    path = [link]
    while len(path) < MAX_DEPTH and (above := _above(path[-1], known)):
        if any(above.sha256 == each.sha256 for each in path):
            break
        path.append(above)
    return tuple(path)


def _above(link: Link, known: Anchors) -> Link | None:
    """What came along, or was fetched, and bears the name of its issuer; not what is proven."""
    if link.is_self_issued:
        return None
    named = [each for each in known.left_out if each.subject == link.issuer]
    return next((each for each in named if link.names_key_of(each) is not False), None)


# --- revocation, strength, use -------------------------------------------------------------------


def _with_revocation(trust: Trust, revocation: Revocation, at: datetime) -> Trust:
    """The verdict with the standing of each certificate below the root."""
    leaf = trust.path[0]
    standings = tuple(
        revocation.standing(link, issuer, at) for link, issuer in pairwise(trust.path)
    )
    status, findings = trust.status, list(trust.findings)
    for standing in standings:
        findings += standing.findings(is_leaf=standing.link is leaf)
    if any(standing.state is State.REVOKED for standing in standings):
        status = Status.REVOKED
    elif status is Status.TRUSTED and any(each.state is State.UNKNOWN for each in standings):
        status = Status.COULD_NOT_TELL
    return trust._replace(status=status, findings=tuple(findings), revocation=standings)


def _weaknesses(path: tuple[Link, ...]) -> Iterator[Finding]:
    for link in path:
        # A root is known by its fingerprint; nobody relies on what it says of itself.
        if link.signature.is_weak and not link.is_self_issued:
            yield finding("weak_signature", name=link.label, what=link.signature.label)
        key = link.certificate.key
        if key and key.bits is not None and key.bits < MIN_RSA_BITS:
            yield finding("weak_key", name=link.label, bits=key.bits)


def _misuse(link: Link, use: Use | None) -> Iterator[Finding]:
    if use is not None and (missing := use.missing(link)):
        yield finding("wrong_use", use=use.name, what=missing)


def _utc(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
