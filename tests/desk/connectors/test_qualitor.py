"""Qualitor, over both of its transports, does what every connector has to do."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

import pytest

from desk.connectors.conformance import Conformance, Seen
from guiche.desk.connectors.qualitor import Qualitor
from guiche.desk.connectors.qualitor.settings import QualitorSettings
from guiche.desk.doubles import qualitor as doubles

NOWHERE = "http://127.0.0.1:9"


class Bench:
    """A double of Qualitor and a connector set up for it."""

    base_team, can_fail = "Atendimento", True

    def __init__(self, double: doubles.Qualitor, **settings: str) -> None:
        self.double, self._made = double, list[Qualitor]()
        self.settings = double.settings(**settings)
        self.connector = self.with_settings()

    def with_settings(self, **changed: str) -> Qualitor:
        made = Qualitor(QualitorSettings.read({**self.settings, **changed}))
        self._made.append(made)
        return made

    def tickets(self) -> Sequence[Seen]:
        return [
            Seen(
                ref=ticket.ref,
                title=ticket.data["nmtitulochamado"],
                text=ticket.data["dschamado"],
                team=doubles.state.TEAMS[ticket.team],
                closed=ticket.closed,
                notes=[entry.text for entry in ticket.history],
                files=list(ticket.files),
                fields={**ticket.data, **ticket.infos},
            )
            for ticket in self.double.desk.tickets
        ]

    def wrong_password(self) -> Qualitor:
        return self.with_settings(password="outra")

    def misspelt(self) -> Qualitor:
        return self.with_settings(contact="999")

    def unreachable(self) -> Qualitor:
        return self.with_settings(url=NOWHERE)

    def fail(self, fault: str) -> None:
        self.inject("addTicketByData", fault)

    def inject(self, operation: str, fault: str) -> None:
        """A busy machine answers late: only what hangs is not waited for."""
        if fault.startswith("hang"):
            self.connector = self.with_settings(read_seconds="2")
        self.double.faults.inject(operation, fault)

    def close(self) -> None:
        for connector in self._made:
            connector.close_down()


class _OfQualitor(Conformance):
    settings: ClassVar[dict[str, str]] = {}

    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        with doubles.Qualitor() as double:
            bench = Bench(double, **self.settings)
            yield bench
            bench.close()


class TestQualitorStateless(_OfQualitor):
    pass


class TestQualitorSoap(_OfQualitor):
    settings: ClassVar[dict[str, str]] = {"transport": "soap"}
