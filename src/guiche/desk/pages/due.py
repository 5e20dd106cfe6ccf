"""The clock of a promise as a page shows it: words, tone, and whether it still runs."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from guiche.desk.intake.draft import Draft
from guiche.desk.promises import due_time
from guiche.desk.promises.promise import Promise, PromiseState
from guiche.desk.site.site import Site

# state -> (tone, icon)
_LOOKS = {
    PromiseState.ON_TIME: ("no", "clock"),
    PromiseState.ENDING: ("ask", "clock"),
    PromiseState.OVERDUE: ("stop", "alert"),
    PromiseState.KEPT: ("yes", "yes"),
    PromiseState.KEPT_LATE: ("ask", "yes"),
    PromiseState.CLOSED: ("no", "no"),
}


@dataclass(frozen=True)
class Clock:
    """How a promise stands at a moment."""

    tone: str
    icon: str
    state: str
    words: str
    detail: str
    due: datetime | None
    """When it ends, while it runs: the page counts on from there."""

    @classmethod
    def of(cls, promise: Promise, now: datetime) -> "Clock":
        """The clock of a promise at `now`."""
        state = promise.state(now)
        tone, icon = _LOOKS[state]
        due = promise.spoken(now)
        if promise.kept_at:
            words = _sentence(state)
            detail = f"Contato em {_moment(promise.kept_at)}; o prazo era {due}."
            return cls(tone, icon, state, words, detail, None)
        if promise.closed_at:
            return cls(tone, icon, state, _sentence(state), f"O prazo era {due}.", None)
        words = _sentence(promise.left_spoken(now))
        return cls(tone, icon, state, words, f"Ligar {due}.", promise.due_at)


@dataclass(frozen=True)
class Promisable:
    """A time that may be promised, in the words in which it would be."""

    key: str
    words: str
    note: str
    chosen: bool

    @classmethod
    def all(cls, draft: Draft, now: datetime, site: Site) -> "list[Promisable]":
        """The times of a call: one, a choice, or none where the site has set no hours."""
        times = draft.due_times(now, site)
        return [
            cls(t.key, due_time.spoken(t.at, now), t.note, len(times) == 1 or t.key == draft.due)
            for t in times
        ]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _moment(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%d/%m/%Y %H:%M}"
