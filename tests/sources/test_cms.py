"""CMS signatures: who signed what, among all the certificates that came along."""

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from certificates import ca, e_cnpj, e_cpf, timestamp
from certificates import der as asn1
from guiche.sources import DamagedError, NoCertificateError, SignerMissingError, read
from sources import openssl, signed
from sources.openssl import needs_openssl
from sources.pair import Pair
from sources.parties import Parties
from sources.signed import By, cms

ANA = replace(e_cpf(), serial=11).der()
PADARIA = replace(e_cnpj(), serial=12).der()
STRANGER = replace(e_cnpj(), serial=13).der()
AUTHORITY = replace(ca(), serial=14).der()
CONTRACT = b"%contrato\n" * 1000


def test_the_signer_is_told_from_all_others() -> None:
    reading = read(cms([AUTHORITY, STRANGER, ANA], By(ANA)), "contrato.p7s")
    (leaf,) = reading.leaves
    assert leaf.der == ANA
    assert leaf.source == ("contrato.p7s", "cms", 0)
    assert leaf.signature == ((1,), 1, ("um arquivo à parte",))
    assert [found.der for found in reading.found] == [ANA, AUTHORITY, STRANGER]
    assert [found.is_ca for found in reading.found] == [False, True, False]
    assert not reading.errors


@pytest.mark.parametrize("ber", [0, 1000, 4096])
def test_what_is_signed_may_be_in_it_and_of_any_size(ber: int) -> None:
    data = cms([AUTHORITY, ANA], By(ANA), content=bytes(3 << 20), ber=ber)
    (leaf,) = read(data, "contrato.p7s").leaves
    assert leaf.der == ANA
    assert leaf.signature
    assert leaf.signature.signs == ("o conteúdo deste arquivo",)


def test_cosigners_are_numbered_in_their_order() -> None:
    reading = read(cms([PADARIA, ANA], By(ANA), By(PADARIA)), "ata.p7s")
    assert [(found.der, found.source.name) for found in reading.leaves] == [
        (ANA, "ata.p7s/assinatura 1 de 2"),
        (PADARIA, "ata.p7s/assinatura 2 de 2"),
    ]


def test_a_countersigner_says_what_was_countersigned() -> None:
    notary = By(PADARIA, (By(AUTHORITY),))
    data = cms([PADARIA, ANA, AUTHORITY], By(ANA, (notary,)), By(PADARIA))
    told = {found.der: found.signature for found in read(data, "ata.p7s").leaves}
    assert told[ANA] == ((1,), 4, ("um arquivo à parte",))
    assert told[PADARIA] == ((2, 4), 4, ("a assinatura 1", "um arquivo à parte"))
    # Who signs is meant, whatever the certificate says of itself.
    assert told[AUTHORITY] == ((3,), 4, ("a assinatura 2",))


def test_where_none_is_the_signer_none_is_offered() -> None:
    for certificates in ([STRANGER], [STRANGER, AUTHORITY], []):
        with pytest.raises(SignerMissingError, match="não está no documento") as caught:
            read(cms(certificates, By(ANA)), "contrato.p7s")
        assert caught.value.source == ("contrato.p7s", "cms", 0)


def test_one_signer_that_is_missing_hides_no_other() -> None:
    reading = read(cms([PADARIA, AUTHORITY], By(ANA), By(PADARIA)), "ata.p7s")
    assert [found.der for found in reading.leaves] == [PADARIA]
    (error,) = reading.errors
    assert error.source == ("ata.p7s/assinatura 1 de 2", "cms", 0)
    assert error.code == "signer_missing"


def test_two_with_the_same_issuer_and_number_are_never_guessed_between() -> None:
    twin = replace(e_cnpj(), serial=11).der()
    with pytest.raises(SignerMissingError, match="Há 2 certificados que podem"):
        read(cms([ANA, twin], By(ANA)), "contrato.p7s")


def test_a_key_identifier_that_several_share_names_nobody() -> None:
    shared = signed.signer_info(asn1.implicit(0, bytes.fromhex("48c24876")))
    with pytest.raises(SignerMissingError):
        read(cms([ANA, PADARIA], shared), "contrato.p7s")


def test_a_stamp_stands_beside_whoever_signed() -> None:
    stamper = replace(timestamp(), serial=15).der()
    token = cms([stamper], By(stamper), content=b"carimbo", kind=signed.TIME_STAMP)
    (leaf,) = read(token, "carimbo.tst").leaves  # alone it is all there is
    assert leaf.signature
    assert leaf.signature.signs == ("um carimbo do tempo",)
    assert leaf.beside


def test_what_was_signed_may_be_signed_itself() -> None:
    inner = cms([ANA], By(ANA), content=CONTRACT)
    reading = read(cms([PADARIA], By(PADARIA), content=inner), "ata.p7s")
    assert [(found.der, found.source.name) for found in reading.leaves] == [
        (PADARIA, "ata.p7s"),
        (ANA, "ata.p7s/conteúdo"),
    ]
    for document in (signed.nfe(ANA).encode(), signed.pdf(cms([ANA], By(ANA)))):
        for ber in (0, 500):
            data = cms([PADARIA], By(PADARIA), content=document, ber=ber)
            assert [found.der for found in read(data, "x.p7s").leaves] == [PADARIA, ANA]


def test_a_content_without_certificate_is_no_news() -> None:
    for content in (b"%PDF-1.4 nada", b"<nota/>", b"", b"MIIB" * 100):
        reading = read(cms([ANA], By(ANA), content=content), "x.p7s")
        assert (len(reading.found), reading.errors) == (1, ())


def test_damage_in_what_tells_the_signer_is_damage() -> None:
    good = cms([PADARIA, ANA], By(ANA))
    for cut in (1, 30, 100):
        with pytest.raises(DamagedError, match=f"faltam {cut} bytes no fim"):
            read(good[:-cut], "x.p7s")
    with pytest.raises(DamagedError):
        read(cms([ANA], asn1.sequence(asn1.integer(1))), "x.p7s")
    with pytest.raises(NoCertificateError, match="à vista"):
        read(good.replace(asn1.oid(signed.SIGNED), asn1.oid("1.2.840.113549.1.7.3")), "x.p7m")


# --- by openssl ---------------------------------------------------------------------------------


def signed_by_openssl(folder: Path, *options: str, by: Pair, content: bytes = CONTRACT) -> bytes:
    (folder / "por.pem").write_bytes(by.pem)
    (folder / "contrato").write_bytes(content)
    given = ("-binary", "-signer", str(folder / "por.pem"), "-in", str(folder / "contrato"))
    return openssl.run("cms", "-sign", *given, *options)


FORMS = {
    "detached": ("-outform", "DER"),
    "attached": ("-outform", "DER", "-nodetach"),
    "in pieces": ("-outform", "DER", "-nodetach", "-stream"),
    "key identifier": ("-outform", "DER", "-nodetach", "-keyid"),
    "PEM": ("-outform", "PEM", "-nodetach"),
    "no attributes": ("-outform", "DER", "-noattr"),
}


@needs_openssl
@pytest.mark.parametrize("form", FORMS)
def test_what_openssl_signs(form: str, tmp_path: Path, parties: Parties) -> None:
    chain = tmp_path / "cadeia.pem"
    others = (parties.bento.certificate, parties.authority.certificate)
    chain.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in others))
    data = signed_by_openssl(
        tmp_path, *FORMS[form], "-certfile", str(chain), by=parties.ana, content=bytes(5 << 20)
    )
    reading = read(data, "contrato.p7s")
    assert [found.der for found in reading.leaves] == [parties.ana.der]
    assert {found.der for found in reading.found} == {each.der for each in parties}


@needs_openssl
def test_what_openssl_signs_for_a_second_time(tmp_path: Path, parties: Parties) -> None:
    first = tmp_path / "um.p7s"
    first.write_bytes(signed_by_openssl(tmp_path, "-outform", "DER", "-nodetach", by=parties.ana))
    second = tmp_path / "bento.pem"
    second.write_bytes(parties.bento.pem)
    data = openssl.run(
        *("cms", "-resign", "-signer", str(second), "-inform", "DER", "-in", str(first)),
        *("-outform", "DER", "-nodetach", "-binary"),
    )
    leaves = read(data, "ata.p7s").leaves
    assert {found.der for found in leaves} == {parties.ana.der, parties.bento.der}
    assert [found.source.name for found in leaves] == [
        "ata.p7s/assinatura 1 de 2",
        "ata.p7s/assinatura 2 de 2",
    ]


@needs_openssl
def test_without_certificates_it_says_so(tmp_path: Path, parties: Parties) -> None:
    data = signed_by_openssl(tmp_path, "-outform", "DER", "-nocerts", by=parties.ana)
    with pytest.raises(SignerMissingError):
        read(data, "contrato.p7s")


@needs_openssl
def test_a_signed_message(tmp_path: Path, parties: Parties) -> None:
    smime = signed_by_openssl(
        tmp_path, "-outform", "SMIME", by=parties.ana, content=b"Segue o certificado.\r\n"
    )
    mail = b"From: ana@exemplo.com.br\nTo: suporte@exemplo.com.br\n" + smime
    (leaf,) = read(mail, "pedido.eml").leaves
    assert leaf.der == parties.ana.der
    assert leaf.source == ("pedido.eml/smime.p7s", "cms", 0)
