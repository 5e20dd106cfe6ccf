"""The words of a report, short; those of a verdict are `icpbrasil.wording`'s."""

from datetime import datetime

from guiche.icpbrasil import Profile, Reason, wording
from guiche.icpbrasil.enrolment import Enrolment, Status
from guiche.icpbrasil.validity import day
from guiche.icpbrasil.wording import number
from guiche.portfolio.report.people import Row

MONTHS = ("jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez")

ERROR = "error"
STATUSES = {
    Status.PRESENT: "Tem CEI",
    Status.DOUBTFUL: "Conferir CEI",
    Status.BLANK: "Sem CEI: campo em branco",
    Status.ABSENT: "Sem CEI: sem o campo",
    Status.NOT_APPLICABLE: "Não comporta CEI",
    Status.UNREADABLE: "Não lido",
    ERROR: "Com erro: nenhum certificado",
}
"""What a row can be, in the order it is told."""

REASONS = {
    Reason.OK: "",
    Reason.CHECK_DIGIT: "o dígito final do número não confere",
    Reason.LENGTH: "o número não tem os 12 dígitos do CEI",
    Reason.CHARACTERS: "o campo tem mais do que dígitos",
    Reason.CAEPF_WITHOUT_CHECK_DIGITS: "o campo traz o começo de um CAEPF",
    Reason.LOOKS_LIKE_CAEPF: "o campo traz um CAEPF",
    Reason.LOOKS_LIKE_CNPJ: "o campo traz um CNPJ",
    Reason.LOOKS_LIKE_CPF: "o campo traz um CPF",
    Reason.LOOKS_LIKE_NIS: "o campo traz o que parece um NIS",
    Reason.CONFLICT: "os campos não concordam entre si",
    Reason.FIELD_UNKNOWN: "o número não está no campo do CEI",
    Reason.ZEROS: "o campo está preenchido com zeros",
    Reason.BLANKS: "o campo está em branco",
    Reason.EMPTY: "o campo está vazio",
    Reason.OPTIONAL_IN_PROFILE: "o campo não existe neste certificado",
    Reason.MISSING_IN_LEGACY_PROFILE: "o campo não existe neste certificado",
    Reason.PROFILE_UNKNOWN: "o campo não existe neste certificado",
    Reason.PROFILE_WITHOUT_FIELD: "este tipo de certificado não tem o campo",
    Reason.CA: "é o certificado de uma autoridade",
    Reason.NOT_ICP_BRASIL: "não é da ICP-Brasil",
    Reason.MALFORMED: "o certificado está danificado ou incompleto",
    Reason.INCOMPLETE_TEXT: "o texto colado não traz o campo",
}

UNKNOWN = "Não se sabe"


def answer(row: Row) -> str:
    """The first words of the verdict. A portfolio has no wrong certificate: nobody chose it."""
    status = Status(row["enrolment_status"])
    if status is Status.NOT_APPLICABLE:
        return STATUSES[status]
    return wording.answer(Enrolment(status, Reason(row["enrolment_reason"])), None)


def verdict(row: Row) -> str:
    """The answer with its reason: `Sem CEI: o campo está em branco`."""
    reason = REASONS[Reason(row["enrolment_reason"])]
    return f"{answer(row)}: {reason}" if reason else answer(row)


def kind(row: Row) -> str:
    """`e-CPF A3`; "" of what could not be read."""
    profile = Profile(row["profile"]).label if row["profile"] else ""
    return " ".join(filter(None, (profile, row["certificate_type"])))


def day_of(moment: datetime | None) -> str:
    """The day in Brasília, or that there is none."""
    return day(moment) if moment else "sem data"


def month(index: int) -> str:
    """Of the months since year 0.

    >>> month(2027 * 12 + 2)
    'mar/2027'
    """
    return f"{MONTHS[index % 12]}/{index // 12}"


def counted(count: int, one: str, many: str) -> str:
    """The number and its noun.

    >>> counted(1, "certificado", "certificados"), counted(2000, "certificado", "certificados")
    ('1 certificado', '2.000 certificados')
    """
    return f"{number(count)} {one if count == 1 else many}"
