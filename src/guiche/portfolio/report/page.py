"""The report as one file of HTML: nothing is fetched, and a policy says so to the browser.

All that comes from a certificate goes through `markup.tag`, which escapes it; none of it stands in
the script or in the style.
"""

import base64
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from guiche.icpbrasil import Profile, Status
from guiche.icpbrasil.wording import number
from guiche.portfolio.difference import Difference
from guiche.portfolio.report import changes
from guiche.portfolio.report.actions import URGENCIES, Action, Actions, actions
from guiche.portfolio.report.markup import Html, tag
from guiche.portfolio.report.people import People, shown
from guiche.portfolio.report.plot import NARROW, WIDE, draw
from guiche.portfolio.report.tally import Figure, Tally
from guiche.portfolio.report.todo import todo
from guiche.portfolio.report.words import ERROR, STATUSES, counted, day_of, kind
from guiche.portfolio.result import Batches

_ROLES = {"table": "table", "tr": "row", "td": "cell"}
_COLUMNS = ("Quem", "O que fazer", "Por quê", "Até quando", "Certificado")
_MASKED = (
    "Nomes de pessoas e CPF estão mascarados, e nomes de arquivos não aparecem; a linha da tabela "
    "diz de quem é cada um. Com --show-personal, o relatório os mostra."
)
_PERSONAL = "Este relatório mostra nomes e CPF de pessoas: guarde e envie só a quem precisa deles."


class Page(NamedTuple):
    """A report that is to be written: of which table, for which moment, who may see whom; `masked`
    says what is hidden where people are masked, and where it stands."""

    table: str
    at: datetime
    people: People
    difference: Difference | None = None
    earlier: str = ""
    masked: str = _MASKED

    def write(self, batches: Batches, out: Path) -> None:
        """Reads the table as often as it needs, and writes the file."""
        tally = Tally(self.at, self.people)
        for batch in batches():
            tally.add(batch)
        found = actions(batches, self.at)
        with out.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(self._pieces(tally, found))

    def _pieces(self, tally: Tally, found: Actions) -> Iterator[str]:
        yield '<!DOCTYPE html>\n<html lang="pt-BR">\n'
        yield _head(self.at)
        yield "<body>\n"
        yield tag("a", "Ir para o conteúdo", class_="skip", href="#conteudo")
        yield self._header(found)
        yield '<main id="conteudo" tabindex="-1">\n'
        yield _summary(tally)
        if self.difference:
            yield changes.section(self.difference, self.earlier, self.people)
        yield from map(_figure, tally.figures())
        yield from self._list(found)
        yield "</main>\n"
        yield tag("footer", tag("p", "Feito pelo guiche audit. ", _PERSONAL
                  if self.people.personal else self.masked, class_="soft"))  # fmt: skip
        if found.listed:
            yield f"<script>{_asset('page.js')}</script>\n"
        yield "</body>\n</html>\n"

    def _header(self, found: Actions) -> Html:
        links = [
            ("#resumo", "Resumo"),
            *([("#mudou", "O que mudou")] if self.difference else []),
            ("#vencimentos", "Vencimentos"),
            ("#fazer", f"O que fazer ({number(len(found.listed))})"),
        ]
        items = (tag("li", tag("a", words, href=href)) for href, words in links)
        of = f"Auditoria de {day_of(self.at)}. Tabela: {shown(self.table)}."
        return tag(
            "header",
            tag("h1", "Carteira de certificados"),
            tag("p", of),
            tag("p", _PERSONAL if self.people.personal else self.masked, class_="soft"),
            tag("nav", tag("ul", *items), aria_label="Partes do relatório"),
        )

    def _list(self, found: Actions) -> Iterator[str]:
        yield '<section id="fazer" class="act" aria-labelledby="fazer-titulo">\n'
        yield tag("h2", "O que fazer", id="fazer-titulo")
        yield from (tag("p", words) for words in _about(found))
        if found.listed:
            yield _filters(found.listed)
            yield tag("p", id="mostrados", class_="soft screen", role="status")
            yield '<table id="lista" role="table"><thead role="rowgroup">'
            yield _headings(_COLUMNS)
            yield '</thead><tbody role="rowgroup">\n'
            for action in found.listed:
                yield self._row(action)
                yield "\n"
            yield "</tbody></table>\n"
        yield "</section>\n"

    def _row(self, action: Action) -> Html:
        row, people = action.row, self.people
        told = todo(action, self.at, people)
        name = people.name(row) or people.place(row) or _nobody(action)
        responsible = people.responsible(row)
        who = (
            tag("p", tag("bdi", name)),
            _soft(people.document(row)),
            _soft(responsible and f"Responsável: {responsible}"),
        )
        copies = action.copies and f"mais {counted(action.copies, 'cópia', 'cópias')}"
        about = (kind(row), people.public(row["issuer_name"]), people.place(row))
        mark = tag("span", URGENCIES[action.urgency], class_=f"mark u{action.urgency.value}")
        return tag(
            "tr",
            tag("th", *who, scope="row", role="rowheader"),
            tag("td", tag("p", told.what), tag("p", mark), role="cell"),
            tag("td", told.why, role="cell"),
            tag("td", told.until, role="cell"),
            tag("td", *map(_soft, about), _soft(f"Linha {number(action.number)} da tabela"),
                _soft(copies or ""), role="cell"),
            role="row",
            data_urgencia=str(action.urgency.value),
            data_veredito=row["enrolment_status"] or ERROR,
            data_perfil=row["profile"] or "",
        )  # fmt: skip


def policy() -> str:
    """What a browser lets a report do: its own style and its own script, and nothing else."""
    return (
        f"default-src 'none'; style-src '{_digest('page.css')}'; "
        f"script-src '{_digest('page.js')}'; base-uri 'none'; form-action 'none'"
    )


def _head(at: datetime) -> Html:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy()),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="robots", content="noindex"),
        tag("title", f"Carteira de certificados, {day_of(at)}"),
        tag("style", Html(_asset("page.css"))),
    )


@cache
def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _digest(name: str) -> str:
    digest = sha256(_asset(name).encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _summary(tally: Tally) -> Html:
    facts = [("Certificados", tally.certificates)]
    facts += [(words, tally.statuses[each]) for each, words in STATUSES.items()]
    shown_ = (fact for fact in facts if fact[1] or fact[0] == "Certificados")
    told = (tag("div", tag("dt", name), tag("dd", number(count))) for name, count in shown_)
    return tag(
        "section",
        tag("h2", "Resumo", id="resumo-titulo"),
        tag("dl", *told, class_="facts"),
        id="resumo",
        aria_labelledby="resumo-titulo",
    )


_HATCH = Html(
    '<svg class="defs" aria-hidden="true"><defs><pattern id="hatch" width="6" height="6" '
    'patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="ground" width="6" '
    'height="6"/><rect class="stripe" width="2" height="6"/></pattern></defs></svg>'
)


def _figure(figure: Figure) -> Html:
    """The drawing, and its table."""
    title = f"{figure.key}-titulo"
    is_one = len(figure.series) == 1
    headings = (figure.of, *figure.series, *(() if is_one else ("Total",)))
    rows = (
        tag("tr", tag("th", tag("bdi", name), scope="row"),
            *(tag("td", number(count), class_="count")
              for count in (*counts, *(() if is_one else (sum(counts),)))))
        for name, counts in figure.rows
        if is_one or any(counts) or figure.is_in_time
    )  # fmt: skip
    heads = (
        tag("th", name, scope="col", class_="count" if at else "") for at, name in
        enumerate(headings)
    )  # fmt: skip
    table = tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *rows))
    return tag(
        "section",
        _HATCH if figure.key == "vereditos" else "",
        tag("h2", figure.title, id=title),
        tag("p", figure.note, class_="soft") if figure.note else "",
        tag("figure", draw(figure, WIDE), draw(figure, NARROW), class_="one" if is_one else ""),
        tag("div", table, class_="scroll", role="region", tabindex="0",
            aria_label=f"Tabela: {figure.title}"),
        id=figure.key,
        aria_labelledby=title,
    )  # fmt: skip


def _about(found: Actions) -> Iterator[str]:
    if not found.listed:
        yield "Nada a fazer por enquanto: nenhum certificado vence logo, falta ou está em dúvida."
    elif found.is_cut:
        yield (
            f"Os {number(len(found.listed))} casos mais urgentes, de "
            f"{number(found.wanted)} linhas que pedem algo. Todas estão na tabela."
        )
    else:
        yield f"{counted(len(found.listed), 'caso', 'casos')}, do mais urgente ao menos urgente."
    if found.renewed:
        yield (
            f"{counted(found.renewed, 'certificado ficou', 'certificados ficaram')} de fora: o "
            "titular já tem na carteira um mais novo do mesmo tipo."
        )


def _filters(listed: Iterable[Action]) -> Html:
    """Hidden until the script is there to obey them."""
    there = list(listed)
    verdicts = {each.row["enrolment_status"] or ERROR for each in there}
    profiles = {each.row["profile"] for each in there}
    urgencies = {each.urgency for each in there}
    labels = {status: STATUSES[Status(status) if status != ERROR else ERROR] for status in STATUSES}
    return tag(
        "form",
        tag("label", "Procurar", tag("input", type="search", name="texto", autocomplete="off")),
        _choice("urgencia", "Urgência", {str(k.value): v for k, v in URGENCIES.items()
                                         if k in urgencies}),
        _choice("veredito", "Veredito", {k: v for k, v in labels.items() if k in verdicts}),
        _choice("perfil", "Perfil", {p.value: p.label for p in Profile if p.value in profiles}),
        tag("button", "Limpar filtros", type="reset"),
        id="filtros",
        aria_label="Filtros da lista",
        hidden=True,
    )  # fmt: skip


def _choice(name: str, label: str, values: dict[str, str]) -> Html:
    options = (tag("option", words, value=value) for value, words in values.items())
    every = tag("option", "Todos", value="")
    return tag("label", label, tag("select", every, *options, name=name))


def _headings(names: Iterable[str]) -> Html:
    cells = (tag("th", name, scope="col", role="columnheader") for name in names)
    return tag("tr", *cells, role="row")


def _nobody(action: Action) -> str:
    return "Arquivo não lido" if action.row["error_code"] else "Titular não informado"


def _soft(text: str) -> Html:
    return tag("p", tag("bdi", text), class_="soft") if text else Html()
