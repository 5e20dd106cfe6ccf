"""The double's stateless transport: everything in one form, `/ws/statelessws.php`."""

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from guiche.desk.doubles.qualitor.answering import (
    CRASHED,
    Answer,
    Call,
    Recorded,
    Request,
    answered,
    charset_and_label,
    reply,
)
from guiche.desk.doubles.qualitor.envelope import encoded, labelled
from guiche.desk.doubles.qualitor.wsdl import service_of

if TYPE_CHECKING:
    from guiche.desk.doubles.qualitor import Qualitor


def answer(double: "Qualitor", request: Request) -> Answer:
    """Fields come from the body alone: what stands in the address stands in every access log."""
    site, fields = double.site, _fields(request.body)
    call = _call(double, fields)
    fault = double.faults.take(call.operation)
    double.requests.append(Recorded(
        request.method, request.url, "stateless", call.service, call.operation, call.xml,
        call.asked,
    ))  # fmt: skip

    def act() -> Answer:
        charset, label = charset_and_label(site.charset, fault)
        text = reply(double.desk, call, fault)
        if fault == "fault_after":
            return Answer(CRASHED.encode(), 500, {"Content-Type": "text/plain"})
        return Answer(encoded(labelled(site, text, label), charset))

    return answered(site, fault, act)


def _fields(body: bytes) -> dict[str, str]:
    """Latin-1 keeps every byte: the request's own prolog says what its characters are."""
    pairs = parse_qs(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1")
    return {name: values[-1] for name, values in pairs.items()}


def _call(double: "Qualitor", fields: dict[str, str]) -> Call:
    user, password, company = (
        fields.get(name, "").encode("latin-1").decode("utf-8", "replace")
        for name in ("user", "password", "company")
    )
    refusal, service = (
        double.desk.refused(user, password, company),
        service_of(fields.get("wsdl_file", "")),
    )
    if not refusal and not service:
        refusal = f"Ws - WSDL not found: {fields.get('wsdl_file', '')}"
    xml = fields.get("input_xml", "").encode("latin-1")
    return Call(service, fields.get("operation", ""), xml, refusal)
