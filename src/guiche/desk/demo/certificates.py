"""Sample certificates of invented people, to be dropped on the page.

Layouts after DOC-ICP-04 v8.1, 7.1.2.3 and v8.3, annex I. The one key is made for the signature and
thrown away: there is nothing to steal from these files.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from guiche.icpbrasil import oids

_ZEROS = "0" * 12
_TITULO = "102385010671" + "001" + "0002" + "SAO PAULOSP"
_OCTET_STRING = 0x04
_SERIAL = 0x1F2E3D4C5B6A01


class Sample(NamedTuple):
    """One certificate. `fields` are (OID, text); `days` from now that it begins and ends."""

    file: str
    name: str
    policy: str
    fields: tuple[tuple[str, str], ...]
    number: str = ""
    email: str = ""
    days: tuple[int, int] = (-200, 165)


def _person(cpf: str, *, birth: str = "15031980", nis: str = "0" * 11) -> str:
    """The composed block of `.1` and `.4`: birth date, CPF, NIS, RG, issuer and state."""
    return f"{birth}{cpf}{nis}000000000123456SSPSP"


def _company(cnpj: str, cei: str) -> tuple[tuple[str, str], ...]:
    return (
        (oids.RESPONSAVEL, _person("11144477735")),
        (oids.NOME_RESPONSAVEL, "ANA EXEMPLO DA SILVA"),
        (oids.CNPJ, cnpj),
        (oids.CEI_PESSOA_JURIDICA, cei),
    )


def _citizen(block: str, cei: str) -> tuple[tuple[str, str], ...]:
    return (
        (oids.PESSOA_FISICA, block),
        (oids.TITULO_ELEITOR, _TITULO),
        (oids.CEI_PESSOA_FISICA, cei),
    )


SAMPLES = (
    Sample(
        "e-cnpj-sem-cei.cer",
        "PADARIA EXEMPLO LTDA:11222333000181",
        "2.16.76.1.2.1.99",
        _company("11222333000181", _ZEROS),
        email="contato@padaria.exemplo.com.br",
    ),
    Sample(
        "e-cnpj-novo-com-cei.cer",
        "PADARIA EXEMPLO LTDA:11222333000181",
        "2.16.76.1.2.1.99",
        _company("11222333000181", "115830024985"),
        email="contato@padaria.exemplo.com.br",
        days=(0, 365),
    ),
    Sample(
        "e-cpf-com-cei.cer",
        "ANA EXEMPLO DA SILVA:11144477735",
        "2.16.76.1.2.3.99",
        _citizen(_person("11144477735", nis="17033311522"), "115830024985"),
        email="ana@exemplo.com.br",
    ),
    Sample(
        "e-cpf-caepf-no-lugar-do-cei.cer",
        "ANA EXEMPLO DA SILVA:11144477735",
        "2.16.76.1.2.1.99",
        _citizen(_person("11144477735"), "111444777001"),
        email="ana@exemplo.com.br",
    ),
    Sample(
        "e-cnpj-vencido.cer",
        "SITIO EXEMPLO LTDA:12ABC34501DE35",
        "2.16.76.1.2.1.99",
        _company("12ABC34501DE35", _ZEROS),
        email="sitio@exemplo.com.br",
        days=(-400, -35),
    ),
    Sample(
        "selo-eletronico.cer",
        "CARTORIO EXEMPLO LTDA",
        "2.16.76.1.2.201.99",
        (),
        number="11444777000161",
    ),
    Sample(
        "pessoa-fisica-sem-o-campo.cer",
        "JOSE EXEMPLO PEREIRA",
        "2.16.76.1.2.3.99",
        ((oids.PESSOA_FISICA, _person("12345678909")),),
        number="12345678909",
        email="jose@exemplo.com.br",
    ),
)
PASTED = "copiado-do-windows.txt"
SIGNED = "documento-assinado.p7s"
"""By the first of them."""


def write_samples(folder: Path, now: datetime) -> None:
    """Writes into the folder the certificates, a text as copied from the Windows dialog, and a
    signed document."""
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    for file, der in samples(now, key):
        (folder / file).write_bytes(der)
    octets = " ".join(f"{ord(digit):02x}" for digit in _ZEROS)
    (folder / PASTED).write_text(f"Outro nome:\n     2.16.76.1.3.7=04 0c {octets}\n", "utf-8")
    signer = x509.load_der_x509_certificate((folder / SAMPLES[0].file).read_bytes())
    (folder / SIGNED).write_bytes(_signed(signer, key))


def _signed(signer: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> bytes:
    text = "Procuração de exemplo, de pessoas inventadas.\n".encode()
    builder = pkcs7.PKCS7SignatureBuilder().set_data(text).add_signer(signer, key, SHA256())
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])


def samples(
    now: datetime, key: ec.EllipticCurvePrivateKey | None = None
) -> Iterator[tuple[str, bytes]]:
    """Each with the name of its file; all of one key."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    for serial, sample in enumerate(SAMPLES, start=_SERIAL):
        yield sample.file, _der(sample, serial, key, now)


def sample(file: str, now: datetime) -> bytes:
    """The certificate of that file name; `KeyError` for another."""
    for serial, each in enumerate(SAMPLES, start=_SERIAL):
        if each.file == file:
            return _der(each, serial, ec.generate_private_key(ec.SECP256R1()), now)
    raise KeyError(file)


def _der(sample: Sample, serial: int, key: ec.EllipticCurvePrivateKey, now: datetime) -> bytes:
    subject = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "BR"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "ICP-Brasil"),
        x509.NameAttribute(NameOID.COMMON_NAME, sample.name),
    ]
    if sample.number:
        subject.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, sample.number))
    issuer = [*subject[:2], x509.NameAttribute(NameOID.COMMON_NAME, "AC EXEMPLO RFB v5")]
    policy = x509.PolicyInformation(x509.ObjectIdentifier(sample.policy), None)
    builder = (
        x509.CertificateBuilder(x509.Name(issuer), x509.Name(subject), key.public_key(), serial)
        .not_valid_before(now + timedelta(days=sample.days[0]))
        .not_valid_after(now + timedelta(days=sample.days[1]))
        .add_extension(x509.CertificatePolicies([policy]), critical=False)
    )
    if names := _alternative_names(sample):
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


def _alternative_names(sample: Sample) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = [
        x509.OtherName(
            x509.ObjectIdentifier(oid), bytes([_OCTET_STRING, len(text)]) + text.encode()
        )
        for oid, text in sample.fields
    ]
    return [*names, x509.RFC822Name(sample.email)] if sample.email else names
