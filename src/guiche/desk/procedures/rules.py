"""What is asked of a text that is new: by `guiche procedures check`, and when a page publishes it.

Stricter than the reader, which knows none of these rules: a version that calls and tickets have is
read for ever as it was accepted, whatever is asked of new ones. A rule that comes later comes here.
"""

from collections.abc import Iterator

from guiche.desk.intake.register import REGISTERS
from guiche.desk.procedures import names
from guiche.desk.procedures.fact import Fact
from guiche.desk.procedures.procedure import END, Procedure
from guiche.desk.procedures.table import ProcedureError
from guiche.desk.procedures.text import Text, Variant

_LONGEST_SLUG, _LONGEST_TEAM, _LONGEST_END = 80, 120, 200
_SAY_BOTH = (
    "precisa dizer {protocol} e {due} ao cliente, e na mesma linha só o que sempre se pergunta."
)


def read_new(content: str, file: str, slug: str) -> Procedure:
    """The procedure of that slug written in `content`, or the first `ProcedureError`."""
    procedure = Procedure.read(content, file)
    for error in broken(procedure, file, slug):
        raise error
    return procedure


def mistakes(content: str, file: str, slug: str) -> list[ProcedureError]:
    """All that can be told at once: where the reader stops, else every rule that is broken."""
    try:
        procedure = Procedure.read(content, file)
    except ProcedureError as error:
        return [error]
    return list(broken(procedure, file, slug))


def broken(procedure: Procedure, file: str, slug: str) -> Iterator[ProcedureError]:
    """The rules that a procedure which can be read does not keep."""
    if procedure.slug != slug:
        remedy = f"é “{procedure.slug}”; precisa ser “{slug}”, como o arquivo se chama."
        yield ProcedureError(file, "slug", remedy)
    for key, remedy in (
        *_unsaid(procedure), *_unknown_registers(procedure), *_hidden_conditions(procedure),
        *_without_room(procedure),
    ):  # fmt: skip
        yield ProcedureError(file, key, remedy)


def _placed(procedure: Procedure) -> Iterator[tuple[str, Fact]]:
    """Each fact with its place in the file."""
    for number, screen in enumerate(procedure.screens, start=1):
        for position, fact in enumerate(screen.facts, start=1):
            yield f"screens[{number}].facts[{position}]", fact


def _unsaid(procedure: Procedure) -> Iterator[tuple[str, str]]:
    """The texts that leave a customer without number or time, in any call."""
    texts, always = procedure.texts, {*names.READING, *names.TICKET, *names.LINK}
    always |= {f.key for f in procedure.facts if not (f.when or f.follows or f.confirms)}
    for name, text in (("say", texts.say), ("send", texts.send)):
        for number, variant in enumerate(text.variants, start=1):
            lines = (Text((Variant(line),)).names() for line in variant.text.splitlines())
            kept = set().union(*(line for line in lines if line <= always))
            if not {"protocol", "due"} <= kept:
                yield f"texts.{name}[{number}].text", _SAY_BOTH


def _unknown_registers(procedure: Procedure) -> Iterator[tuple[str, str]]:
    """The choices with which an enrolment number would be asked and could never be given."""
    for place, fact in _placed(procedure):
        asking = [other for other in procedure.facts if other.of == fact.key]
        for kind in fact.choices:
            if kind not in REGISTERS and any(o.asked({fact.key: kind}) for o in asking):
                known = ", ".join(REGISTERS)
                remedy = f"“{kind}” não é um cadastro de número conferido; use {known}."
                yield f"{place}.choices", remedy


def _hidden_conditions(procedure: Procedure) -> Iterator[tuple[str, str]]:
    """The facts by whose name a condition of the reading could no longer be written."""
    for place, fact in _placed(procedure):
        if fact.key in names.ADDED:
            yield f"{place}.key", f"“{fact.key}” é uma condição da leitura; dê outro nome."


def _without_room(procedure: Procedure) -> Iterator[tuple[str, str]]:
    """What no ticket or call could be stored with: PostgreSQL refuses what SQLite takes."""
    ends = ((f"reasons.{END}", reason, _LONGEST_END) for reason in procedure.reasons[END])
    head = (("slug", procedure.slug, _LONGEST_SLUG), ("team", procedure.team, _LONGEST_TEAM))
    for key, text, longest in (*head, *ends):
        if len(text) > longest or "\x00" in text:
            yield key, f"escreva até {longest} letras, sem caracteres de controle."
