"""What every desk is asked for, and the one way in which it says no.

A connector turns a `Case` into calls of one kind of desk. It holds no state but its settings, is
used from several threads at once, and logs nothing. `create` and `check` are needed; each other
method is a capability, and one that is missing, or that `offers` denies for how this connection is
set up, is a step that is not taken there. What a method returns was confirmed by the desk; anything
else is a `DeliveryError`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Generic, Protocol, TypeVar, runtime_checkable

from guiche.desk.connectors.case import Attachment, Case, Note
from guiche.desk.connectors.happening import Happening
from guiche.desk.connectors.settings import Settings
from guiche.desk.intake.plain import plain, plain_text


class Outcome(StrEnum):
    """How a step ended that did not succeed."""

    REJECTED = "rejected"
    """The desk refused for good: a person has to mend something."""
    RETRY = "retry"
    """Surely not done; it may be sent again as it is."""
    UNKNOWN = "unknown"
    """It may have been done: nothing is sent again before the desk was asked."""


class DeliveryError(Exception):
    """A step that did not succeed. The message is shown to people, the desk's own words verbatim.

    `otherwise`: what an unknown outcome turns into once the desk shows that nothing was done.
    `everywhere`: it concerns the whole desk (away, overloaded), not this ticket. `pause`: how long
    the desk asked to be left alone. `login`: it refused the login; after two nothing is sent until
    a person has mended it. `choices`: what a person may choose from, value to label. `status`: that
    of the HTTP answer which refused, 0 where there was none.
    """

    def __init__(
        self,
        message: str,
        outcome: Outcome,
        *,
        otherwise: Outcome = Outcome.RETRY,
        everywhere: bool = False,
        pause: timedelta | None = None,
        login: bool = False,
        choices: Mapping[str, str] | None = None,
        status: int = 0,
    ) -> None:
        super().__init__(plain_text(message))
        self.outcome, self.otherwise, self.everywhere = outcome, otherwise, everywhere
        self.pause, self.login, self.status = pause, login, status
        self.choices: dict[str, str] = plain(dict(choices or {}))

    @property
    def impersonal(self) -> "DeliveryError":
        """The same without the words of the desk, which may name the customer."""
        bare = self.turned(self.outcome, otherwise=self.otherwise)
        bare.args, bare.choices = ("Os dados deste chamado foram apagados.",), {}
        return bare

    def turned(self, outcome: Outcome, *, otherwise: Outcome = Outcome.RETRY) -> "DeliveryError":
        """The same error with another outcome, for a desk that is known to mean something else."""
        return DeliveryError(
            str(self), outcome, otherwise=otherwise, everywhere=self.everywhere, pause=self.pause,
            login=self.login, choices=self.choices, status=self.status,
        )  # fmt: skip


@dataclass(frozen=True)
class Customer:
    """Who the desk takes the customer for: its own ids, and what a person should know of it."""

    ids: Mapping[str, str] = field(default_factory=dict)
    warning: str = ""


@dataclass(frozen=True)
class Created:
    """A ticket of the desk: `ref` for further calls, `number` for people, `url` of its page."""

    ref: str
    number: str = ""
    url: str = ""


@dataclass(frozen=True)
class Found:
    """A ticket of the desk that carries one of our keys (`G4821703657`)."""

    ref: str
    key: str
    number: str = ""
    url: str = ""
    created_at: datetime | None = None
    complete: bool = True
    """False for what a desk left behind of a creation that it then refused."""

    @property
    def created(self) -> Created:
        """The same, as its creation would have answered."""
        return Created(self.ref, self.number, self.url)


@dataclass(frozen=True)
class RemoteNote:
    """Something written in the desk; `id` is its own, growing or not, unique in the ticket."""

    id: str
    text: str
    author: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Remote:
    """How a ticket stands in the desk."""

    ref: str
    status: str
    team: str = ""
    closed: bool = False
    number: str = ""
    notes: Sequence[RemoteNote] = ()


@dataclass(frozen=True)
class Check:
    """One thing that was tried when a connection is set up; `words` say what to do where not ok."""

    label: str
    ok: bool
    words: str = ""

    @classmethod
    def tried(cls, label: str, attempt: Callable[[], object]) -> "Check":
        """Whether the attempt succeeds; the words of its `DeliveryError` where not."""
        try:
            attempt()
        except DeliveryError as error:
            return cls(label, ok=False, words=str(error))
        return cls(label, ok=True)


S = TypeVar("S", bound=Settings)


class Connector(Generic[S]):
    """Base of the connectors: its settings, and what is known of the kind without asking."""

    Settings: ClassVar[type[Settings]]
    opens: ClassVar[bool] = True
    """Whether tickets are opened there; not where a program is only told of them."""
    lag: timedelta = timedelta(seconds=10)
    """How long a ticket that was created may stay out of the desk's own search."""
    at_once: int = 8
    """How many steps may be under way at the same time."""
    poll_every: timedelta = timedelta(minutes=2)
    """How often the open tickets are read, where the desk does not call."""

    def __init__(self, settings: S) -> None:
        self.settings = settings

    def create(self, case: Case, customer: Customer) -> Created:
        """Opens the ticket; title and text carry the mark of the case."""
        raise NotImplementedError

    def check(self) -> Iterable[Check]:
        """Asks the desk whether address, login, fields and names of the settings are right.

        Writes nothing. What fails is a `Check`, not an exception.
        """
        raise NotImplementedError

    def offers(self, capability: str) -> bool:
        """Whether a connection with these settings has the capability."""
        return can(type(self), capability)

    def close_down(self) -> None:
        """Ends open network connections."""


@runtime_checkable
class FindsCustomer(Protocol):
    """Knows who the customer is."""

    def customer(self, case: Case) -> Customer:
        """The customer in the desk, looked up, or registered where it can be; safe to repeat."""
        ...


@runtime_checkable
class Finds(Protocol):
    """Looks up by our key."""

    def find(self, key: str, since: datetime) -> Sequence[Found]:
        """Every ticket that carries the key, the oldest first; none was created before `since`."""
        ...


@runtime_checkable
class Completes(Protocol):
    """May leave a ticket without content behind when it refuses a creation."""

    def complete(self, ref: str, case: Case) -> None:
        """Writes what is missing into a ticket that was found as not `complete`."""
        ...


@runtime_checkable
class Lists(Protocol):
    """Lists what carries a key of ours."""

    def recent(self, since: datetime) -> Iterable[Found]:
        """The tickets created since then in whose title or field one of our keys stands."""
        ...


@runtime_checkable
class Attaches(Protocol):
    """Keeps files."""

    def attach(self, ref: str, file: Attachment) -> None:
        """Adds a file to the ticket."""
        ...


@runtime_checkable
class Solves(Protocol):
    """Has a place of its own for the solution."""

    def solve(self, ref: str, note: Note) -> None:
        """Writes the solution, without closing the ticket."""
        ...


@runtime_checkable
class Notes(Protocol):
    """Keeps notes."""

    def note(self, ref: str, note: Note) -> None:
        """Adds a note that the customer does not see."""
        ...


@runtime_checkable
class Forwards(Protocol):
    """Hands tickets to teams."""

    def forward(self, ref: str, team: str) -> None:
        """Hands the ticket to a team, by our name of it; done as well where it is there already."""
        ...


@runtime_checkable
class Closes(Protocol):
    """Ends tickets."""

    def close(self, ref: str, note: Note) -> None:
        """Writes the note and ends the ticket; done as well where it is ended already."""
        ...


@runtime_checkable
class Remembers(Protocol):
    """Says what was written before."""

    def has(self, ref: str, token: str) -> bool:
        """Whether a note with this token, or a file of this name, is in the ticket."""
        ...


@runtime_checkable
class Reads(Protocol):
    """Says how tickets stand."""

    def read(self, refs: Sequence[str]) -> Iterable[Remote]:
        """How these tickets stand, in any order; one that is gone is left out."""
        ...


@runtime_checkable
class Hears(Protocol):
    """Is called by the desk when something changes there."""

    def heard(self, headers: Mapping[str, str], body: bytes) -> str:
        """The `ref` that a call is about, once its signature was checked.

        Raises `DeliveryError` (rejected) for a call that is not signed as set up. What the call
        says is never believed: the ticket is read again.
        """
        ...


@runtime_checkable
class Probes(Protocol):
    """Has encodings that differ from site to site."""

    def probe_encoding(self, ref: str) -> Check:
        """Writes a note of odd letters into a test ticket, and reads it back."""
        ...


@runtime_checkable
class Cancels(Protocol):
    """Ends a ticket as one that should not have been."""

    def cancel(self, ref: str, note: Note) -> None:
        """Ends a test ticket; it does not count as solved."""
        ...


@runtime_checkable
class Tells(Protocol):
    """Passes on every event, to a program that opens no tickets of its own."""

    def tell(self, happening: Happening) -> None:
        """Says that it happened; safe to repeat."""
        ...


CAPABILITIES: Mapping[str, type[Any]] = {
    "customer": FindsCustomer,
    "find": Finds,
    "complete": Completes,
    "recent": Lists,
    "attach": Attaches,
    "solve": Solves,
    "note": Notes,
    "forward": Forwards,
    "close": Closes,
    "has": Remembers,
    "read": Reads,
    "heard": Hears,
    "tell": Tells,
}


def can(connector: type[Connector[Any]], capability: str) -> bool:
    """Whether this kind of desk has the capability; `create` every one has that `opens` tickets.

    Of a connection that there is, ask `offers`.
    """
    return connector.opens if capability == "create" else hasattr(connector, capability)
