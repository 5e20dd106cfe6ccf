"""What a ticket shows of itself: numbers, answers, who to call, texts for the customer."""

from typing import TYPE_CHECKING, Any

from guiche.desk import clock
from guiche.desk.intake.facts import TYPES, show_document, shown
from guiche.desk.intake.reading import conditions_of, words_of
from guiche.desk.procedures.procedure import Procedure
from guiche.desk.promises.promise import RUNNING
from guiche.desk.tickets import number as numbers
from guiche.desk.tickets.moves import OPEN, STATES
from guiche.icpbrasil.masks import mask_name
from guiche.icpbrasil.numbers import cnpj

_FOLLOW = "Acompanhe seu atendimento: "


class Shown:
    """The part of `Ticket` that only reads."""

    if TYPE_CHECKING:
        number: Any
        desk_number: Any
        state: Any
        team: Any
        facts: Any
        procedure_version: Any
        inspection: Any
        promise: Any
        erased_at: Any
        link: Any

    @property
    def spoken(self) -> str:
        """`482 170 365-7`."""
        return numbers.spoken(self.number)

    @property
    def key(self) -> str:
        """`G4821703657`, by which other desks find it."""
        return f"G{self.number}"

    @property
    def mark(self) -> str:
        """`[G4821703657]`, as it stands in texts."""
        return f"[{self.key}]"

    @property
    def protocol(self) -> str:
        """The number that the customer is told: of the desk in use once it is known, else ours."""
        number: str = self.desk_number or self.spoken
        return number

    @property
    def protocol_copied(self) -> str:
        """The same as it is pasted: ours as plain digits."""
        number: str = self.desk_number or self.number
        return number

    @property
    def state_label(self) -> str:
        """The state as people call it."""
        return STATES[self.state]

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in OPEN

    @property
    def procedure(self) -> Procedure:
        """The procedure in the version that the ticket was opened with."""
        procedure: Procedure = self.procedure_version.procedure
        return procedure

    @property
    def shown(self) -> dict[str, str]:
        """Each fact as a page shows it: numbers formatted, dates in Brazilian order."""
        return {
            fact.key: shown(fact, self.facts[fact.key])
            for fact in self.procedure.facts
            if fact.key in self.facts
        }

    @property
    def exits(self) -> list[tuple[str, str]]:
        """Label and reason of each fact that the customer could not give."""
        return [
            (fact.label, self.facts[fact.key])
            for fact in self.procedure.facts
            if fact.is_exit(self.facts.get(fact.key, ""))
        ]

    @property
    def customer(self) -> str:
        """The name of the customer."""
        if self.erased_at:
            return "Dados apagados"
        facts: dict[str, str] = self.facts
        return facts.get(self.procedure.customer.name, "")

    @property
    def document(self) -> str:
        """The CPF or CNPJ of the customer, as people write it."""
        document = self.facts.get(self.procedure.customer.document, "")
        return show_document(document) if document and not self.erased_at else ""

    @property
    def customer_masked(self) -> str:
        """The name for lists: first name and initials, but of a company, whose name is public."""
        document = self.facts.get(self.procedure.customer.document, "")
        public = self.erased_at or cnpj.is_valid(document)
        return self.customer if public else mask_name(self.customer)

    @property
    def document_masked(self) -> str:
        """The CPF masked, or the CNPJ, for lists."""
        document = self.facts.get(self.procedure.customer.document, "")
        known = document and not self.erased_at
        return TYPES["document"].mask(document) if known else ""

    @property
    def phones(self) -> list[str]:
        """The numbers to call, in order, in E.164."""
        return [answer for key in self.procedure.customer.phones if (answer := self._answer(key))]

    @property
    def email(self) -> str:
        """The address of the customer; "" of one who has none."""
        return self._answer(self.procedure.customer.email)

    @property
    def solution(self) -> str:
        """What is proposed, as it is written; "" where the procedure asks for none."""
        facts: dict[str, str] = self.facts
        key = self.procedure.customer.solution
        return shown(self.procedure.fact(key), facts[key]) if key in facts else ""

    @property
    def cost(self) -> str:
        """What was said of the cost."""
        return self.procedure.texts.cost.filled({}, self.known)

    @property
    def documents(self) -> list[str]:
        """What to ask the customer for."""
        text = self.procedure.texts.documents.filled(self.shown, self.known)
        return [line.strip() for line in text.splitlines() if line.strip()]

    @property
    def is_promising(self) -> bool:
        """Whether `say` and `send` hold: the time in them is still to come, and nobody called."""
        return self.promise.state(clock.now()) in RUNNING

    @property
    def standing(self) -> str:
        """How the return stands: `prazo vencido: era até terça, 24/11, às 14h30`."""
        state, due = self.promise.state(clock.now()), self.promise.written
        return f"retorno {due}" if state in RUNNING else f"prazo {state.value}: era {due}"

    @property
    def say(self) -> str:
        """What is read to the customer, with the due time as it is said now."""
        due = self.promise.spoken(clock.now())
        words = {**words_of(self.inspection), **self.shown, **self._names(due)}
        return self.procedure.texts.say.filled(words, self.known)

    @property
    def send(self) -> str:
        """What is sent to the customer: number, time and the link of the page, no personal data.

        Where the procedure has no place for the link, it is the last line.
        """
        text, words = self.procedure.texts.send, self._names(self.promise.written)
        sent = text.filled({**words, "link": self.link}, self.known)
        return sent if self.link in sent else f"{sent}\n{_FOLLOW}{self.link}"

    @property
    def known(self) -> dict[str, str]:
        """The conditions that choose among the texts of the procedure."""
        document = self.facts.get(self.procedure.customer.document, "")
        return {**conditions_of(self.inspection, document), **self.facts}

    def _answer(self, key: str) -> str:
        """The answer of a fact; "" where it was not asked, or ended by a way out."""
        answer: str = self.facts.get(key, "")
        return "" if self.procedure.fact(key).is_exit(answer) else answer

    def _names(self, due: str) -> dict[str, str]:
        return {"protocol": self.protocol, "due": due, "team": self.team}
