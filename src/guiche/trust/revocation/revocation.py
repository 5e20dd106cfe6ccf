"""All that may be asked about the revocation of a certificate, and in which order."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache

from guiche.trust.link import Link
from guiche.trust.request import ClientError, Request
from guiche.trust.revocation import crl, ocsp
from guiche.trust.revocation.addresses import crl_points, responders
from guiche.trust.revocation.online import Online
from guiche.trust.revocation.standing import Answer, Standing, State, unknown


class Revocation:
    """Answers at hand, and where more may be asked for. With neither, all is unknown."""

    def __init__(
        self,
        crls: Sequence[bytes] = (),
        responses: Sequence[bytes] = (),
        online: Online | None = None,
    ) -> None:
        """`crls` and `responses` (OCSP) are files; with `online` the network is asked."""
        self.crls = tuple(crls)
        self.responses = tuple(responses)
        self.online = online

    def standing(self, link: Link, issuer: Link, at: datetime) -> Standing:
        """The standing of a certificate at a moment.

        1. The answers at hand: one that knows a revocation is believed before one that does not.
        2. OCSP, then the CRLs, until one tells.
        3. Nothing told: the reason of the first one that was asked, else of one at hand.
        """
        # 1
        at_hand = list(self._at_hand(link, issuer, at))
        for state in (State.REVOKED, State.GOOD):
            if told := next((each for each in at_hand if each.state is state), None):
                return told
        # 2
        reasons: list[Standing] = []
        for standing in self._asked(link, issuer, at):
            if standing.state is not State.UNKNOWN:
                return standing
            reasons.append(standing)
        # 3
        telling = (each for each in (*reasons, *at_hand) if each.why != "no_answer")
        why = "no_address" if self.online and not reasons else "no_answer"
        return next(telling, unknown(link, why))

    def _at_hand(self, link: Link, issuer: Link, at: datetime) -> Iterator[Standing]:
        for data in self.responses:
            yield self._by_response(data, link, issuer, at)
        for data in self.crls:
            yield _by_list(data, link, issuer, at)

    def _asked(self, link: Link, issuer: Link, at: datetime) -> Iterator[Standing]:
        if self.online is None:
            return

        def by_response(data: bytes) -> Standing:
            return self._by_response(data, link, issuer, at)

        def by_list(data: bytes) -> Standing:
            return _by_list(data, link, issuer, at)

        for url in responders(link):
            question = ocsp.request(link, issuer)
            if question is not None:
                asked = Request(url, question, ocsp.CONTENT_TYPE)
                yield _heard(self.online, asked, link, by_response)
        for url in crl_points(link):
            yield _heard(self.online, Request(url), link, by_list)

    def _by_response(self, data: bytes, link: Link, issuer: Link, at: datetime) -> Standing:
        def may_answer(responder: Link) -> bool:
            # By lists alone: a responder that vouches for itself vouches for nothing.
            lists = Revocation(self.crls)
            return lists.standing(responder, issuer, at).state is State.GOOD

        return _judged(lambda: ocsp.answer(data, link, issuer, at, may_answer), link, at, "ocsp")


# One list is asked about every certificate of a folder. Two, for each may have megabytes, twice: as
# it came and as it was read, and whose it is gets looked at later.
_parsed = lru_cache(maxsize=2)(crl.RevocationList)


def _by_list(data: bytes, link: Link, issuer: Link, at: datetime) -> Standing:
    return _judged(lambda: _parsed(data).answer(link, issuer), link, at, "crl")


def _heard(
    online: Online, question: Request, link: Link, judge: Callable[[bytes], Standing]
) -> Standing:
    """What one address says, by an earlier answer where that still tells."""
    kept = online.kept(question)
    if kept is not None and (standing := judge(kept)).state is not State.UNKNOWN:
        return standing
    try:
        data = online.ask(question)
    except ClientError as error:
        return unknown(link, error.code, error.message)
    standing = judge(data)
    if standing.state is not State.UNKNOWN:
        online.keep(question, data)
    return standing


def _judged(answer: Callable[[], Answer], link: Link, at: datetime, source: str) -> Standing:
    try:
        return answer().standing(link, at)
    except crl.NoAnswer as nothing:
        return unknown(link, nothing.why, source=source)
