"""The reading as a file that goes with the ticket to another desk: readable, without a key."""

from guiche.desk.connectors.case import Attachment
from guiche.desk.intake.genuine import headline_of
from guiche.desk.intake.reading import Inspection
from guiche.desk.tickets.ticket import Ticket


def reading_report(ticket: Ticket) -> Attachment:
    """`leitura-G4821703657.txt`: the verdict, its bytes, the certificate and its fingerprint."""
    lines = [f"Leitura do certificado, {ticket.mark}", ""]
    lines += _lines(ticket.inspection) if ticket.inspection else ["O certificado não foi lido."]
    content = "\n".join(lines) + "\n"
    return Attachment(report_name(ticket), "text/plain; charset=utf-8", content.encode())


def report_name(ticket: Ticket) -> str:
    """The name, which tells whether the file is there already."""
    return f"leitura-{ticket.key}.txt"


def _lines(reading: Inspection) -> list[str]:
    data, contract = reading.data, reading.contract
    known = {
        "Titular": data["name"],
        "CNPJ ou CPF": data["document"],
        "Tipo": data["card_type"],
        "Emitido por": data["issuer"],
        "Número de série": data["serial"],
        "Válido até": data["valid_until"],
        "SHA-256": reading.sha256,
    }
    evidence = [
        f"{each['oid'] or 'sem OID'}, {each['type']}: {each['hex']}"
        for each in contract["enrolment"]["evidence"]
        if each["hex"]
    ]
    trust = contract.get("trust") or {}
    return [
        f"{reading.headline} {reading.warning}".strip(),
        reading.explanation,
        *([f"Cadeia: {said}"] if (said := headline_of(trust)) else []),
        "",
        *(f"{label}: {value}" for label, value in known.items() if value),
        *(["", "Bytes do campo do CEI", *evidence] if evidence else []),
    ]
