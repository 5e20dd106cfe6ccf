"""What an answer says of one certificate."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from guiche.icpbrasil.findings import Finding
from guiche.icpbrasil.validity import day
from guiche.trust.findings import finding
from guiche.trust.link import Link

WITHOUT_NEXT = timedelta(days=1)
"""How long an answer is good for that does not say when the next one comes."""
HOLD = "certificateHold"

_REASONS = {
    "keyCompromise": "chave comprometida",
    "cACompromise": "AC comprometida",
    "aACompromise": "autoridade de atributos comprometida",
    "affiliationChanged": "os dados do titular mudaram",
    "superseded": "substituído por outro",
    "cessationOfOperation": "deixou de ser usado",
    "privilegeWithdrawn": "direito retirado",
    HOLD: "suspenso",
}
_GIVE_A_LIST = "Informe a LCR da AC que o emitiu, com --crl."
_WHYS = {
    "no_answer": f"nenhuma resposta fala dele. {_GIVE_A_LIST}",
    "no_address": f"ele não diz onde perguntar. {_GIVE_A_LIST}",
    "stale": "a resposta é velha: valia até {date}. Baixe uma nova.",
    "after_expiry": "a resposta é de depois do vencimento. Procure uma da época.",
    "wrong_signer": "a resposta não foi assinada por quem o emitiu. Não a use; baixe de novo.",
    "unreadable": "a resposta está danificada. Baixe de novo.",
    "partial": "a lista não cobre todos os casos. Informe a LCR completa da AC.",
    "unverifiable": "a assinatura da resposta não se confere aqui. Consulte o site da AC.",
    "responder_unknown": "o serviço da AC não o conhece. Fale com a AC que o emitiu.",
    "responder_refused": "o serviço da AC não quis responder. Tente mais tarde.",
    "responder_unchecked": f"não se sabe se quem assinou a resposta ainda pode. {_GIVE_A_LIST}",
}  # fmt: skip
WHYS = frozenset(_WHYS)


class State(StrEnum):
    """The values are public."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class Standing(NamedTuple):
    """The standing of one certificate at the moment asked for.

    `why` is a stable code where the state is unknown, and `words` its sentence where the code is of
    the network. `date` and `reason` (the names of RFC 5280, 5.3.1) are those of the revocation; of
    a good one, of a revocation that came later.
    """

    link: Link
    state: State
    source: str = ""
    why: str = ""
    words: str = ""
    date: datetime | None = None
    reason: str = ""
    this_update: datetime | None = None
    next_update: datetime | None = None

    def to_dict(self) -> dict[str, Any]:
        """Its place in the public JSON."""
        return {
            "name": self.link.label,
            "status": self.state.value,
            "source": self.source or None,
            "why": self.why or None,
            "date": _iso(self.date),
            "reason": self.reason or None,
            "this_update": _iso(self.this_update),
            "next_update": _iso(self.next_update),
        }

    def findings(self, *, is_leaf: bool) -> Iterator[Finding]:
        """What a person is told of it; nothing where all is well."""
        date = day(self.date) if self.date else "data não informada"
        reason = f" ({_REASONS[self.reason]})" if self.reason in _REASONS else ""
        name = self.link.label
        if self.state is State.UNKNOWN:
            yield finding("revocation_unknown", name=name, why=self._why())
        elif self.state is State.GOOD:
            if self.date:
                yield finding("revoked_later", date=date, reason=reason)
        elif not is_leaf:
            yield finding("ca_revoked", name=name, date=date, reason=reason)
        else:
            code = "on_hold" if self.reason == HOLD else "revoked"
            yield finding(code, date=date, reason=reason)

    def _why(self) -> str:
        if self.words:
            return self.words
        until = self.next_update or (self.this_update and self.this_update + WITHOUT_NEXT)
        return _WHYS[self.why].format(date=day(until) if until else "?")


class Answer(NamedTuple):
    """What an authentic answer says; from here on CRL and OCSP are judged alike.

    `revoked_at` is None where the certificate is not listed; `source` is `crl` or `ocsp`.
    """

    source: str
    this_update: datetime
    next_update: datetime | None
    revoked_at: datetime | None = None
    invalid_since: datetime | None = None
    reason: str = ""

    def standing(self, link: Link, at: datetime) -> Standing:
        """The standing at a moment.

        1. A revocation stands however old the answer is; one on hold may have been lifted since.
        2. An answer whose time was over at that moment says nothing.
        3. Nor does one from after the certificate's end: authorities drop expired ones.
        4. A revocation after that moment leaves it good, and is told.
        """
        whole = Standing(
            link,
            State.GOOD,
            self.source,
            date=self.revoked_at,
            reason=self.reason,
            this_update=self.this_update,
            next_update=self.next_update,
        )
        since = min(filter(None, (self.revoked_at, self.invalid_since)), default=None)
        stale = at > (self.next_update or self.this_update + WITHOUT_NEXT)
        # 1
        if since and since <= at and not (stale and self.reason == HOLD):
            return whole._replace(state=State.REVOKED)
        # 2
        if stale:
            return whole._replace(state=State.UNKNOWN, why="stale")
        # 3
        end = link.certificate.not_after
        if since is None and end and self.this_update > end:
            return whole._replace(state=State.UNKNOWN, why="after_expiry")
        # 4
        return whole


def unknown(link: Link, why: str, words: str = "", source: str = "") -> Standing:
    """The standing that nothing tells."""
    return Standing(link, State.UNKNOWN, source, why, words)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
