"""What is said and sent to the customer, and what the one who calls back is told."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from guiche.desk.procedures import names
from guiche.desk.procedures.table import Table
from guiche.desk.procedures.text import SILENT, Text


@dataclass(frozen=True)
class Texts:
    """`say` is read to the customer; `send` is written, and names nobody.

    `verdict` is the reading as it may be told to whoever is on the line, without a number or a
    name; `cost` what is said of the cost; `documents` what the one who calls back asks for; `batch`
    what is said or sent of several tickets at once.
    """

    say: Text
    send: Text
    verdict: Text = SILENT
    cost: Text = SILENT
    documents: Text = SILENT
    batch: Text = SILENT

    @classmethod
    def read(
        cls, table: Table, facts: Collection[str], conditions: Mapping[str, Collection[str]]
    ) -> "Texts":
        """The `[texts]`."""
        ticket, told = set(names.TICKET), {*facts, *names.READING, *names.TICKET}

        def read(key: str, known: Collection[str], *, partial: bool = False) -> Text:
            return Text.read(table, key, names=known, conditions=conditions, partial=partial)

        texts = cls(
            say=read("say", told),
            send=read("send", {*ticket, *names.LINK}),
            verdict=read("verdict", (), partial=True),
            cost=read("cost", (), partial=True),
            documents=read("documents", facts, partial=True),
            batch=Text.read(table, "batch", names=names.BATCH, conditions={}, partial=True),
        )
        for key, text in (("say", texts.say), ("send", texts.send)):
            if not {"protocol", "due"} <= text.names():
                raise table.error(key, "precisa dizer {protocol} e {due} ao cliente.")
        if texts.batch.variants and not {"numbers", "due"} <= texts.batch.names():
            raise table.error("batch", "precisa dizer {numbers} e {due} ao cliente.")
        table.finish()
        return texts
