"""What stands in the field of the CEI."""

from certificates import CEI, ZEROS, e_cnpj, e_cpf, pf_2024
from certificates.certificate import other_name
from certificates.der import bmp, ia5, octets, printable, teletex, utf8
from vectors.case import E_CNPJ, E_CPF, PF, Theme, Vector, blank, doubtful, present

theme = Theme("cei")
case = theme

ANAS_CAEPF = "111444777001"  # the CAEPF 111.444.777/001-54 without its check digits


@case
def checked_number_of_a_company() -> Vector:
    """A CEI in the field of a company.

    Twelve digits and the right check digit: the certificate carries a CEI.
    """
    return Vector(e_cnpj(), E_CNPJ, present())


@case
def checked_number_of_a_person() -> Vector:
    """A CEI in the field of a person.

    Twelve digits and the right check digit: the certificate carries a CEI.
    """
    return Vector(e_cpf(), E_CPF, present())


@case
def zeros_of_a_company() -> Vector:
    """Twelve zeros in the field of a company.

    Zeros in all positions say "not available" (DOC-ICP-04, 7.1.2.2-b). 98 of 100 certificates that
    have the field hold them: a field that is there is not yet a CEI.
    """
    return Vector(e_cnpj(ZEROS), E_CNPJ, blank("zeros"))


@case
def zeros_of_a_person() -> Vector:
    """Twelve zeros in the field of a person.

    Zeros in all positions say "not available" (DOC-ICP-04, 7.1.2.2-b).
    """
    return Vector(e_cpf(ZEROS), E_CPF, blank("zeros"))


@case
def zeros_in_printable_string() -> Vector:
    """Twelve zeros in a PrintableString.

    The type changes nothing: not informed.
    """
    return Vector(e_cnpj(printable(ZEROS)), E_CNPJ, blank("zeros"))


@case
def zeros_with_blanks() -> Vector:
    """Zeros and blanks mixed in twelve positions.

    Nobody's number: not informed.
    """
    return Vector(e_cnpj("00000       "), E_CNPJ, blank("zeros"))


@case
def five_zeros() -> Vector:
    """Five zeros instead of twelve.

    Still not informed; the wrong length is worth a remark, not another verdict.
    """
    return Vector(e_cnpj("00000"), E_CNPJ, blank("zeros"), ("bad_block_length",))


@case
def fourteen_zeros() -> Vector:
    """Fourteen zeros, as of a CNPJ that is not informed.

    Still not informed; the wrong length is worth a remark, not another verdict.
    """
    return Vector(e_cnpj("0" * 14), E_CNPJ, blank("zeros"), ("bad_block_length",))


@case
def blanks() -> Vector:
    """Twelve blanks.

    Not informed, though the norm asks for zeros.
    """
    return Vector(e_cnpj(" " * 12), E_CNPJ, blank("blanks"))


@case
def one_blank() -> Vector:
    """A single blank.

    Not informed; the wrong length is worth a remark, not another verdict.
    """
    return Vector(e_cnpj(" "), E_CNPJ, blank("blanks"), ("bad_block_length",))


@case
def empty() -> Vector:
    """An OCTET STRING of no octets.

    The field is there and holds nothing: not informed.
    """
    return Vector(e_cnpj(b"\x04\x00"), E_CNPJ, blank("empty"), ("bad_block_length",))


@case
def no_value_at_all() -> Vector:
    """An otherName whose [0] has nothing inside, not even an empty string.

    The OID is there and nothing is said: not informed.
    """
    return Vector(e_cnpj(b""), E_CNPJ, blank("empty"), ("bad_block_length",))


@case
def number_in_printable_string() -> Vector:
    """A CEI in a PrintableString.

    The norm allows it beside OCTET STRING since Res. 53/2008 (DOC-ICP-04, 7.1.2.2-a).
    """
    return Vector(e_cnpj(printable(CEI)), E_CNPJ, present())


@case
def number_in_utf8_string() -> Vector:
    """A CEI in a UTF8String.

    Not in the norm, but so frequent in the field that it is read without remark.
    """
    return Vector(e_cnpj(utf8(CEI)), E_CNPJ, present())


@case
def number_in_ia5_string() -> Vector:
    """A CEI in an IA5String.

    The digits are clear; the type is in no norm and was seen nowhere.
    """
    return Vector(e_cnpj(ia5(CEI)), E_CNPJ, present(), ("unexpected_string_type",))


@case
def number_in_teletex_string() -> Vector:
    """A CEI in a TeletexString.

    The digits are clear; the type is in no norm for this field.
    """
    return Vector(e_cnpj(teletex(CEI)), E_CNPJ, present(), ("unexpected_string_type",))


@case
def number_in_bmp_string() -> Vector:
    """A CEI in a BMPString.

    Twelve characters in twenty-four octets: length is counted in characters.
    """
    return Vector(e_cnpj(bmp(CEI)), E_CNPJ, present(), ("unexpected_string_type",))


@case
def zeros_in_bmp_string() -> Vector:
    """Twelve zeros in a BMPString.

    Whoever counts octets, or looks for octets 30 alone, takes this for a number.
    """
    return Vector(e_cnpj(bmp(ZEROS)), E_CNPJ, blank("zeros"), ("unexpected_string_type",))


@case
def sum_that_completes_itself_with_digit_0() -> Vector:
    """A weighted sum whose complement is ten, closed with the digit 0.

    (10 - t mod 10) mod 10 is 0: right.
    """
    return Vector(e_cnpj("115830010780"), E_CNPJ, present("115830010780"))


@case
def sum_that_completes_itself_with_digit_1() -> Vector:
    """A weighted sum whose complement is ten, closed with the digit 1.

    Some banking software wrote 1 where others write 0; both are met, so both are right.
    """
    return Vector(e_cnpj("115830010781"), E_CNPJ, present("115830010781"))


@case
def number_that_starts_with_90() -> Vector:
    """A number of the CNO, whose first two digits are no region.

    The CNO has the check digit of the CEI, and works migrated from one to the other kept their
    number. Software that restricts the first digits to 02..29, or that writes 0 where tens and
    units of the sum add up to more than nine, refuses it.
    """
    return Vector(e_cnpj("900205868272"), E_CNPJ, present("900205868272"))


@case
def wrong_check_digit() -> Vector:
    """Twelve digits with another check digit.

    Something is written, so never "no CEI"; the official formula is unpublished, so never "wrong":
    it must be checked.
    """
    return Vector(e_cnpj("115830024984"), E_CNPJ, doubtful("check_digit", "115830024984"))


@case
def caepf_cut_to_twelve() -> Vector:
    """The holder's CAEPF without its two check digits.

    The CAEPF has no field and fourteen digits; its first twelve were squeezed into the CEI's. They
    start with the nine first digits of the holder's CPF.
    """
    verdict = doubtful("caepf_without_check_digits", ANAS_CAEPF)
    return Vector(e_cpf(ANAS_CAEPF), E_CPF, verdict, ("caepf_in_cei_field",))


@case
def caepf_cut_to_twelve_that_passes() -> Vector:
    """A cut CAEPF that has a right check digit of a CEI by chance.

    One in ten does. It is compared with the CPF before the check digit is looked at.
    """
    verdict = doubtful("caepf_without_check_digits", "111444777004")
    return Vector(e_cpf("111444777004"), E_CPF, verdict, ("caepf_in_cei_field",))


@case
def caepf_cut_to_twelve_in_the_new_profile() -> Vector:
    """The holder's cut CAEPF in a certificate of the profile of 2024.

    The profile permits the field; what stands there is judged the same way.
    """
    verdict = doubtful("caepf_without_check_digits", ANAS_CAEPF)
    return Vector(pf_2024(ANAS_CAEPF), PF, verdict, ("caepf_in_cei_field",))


@case
def caepf_of_the_responsible() -> Vector:
    """The cut CAEPF of the person who answers for the company, in the company's field.

    The holder of an e-CNPJ has no CPF; the responsible person has, and is the one with a CAEPF.
    """
    verdict = doubtful("caepf_without_check_digits", "123456789001")
    return Vector(e_cnpj("123456789001"), E_CNPJ, verdict, ("caepf_in_cei_field",))


@case
def caepf_of_a_stranger_that_passes() -> Vector:
    """Twelve digits that might be somebody's cut CAEPF, but not of anyone named here.

    The check digit is right, and nothing in the certificate speaks against a CEI.
    """
    return Vector(e_cpf("123456789005"), E_CPF, present("123456789005"))


@case
def six_digits() -> Vector:
    """Six digits, as an e-CNPJ of 2006 has them.

    Too short for a CEI, and not nothing.
    """
    return Vector(e_cnpj("123456"), E_CNPJ, doubtful("length", "123456"), ("bad_block_length",))


@case
def seven_digits() -> Vector:
    """Seven digits.

    Too short for a CEI, and not nothing: `31 32 33 34 35 36 37`, as a dialog shows them.
    """
    return Vector(e_cnpj("1234567"), E_CNPJ, doubtful("length", "1234567"), ("bad_block_length",))


@case
def seven_digits_and_blanks() -> Vector:
    """Seven digits filled up with blanks to twelve positions.

    The block is complete, the number is not.
    """
    return Vector(e_cnpj("1234567     "), E_CNPJ, doubtful("length", "1234567"))


@case
def eleven_digits_of_a_cpf() -> Vector:
    """Eleven digits that are a valid CPF.

    Somebody typed the CPF where the CEI was asked.
    """
    verdict = doubtful("looks_like_cpf", "11144477735")
    return Vector(e_cnpj("11144477735"), E_CNPJ, verdict, ("bad_block_length",))


@case
def eleven_digits_of_a_nis() -> Vector:
    """Eleven digits that are a valid NIS (PIS/PASEP).

    Somebody typed the NIS where the CEI was asked.
    """
    verdict = doubtful("looks_like_nis", "17033311522")
    return Vector(e_cnpj("17033311522"), E_CNPJ, verdict, ("bad_block_length",))


@case
def eleven_digits_of_nothing() -> Vector:
    """Eleven digits that are neither CPF nor NIS.

    Perhaps a CEI without its last digit; nobody should guess it.
    """
    verdict = doubtful("length", "11583002498")
    return Vector(e_cnpj("11583002498"), E_CNPJ, verdict, ("bad_block_length",))


@case
def thirteen_digits() -> Vector:
    """A CEI with a zero before it.

    The zero may be padding or a typing error: the number is shown as it stands.
    """
    verdict = doubtful("length", "0" + CEI)
    return Vector(e_cnpj("0" + CEI), E_CNPJ, verdict, ("bad_block_length",))


@case
def fourteen_digits_of_the_cnpj() -> Vector:
    """The company's CNPJ in the field of its CEI.

    Seen in a sandbox.
    """
    verdict = doubtful("looks_like_cnpj", "11222333000181")
    return Vector(e_cnpj("11222333000181"), E_CNPJ, verdict, ("bad_block_length",))


@case
def fourteen_characters_of_an_alphanumeric_cnpj() -> Vector:
    """A CNPJ with letters (IN RFB 2.229/2024) in the field of the CEI.

    It is recognised for what it is; there are no digits to give as the number.
    """
    verdict = doubtful("looks_like_cnpj")
    return Vector(e_cnpj("12ABC34501DE35"), E_CNPJ, verdict, ("bad_block_length",))


@case
def fourteen_digits_of_a_caepf() -> Vector:
    """A whole CAEPF, check digits and all.

    A valid CAEPF cannot be a valid CNPJ: it is recognised for what it is.
    """
    verdict = doubtful("looks_like_caepf", "12345678900100")
    return Vector(e_cpf("12345678900100"), E_CPF, verdict, ("bad_block_length",))


@case
def fourteen_digits_of_the_holders_caepf() -> Vector:
    """The holder's whole CAEPF.

    Nothing was cut off, so it is not the case of the missing check digits.
    """
    verdict = doubtful("looks_like_caepf", ANAS_CAEPF + "54")
    return Vector(e_cpf(ANAS_CAEPF + "54"), E_CPF, verdict, ("bad_block_length",))


@case
def fourteen_digits_of_nothing() -> Vector:
    """Fourteen digits that are neither CNPJ nor CAEPF.

    Shown as they stand.
    """
    verdict = doubtful("length", "11222333000180")
    return Vector(e_cnpj("11222333000180"), E_CNPJ, verdict, ("bad_block_length",))


@case
def punctuated_number() -> Vector:
    """A CEI written with dots and slash.

    A person reads it easily; a system that expects twelve digits will not.
    """
    verdict = doubtful("characters")
    return Vector(e_cnpj("11.583.00249/85"), E_CNPJ, verdict, ("bad_block_length",))


@case
def a_word() -> Vector:
    """A word instead of a number.

    Not zeros, not blanks: somebody said something that must be looked at.
    """
    return Vector(e_cnpj("ISENTO      "), E_CNPJ, doubtful("characters"))


@case
def a_letter_among_digits() -> Vector:
    """The letter O in place of a zero.

    Looks right and is not: never repaired silently.
    """
    return Vector(e_cnpj("1158300249O5"), E_CNPJ, doubtful("characters"))


@case
def inner_blanks() -> Vector:
    """A blank among the digits.

    Blanks are trimmed at the ends, never taken out of the middle.
    """
    return Vector(e_cnpj("11583 024985"), E_CNPJ, doubtful("characters"))


@case
def trailing_blanks() -> Vector:
    """A CEI and two blanks after it.

    Some emitters pad; the number is the trimmed one.
    """
    return Vector(e_cnpj(CEI + "  "), E_CNPJ, present())


@case
def nul_octets() -> Vector:
    """Twelve NUL octets.

    They look like nothing on a screen, but no rule makes them "not informed".
    """
    return Vector(e_cnpj("\0" * 12), E_CNPJ, doubtful("characters"))


@case
def nul_terminated() -> Vector:
    """A CEI closed with the NUL octet of a C string.

    Thirteen octets are in the certificate; what other systems make of them nobody knows.
    """
    return Vector(e_cnpj(CEI + "\0"), E_CNPJ, doubtful("characters"), ("bad_block_length",))


@case
def digits_of_another_script() -> Vector:
    """Twelve Arabic-Indic digits in a UTF8String.

    Digits for Unicode, and for Python's `isdigit`; not for the norm.
    """
    arabic = CEI.translate({ord("0") + n: 0x660 + n for n in range(10)})
    return Vector(e_cnpj(utf8(arabic)), E_CNPJ, doubtful("characters"))


@case
def number_in_two_octet_strings() -> Vector:
    """A CEI in an OCTET STRING inside the OCTET STRING.

    Wrapped once too often; what is inside is read and judged.
    """
    return Vector(e_cnpj(octets(octets(CEI))), E_CNPJ, present(), ("nested_string",))


@case
def zeros_in_two_strings() -> Vector:
    """Twelve zeros in a PrintableString inside an OCTET STRING.

    Whoever does not unwrap it finds two strange characters and calls the field doubtful.
    """
    return Vector(e_cnpj(octets(printable(ZEROS))), E_CNPJ, blank("zeros"), ("nested_string",))


@case
def twelve_digits_under_a_longer_oid() -> Vector:
    """A valid number under 2.16.76.1.3.70.

    The OID merely starts like the field's: the CEI stays as it is, not informed.
    """
    stranger = other_name("2.16.76.1.3.70", octets(CEI))
    return Vector(e_cnpj(ZEROS).adding_names(stranger), E_CNPJ, blank("zeros"))
