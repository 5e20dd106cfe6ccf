"""The verdict in words: first the answer, sayable aloud, blaming nobody."""

from guiche.icpbrasil.enrolment import Enrolment, Reason, Status
from guiche.icpbrasil.nis import Nis
from guiche.icpbrasil.numbers import caepf, cei, nis
from guiche.icpbrasil.profile import Profile

_ANSWERS = {
    Status.PRESENT: "Tem CEI",
    Status.DOUBTFUL: "Conferir CEI",
    Status.BLANK: "Sem CEI",
    Status.ABSENT: "Sem CEI",
    Status.UNREADABLE: "Não consegui ler",
}
_BLANKS = {
    Reason.ZEROS: "o campo está preenchido com zeros",
    Reason.BLANKS: "o campo está em branco",
    Reason.EMPTY: "o campo está vazio",
}
_NEW_CERTIFICATE = (
    "Não dá para incluir o número em um certificado já emitido: se o cliente precisa dele, "
    "emite-se um novo, testa-se, e só então o atual é revogado."
)
_AT_THE_RENEWAL = (
    "O certificado está vencido e será trocado de qualquer forma: se o cliente precisa do número, "
    "ele deve ser pedido na compra do novo."
)


_OTHER_WAYS = (
    "O Selo Eletrônico não tem campo para o CEI. Caminhos: o e-CPF do responsável com CEI "
    "ou NIS, o acesso gov.br, ou a alternativa do próprio sistema."
)


def answer(enrolment: Enrolment, profile: Profile | None) -> str:
    """The first words of the verdict."""
    if enrolment.status is not Status.NOT_APPLICABLE:
        return _ANSWERS[enrolment.status]
    if enrolment.reason is Reason.NOT_ICP_BRASIL:
        return "Fora da ICP-Brasil"
    return "Não comporta CEI" if profile is Profile.SELO_ELETRONICO else "Certificado errado"


def headline(enrolment: Enrolment, profile: Profile | None) -> str:
    """The verdict in one sentence."""
    first = answer(enrolment, profile)
    if enrolment.status is Status.UNREADABLE:
        return f"{first}. Ainda não sabemos se tem CEI."
    return f"{first}: {_detail(enrolment, profile)}."


def _detail(enrolment: Enrolment, profile: Profile | None) -> str:
    match enrolment.status:
        case Status.PRESENT:
            return str(enrolment.formatted)
        case Status.DOUBTFUL:
            return _doubt(enrolment)
        case Status.BLANK:
            return _BLANKS[enrolment.reason]
        case Status.ABSENT:
            return "o campo não existe neste certificado"
    if enrolment.reason is Reason.NOT_ICP_BRASIL:
        return "escolha outro certificado"
    if profile is Profile.SELO_ELETRONICO:
        return "é um Selo Eletrônico, e emitir outro igual não resolve"
    return "escolha o do cliente"


def _doubt(enrolment: Enrolment) -> str:
    if enrolment.reason is Reason.CONFLICT:
        values = " e ".join(dict.fromkeys(e.text.strip() or "nada" for e in enrolment.evidence))
        return f"os campos não concordam entre si ({values})"
    number = enrolment.number or ""
    text = enrolment.formatted or enrolment.evidence[0].text.strip()
    match enrolment.reason:
        case Reason.CHECK_DIGIT:
            return f"o campo traz {text}, e o dígito final não confere"
        case Reason.LENGTH:
            return f"o campo traz {text}, fora do padrão ({len(number)} dígitos; o CEI tem 12)"
        case Reason.CAEPF_WITHOUT_CHECK_DIGITS:
            whole = caepf.format(number + caepf.calc_check_digits(number))
            return f"o campo traz {number}, o começo do CAEPF {whole}"
    return f"o campo traz {text}, {_LOOKS.get(enrolment.reason, 'que não é um CEI')}"


_LOOKS = {
    Reason.CHARACTERS: f"que tem mais do que dígitos; o CEI tem {cei.LENGTH} dígitos",
    Reason.FIELD_UNKNOWN: "que não parece o campo do CEI",
    Reason.LOOKS_LIKE_CAEPF: "que é um CAEPF",
    Reason.LOOKS_LIKE_CNPJ: "que é um CNPJ",
    Reason.LOOKS_LIKE_CPF: "que é um CPF",
    Reason.LOOKS_LIKE_NIS: "que parece um NIS",
}


def explanation(enrolment: Enrolment, profile: Profile | None, *, expired: bool = False) -> str:
    """Why the verdict is what it is, and what to do next."""
    next_step = _AT_THE_RENEWAL if expired else _NEW_CERTIFICATE
    if profile is Profile.SELO_ELETRONICO:
        next_step = _OTHER_WAYS  # another one of the kind has no field for it
    match enrolment.status:
        case Status.PRESENT:
            return "Confira com o cliente se é este o número que ele usa."
        case Status.DOUBTFUL:
            return _explain_doubt(enrolment)
        case Status.BLANK:
            return f"Zeros ou brancos nesse campo querem dizer “não informado”. {next_step}"
        case Status.ABSENT if enrolment.reason is Reason.OPTIONAL_IN_PROFILE:
            return f"No perfil atual de pessoa física o campo é opcional. {next_step}"
        case Status.ABSENT:
            return next_step
        case Status.UNREADABLE if enrolment.reason is Reason.INCOMPLETE_TEXT:
            return (
                "O texto colado não traz o campo do CEI, e pode ser só uma parte. "
                "Tente: copiar o campo inteiro, ou ler o arquivo .cer."
            )
        case Status.UNREADABLE:
            return (
                "O certificado está danificado ou incompleto. "
                "Tente: exportá-lo de novo como .cer, ou ler de outro lugar."
            )
    return _explain_not_applicable(enrolment, profile)


def _explain_doubt(enrolment: Enrolment) -> str:
    if enrolment.reason is Reason.CAEPF_WITHOUT_CHECK_DIGITS:
        return (
            "Os nove primeiros dígitos são os de um CPF do certificado: é o CAEPF dessa pessoa, "
            "cortado em 12 dígitos. "
            "Pergunte qual cadastro o sistema pede, CEI ou CAEPF."
        )
    if enrolment.reason is Reason.CHECK_DIGIT:
        return "Peça ao cliente um comprovante do CEI e compare número por número."
    if enrolment.reason is Reason.CONFLICT:
        return "Pergunte ao cliente qual é o número dele e compare com os dois."
    return "Pergunte ao cliente qual é o CEI dele e compare com o que está escrito."


def _explain_not_applicable(enrolment: Enrolment, profile: Profile | None) -> str:
    if enrolment.reason is Reason.NOT_ICP_BRASIL:
        return "Este certificado não é de uma política da ICP-Brasil. Procure o e-CPF ou o e-CNPJ."
    if profile is Profile.SELO_ELETRONICO:
        return _OTHER_WAYS
    if profile is Profile.CA:
        return "Este é o certificado de uma autoridade certificadora, não o do cliente."
    kind = profile.label.lower() if profile else "outro tipo"
    return f"Este é um certificado de {kind}, sem campo para o CEI."


def nis_words(verdict: Nis) -> str:
    """The verdict on the NIS, the answer first; empty where it is not applicable."""
    match verdict.status:
        case Status.PRESENT:
            return f"Tem NIS: {verdict.formatted}"
        case Status.DOUBTFUL:
            return f"Conferir NIS: {_nis_doubt(verdict)}"
        case Status.BLANK:
            return f"Sem NIS: {'preenchido com zeros' if verdict.written else 'em branco'}"
        case Status.ABSENT:
            return "Sem NIS: o certificado não traz esse dado"
        case Status.UNREADABLE:
            return "Não consegui ler o NIS."
    return ""


def _nis_doubt(verdict: Nis) -> str:
    if not verdict.written:
        return "os dados do titular aparecem mais de uma vez, e não concordam entre si"
    if len(verdict.number or "") == nis.LENGTH:
        return f"o certificado traz {verdict.formatted}, e o dígito final não confere"
    return f"o certificado traz {verdict.written}, e o NIS tem {nis.LENGTH} dígitos"


def number(count: int) -> str:
    """With points between thousands.

    >>> number(1234567)
    '1.234.567'
    """
    return f"{count:,}".replace(",", ".")
