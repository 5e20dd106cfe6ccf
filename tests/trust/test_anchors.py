"""Which authorities are taken, and that those of the country's first bundle are."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from certificates.signing import NOW, Signer, ec_key, public
from guiche.trust import ROOTS, Anchors, Status, check
from guiche.trust.roots import is_lookalike
from guiche.trust.shelf import start
from trust.hierarchy import pins, told, usual

IN_2026 = datetime(2026, 11, 25, tzinfo=UTC)


def test_what_does_not_chain_to_a_pinned_root_is_left_out_and_counted() -> None:
    root, policy, issuing = usual()
    others = Signer.root("Raiz de Outros")
    below = others.authority("AC de Outros")
    known = Anchors([b"nada", below.der, *usual().ders, others.der], pins(root))
    assert {link.label for link in known} == {
        "Autoridade Certificadora Raiz Exemplo",
        "AC Exemplo v1",
        "AC Exemplo RFB G1",
    }
    assert {link.label for link in known.left_out} == {"Raiz de Outros", "AC de Outros"}
    assert known.unreadable == 1
    assert [link.sha256 for link in known.roots] == list(pins(root))
    assert policy.der != issuing.der


def test_a_pinned_name_without_the_pinned_bytes_is_no_root() -> None:
    root = usual().root
    again = Signer.root("Autoridade Certificadora Raiz Exemplo", not_after=NOW)
    assert again.der != root.der
    assert len(Anchors([again.der], pins(root))) == 0


def test_a_holder_is_no_anchor() -> None:
    known = Anchors([*usual().ders, usual().issuing.leaf()], pins(usual().root))
    assert len(known) == 3


def test_circles_of_issuers_end() -> None:
    """Two authorities that have certified each other, and one of them the root."""
    root = usual().root
    one = root.authority("AC Um")
    other = one.authority("AC Dois")
    back = other.authority("AC Um", ec_key("AC Um"))
    cross = replace(other).authority("Autoridade Certificadora Raiz Exemplo", root.key)
    known = Anchors([cross.der, back.der, other.der, one.der, root.der], pins(root))
    assert len(known) == 5
    assert told(check(other.leaf(), known, at=NOW)) == (Status.TRUSTED, [])


def test_many_authorities_of_one_name_do_not_multiply() -> None:
    """**Every level signed by every one of the level above**: paths would be a million."""
    root = usual().root
    level = [root]
    everyone = [root.der]
    for depth in range(4):
        name = f"AC Nível {depth}"
        keys = [ec_key(f"{name} {n}") for n in range(5)]
        below = [above.authority(name, key) for above in level for key in keys]
        level = below[:5]
        everyone += [each.der for each in below]
    known = Anchors(everyone, pins(root))
    trust = check(level[-1].leaf(), known, at=NOW)
    assert trust.status is Status.TRUSTED


def test_too_many_certificates_are_refused() -> None:
    with pytest.raises(ValueError, match="5000"):
        Anchors([b"nada"] * 5_001)


# --- the real ones -------------------------------------------------------------------------------


def test_the_first_bundle_filtered() -> None:
    """certifi-icpbr 2023.7.3 has 301 certificates; two Ed448 ones stand below a v6 it lacks."""
    known = Anchors(start())
    assert {ROOTS[link.sha256].name for link in known.roots} == {"v5", "v10 SSL", "v11 code"}
    assert (len(known), len(known.left_out)) == (160, 139 + 2)


def test_every_real_authority_of_it_is_trusted() -> None:
    known = Anchors(start())
    verdicts = {link.label: check(link.der, known, at=IN_2026) for link in known}
    assert {name: told(trust) for name, trust in verdicts.items() if trust.findings} == {}
    assert {trust.status for trust in verdicts.values()} == {Status.TRUSTED}


def test_a_real_authority_that_is_not_of_the_country_is_not() -> None:
    known = Anchors(start())
    statuses = {check(link.der, known, at=IN_2026).status for link in known.left_out}
    assert statuses == {Status.UNKNOWN_ROOT, Status.COULD_NOT_TELL}


# --- the table -----------------------------------------------------------------------------------


def test_the_table_of_roots() -> None:
    assert len(ROOTS) == 14
    assert all(len(sha256) == 64 and sha256 == sha256.lower() for sha256 in ROOTS)
    assert all(int(sha256, 16) for sha256 in ROOTS)
    assert [root.name for root in ROOTS.values()][:2] == ["original", "v1"]
    assert {root.common_name for root in ROOTS.values()} >= {
        "Autoridade Certificadora Raiz Brasileira",
        "Autoridade Certificadora Raiz Brasileira v10",
        "Autoridade Certificadora Raiz Brasileira v12",
    }


def test_a_lookalike_has_the_name_and_not_the_bytes() -> None:
    real = next(iter(ROOTS))
    name = "AUTORIDADE  certificadora raiz brasileira v4"
    assert is_lookalike(name, "98896111" + "0" * 56, ROOTS)
    assert not is_lookalike(name, real, ROOTS)
    assert not is_lookalike("Raiz de Outros", "0" * 64, ROOTS)
    assert not is_lookalike(None, "0" * 64, ROOTS)
    assert public(ec_key("x")) == public(ec_key("x"))
