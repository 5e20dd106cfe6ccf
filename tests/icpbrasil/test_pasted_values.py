"""Values that came without a certificate: nothing that is not there is taken for absent."""

import pytest

from guiche.icpbrasil import OtherName, Reason, Status, inspect_fields

PERSON = b"15031980" + b"11144477735" + b"17033311522" + b"000000000123456" + b"SSPSP"


def bare(text: str) -> OtherName:
    return OtherName(None, None, text.encode())


@pytest.mark.parametrize(
    ("text", "status", "reason", "number"),
    [
        ("1234567", Status.DOUBTFUL, Reason.LENGTH, "1234567"),
        ("115830024985", Status.PRESENT, Reason.OK, "115830024985"),
        ("115830024984", Status.DOUBTFUL, Reason.CHECK_DIGIT, "115830024984"),
        ("000000000000", Status.BLANK, Reason.ZEROS, None),
        ("00000000000", Status.DOUBTFUL, Reason.LENGTH, None),
        ("11144477735", Status.DOUBTFUL, Reason.LOOKS_LIKE_CPF, "11144477735"),
        ("17033311522", Status.DOUBTFUL, Reason.LOOKS_LIKE_NIS, "17033311522"),
        ("11222333000181", Status.DOUBTFUL, Reason.LOOKS_LIKE_CNPJ, "11222333000181"),
        ("11144477700154", Status.DOUBTFUL, Reason.LOOKS_LIKE_CAEPF, "11144477700154"),
        ("ANA EXEMPLO", Status.DOUBTFUL, Reason.FIELD_UNKNOWN, None),
    ],
)
def test_one_value_without_oid(text: str, status: Status, reason: Reason, number: str) -> None:
    enrolment = inspect_fields([bare(text)]).enrolment
    assert (enrolment.status, enrolment.reason, enrolment.number) == (status, reason, number)


def test_a_value_without_oid_says_so() -> None:
    assert [f.code for f in inspect_fields([bare("115830024985")]).findings] == ["field_unknown"]
    assert [f.code for f in inspect_fields([bare("000000000000")]).findings] == ["field_unknown"]


def test_a_named_field_is_judged_whatever_stands_around_it() -> None:
    others = [bare("999"), OtherName("2.16.76.1.3.3", 4, b"11222333000181")]
    reading = inspect_fields([*others, OtherName("2.16.76.1.3.7", 19, b"115830024985")])
    assert reading.enrolment.status is Status.PRESENT
    assert reading.holder.cnpj == "11222333000181"


def test_text_without_the_field_is_not_known_and_never_absent() -> None:
    reading = inspect_fields([OtherName("2.16.76.1.3.3", 4, b"11222333000181")])
    assert reading.enrolment.status is Status.UNREADABLE
    assert reading.enrolment.reason is Reason.INCOMPLETE_TEXT
    assert "Sem CEI" not in reading.headline


def test_twelve_digits_among_unnamed_values_are_the_candidate() -> None:
    reading = inspect_fields([bare("11222333000181"), bare("115830024985"), bare("ANA EXEMPLO")])
    assert reading.enrolment.number == "115830024985"


def test_the_caepf_of_the_pasted_holder_is_recognised() -> None:
    entries = [
        OtherName("2.16.76.1.3.1", 4, PERSON),
        OtherName("2.16.76.1.3.6", 4, b"111444777001"),
    ]
    reading = inspect_fields(entries)
    assert reading.enrolment.reason is Reason.CAEPF_WITHOUT_CHECK_DIGITS
    assert "111.444.777/001-54" in reading.headline


def test_what_only_a_certificate_can_give_is_null() -> None:
    contract = inspect_fields([bare("115830024985")]).to_dict()
    for key in ("sha256", "profile", "certificate_type", "icp_brasil", "validity", "issuer",
                "serial", "trust"):  # fmt: skip
        assert contract[key] is None


@pytest.mark.parametrize("text", ["0", "000", "303030", ""])
def test_a_cut_paste_of_the_field_is_not_known_to_be_blank(text: str) -> None:
    reading = inspect_fields([OtherName("2.16.76.1.3.7", None, text.encode())])
    assert reading.enrolment.status not in (Status.BLANK, Status.ABSENT)


def test_twelve_zeros_and_a_whole_element_are_known_to_be_blank() -> None:
    for entry in (
        OtherName("2.16.76.1.3.7", None, b"000000000000"),
        OtherName("2.16.76.1.3.7", 4, b"000"),
    ):
        assert inspect_fields([entry]).enrolment.status is Status.BLANK
