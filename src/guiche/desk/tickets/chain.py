"""What chains the events of a ticket, and what shows that one was changed from outside.

`digest` seals a payload with a random salt; `link` seals the digest, the other columns and the link
before. Who can write into the database can also make a whole chain anew: that is what a copy of the
heads, kept elsewhere, shows (heads.py).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

START = ""
"""The link before the first event."""

BREAKS = {
    "missing": "falta um evento",
    "content": "o conteúdo não é o que foi selado",
    "emptied": "o conteúdo foi apagado sem que o histórico o diga",
    "link": "autor, hora, tipo ou ordem não são os que foram selados",
    "cut": "o chamado conta mais eventos do que há",
    "grown": "há mais eventos do que o chamado conta",
    "head": "o último elo não é o que o chamado guarda",
    "orphan": "há eventos de um chamado que não existe",
}
"""What does not fit, by code."""

# The same bytes as `json.dumps` with these arguments, which would make an encoder each time.
_written = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode


class Break(NamedTuple):
    """One place where a history does not fit; `code` is one of `BREAKS`."""

    seq: int
    code: str


class Sealed(NamedTuple):
    """One event, as far as the chain goes."""

    seq: int
    kind: str
    at: datetime
    by: int | None
    payload: Mapping[str, Any] | None
    salt: bytes | None
    digest: str
    link: str

    def link_after(self, previous: str, ticket: int) -> str:
        """The link that this event must have."""
        moment = self.at.astimezone(UTC).isoformat()
        return _sha256([previous, ticket, self.seq, self.kind, moment, self.by, self.digest])

    @property
    def fits_payload(self) -> bool:
        """Whether the payload is the one that was sealed, or was erased whole."""
        if self.payload is None or self.salt is None:
            return self.payload is None and self.salt is None
        return self.digest == digest_of(bytes(self.salt), self.payload)


def digest_of(salt: bytes, payload: Mapping[str, Any]) -> str:
    """What seals a payload."""
    return _sha256([salt.hex(), payload])


def _sha256(value: Any) -> str:
    return sha256(_written(value).encode("ascii")).hexdigest()


def breaks(ticket: int, events: Iterable[Sealed], *, count: int, head: str) -> Iterator[Break]:
    """All that does not fit in a whole history, in order, against the count and last link that the
    ticket keeps."""
    link, seq = START, 0
    emptied: set[int] = set()
    told: set[int] = set()
    for event in events:
        if event.seq != seq + 1:
            yield Break(seq + 1, "missing")
        elif event.link != event.link_after(link, ticket):
            yield Break(event.seq, "link")
        if not event.fits_payload:
            yield Break(event.seq, "content")
        if event.payload is None:
            emptied.add(event.seq)
        elif event.kind == "erased":
            told |= {each["seq"] for each in event.payload.get("kept", ())}
        link, seq = event.link, event.seq
    yield from (Break(each, "emptied") for each in sorted(emptied - told))
    if seq != count:
        yield Break(min(seq, count) + 1, "cut" if seq < count else "grown")
    elif link != head:
        yield Break(seq, "head")
