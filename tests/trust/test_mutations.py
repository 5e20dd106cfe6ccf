"""No change of a certificate, wherever it is made, is ever trusted; nothing ever raises."""

from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.signing import NOW
from guiche.trust import Anchors, Status, check
from trust.hierarchy import anchors, pins, usual

LEAF = usual().issuing.leaf()
KNOWN = anchors()

positions = st.integers(0, len(LEAF) - 1)


@given(at=positions, octet=st.integers(0, 255))
@settings(max_examples=400, deadline=None)
def test_another_octet(at: int, octet: int) -> None:
    mutated = LEAF[:at] + bytes([octet]) + LEAF[at + 1 :]
    trust = check(mutated, KNOWN, at=NOW)
    assert (trust.status is Status.TRUSTED) == (mutated == LEAF)


@given(start=positions, length=st.integers(1, 64), put=st.binary(max_size=64))
@settings(max_examples=300, deadline=None)
def test_another_piece(start: int, length: int, put: bytes) -> None:
    mutated = LEAF[:start] + put + LEAF[start + length :]
    trust = check(mutated, KNOWN, at=NOW)
    assert trust.status is not Status.TRUSTED or mutated.startswith(LEAF)


@given(chain=st.data())
@settings(max_examples=200, deadline=None)
def test_a_mutated_authority_makes_no_path(chain: st.DataObject) -> None:
    """The authority is what changes; the certificate below it is whole."""
    root, policy, issuing = usual()
    known = Anchors([root.der], pins(root))
    at = chain.draw(st.integers(0, len(issuing.der) - 1))
    octet = chain.draw(st.integers(0, 255).filter(lambda octet: octet != issuing.der[at]))
    mutated = issuing.der[:at] + bytes([octet]) + issuing.der[at + 1 :]
    trust = check(LEAF, known, at=NOW, extra=[policy.der, mutated])
    assert trust.status is not Status.TRUSTED


@given(data=st.binary(max_size=400), extra=st.lists(st.binary(max_size=80), max_size=3))
@settings(max_examples=200, deadline=None)
def test_any_bytes(data: bytes, extra: list[bytes]) -> None:
    assert check(data, KNOWN, at=NOW, extra=extra).status is Status.NOT_VERIFIABLE


@given(
    order=st.permutations(range(4)),
    wrong=st.lists(st.sampled_from([LEAF, *usual().ders]), max_size=3),
)
@settings(max_examples=100, deadline=None)
def test_order_and_doubles_change_nothing(order: list[int], wrong: list[bytes]) -> None:
    """Also with the holder among the authorities."""
    ders = [*usual().ders, LEAF]
    shuffled = [ders[n] for n in order]
    known = Anchors([*shuffled, *wrong], pins(usual().root))
    assert len(known) == 3
    assert check(LEAF, known, at=NOW).status is Status.TRUSTED
