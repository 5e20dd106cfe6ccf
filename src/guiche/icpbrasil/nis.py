"""The verdict on the NIS (PIS/PASEP) of the person who holds a certificate.

The Conectividade Social of the Caixa takes an e-CPF with NIS *or* CEI. The NIS stands in the block
`.1`; the one in `.4` is the responsible person's, and is not what the Caixa reads.
"""

from collections.abc import Sequence
from typing import NamedTuple

from guiche.icpbrasil.certificate import Certificate
from guiche.icpbrasil.enrolment import Status
from guiche.icpbrasil.field import Field
from guiche.icpbrasil.findings import finding
from guiche.icpbrasil.numbers import nis
from guiche.icpbrasil.profile import Profile

_START, _END = 19, 30


class Nis(NamedTuple):
    """The answer; the digits as read, None where none can be given; whatever stands in the place.

    `written` is empty also where two blocks disagree.
    """

    status: Status
    number: str | None = None
    written: str = ""

    @property
    def formatted(self) -> str | None:
        """`NNN.NNNNN.NN-N` of eleven digits, right or not; else the digits as they are."""
        if self.number and len(self.number) == nis.LENGTH:
            return nis.format(self.number)
        return self.number


def judge_nis(profile: Profile, certificate: Certificate, blocks: Sequence[Field]) -> Nis:
    """The verdict on a certificate; `blocks` are its fields `.1`, as many as there are.

    Where the end of the fields was not reached, only what was found stands, as of the CEI.
    """
    verdict = _judge(profile, certificate, blocks)
    found = verdict.status in (Status.PRESENT, Status.DOUBTFUL)
    return Nis(Status.UNREADABLE) if certificate.names_damaged and not found else verdict


def judge_nis_in_text(blocks: Sequence[Field]) -> Nis:
    """The verdict on values pasted without a certificate.

    A pasted text may be a part of the whole, and a value in it too: a block that is not in it is
    not absent, and zeros are all of the NIS only where its eleven positions are there.
    """
    if not blocks:
        return Nis(Status.UNREADABLE)
    verdict = judge_blocks(blocks)
    said_no = verdict.status in (Status.BLANK, Status.ABSENT)
    is_cut = any(len(block.text) < _END for block in blocks)
    return Nis(Status.UNREADABLE) if said_no and is_cut else verdict


def judge_blocks(blocks: Sequence[Field]) -> Nis:
    """The verdict on the blocks that are there, one or more; two that disagree are doubtful."""
    if len({block.text.rstrip(" ") for block in blocks}) > 1:
        return Nis(Status.DOUBTFUL)
    if not all(block.holds_text for block in blocks):
        return Nis(Status.UNREADABLE)
    return judge_place(blocks[0].text[_START:_END])


def judge_place(text: str) -> Nis:
    """What the eleven positions are worth; a block that ends before them leaves none."""
    if not text:
        return Nis(Status.ABSENT)
    written = text.strip(" ")
    if not written.strip("0 "):
        return Nis(Status.BLANK, None, written)
    if not (written.isascii() and written.isdigit()):
        return Nis(Status.DOUBTFUL, None, written)
    right = len(written) == nis.LENGTH and nis.has_check_digit(written)
    return Nis(Status.PRESENT if right else Status.DOUBTFUL, written, written)


def _judge(profile: Profile, certificate: Certificate, blocks: Sequence[Field]) -> Nis:
    # A block `.1` tells a person where the profile is not recognised.
    may_be_person = profile is Profile.OTHER and certificate.claims_icp_brasil is not False
    if blocks and (profile.is_person or may_be_person):
        return judge_blocks(blocks)
    if profile.is_person:
        return Nis(Status.ABSENT)
    hidden = may_be_person and _hides_profile(certificate)
    return Nis(Status.UNREADABLE if hidden else Status.NOT_APPLICABLE)


def _hides_profile(certificate: Certificate) -> bool:
    """Whether what tells the profile is damaged: the policies or the subject."""
    subject_damaged = finding("malformed_name", name="do titular") in certificate.findings
    return subject_damaged or certificate.claims_icp_brasil is None
