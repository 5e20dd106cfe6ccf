"""One verdict for each way that a path can end: by status and by what is told."""

from datetime import UTC, datetime, timedelta

import pytest

from certificates import certificate, e_cnpj, e_cpf, oids, other_pki
from certificates import der as asn1
from certificates.certificate import extension, name
from certificates.profiles import basic_constraints, key_usage
from certificates.signing import (
    NOW,
    Signer,
    ec_key,
    ed448_key,
    public,
    rsa_key,
)
from guiche.trust import USES, Anchors, Status, Trust, check
from trust.hierarchy import ROOT_NAME, anchors, codes, pins, told, usual

LONG_AGO, LATE = datetime(2021, 6, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)


def checked(der: bytes, known: Anchors | None = None, **options: object) -> Trust:
    moment = {"at": NOW} | options
    return check(der, anchors() if known is None else known, **moment)  # type: ignore[arg-type]


# --- good --------------------------------------------------------------------------------------


def test_a_path_to_a_pinned_root_is_trusted() -> None:
    trust = checked(usual().issuing.leaf())
    assert told(trust) == (Status.TRUSTED, [])
    assert [link.label for link in trust.path][1:] == [
        "AC Exemplo RFB G1",
        "AC Exemplo v1",
        ROOT_NAME,
    ]
    assert trust.root == "de teste"


def test_authorities_that_came_along_close_the_path() -> None:
    root, policy, issuing = usual()
    known = Anchors([root.der], pins(root))
    assert checked(issuing.leaf(), known).status is Status.COULD_NOT_TELL
    extra = [issuing.der, b"nada", policy.der]
    assert told(checked(issuing.leaf(), known, extra=extra)) == (Status.TRUSTED, [])
    assert len(known) == 1


def test_a_pinned_root_that_came_along_is_one() -> None:
    root, policy, issuing = usual()
    known = Anchors((), pins(root))
    trust = checked(issuing.leaf(), known, extra=[policy.der, root.der, issuing.der])
    assert told(trust) == (Status.TRUSTED, [])


@pytest.mark.parametrize("key", [rsa_key("root"), ed448_key("root"), ec_key("another root")])
def test_every_algorithm_of_the_country_is_checked(key: object) -> None:
    root = Signer.root(key=key)  # type: ignore[arg-type]
    issuing = root.authority("AC Exemplo", key)  # type: ignore[arg-type]
    trust = checked(issuing.leaf(), anchors(issuing, root=root))
    assert told(trust) == (Status.TRUSTED, [])


def test_an_authority_and_a_root_are_checked_like_any_other() -> None:
    root, policy, _ = usual()
    assert told(checked(policy.der)) == (Status.TRUSTED, [])
    assert told(checked(root.der)) == (Status.TRUSTED, [])


def test_names_are_the_same_in_another_string_type_or_case() -> None:
    policy = usual().policy
    printable = certificate.rdn("CN", asn1.printable("ac  EXEMPLO V1"))
    other = Signer((*name(O="ICP-Brasil")[:2], printable), policy.key, policy.der, policy.spki)
    assert checked(other.leaf()).status in (Status.TRUSTED, Status.UNKNOWN_ROOT)
    assert "issuer_missing" not in codes(checked(other.leaf()))


# --- out of its dates --------------------------------------------------------------------------


def test_a_certificate_past_its_end_has_a_known_path() -> None:
    leaf = usual().issuing.leaf(not_after=NOW - timedelta(days=1))
    trust = checked(leaf)
    assert told(trust) == (Status.EXPIRED_PATH, ["expired"])
    assert "24/11/2026" in trust.findings[0].message
    assert told(checked(leaf, at=NOW - timedelta(days=2))) == (Status.TRUSTED, [])


def test_a_certificate_before_its_start_is_out_of_its_dates() -> None:
    leaf = usual().issuing.leaf(not_before=NOW + timedelta(days=1))
    assert told(checked(leaf)) == (Status.EXPIRED_PATH, ["not_yet_valid"])


def test_an_authority_past_its_end_makes_the_path_expired_and_not_unknown() -> None:
    root = usual().root
    policy = root.authority("AC Vencida", not_after=NOW - timedelta(days=30))
    known = anchors(policy, root=root)
    leaf = policy.leaf()
    assert told(checked(leaf, known)) == (Status.EXPIRED_PATH, ["ca_expired"])
    assert told(checked(leaf, known, at=NOW - timedelta(days=60))) == (Status.TRUSTED, [])


def test_a_root_past_its_end_makes_the_path_expired() -> None:
    root = Signer.root(not_after=NOW - timedelta(days=30))
    issuing = root.authority("AC Exemplo")
    trust = checked(issuing.leaf(), anchors(issuing, root=root))
    assert told(trust) == (Status.EXPIRED_PATH, ["ca_expired"])


def test_certificates_that_were_never_in_force_together_are_told() -> None:
    root = usual().root
    ended = root.authority("AC Encerrada", not_after=LONG_AGO)
    trust = checked(ended.leaf(), anchors(ended, root=root))
    assert told(trust) == (Status.EXPIRED_PATH, ["ca_expired", "path_never_in_force"])


def test_of_two_paths_the_one_in_force_counts() -> None:
    """The root has signed the same authority twice, as it does at a renewal."""
    root = usual().root
    old = root.authority("AC Renovada", ec_key("renewed"), not_after=NOW - timedelta(days=1))
    new = root.authority("AC Renovada", ec_key("renewed"))
    for order in ((old, new), (new, old)):
        assert told(checked(new.leaf(), anchors(*order, root=root))) == (Status.TRUSTED, [])
    assert told(checked(new.leaf(), anchors(old, root=root)))[0] is Status.EXPIRED_PATH


# --- unknown -----------------------------------------------------------------------------------


def test_another_root_is_unknown() -> None:
    root = Signer.root("Raiz de Outros")
    issuing = root.authority("AC de Outros")
    trust = checked(issuing.leaf(), extra=[issuing.der, root.der])
    assert told(trust) == (Status.UNKNOWN_ROOT, ["unknown_root"])
    assert "Raiz de Outros" in trust.findings[0].message
    assert len(trust.path) == 3


def test_a_root_of_the_same_name_and_another_key_is_told_as_a_lookalike() -> None:
    root = Signer.root(ROOT_NAME, ec_key("impostor"))
    issuing = root.authority("AC Falsa")
    trust = checked(issuing.leaf(), extra=[issuing.der, root.der])
    assert told(trust) == (Status.UNKNOWN_ROOT, ["lookalike_root"])
    assert trust.path[-1].sha256 in trust.findings[0].message


def test_a_certificate_that_signed_itself_is_unknown() -> None:
    subject = e_cpf().subject
    own = Signer(subject, ec_key("own"), b"", public(ec_key("own")))
    leaf = own.leaf(key=ec_key("own"))
    assert told(checked(leaf)) == (Status.UNKNOWN_ROOT, ["unknown_root"])


def test_an_issuer_that_is_not_here_is_not_called_false() -> None:
    """Half of the real certificates: their authorities are not in the first bundle."""
    missing = usual().root.authority("AC Que Não Está Aqui")
    trust = checked(missing.leaf())
    assert told(trust) == (Status.COULD_NOT_TELL, ["issuer_missing"])
    assert "AC Que Não Está Aqui" in trust.findings[0].message
    assert "guiche trust update" in trust.findings[0].message


def test_a_new_key_of_a_known_authority_is_missing_and_not_false() -> None:
    root = usual().root
    renewed = root.authority("AC Exemplo v1", ec_key("a new key"))
    assert told(checked(renewed.leaf())) == (Status.COULD_NOT_TELL, ["issuer_missing"])


def test_an_issuer_of_another_pki_is_outside() -> None:
    others = Signer(other_pki().issuer, ec_key("others"), b"", public(ec_key("others")))
    trust = checked(others.leaf(other_pki()))
    assert told(trust) == (Status.UNKNOWN_ROOT, ["outside_icp_brasil"])


def test_a_false_signature_is_told() -> None:
    issuing = usual().issuing
    false = Signer(issuing.subject, ec_key("thief"), b"", issuing.spki)
    trust = checked(false.leaf())
    assert told(trust) == (Status.UNKNOWN_ROOT, ["signature_mismatch"])
    assert "AC Exemplo RFB G1" in trust.findings[0].message


def test_a_holder_is_no_authority() -> None:
    """**A certificate of a holder signs another**: the oldest forgery of all."""
    holder_key = ec_key("holder")
    holder = e_cnpj()
    der = usual().issuing.leaf(holder, key=holder_key)
    forger = Signer(holder.subject, holder_key, der, public(holder_key))
    trust = checked(forger.leaf(), extra=[der])
    assert told(trust) == (Status.UNKNOWN_ROOT, ["not_an_authority"])


def test_without_any_root_nothing_can_be_told() -> None:
    trust = checked(usual().issuing.leaf(), Anchors((), pins(usual().root)))
    assert told(trust) == (Status.COULD_NOT_TELL, ["no_anchors"])


# --- rules -------------------------------------------------------------------------------------


def test_an_authority_below_one_that_may_have_none_breaks_a_rule() -> None:
    issuing = usual().issuing
    below = issuing.authority("AC Abaixo do Permitido")
    trust = checked(below.leaf(), extra=[below.der])
    assert told(trust) == (Status.UNKNOWN_ROOT, ["path_rule"])


def test_an_authority_whose_key_may_not_sign_certificates_breaks_a_rule() -> None:
    root = usual().root
    wrong = root.authority("AC Sem Uso", extensions=(key_usage(0x80, 7),))
    trust = checked(wrong.leaf(), anchors(wrong, root=root))
    assert told(trust) == (Status.UNKNOWN_ROOT, ["path_rule"])


def test_constraints_on_names_are_kept() -> None:
    root = usual().root
    tree = asn1.sequence(asn1.sequence(asn1.implicit(1, b"ana@exemplo.com.br")))
    constraints = extension("2.5.29.30", asn1.sequence(asn1.explicit(1, tree[2:])), critical=True)
    narrow = root.authority("AC Restrita", extensions=(constraints,))
    trust = checked(narrow.leaf(), anchors(narrow, root=root))
    assert told(trust) == (Status.UNKNOWN_ROOT, ["path_rule"])


def test_what_is_critical_and_not_understood_is_not_passed_over() -> None:
    odd = extension("2.16.76.1.99.1", asn1.NULL, critical=True)
    trust = checked(usual().issuing.leaf(extensions=(odd,)))
    assert told(trust) == (Status.UNKNOWN_ROOT, ["path_rule"])


def test_a_chain_as_deep_as_an_attack_is_not_walked() -> None:
    root = usual().root
    chain = [root.authority("AC 0")]
    for n in range(1, 20):
        chain.append(chain[-1].authority(f"AC {n}"))
    trust = checked(chain[-1].leaf(), extra=[each.der for each in chain])
    assert trust.status is not Status.TRUSTED


# --- not verifiable ----------------------------------------------------------------------------

E521 = asn1.sequence(
    asn1.sequence(asn1.oid(oids.EC_PUBLIC_KEY), asn1.oid("1.3.6.1.4.1.44588.2.1")),
    asn1.bit_string(b"\x04" + b"\x5a" * 132),
)
EXPLICIT = asn1.sequence(
    asn1.sequence(
        asn1.oid(oids.EC_PUBLIC_KEY),
        asn1.sequence(
            asn1.integer(1),
            asn1.sequence(asn1.oid("1.2.840.10045.1.1"), asn1.integer((1 << 255) - 19)),
            asn1.sequence(asn1.octets(b"\x05" * 32), asn1.octets(b"\x07" * 32)),
            asn1.octets(b"\x04" + b"\x09" * 64),
            asn1.integer((1 << 252) - 27),
        ),
    ),
    asn1.bit_string(b"\x04" + b"\x11" * 64),
)


@pytest.mark.parametrize("spki", [E521, EXPLICIT], ids=["E-521 of v7", "parameters of v13"])
def test_a_curve_that_cannot_be_checked_is_never_called_false(spki: bytes) -> None:
    root = Signer.root(spki=spki)
    issuing = root.authority("AC Exemplo v7")
    trust = checked(issuing.leaf(), anchors(issuing, root=root))
    assert told(trust) == (Status.NOT_VERIFIABLE, ["unverifiable_signature"])
    assert trust.root == "de teste"


def test_an_unknown_algorithm_is_not_verifiable() -> None:
    leaf = usual().issuing.leaf(oid="1.2.840.10045.4.3.2")
    odd = leaf.replace(asn1.oid("1.2.840.10045.4.3.2"), asn1.oid("1.2.840.10045.4.3.7"))
    trust = checked(odd)
    assert told(trust) == (Status.NOT_VERIFIABLE, ["unverifiable_signature"])
    assert "1.2.840.10045.4.3.7" in trust.findings[0].message


def test_md5_proves_nothing() -> None:
    root = usual().root
    weak = root.authority("AC MD5", rsa_key("md5"))
    leaf = weak.leaf(oid="1.2.840.113549.1.1.4")
    trust = checked(leaf, anchors(weak, root=root))
    assert trust.status is Status.NOT_VERIFIABLE
    assert codes(trust) == ["unverifiable_signature", "weak_signature"]


def test_an_unverifiable_link_to_a_false_root_is_unknown() -> None:
    root = Signer.root("Raiz de Outros", spki=E521)
    issuing = root.authority("AC de Outros")
    trust = checked(issuing.leaf(), extra=[issuing.der, root.der])
    assert told(trust) == (Status.UNKNOWN_ROOT, ["unknown_root"])


@pytest.mark.parametrize("der", [b"", b"\x30\x00", b"nada", usual().root.der[:-1]])
def test_what_is_no_certificate_is_not_verifiable(der: bytes) -> None:
    assert told(checked(der)) == (Status.NOT_VERIFIABLE, ["unverifiable_structure"])


# --- real oddities (DESIGN, 5) -------------------------------------------------------------------


@pytest.mark.parametrize(
    "odd",
    [
        basic_constraints(asn1.FALSE),
        certificate.Part(
            oids.EXTENDED_KEY_USAGE,
            asn1.sequence(
                asn1.oid(oids.EXTENDED_KEY_USAGE),
                asn1.FALSE,
                asn1.octets(asn1.sequence(asn1.oid(oids.CLIENT_AUTH))),
            ),
        ),
        extension(oids.SUBJECT_KEY_ID, asn1.octets(b"12345678") + b"\0\0"),
    ],
    ids=["explicit cA FALSE", "explicit critical FALSE", "trailing data"],
)
def test_what_other_readers_refuse_is_never_called_unknown(odd: certificate.Part) -> None:
    trust = checked(usual().issuing.leaf(extensions=(odd,)))
    assert trust.status in (Status.TRUSTED, Status.NOT_VERIFIABLE)


def test_an_odd_name_is_never_called_unknown() -> None:
    twice = (*e_cpf().subject, certificate.rdn("CN", "OUTRO NOME"))
    unsorted = certificate.Part(
        "SET",
        asn1.tlv(
            asn1.SET,
            certificate.attribute("OU", "Z"),
            certificate.attribute("CN", "A"),
            certificate.attribute("CN", "A"),
        ),
    )
    for subject in (twice, (*e_cpf().subject, unsorted)):
        trust = checked(usual().issuing.leaf(subject=subject))
        assert trust.status in (Status.TRUSTED, Status.NOT_VERIFIABLE)


# --- weak, and wrong for the use -----------------------------------------------------------------


def test_a_weak_signature_and_a_weak_key_are_told() -> None:
    root = usual().root
    old = root.authority("AC Antiga", rsa_key("old"))
    leaf = old.leaf(key=rsa_key("short", 1024), oid="1.2.840.113549.1.1.5")
    trust = checked(leaf, anchors(old, root=root))
    assert told(trust) == (Status.TRUSTED, ["weak_signature", "weak_key"])
    assert "1024" in trust.findings[1].message


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ("login", []),
        ("assinatura", []),
        ("email", []),
        ("servidor", ["wrong_use"]),
        ("codigo", ["wrong_use"]),
        ("carimbo", ["wrong_use"]),
    ],
)
def test_what_a_certificate_does_not_serve_for_is_told(use: str, expected: list[str]) -> None:
    assert codes(checked(usual().issuing.leaf(), use=USES[use])) == expected


def test_a_use_is_told_in_the_name_of_the_system() -> None:
    only_mail = extension(oids.EXTENDED_KEY_USAGE, asn1.sequence(asn1.oid(oids.EMAIL_PROTECTION)))
    use = USES["login"]._replace(name="a Conectividade Social")
    trust = checked(usual().issuing.leaf(extensions=(only_mail,)), use=use)
    assert told(trust) == (Status.TRUSTED, ["wrong_use"])
    assert "não serve para a Conectividade Social" in trust.findings[0].message
    assert "autenticação de cliente" in trust.findings[0].message


def test_a_key_that_may_not_sign_does_not_serve_to_sign() -> None:
    leaf = usual().issuing.leaf(extensions=(key_usage(0x20, 5),))
    assert codes(checked(leaf, use=USES["assinatura"])) == ["wrong_use"]


# --- what is missing, asked for ------------------------------------------------------------------


def test_missing_issuers_are_asked_for_level_by_level() -> None:
    root, policy, issuing = usual()
    known = Anchors([root.der], pins(root))
    by_name = {"ANA EXEMPLO DA SILVA:11144477735": issuing, "AC Exemplo RFB G1": policy}
    asked = []

    def fetch(link):  # type: ignore[no-untyped-def]
        asked.append(link.label)
        return [by_name[link.label].der] if link.label in by_name else []

    assert told(checked(issuing.leaf(), known, fetch=fetch)) == (Status.TRUSTED, [])
    assert asked == ["ANA EXEMPLO DA SILVA:11144477735", "AC Exemplo RFB G1"]


def test_what_is_fetched_proves_nothing_by_itself() -> None:
    root = Signer.root("Raiz de Outros")
    false = root.authority("AC Falsa")
    trust = checked(false.leaf(), fetch=lambda _: [false.der, root.der])
    assert told(trust) == (Status.UNKNOWN_ROOT, ["unknown_root"])


def test_nothing_is_asked_for_where_the_path_is_known() -> None:
    def fetch(_):  # type: ignore[no-untyped-def]
        raise AssertionError

    assert checked(usual().issuing.leaf(), fetch=fetch).status is Status.TRUSTED


def test_the_contract() -> None:
    data = checked(usual().issuing.leaf()).to_dict()
    assert data["status"] == "trusted"
    assert data["at"] == "2026-11-25T12:00:00Z"
    assert [step["name"] for step in data["path"]][-1] == ROOT_NAME
    assert set(data) == {"status", "at", "root", "path", "revocation", "findings"}
    assert LATE > NOW


def test_a_path_is_judged_alike_whatever_was_judged_before() -> None:
    """Authorities are remembered: a holder that may be trusted opens no way for the next."""
    issuing = usual().issuing
    for _ in range(2):
        assert checked(issuing.leaf()).status is Status.TRUSTED
        odd = extension("2.16.76.1.99.1", asn1.NULL, critical=True)
        assert codes(checked(issuing.leaf(extensions=(odd,)))) == ["path_rule"]
        below = issuing.authority("AC Abaixo do Permitido")
        assert codes(checked(below.leaf(), extra=[below.der])) == ["path_rule"]


def test_lengths_of_paths_are_counted_from_every_authority() -> None:
    root = usual().root
    one = root.authority("AC Um", path_length=1)
    two = one.authority("AC Dois")
    three = two.authority("AC Três")
    known = anchors(one, two, three, root=root)
    assert checked(one.leaf(), known).status is Status.TRUSTED
    assert checked(two.leaf(), known).status is Status.TRUSTED
    assert told(checked(three.leaf(), known)) == (Status.UNKNOWN_ROOT, ["path_rule"])


def test_a_root_that_issues_to_a_holder_itself() -> None:
    root = usual().root
    assert checked(root.leaf(), anchors(root=root)).status is Status.TRUSTED
