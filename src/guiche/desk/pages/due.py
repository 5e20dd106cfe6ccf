"""The clock of a promise as a page shows it: words, tone, and whether it still runs."""

from dataclasses import dataclass
from datetime import datetime

from guiche.desk.intake.draft import Draft
from guiche.desk.intake.facts import day_and_time
from guiche.desk.promises import due_time
from guiche.desk.promises.promise import Promise, PromiseState
from guiche.desk.site.site import Site

# state -> (tone, icon). Only what was not even tried is red.
LOOKS = {
    PromiseState.ON_TIME: ("no", "clock"),
    PromiseState.ENDING: ("ask", "clock"),
    PromiseState.TRIED: ("no", "phone"),
    PromiseState.PAUSED: ("no", "clock"),
    PromiseState.OVERDUE: ("stop", "alert"),
    PromiseState.KEPT: ("yes", "yes"),
    PromiseState.KEPT_LATE: ("ask", "yes"),
    PromiseState.TRIED_IN_TIME: ("no", "phone"),
    PromiseState.CLOSED: ("no", "no"),
    PromiseState.UNTRIED: ("stop", "alert"),
}
_COUNTED = (PromiseState.ON_TIME, PromiseState.ENDING, PromiseState.OVERDUE)


@dataclass(frozen=True)
class Clock:
    """How a promise stands at a moment."""

    tone: str
    icon: str
    state: str
    words: str
    detail: str
    due: datetime | None
    """When it ends, while it counts: the page counts on from there."""

    @classmethod
    def of(cls, promise: Promise, now: datetime) -> "Clock":
        """The clock of a promise at `now`."""
        state = promise.state(now)
        counted = state in _COUNTED
        words = promise.left_spoken(now) if counted else state.value
        due = promise.due_at if counted else None
        return cls(*LOOKS[state], state, sentence(words), _detail(promise, state, now), due)


def _detail(promise: Promise, state: PromiseState, now: datetime) -> str:
    """What was done and what was promised."""
    due = promise.spoken(now)
    done = [f"Contato em {day_and_time(promise.kept_at)}"] if promise.kept_at else []
    if promise.tried_at and (not promise.kept_at or promise.kept_at > promise.due_at):
        done.insert(0, f"Tentado no prazo, em {day_and_time(promise.tried_at)}")
    if promise.paused_at and state == PromiseState.PAUSED:
        since = day_and_time(promise.paused_at)
        return f"Espera o cliente desde {since}; o prazo volta a contar ao retomar. Era {due}."
    if state in (*_COUNTED, PromiseState.TRIED):
        return ". ".join([*done, f"Ligar {due}."])
    return f"{'. '.join(done)}; o prazo era {due}." if done else f"O prazo era {due}."


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


def sentence(text: str) -> str:
    """The text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]
