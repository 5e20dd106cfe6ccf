"""From what a person typed to the tickets and calls that are meant."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from guiche.desk.intake.draft import Draft
from guiche.desk.intake.whose import OPEN_CALL
from guiche.desk.search import spelling
from guiche.desk.search.index import Key, key
from guiche.desk.search.term import Term
from guiche.desk.tickets import number as numbers
from guiche.desk.tickets.ticket import Ticket
from guiche.icpbrasil.numbers import cnpj, cpf

MOST = 20
_LONGEST = 200
_MOST_WORDS = 6
# What people write before a number, and is no part of it.
_LABEL = re.compile(
    r"(?:cpf|cnpj|protocolo|chamado|telefone|tel|fone|e-?mail)\b[\s.:nº°-]*", re.IGNORECASE
)
# Of these the beginning is enough.
_BEGUN = (Term.Kind.NAME, Term.Kind.FINGERPRINT)
_SHA1 = re.compile(r"[0-9a-f]{40}")
_AFTER_ALL = b"\xff"  # no text in UTF-8 has this byte

Meaning = tuple[Key, ...]
"""Terms that a ticket has all of: the words of a name, or one number."""


@dataclass(frozen=True)
class Query:
    """What a text may mean: a protocol, or any of the meanings; digits often have several."""

    text: str
    meanings: tuple[Meaning, ...]

    @classmethod
    def of(cls, typed: str) -> "Query":
        """The text read in every way that makes sense; any text is accepted."""
        line = " ".join(typed[:_LONGEST].replace("\0", " ").split())
        label = _LABEL.match(line)
        text = line[label.end() :] if label else line
        numbers_of = {
            Term.Kind.EMAIL: spelling.email(text),
            Term.Kind.DOCUMENT: spelling.document(text),
            Term.Kind.PHONE: next(iter(spelling.phone(text)), ""),
            Term.Kind.NUMBER: spelling.number(text),
            Term.Kind.FINGERPRINT: spelling.fingerprint(text),
        }
        meanings: list[Meaning] = [(key(kind, term),) for kind, term in numbers_of.items() if term]
        if words := _words(text):
            meanings.append(tuple(key(Term.Kind.NAME, word) for word in words))
        return cls(text, tuple(meanings))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not self.meanings

    def tickets(self) -> list[Ticket]:
        """The latest tickets that it means; one more than `MOST` where there are more."""
        found = {ticket.pk for ticket in [Ticket.find(self.text)] if ticket}
        for meaning in self.meanings:
            rows = _having(meaning, "ticket").order_by("-ticket")
            found |= set(rows.values_list("ticket", flat=True).distinct()[: MOST + 1])
        latest = sorted(found, reverse=True)[: MOST + 1]
        tickets = Ticket.listed()
        return list(tickets.filter(pk__in=latest).order_by("-pk"))

    def calls(self) -> list[Draft]:
        """The open calls that it means, the latest first."""
        found = {
            pk
            for meaning in self.meanings
            for pk in _having(meaning, "draft").values_list("draft", flat=True)
        }
        drafts = Draft.objects.filter(OPEN_CALL, pk__in=found)
        related = drafts.select_related("by", "inspection", "procedure_version")
        return list(related.order_by("-updated_at")[:MOST])

    @property
    def doubts(self) -> list[str]:
        """What in the text does not check, in words: why nothing may have been found."""
        return list(_doubts(self.text))


def _words(text: str) -> tuple[str, ...]:
    """The words of a name, the longest first: it is in the fewest names."""
    if "@" in text or not any(char.isalpha() for char in text):
        return ()
    return tuple(sorted(spelling.words(text)[:_MOST_WORDS], key=len, reverse=True))


def _having(meaning: Meaning, owner: str) -> "QuerySet[Term]":
    """The rows of the first term, of those owners that have the others too."""
    # Told apart by `ticket`, which is in the index, whichever of the two is wanted.
    terms = Term.objects.filter(ticket__isnull=owner != "ticket")
    first, *others = (terms.filter(_like(*wanted)) for wanted in meaning)
    for rows in others:
        first = first.filter(**{f"{owner}__in": rows.values(owner)})
    return first


def _like(kind: str, term: bytes) -> Q:
    if kind in _BEGUN:
        return Q(kind=kind, term__gte=term, term__lt=term + _AFTER_ALL)
    return Q(kind=kind, term=term)


def _doubts(text: str) -> Iterator[str]:
    compact = numbers.compact(text)
    if compact.isdecimal() and len(compact) == numbers.LENGTH:
        yield numbers.not_found(compact)
    number = spelling.document(text)
    if len(number) == cnpj.LENGTH and not cnpj.is_valid(number):
        yield f"O dígito final do CNPJ {cnpj.format(number)} não confere. Leia de novo o número."
    if len(number) == cpf.LENGTH and not cpf.is_valid(number) and number[2] != "9":
        yield f"O dígito final do CPF {cpf.format(number)} não confere. Leia de novo o número."
    if _SHA1.fullmatch(spelling.fingerprint(text)):
        yield "São 40 dígitos: é a impressão SHA-1, que o Windows mostra. Aqui vale a SHA-256."
