"""The types of facts: how a typed answer is understood, shown, and masked in lists.

`clean` takes what was typed, which is not empty, and what was answered before, and returns what is
stored, or raises a `Problem` whose message is shown beside the field. Any form that is not
ambiguous is accepted.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import phonenumbers
from django.utils import timezone
from email_validator import EmailNotValidError, validate_email
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from stdnum.exceptions import InvalidChecksum, ValidationError

from guiche.desk import clock
from guiche.desk.intake.plain import plain_text
from guiche.desk.intake.problem import Problem
from guiche.desk.intake.register import clean_enrolment, mask_enrolment, show_enrolment
from guiche.icpbrasil.masks import mask_document, mask_name
from guiche.icpbrasil.numbers import cnpj, cpf

if TYPE_CHECKING:
    from guiche.desk.procedures.fact import Fact


Values = Mapping[str, str]
"""What was answered before, cleaned."""


def clean_document(_fact: "Fact", typed: str, _answers: Values) -> str:
    """A CPF or CNPJ in compact form; letters of a CNPJ in upper case."""
    number = cnpj.compact(typed)
    if len(number) not in (cpf.LENGTH, cnpj.LENGTH):
        raise Problem(f"O CNPJ tem 14 posições e o CPF tem 11; este tem {len(number)}.")
    is_cpf = len(number) == cpf.LENGTH
    name = "CPF" if is_cpf else "CNPJ"
    try:
        return cpf.validate(number) if is_cpf else cnpj.validate(number)
    except InvalidChecksum as error:
        raise Problem(f"O dígito final deste {name} não confere. Leia de novo o número.") from error
    except ValidationError as error:
        raise Problem(f"Este {name} não existe. Leia de novo o número.") from error


def show_document(number: str) -> str:
    """`111.444.777-35` or `11.222.333/0001-81`."""
    return cpf.format(number) if len(number) == cpf.LENGTH else cnpj.format(number)


def _printable(typed: str) -> str:
    """Without control characters, which a terminal or another desk might obey."""
    return "".join(char for char in typed if char.isprintable() or char.isspace())


_LONG_NUMBER = re.compile(r"\d[\d./-]{7,}")


def clean_line(fact: "Fact", typed: str, _answers: Values) -> str:
    """One line, its blanks single."""
    line = " ".join(_printable(typed).split())
    if not fact.minimum <= len(line) <= fact.maximum:
        raise Problem(_length_problem(fact, len(line)))
    refuse_secrets(line)
    return line


def clean_name(fact: "Fact", typed: str, _answers: Values) -> str:
    """A name: letters in it, and no CPF or CNPJ left behind it."""
    name = clean_line(fact, typed, _answers)
    if _LONG_NUMBER.search(name):
        raise Problem("Tire o número do nome; ele tem o seu próprio campo.")
    if sum(letter.isalpha() for letter in name) < 2:
        raise Problem("Escreva o nome por extenso.")
    return name


_LEFTOVER = re.compile(r"\{\w*\}|\[[^\]\n]{1,60}\]|_{3,}|\b[xX]{3,}\b|\.{4,}|\?{3,}|…{2,}")
_ENOUGH_WORDS = 3


def clean_text(fact: "Fact", typed: str, _answers: Values) -> str:
    """Some sentences: long enough, with nothing left to fill in, and without a password."""
    text = _printable(typed.replace("\r\n", "\n")).strip()
    if not fact.minimum <= len(text) <= fact.maximum:
        raise Problem(_length_problem(fact, len(text)))
    if leftover := _LEFTOVER.search(text):
        raise Problem(f"Falta trocar “{leftover[0]}” pelo que o cliente disse.")
    if len(set(text.casefold().split())) < _ENOUGH_WORDS:
        raise Problem("Escreva em poucas frases, claras para quem vai ligar.")
    refuse_secrets(text)
    return text


def _length_problem(fact: "Fact", length: int) -> str:
    if length > fact.maximum:
        return f"São {length} caracteres; o limite é {fact.maximum}. Resuma."
    return f"São só {length} caracteres. Escreva pelo menos {fact.minimum}."


# "senha: 1234", "senha do token é abc123", "PIN 123456"; but not "esqueceu a senha do token".
_SECRET = re.compile(
    r"\b(?:senha|password|pin|puk)\b(?:\s+d[aeo]\s+\w+)?"
    r"(?:\s*[:=]\s*\S+|\s+(?:é\s+)?(?=\S*\d)\S{4,})",
    re.IGNORECASE,
)


def refuse_secrets(text: str) -> None:
    """A `Problem` when the text seems to carry a password: none is ever written down."""
    if _SECRET.search(text):
        raise Problem("Parece haver uma senha ou PIN no texto. Apague: senhas não são anotadas.")


def clean_note(text: str, longest: int, what: str, remedy: str = "Resuma.") -> str:
    """What the team writes: plain and bounded, and without a password.

    Of a longer one the `Problem` says `what` it is ("A anotação"), and the remedy.
    """
    text = plain_text(text).strip()
    if len(text) > longest:
        raise Problem(f"{what} passa de {longest} caracteres. {remedy}")
    refuse_secrets(text)
    return text


def clean_choice(fact: "Fact", typed: str, _answers: Values) -> str:
    """One of the choices, in any case."""
    for choice in fact.choices:
        if choice.casefold() == typed.strip().casefold():
            return choice
    raise Problem("Escolha uma das opções da lista.")


_EXTENSION = re.compile(r"\b(?:ramal|r\.)\s*\d{1,6}$", re.IGNORECASE)
_LONGEST_PHONE = 60
_CALLABLE = (
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.VOIP,
)
_SUBSCRIBER = slice(2, None)


# A call asks for the same numbers and addresses time and again while its form is filled.
_once = lru_cache(maxsize=256)


@_once
def clean_phone(typed: str) -> str:
    """A Brazilian telephone with DDD that can be called back, in E.164."""
    typed = typed.strip()
    if len(typed) > _LONGEST_PHONE:
        raise Problem(_PHONE_SHAPE)
    try:
        number = phonenumbers.parse(_EXTENSION.sub("", typed), "BR")
    except phonenumbers.NumberParseException as error:
        raise Problem(_PHONE_SHAPE) from error
    national = str(number.national_number)
    if len(national) < 10:
        raise Problem(_PHONE_SHAPE)
    if (
        not phonenumbers.is_valid_number_for_region(number, "BR")
        or phonenumbers.number_type(number) not in _CALLABLE
        or len(set(national[_SUBSCRIBER])) == 1
    ):
        raise Problem("Este telefone não serve para retorno. Confira o DDD e o número.")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


_PHONE_SHAPE = "Escreva o telefone com DDD, como (11) 3333-4444 ou (11) 98765-4321."


def is_mobile(number: str) -> bool:
    """Whether a number in E.164 may have WhatsApp."""
    return phonenumbers.number_type(phonenumbers.parse(number, None)) == PhoneNumberType.MOBILE


def whatsapp_url(number: str, text: str = "") -> str:
    """A conversation with a number in E.164, `text` written in it; "" where it is no mobile."""
    if not is_mobile(number):
        return ""
    written = f"?text={quote(text, safe='')}" if text else ""
    return f"https://wa.me/{number.removeprefix('+')}{written}"


@_once
def show_phone(number: str) -> str:
    """`(11) 98765-4321` from E.164."""
    return phonenumbers.format_number(phonenumbers.parse(number, None), PhoneNumberFormat.NATIONAL)


def mask_phone(number: str) -> str:
    """Area code and last four digits.

    >>> mask_phone("+5511987654321")
    '(11) *****-4321'
    """
    return re.sub(r"\) \d+", lambda found: ") " + "*" * (len(found[0]) - 2), show_phone(number))


def clean_email(_fact: "Fact", typed: str, _answers: Values) -> str:
    """An address that may exist, its domain in lower case."""
    return _email(typed)


@_once
def _email(typed: str) -> str:
    try:
        return validate_email(typed.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise Problem("Este e-mail não está completo. Confira letra por letra.") from error


def mask_email(address: str) -> str:
    """First letter and domain.

    >>> mask_email("ana@exemplo.com.br")
    'a***@exemplo.com.br'
    """
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"


def clean_confirmation(_fact: "Fact", _typed: str, _answers: Values) -> str:
    """The moment of the confirmation: any answer is a yes, for an empty one is missing."""
    return clock.now().isoformat(timespec="seconds")


def day_and_time(moment: datetime) -> str:
    """`23/11/2026 14:32`, in the time of the desk."""
    return f"{timezone.localtime(moment):%d/%m/%Y %H:%M}"


def show_moment(moment: str) -> str:
    """The same of a stored moment."""
    return day_and_time(datetime.fromisoformat(moment))


_DAY_FIRST = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})")
_CENTURY = 2000


def clean_date(typed: str) -> str:
    """A date in ISO form, from `24/11/2026`, `24/11/26` or `2026-11-24`."""
    typed = typed.strip()
    try:
        if found := _DAY_FIRST.fullmatch(typed):
            day, month, year = map(int, found.groups())
            return date(year if year > 99 else year + _CENTURY, month, day).isoformat()
        return date.fromisoformat(typed).isoformat()
    except ValueError as error:
        raise Problem("Escreva a data como 24/11/2026.") from error


def show_date(day: str) -> str:
    """`24/11/2026`."""
    return f"{date.fromisoformat(day):%d/%m/%Y}"


def _hidden(_value: str) -> str:
    return "***"


def shown(fact: "Fact", value: str) -> str:
    """What stands for a stored answer on a page and in a sentence; a way out in brackets."""
    if not value:
        return "—"
    if fact.is_exit(value):
        return f"({value[0].lower()}{value[1:]})"
    return TYPES[fact.type].show(value)


class FactType(NamedTuple):
    """What is done with answers of one type; `show` and `mask` take what `clean` returned."""

    clean: Callable[["Fact", str, Values], str]
    show: Callable[[str], str] = str
    mask: Callable[[str], str] = _hidden
    equal: str = "Esta resposta repete a anterior. Escreva outra."


TYPES: dict[str, FactType] = {
    "document": FactType(clean_document, show_document, mask_document),
    "name": FactType(clean_name, str, mask_name),
    "line": FactType(clean_line),
    "text": FactType(clean_text, equal="Este texto repete o anterior. Diga aqui o que falta."),
    "choice": FactType(clean_choice, mask=str),
    "system": FactType(clean_choice, mask=str),
    "enrolment": FactType(
        lambda fact, typed, answers: clean_enrolment(answers.get(fact.of, ""), typed),
        show_enrolment,
        mask_enrolment,
    ),
    "date": FactType(lambda _fact, typed, _answers: clean_date(typed), show_date, show_date),
    "phone": FactType(
        lambda _fact, typed, _answers: clean_phone(typed),
        show_phone,
        mask_phone,
        "Os dois telefones são iguais. Peça um segundo número ao cliente.",
    ),
    "email": FactType(clean_email, str, mask_email),
    "confirmation": FactType(clean_confirmation, show_moment, show_moment),
}
