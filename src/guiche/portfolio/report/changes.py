"""The difference between two audits in words: for a terminal, as JSON, as a part of the report."""

from collections.abc import Iterator
from typing import Any

from guiche.icpbrasil.wording import number
from guiche.portfolio.difference import Change, Changed, Difference
from guiche.portfolio.report.markup import Html, tag
from guiche.portfolio.report.people import People, shown
from guiche.portfolio.report.words import answer, counted, day_of, kind

MOST = 500
"""Of each kind that the report names."""
TITLES = {
    Change.RENEWED: "Renovados",
    Change.GAINED: "Passaram a ter CEI",
    Change.LOST: "Deixaram de ter CEI",
    Change.EXPIRED: "Venceram desde então",
    Change.NEW: "Novos na carteira",
    Change.GONE: "Saíram da carteira",
    Change.UNREAD: "Não puderam ser lidos desta vez",
}
_COLUMNS = ("Quem", "Antes", "Agora", "Certificado")


def lines(difference: Difference, people: People, most: int = MOST) -> Iterator[str]:
    """Lines for a person: a heading of each kind, and below it who."""
    yield _summary(difference)
    for change, count in difference.counts.items():
        if count:
            yield f"{TITLES[change]}: {number(count)}"
            for each in difference.rows(change, most):
                who = ", ".join(filter(None, _who(each.row, people))) or "titular não informado"
                yield f"  {who}: {_before(each)} → {_now(each)} ({_place(each)})"
            if count > most:
                yield f"  … e mais {number(count - most)}"


def objects(difference: Difference, people: People) -> Iterator[dict[str, Any]]:
    """An object for each change; keys and codes are public."""
    for change in difference.counts:
        for each in difference.rows(change):
            yield {
                "change": change.value,
                "holder": {
                    "name": people.name(each.row) or None,
                    "document": people.document(each.row) or None,
                },
                "profile": each.row["profile"],
                "before": _side(each.before),
                "now": _side(each.now),
            }


def section(difference: Difference, earlier: str, people: People) -> Html:
    """The part of the report."""
    parts = []
    for change, count in difference.counts.items():
        if count:
            parts += [tag("h3", f"{TITLES[change]}: {number(count)}"),
                      _table(difference, change, people)]  # fmt: skip
            if count > MOST:
                parts.append(tag("p", f"Os {number(MOST)} primeiros, de {number(count)}; o "
                                 "guiche audit-diff --json dá todos.", class_="soft"))  # fmt: skip
    return tag(
        "section",
        tag("h2", "O que mudou", id="mudou-titulo"),
        tag("p", f"Comparado com {shown(earlier)}. {_summary(difference)}"),
        *parts,
        id="mudou",
        class_="act",
        aria_labelledby="mudou-titulo",
    )


def _summary(difference: Difference) -> str:
    had = counted(difference.earlier, "certificado", "certificados")
    words = f"Antes, {had}; agora, {number(difference.later)}."
    return words if any(difference.counts.values()) else f"{words} Nada mudou."


def _table(difference: Difference, change: Change, people: People) -> Html:
    heads = (tag("th", name, scope="col", role="columnheader") for name in _COLUMNS)
    rows = (_row(each, people) for each in difference.rows(change, MOST))
    return tag(
        "table",
        tag("thead", tag("tr", *heads, role="row"), role="rowgroup"),
        tag("tbody", *rows, role="rowgroup"),
        role="table",
        aria_label=TITLES[change],
    )


def _row(each: Changed, people: People) -> Html:
    name, document = _who(each.row, people)
    return tag(
        "tr",
        tag("th", tag("p", tag("bdi", name or people.place(each.row) or "Titular não informado")),
            tag("p", document, class_="soft") if document else "", scope="row", role="rowheader"),
        tag("td", f"Antes: {_before(each)}", role="cell"),
        tag("td", f"Agora: {_now(each)}", role="cell"),
        tag("td", kind(each.row), tag("p", _place(each), class_="soft"), role="cell"),
        role="row",
    )  # fmt: skip


def _who(row: dict[str, Any], people: People) -> tuple[str, str]:
    return people.name(row), people.document(row)


def _before(each: Changed) -> str:
    return _said(each.before) if each.before else "não estava na carteira"


def _now(each: Changed) -> str:
    if each.now:
        return _said(each.now)
    unread = each.change is Change.UNREAD
    return "o arquivo não pôde ser lido" if unread else "não está na carteira"


def _said(row: dict[str, Any]) -> str:
    ended = row["validity_status"] == "expired"
    return f"{answer(row)}, {'venceu em' if ended else 'até'} {day_of(row['not_after'])}"


def _place(each: Changed) -> str:
    earlier = "" if each.now else " da tabela anterior"
    return f"linha {number(each.row['number'])}{earlier}"


def _side(row: dict[str, Any] | None) -> dict[str, Any] | None:
    end = row and row["not_after"]
    return row and {
        "row": row["number"],
        "sha256": row["sha256"],
        "status": row["enrolment_status"],
        "not_after": end.isoformat().replace("+00:00", "Z") if end else None,
    }
