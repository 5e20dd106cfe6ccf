"""The composed blocks of `.1`, `.4` and `.5`, whose last part is whatever remains."""

from dataclasses import replace

from certificates import Person, e_cnpj, e_cpf, field
from certificates.der import octets, tlv, utf8
from certificates.profiles import ANA, JOSE
from vectors.case import E_CNPJ, E_CPF, Facts, Theme, Vector, present

theme = Theme("people")
case = theme

NO_RG = "0" * 15


def ana(holder: Facts, *findings: str, person: Person) -> Vector:
    return Vector(e_cpf(person=person), E_CPF, present(), findings, holder)


def issued(tail: str, issuer: str, state: str = "") -> Vector:
    """Ana's RG with this remainder, and what it says."""
    holder = {"rg": "123456", "rg_issuer": issuer, "rg_state": state}
    return ana(holder, person=replace(ANA, tail=tail))


def identified(rg: str, shown: str) -> Vector:
    """Ana's RG in these fifteen positions, and how people write it."""
    return ana({"rg": shown, "rg_issuer": "SSP"}, person=replace(ANA, rg=rg))


def voter(block: str) -> Vector:
    fields = {"2.16.76.1.3.5": block}
    return Vector(e_cpf().with_names(field(5, block)), E_CPF, present(), fields=fields)


@case
def whole_block() -> Vector:
    """A block with every part informed.

    Birth, CPF, NIS, RG without its padding, issuer and state.
    """
    holder = {
        "name": ANA.name,
        "cpf": ANA.cpf,
        "birth_date": "1980-03-15",
        "nis": "17033311522",
        "rg": "123456",
        "rg_issuer": "SSP",
        "rg_state": "SP",
    }
    return ana(holder, person=ANA)


@case
def block_of_45() -> Vector:
    """Forty-five positions: no RG, so no issuer and no state.

    The shortest that the norm allows (7.1.2.4-c), and the most frequent. NIS zeros too.
    """
    holder = {"cpf": ANA.cpf, "nis": "", "rg": "", "rg_issuer": "", "rg_state": ""}
    return ana(holder, person=replace(ANA, nis="0" * 11, rg=NO_RG, tail=""))


@case
def block_of_47() -> Vector:
    """Forty-seven positions: two letters remain.

    Fewer than three are shown as they stand, not split.
    """
    return issued("SP", "SP")


@case
def block_of_49() -> Vector:
    """Forty-nine positions: four letters remain.

    Two of issuer, two of state.
    """
    return issued("MDDF", "MD", "DF")


@case
def block_of_51() -> Vector:
    """Fifty-one positions: six letters remain.

    What the RFB layout has room for.
    """
    return issued("DETRRJ", "DETR", "RJ")


@case
def block_of_52() -> Vector:
    """Fifty-two positions: seven letters remain.

    A reader that takes six loses the state.
    """
    return issued("SSPDSCE", "SSPDS", "CE")


@case
def block_of_53() -> Vector:
    """Fifty-three positions: eight letters remain.

    A reader that takes six reads state NR.
    """
    return issued("DETRANRJ", "DETRAN", "RJ")


@case
def block_of_54() -> Vector:
    """Fifty-four positions: nine letters remain.

    Allowed since the block was widened to ten.
    """
    return issued("POLICIAMG", "POLICIA", "MG")


@case
def block_of_55() -> Vector:
    """Fifty-five positions: ten remain, the maximum.

    All of them letters.
    """
    return issued("POLFEDERDF", "POLFEDER", "DF")


@case
def block_of_11() -> Vector:
    """Eleven positions: a CPF alone, as a sandbox has it.

    Nothing of the layout is there, so nothing is taken from it.
    """
    made = e_cpf().with_names(field(1, ANA.cpf))
    holder = {"birth_date": "", "nis": "", "rg": ""}
    return Vector(made, E_CPF, present(), ("short_person_block",), holder)


@case
def responsible_of_a_company() -> Vector:
    """`.2` and `.4` of an e-CNPJ.

    Another person's name, CPF and RG: never the holder's.
    """
    holder = {"name": "PADARIA EXEMPLO LTDA", "cnpj": "11222333000181", "cpf": "", "rg": ""}
    responsible = {"name": JOSE.name, "cpf": JOSE.cpf, "birth_date": "1980-03-15", "rg": "123456"}
    return Vector(e_cnpj(), E_CNPJ, present(), (), holder, responsible)


@case
def issuer_apart_from_state() -> Vector:
    """A blank between issuer and state.

    As frequent as none.
    """
    return issued("SSP SP", "SSP", "SP")


@case
def issuer_far_from_state() -> Vector:
    """Issuer left, state right, blanks between.

    What fixed positions make of it.
    """
    return issued("SSP     SP", "SSP", "SP")


@case
def issuer_with_a_trailing_blank() -> Vector:
    """A blank after the state.

    The last two letters, not the last two positions.
    """
    return issued("SSPSP ", "SSP", "SP")


@case
def issuer_in_lower_case() -> Vector:
    """Issuer and state in lower case.

    The issuer is shown as found; the state is one of twenty-seven and is written as such.
    """
    return issued("sspsp", "ssp", "SP")


@case
def issuer_of_digits() -> Vector:
    """Digits where issuer and state should stand.

    No state ends it, so it is shown as it stands.
    """
    return issued("123456", "123456")


@case
def issuer_without_state() -> Vector:
    """An issuer that ends in no state.

    AN is none of the twenty-seven: the whole is the issuer.
    """
    return issued("DETRAN", "DETRAN")


@case
def issuer_of_blanks() -> Vector:
    """Six blanks where issuer and state should stand.

    Not informed.
    """
    return issued("      ", "")


@case
def rg_padded_on_the_right() -> Vector:
    """An RG with blanks after it.

    The norm pads on the left, with zeros (7.1.2.4-e).
    """
    return identified("123456789      ", "123456789")


@case
def rg_with_x() -> Vector:
    """An RG whose check digit is X.

    An RG is text; whoever makes it an integer loses the X or stops.
    """
    return identified("00000012345678X", "12345678X")


@case
def rg_with_dots_and_dash() -> Vector:
    """An RG with its punctuation.

    Shown as it stands, without the zeros of the padding.
    """
    return identified("00012.345.678-9", "12.345.678-9")


@case
def rg_with_letters() -> Vector:
    """An RG that starts with the letters of its state.

    The zeros before them are padding.
    """
    return identified("0000000MG123456", "MG123456")


@case
def rg_with_a_blank() -> Vector:
    """An RG with a blank inside.

    Part of the number as somebody typed it.
    """
    return identified("000000MG 123456", "MG 123456")


@case
def rg_of_zeros_with_an_issuer() -> Vector:
    """No RG, but an issuer of it.

    The issuer should have been left out (7.1.2.4-c); it is shown, the zeros are not.
    """
    holder = {"rg": "", "rg_issuer": "SSP", "rg_state": "SP"}
    return ana(holder, person=replace(ANA, rg=NO_RG))


@case
def birth_date_of_zeros() -> Vector:
    """Zeros instead of the date of birth.

    Not informed, as everywhere.
    """
    return ana({"birth_date": "", "cpf": ANA.cpf}, person=replace(ANA, birth="0" * 8))


@case
def impossible_birth_date() -> Vector:
    """A thirty-first of February.

    No date, and not nothing: said, and not made into another day.
    """
    person = replace(ANA, birth="31021980")
    return ana({"birth_date": "", "cpf": ANA.cpf}, "birth_date_unreadable", person=person)


@case
def american_birth_date() -> Vector:
    """A date of birth with the year first.

    The nineteenth of month eighty: no date of the layout `ddmmaaaa`.
    """
    person = replace(ANA, birth="19800315")
    return ana({"birth_date": "", "cpf": ANA.cpf}, "birth_date_unreadable", person=person)


@case
def block_in_two_octet_strings() -> Vector:
    """A block in an OCTET STRING inside the OCTET STRING.

    Whoever takes the second header for text shifts every part by two.
    """
    made = e_cpf().with_names(field(1, octets(octets(ANA.block))))
    holder = {"cpf": ANA.cpf, "birth_date": "1980-03-15"}
    return Vector(made, E_CPF, present(), ("nested_string",), holder)


@case
def accents_in_utf8_string() -> Vector:
    """The responsible person's name with an accent, in a UTF8String.

    The norm has no accents; people have.
    """
    made = e_cnpj().with_names(field(2, utf8("JOSÉ EXEMPLO PEREIRA")))
    return Vector(made, E_CNPJ, present(), responsible={"name": "JOSÉ EXEMPLO PEREIRA"})


@case
def accents_of_latin_1() -> Vector:
    """The responsible person's name with an accent of Latin-1, in an OCTET STRING.

    An octet string has no charset: what is no UTF-8 is read as Latin-1.
    """
    made = e_cnpj().with_names(field(2, tlv(0x04, "JOSÉ EXEMPLO PEREIRA".encode("latin-1"))))
    return Vector(made, E_CNPJ, present(), responsible={"name": "JOSÉ EXEMPLO PEREIRA"})


@case
def accents_in_printable_string() -> Vector:
    """The responsible person's name with an accent, in a PrintableString.

    The type has no such letter: read all the same, and said.
    """
    made = e_cnpj().with_names(field(2, tlv(0x13, "JOSÉ EXEMPLO PEREIRA".encode("latin-1"))))
    responsible = {"name": "JOSÉ EXEMPLO PEREIRA"}
    return Vector(made, E_CNPJ, present(), ("string_charset",), responsible=responsible)


@case
def long_name() -> Vector:
    """A responsible person with a name of two hundred letters.

    Its length takes two octets: `0c 81 c8`.
    """
    name = "EXEMPLO " * 25
    made = e_cnpj().with_names(field(2, utf8(name)))
    return Vector(made, E_CNPJ, present(), responsible={"name": name.strip()})


@case
def cnpj_of_thirteen_digits() -> Vector:
    """A CNPJ without its first digit in `.3`.

    The field has fourteen positions since 2012.
    """
    made = e_cnpj(cn="PADARIA EXEMPLO LTDA").with_names(field(3, "1222333000181"))
    return Vector(made, E_CNPJ, present(), ("bad_block_length",))


@case
def voter_without_anything() -> Vector:
    """Nineteen zeros in `.5`.

    No título: number, zone and section zeros, municipality and state left out (7.1.2.4-c).
    """
    return voter("0" * 19)


@case
def voter_without_anything_in_full_length() -> Vector:
    """Forty-one zeros in `.5`.

    The municipality is not called 0000.
    """
    return voter("0" * 41)


@case
def voter_of_28() -> Vector:
    """Nine letters of municipality and state.

    Only the needed positions are written (7.1.2.4-f).
    """
    return voter("102385010671" + "0010002" + "RECIFE PE")


@case
def voter_of_31() -> Vector:
    """Twelve letters of municipality and state.

    A municipality of two words.
    """
    return voter("102385010671" + "0010002" + "SAO PAULO SP")


@case
def voter_of_35() -> Vector:
    """Sixteen letters of municipality and state.

    No blank before the state.
    """
    return voter("102385010671" + "0010002" + "BELO HORIZONTEMG")


@case
def voter_of_41() -> Vector:
    """Twenty-two positions of municipality and state, the maximum.

    Filled with blanks, state at the end.
    """
    return voter("102385010671" + "0010002" + "SAO JOSE DOS CAMPOS SP")
