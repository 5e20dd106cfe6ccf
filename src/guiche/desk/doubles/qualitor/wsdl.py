"""The double's WSDL: rpc/encoded, as PHP's libraries write it."""

from xml.sax.saxutils import quoteattr

from guiche.desk.doubles.qualitor.operations import OPERATIONS

FOLDERS = {"WSTicket": "Ticket", "WSGeneral": "General"}
_ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
_SCHEMA = (
    '<xsd:schema targetNamespace="{own}"><xsd:import namespace="' + _ENCODING + '"/>'
    '<xsd:import namespace="http://schemas.xmlsoap.org/wsdl/"/>{arrays}</xsd:schema>'
)
# No operation uses it: it stands in descriptions that PHP writes, and clients have to read them.
_ARRAYS = (
    '<xsd:complexType name="Strings"><xsd:complexContent><xsd:restriction base="SOAP-ENC:Array">'
    '<xsd:attribute ref="SOAP-ENC:arrayType" wsdl:arrayType="xsd:string[]"'
    ' xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"/>'
    "</xsd:restriction></xsd:complexContent></xsd:complexType>"
)
_LOGIN = ("login", "passwd", "company")
_OTHERS = ("auth", "xmlValue")


def service_of(name: str) -> str:
    """The service that `WSTicket`, `WSTicket.wsdl` or `wsticket.wsdl` means; "" for none."""
    plain = name.lower().removesuffix(".wsdl")
    return next((service for service in FOLDERS if service.lower() == plain), "")


def described(path: str, wsdl: str) -> str:
    """The service whose description is at `service.php?wsdl=...` or in its folder; "" for none."""
    if path.endswith("/ws/services/service.php"):
        return service_of(wsdl)
    folder, _, name = path.rpartition("/ws/services/")[2].partition("/")
    service = service_of(name)
    return service if service and FOLDERS[service] == folder else ""


def names(service: str) -> list[str]:
    """The operations of a service, `login` first."""
    return ["login", *(name for name, each in OPERATIONS.items() if each.service == service)]


def wsdl(service: str, address: str, *, arrays: bool = False) -> str:
    """The description of a service that answers at that address.

    With `arrays` it cannot be read without the schema of SOAP's encoding.
    """
    own = f"urn:{service}"
    messages = "".join(
        f'<message name="{name}Request">{_parts(_LOGIN if name == "login" else _OTHERS)}</message>'
        f'<message name="{name}Response">{_parts(("result",))}</message>'
        for name in names(service)
    )
    ports = "".join(
        f'<operation name="{name}"><input message="tns:{name}Request"/>'
        f'<output message="tns:{name}Response"/></operation>'
        for name in names(service)
    )
    body = f'<soap:body use="encoded" namespace="{own}" encodingStyle="{_ENCODING}"/>'
    bound = "".join(
        f'<operation name="{name}"><soap:operation soapAction="{own}#{name}" style="rpc"/>'
        f"<input>{body}</input><output>{body}</output></operation>"
        for name in names(service)
    )
    return (
        '<?xml version="1.0" encoding="ISO-8859-1"?>'
        f'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:tns="{own}"'
        ' xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"'
        ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
        f' xmlns:SOAP-ENC="{_ENCODING}" targetNamespace="{own}">'
        f"<types>{_SCHEMA.format(own=own, arrays=_ARRAYS if arrays else '')}</types>"
        f'{messages}<portType name="{service}PortType">{ports}</portType>'
        f'<binding name="{service}Binding" type="tns:{service}PortType">'
        f'<soap:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/>{bound}'
        f'</binding><service name="{service}"><port name="{service}Port"'
        f' binding="tns:{service}Binding"><soap:address location={quoteattr(address)}/></port>'
        "</service></definitions>"
    )


def _parts(parts: tuple[str, ...]) -> str:
    return "".join(f'<part name="{part}" type="xsd:string"/>' for part in parts)
