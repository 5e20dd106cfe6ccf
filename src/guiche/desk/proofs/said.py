"""What the page that proves a reading says, in the order it is read; nothing is drawn here."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from guiche.desk.intake.described import source_of, type_of
from guiche.desk.intake.facts import day_and_time, show_moment
from guiche.desk.intake.genuine import headline_of
from guiche.desk.intake.reading import Inspection
from guiche.icpbrasil.masks import mask_document

_MOST_FINDINGS = 8


class Part(NamedTuple):
    """A heading, labelled lines, and lines without a label."""

    heading: str
    facts: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    code: bool = False
    """Whether the lines are commands."""


class Said(NamedTuple):
    """All of it."""

    title: str
    verdict: str
    explanation: str
    parts: tuple[Part, ...]
    foot: str

    @classmethod
    def of(cls, reading: Inspection, number: str) -> "Said":
        """Of a stored reading, as it was made; `number` is that of the ticket, as it is spoken.

        The holder is named, for it is his; of a CPF the middle is shown, since a paper goes around.
        """
        contract = reading.contract
        parts = (
            Part("Prova do CEI", lines=tuple(_evidence(contract))),
            Part("Certificado", tuple(_certificate(reading))),
            Part("Leitura", tuple(_reading(reading, number))),
            Part("Observações", lines=tuple(_findings(contract))),
            Part("Como conferir por conta própria", lines=tuple(_words(reading))),
            Part("", lines=tuple(_commands(reading)), code=True),
        )
        return cls(
            "Leitura de certificado digital",
            f"{reading.headline} {reading.warning}".strip(),
            reading.explanation,
            tuple(part for part in parts if part.facts or part.lines),
            "O Guichê leu o que o certificado traz escrito. Esta folha não é assinada: quem quiser "
            "a certeza confere a impressão digital no próprio certificado, como acima.",
        )


def _evidence(contract: Mapping[str, Any]) -> Iterator[str]:
    found = contract["enrolment"]["evidence"]
    if not found:
        yield "O certificado não traz o campo do CEI (OID 2.16.76.1.3.6 ou 2.16.76.1.3.7)."
    for each in found:
        yield f"OID {each['oid'] or 'não veio no texto'}, tipo {each['type'] or 'não veio'}"
        hidden = each["hex"] is None
        yield f"Bytes: {'não são guardados' if hidden else each['hex'] or 'nenhum'}"
        yield f"Texto: {'não é guardado' if hidden else repr_of(each['text'])}"


def repr_of(text: str) -> str:
    """A text with its ends to be seen.

    >>> repr_of("  12")
    '“  12”'
    """
    return f"“{text}”" if text else "vazio"


def _certificate(reading: Inspection) -> Iterator[tuple[str, str]]:
    contract = reading.contract
    holder, responsible = contract["holder"], contract["responsible"] or {}
    dates = contract["validity"] or {}
    number = holder["cnpj"] or holder["cpf"] or ""
    of_responsible = responsible.get("cpf") or ""
    rows = {
        "Titular": holder["name"],
        "CNPJ" if holder["cnpj"] else "CPF": number and mask_document(number),
        "Responsável": responsible.get("name"),
        "CPF do responsável": of_responsible and mask_document(of_responsible),
        "Tipo": type_of(contract),
        "Emitido por": (contract["issuer"] or {}).get("name"),
        "Número de série": contract["serial"],
        "Válido de": dates.get("not_before") and show_moment(dates["not_before"]),
        "Válido até": dates.get("not_after") and show_moment(dates["not_after"]),
        "SHA-256": _pairs(reading.sha256),
    }
    yield from ((label, text) for label, text in rows.items() if text)


def _pairs(sha256: str) -> str:
    """As openssl writes it: `9F:86:…`."""
    return ":".join(sha256[at : at + 2].upper() for at in range(0, len(sha256), 2))


def _reading(reading: Inspection, number: str) -> Iterator[tuple[str, str]]:
    trust = headline_of(reading.contract.get("trust") or {})
    yield "Lido de", source_of(reading.contract) or "não se sabe"
    yield "Lido em", f"{day_and_time(reading.created_at)}, horário de Brasília"
    yield "Onde", f"Guichê, chamado {number}"
    yield "Autenticidade", trust or "não foi conferida"


def _findings(contract: Mapping[str, Any]) -> Iterator[str]:
    messages = [each["message"] for each in contract["findings"]]
    yield from messages[:_MOST_FINDINGS]
    if len(messages) > _MOST_FINDINGS:
        yield f"E mais {len(messages) - _MOST_FINDINGS}, no chamado."


def _words(reading: Inspection) -> Iterator[str]:
    if not reading.sha256:
        yield "Foi lido só um texto, sem o certificado: não há impressão digital para comparar."
        return
    yield (
        "Com o arquivo do certificado (.cer) e o programa openssl, o primeiro comando mostra a "
        "mesma impressão digital, o mesmo número de série e as mesmas datas; o segundo mostra, em "
        "“X509v3 Subject Alternative Name”, os bytes acima. Se o arquivo começa com “BEGIN "
        "CERTIFICATE”, troque DER por PEM."
    )


def _commands(reading: Inspection) -> Iterator[str]:
    if reading.sha256:
        shown = "-noout -fingerprint -sha256 -serial -dates"
        yield f"openssl x509 -inform DER -in certificado.cer {shown}"
        yield "openssl asn1parse -inform DER -in certificado.cer"
