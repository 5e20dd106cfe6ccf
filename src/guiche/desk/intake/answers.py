"""What is known of a call and what is missing: a pure reading of typing, certificate, procedure."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from guiche.desk.intake.facts import TYPES, shown
from guiche.desk.intake.problem import Problem
from guiche.desk.intake.reading import Inspection, conditions_of, words_of
from guiche.desk.procedures.fact import Fact
from guiche.desk.procedures.procedure import Procedure

Values = Mapping[str, str]


class Answers:
    """The answers of one call as they stand; `typed` is what a person typed, as typed."""

    def __init__(
        self,
        procedure: Procedure,
        inspection: Inspection | None,
        typed: Values,
        own_phones: tuple[str, ...] = (),
    ) -> None:
        self.procedure, self.inspection = procedure, inspection
        self._typed, self._own_phones = dict(typed), own_phones
        self._facts = {fact.key: fact for fact in procedure.facts}

    def are_of(
        self, procedure: Procedure, inspection: Inspection | None, typed: Values,
        own_phones: tuple[str, ...],
    ) -> bool:  # fmt: skip
        """Whether these are the answers of just that."""
        same = self.procedure is procedure and self.inspection is inspection
        return same and self._typed == typed and self._own_phones == own_phones

    # What is known

    @cached_property
    def offers(self) -> dict[str, str]:
        """What each fact would be without a person's typing: from the certificate, or proposed."""
        data = self.inspection.data if self.inspection else {}
        offers = {key: data.get(fact.certificate, "") for key, fact in self._facts.items()}
        values = {**offers, **self._typed}
        known, asked = self._standing(values)
        names = self._names(values, known, asked)
        for key, fact in self._facts.items():
            if fact.proposal and not offers[key] and self._is_ready(fact, values):
                offers[key] = fact.proposal.filled(names, known)
        return offers

    def _is_ready(self, fact: Fact, values: Values) -> bool:
        """Whether a proposal may be shown: a text shows what it waits for, a line would not."""
        named = fact.proposal.names() if fact.proposal else set()
        return fact.type == "text" or all(values.get(name, "x").strip() for name in named)

    @cached_property
    def values(self) -> dict[str, str]:
        """What the form shows: typed, else from the certificate, else proposed, else ""."""
        return {**self.offers, **self._typed}

    def origin(self, key: str) -> str:
        """Where the value of a fact is from: `typed`, `certificate`, `proposed` or ""."""
        if key in self._typed:
            return "typed" if self._typed[key].strip() else ""
        fact = self._facts[key]
        if self.inspection and self.inspection.data.get(fact.certificate, ""):
            return "certificate"
        return "proposed" if self.offers[key] else ""

    @property
    def known(self) -> dict[str, str]:
        """The conditions that hold: of the reading, and the answers that were chosen."""
        return self._now[0]

    @property
    def asked(self) -> frozenset[str]:
        """The keys of the facts that are asked as the answers stand."""
        return self._now[1]

    @cached_property
    def words(self) -> Values:
        """What stands for each `{name}`; a label in brackets where nothing is known yet."""
        return self._names(self.values, self.known, self.asked)

    @property
    def system(self) -> str:
        """The name of the system that asks for the number, or "" while that is not known."""
        keys = (key for key, fact in self._facts.items() if fact.type == "system")
        return next((self.known[key] for key in keys), "")

    def note(self, fact: Fact) -> str:
        """What the technician should know at a fact, or ""."""
        return fact.notes.filled(self.words, self.known)

    @cached_property
    def _now(self) -> tuple[dict[str, str], frozenset[str]]:
        return self._standing(self.values)

    def _standing(self, values: Values) -> tuple[dict[str, str], frozenset[str]]:
        """Conditions and asked facts. A fact depends on facts before it alone, so one pass does."""
        known = conditions_of(self.inspection, self._document(values))
        asked = set()
        for key, fact in self._facts.items():
            if is_asked := fact.asked(known):
                asked.add(key)
            if fact.answers:
                known[key] = _chosen(fact, values[key]) if is_asked else ""
        return known, frozenset(asked)

    def _document(self, values: Values) -> str:
        fact = self._facts[self.procedure.customer.document]
        try:
            return TYPES[fact.type].clean(fact, values[fact.key], {})
        except Problem:
            return ""

    def _names(self, values: Values, known: Values, asked: frozenset[str]) -> Values:
        facts = {key: fact for key, fact in self._facts.items() if key in asked}
        return _Names(words_of(self.inspection), facts, values, known)

    # What is missing

    @cached_property
    def judged(self) -> tuple[dict[str, str], dict[str, str]]:
        """Cleaned answers, and problems, by fact; each fact that is asked is in one of the two."""
        clean: dict[str, str] = {}
        problems: dict[str, str] = {}
        for key, fact in self._facts.items():
            if key not in self.asked:
                continue
            try:
                clean[key] = self._clean(fact, self.values[key], clean)
            except Problem as problem:
                problems[key] = str(problem)
        return clean, self._without_consequences(problems)

    def _without_consequences(self, problems: dict[str, str]) -> dict[str, str]:
        """Less those of proposed texts that wait for a fact that is itself among the problems."""
        waiting = {
            key
            for key, fact in self._facts.items()
            if fact.proposal and key not in self._typed and fact.proposal.names() & problems.keys()
        }
        return {key: problem for key, problem in problems.items() if key not in waiting}

    def _clean(self, fact: Fact, typed: str, clean: Values) -> str:
        answer = self._understood(fact, typed, clean)
        if fact.differs_from and answer == clean.get(fact.differs_from):
            raise Problem(TYPES[fact.type].equal)
        if answer in self._own_phones:
            raise Problem("Este é um telefone da própria empresa. Peça o do cliente.")
        if stop := fact.stops.filled(self.words, self.known):
            raise Problem(stop)
        return answer

    def _understood(self, fact: Fact, typed: str, clean: Values) -> str:
        if not typed.strip():
            raise Problem(fact.missing)
        if fact.is_exit(typed):
            return _chosen(fact, typed)
        return TYPES[fact.type].clean(fact, typed, clean)


class _Names(Mapping[str, str]):
    """What stands for each `{name}`; a fact is put into words when a text asks for it, for few
    texts do, and a call has dozens of facts."""

    def __init__(
        self, reading: Values, facts: Mapping[str, Fact], values: Values, known: Values
    ) -> None:
        self._facts, self._values, self._known = facts, values, known
        self._words = {name: words for name, words in reading.items() if name not in facts}

    def __getitem__(self, name: str) -> str:
        if name not in self._words:
            fact = self._facts[name]
            label = f"[{fact.label}]"
            self._words[name] = _shown_or(fact, self._values[name], label, self._known)
        return self._words[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._words, **self._facts})

    def __len__(self) -> int:
        return len(self._words.keys() | self._facts.keys())

    def __contains__(self, name: object) -> bool:
        return name in self._words or name in self._facts


def _chosen(fact: Fact, typed: str) -> str:
    """The answer of the list that was meant, or ""."""
    wanted = typed.strip().casefold()
    return next((answer for answer in fact.answers if answer.casefold() == wanted), "")


def _shown_or(fact: Fact, typed: str, otherwise: str, known: Values) -> str:
    """The answer as it would be shown, as typed while it is not accepted yet."""
    if not typed.strip():
        return otherwise
    try:
        clean = typed if fact.is_exit(typed) else TYPES[fact.type].clean(fact, typed, known)
        return shown(fact, clean)
    except Problem:
        return typed.strip()
