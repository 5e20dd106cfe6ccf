"""The figures as tables: what a page shows, a plot draws and a sheet takes away."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from guiche.desk.figures.count import ERASED, FOREIGN, NOT_READ, UNKNOWN
from guiche.desk.figures.summary import AGES, OLDEST, OUTCOMES, Summary
from guiche.desk.figures.tally import Tally
from guiche.desk.figures.words import percent
from guiche.desk.promises.due_time import length
from guiche.desk.tickets.moves import OPEN, STATES
from guiche.icpbrasil import Profile
from guiche.sources.catalogue import KINDS

Cell = str | int
_Kind = Tally.Kind
_AGES = (*(label for label, _ in AGES), OLDEST)
VERDICTS = {
    "present": "Tem CEI",
    "doubtful": "Conferir CEI",
    "blank": "Sem CEI: zerado",
    "absent": "Sem CEI: sem campo",
    "not_applicable": "Não comporta",
    "unreadable": "Não li",
    NOT_READ: "Sem leitura",
    ERASED: "Dados apagados",
}
_SOURCES = {kind.kind: kind.label for kind in KINDS}
_REMAINDER = {NOT_READ: "Sem leitura", ERASED: "Dados apagados", FOREIGN: "Outra emissora",
              UNKNOWN: "Não se sabe"}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """Headings and rows; the first cell of a row says what it is of."""

    key: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    shape: str = ""
    """How it is drawn: "columns" along the time, "bars" one below the other, "" not at all."""
    palette: str = "one"
    note: str = ""
    total: bool = False
    """Whether the last column sums up the others."""

    @property
    def series(self) -> tuple[str, ...]:
        """The columns that are drawn."""
        return self.headings[1 : -1 if self.total else None]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to count."""
        return not any(isinstance(cell, int) and cell for row in self.rows for cell in row)


def tables(summary: Summary) -> dict[str, Table]:
    """All of them, by their key in addresses, in the order of the page."""
    made = (
        _short(summary), _outcomes_by_day(summary), _outcomes_by_team(summary),
        _standing(summary), _waits(summary), _issuers(summary), _profiles(summary),
        _sources(summary), _no_need(summary), _missing(summary),
    )  # fmt: skip
    return {table.key: table for table in made}


def _short(summary: Summary) -> Table:
    half, most = summary.contact_within(0.5), summary.contact_within(0.9)
    rows: tuple[tuple[Cell, ...], ...] = (
        ("Chamados abertos", summary.opened),
        ("Prazos cumpridos ou tentados, dos que terminaram", percent(summary.met_share)),
        ("Primeiro contato: metade em até", length(half) if half else "sem dado"),
        ("Primeiro contato: nove em dez em até", length(most) if most else "sem dado"),
        ("Atendimentos sem chamado", summary.ended),
        ("Atendimentos que não precisaram de chamado", percent(summary.no_need_share)),
        ("Chamados de clientes que voltaram em 30 dias", summary.again),
    )
    return Table("resumo", "Resumo", ("Número", "Valor"), rows)


def _outcomes_by_day(summary: Summary) -> Table:
    days = summary.outcomes_by_day()
    rows = (_row(f"{day:%d/%m/%Y}", _by(OUTCOMES, counts)) for day, counts in days.items())
    return _summed(
        "prazos", "Como terminaram os prazos, por dia", "Aberto em", tuple(OUTCOMES), rows,
        shape="columns", palette="outcomes",
        note="Cada prazo conta no dia em que o chamado foi aberto.",
    )  # fmt: skip


def _outcomes_by_team(summary: Summary) -> Table:
    teams = summary.outcomes_by_team()
    rows = (_row(team, _by(OUTCOMES, counts)) for team, counts in teams.items())
    return _summed(
        "equipes", "Como terminaram os prazos, por equipe", "Equipe", tuple(OUTCOMES), rows,
        shape="bars", palette="outcomes",
    )  # fmt: skip


def _standing(summary: Summary) -> Table:
    rows = (
        _row(STATES[state], (summary.standing.get((state, age), 0) for age in _AGES))
        for state in OPEN
    )
    return _summed(
        "idade", "Chamados em aberto agora, por situação e idade", "Situação", _AGES, rows,
        shape="bars", palette="ages", note="Todos os que estão em aberto, de qualquer período.",
    )  # fmt: skip


def _waits(summary: Summary) -> Table:
    rows = tuple(summary.waits().items())
    return Table(
        "contato", "Tempo até o primeiro contato", ("Da abertura ao contato", "Chamados"), rows,
        shape="bars", note="Contato é ter falado com o cliente.",
    )  # fmt: skip


def _issuers(summary: Summary) -> Table:
    return _verdicts(
        summary.by_both(_Kind.ISSUER), "emissoras", "Leituras por emissora", "Emissora", {}
    )


def _profiles(summary: Summary) -> Table:
    labels = {profile.value: profile.label for profile in Profile}
    return _verdicts(
        summary.by_both(_Kind.PROFILE), "perfis", "Leituras por tipo de certificado", "Tipo", labels
    )


def _verdicts(
    counts: Mapping[str, Counter[str]], key: str, title: str, of: str, labels: Mapping[str, str]
) -> Table:
    """The most frequent first, and of verdicts those alone that there are."""
    found = {which for each in counts.values() for which in each}
    shown = {which: label for which, label in VERDICTS.items() if which in found}
    names = {**labels, **_REMAINDER}
    ordered = sorted(counts.items(), key=lambda item: (-item[1].total(), item[0]))
    rows = (_row(names.get(what, what), (each[which] for which in shown)) for what, each in ordered)
    return _summed(
        key, title, of, tuple(shown.values()), rows, shape="bars", palette="verdicts"
    )  # fmt: skip


def _sources(summary: Summary) -> Table:
    rows = tuple(
        (_SOURCES.get(what) or _REMAINDER.get(what, what), count)
        for what, count in summary.by_what(_Kind.SOURCE).most_common()
    )
    return Table(
        "fontes", "De onde o certificado foi lido", ("Lido de", "Chamados"), rows, shape="bars"
    )


def _no_need(summary: Summary) -> Table:
    rows = tuple(summary.by_what(_Kind.ENDED).most_common())
    return Table(
        "sem-chamado", "Atendimentos sem chamado, por motivo", ("Motivo", "Atendimentos"), rows,
        shape="bars",
    )  # fmt: skip


def _missing(summary: Summary) -> Table:
    """Ways out that were taken, by question."""
    pairs = (
        (what, which, count)
        for what, each in summary.by_both(_Kind.MISSING).items()
        for which, count in each.items()
    )
    rows = tuple(sorted(pairs, key=lambda row: (-row[2], row[0], row[1])))
    return Table("faltas", "Dados que o cliente não tinha", ("Dado", "Resposta", "Chamados"), rows)


def _row(name: str, counts: Iterable[int]) -> tuple[Cell, ...]:
    return (name, *counts)


def _by(labels: Iterable[str], counts: Counter[str]) -> tuple[int, ...]:
    return tuple(counts[label] for label in labels)


def _summed(
    key: str,
    title: str,
    of: str,
    series: tuple[str, ...],
    rows: Iterable[tuple[Cell, ...]],
    *,
    shape: str,
    palette: str,
    note: str = "",
) -> Table:
    summed = tuple((*row, sum(cell for cell in row[1:] if isinstance(cell, int))) for row in rows)
    return Table(key, title, (of, *series, "Total"), summed, shape, palette, note, total=True)
