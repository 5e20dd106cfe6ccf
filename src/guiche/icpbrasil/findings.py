"""What is worth saying of a certificate besides the verdict.

A code is a promise: renaming one needs a major version. Messages are for the person at the desk.
"""

from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "notice"]


class Finding(NamedTuple):
    """One observation: a stable code, how much it matters, the words, and the rule it rests on."""

    code: str
    severity: Severity
    message: str
    citation: str


_X690 = "ITU-T X.690"
_RFC5280 = "RFC 5280"
_FIELDS_RULE = "DOC-ICP-04, 7.1.2.2"

_CATALOGUE: dict[str, tuple[Severity, str, str]] = {
    # the field of the CEI
    "both_cei_fields": ("warning", "Há um CEI de pessoa física e um de pessoa jurídica no mesmo certificado.", _FIELDS_RULE),
    "caepf_in_cei_field": ("warning", "O campo do CEI traz o começo do CAEPF {caepf}.", "IN RFB 1.828/2018"),
    "cei_misplaced": ("warning", "O CEI está no campo {oid}, que não é o deste tipo de titular.", "DOC-ICP-04.01, tabela 2"),
    "cei_outside_icp_brasil": ("warning", "O campo do CEI está em um certificado que não é da ICP-Brasil.", "DOC-ICP-04.01, 2.1"),
    "field_unknown": ("warning", "O valor veio sem identificação: confirme que é o campo {expected}.", "DOC-ICP-04.01, tabela 2"),
    # the other fields
    "bad_block_length": ("notice", "{name}: {found} posições; o esperado é {expected}.", _FIELDS_RULE),
    "birth_date_unreadable": ("notice", "{name}: a data de nascimento {found} não existe no calendário.", _FIELDS_RULE),
    "conflicting_other_name": ("warning", "{name} aparece mais de uma vez, com valores diferentes.", f"{_RFC5280}, 4.2.1.6"),
    "constructed_string": ("notice", "{name}: o valor veio em pedaços.", f"{_X690}, 10.2"),
    "duplicate_other_name": ("notice", "{name} aparece mais de uma vez, com o mesmo valor.", f"{_RFC5280}, 4.2.1.6"),
    "missing_mandatory_field": ("notice", "Falta um campo obrigatório neste perfil: {name}.", "DOC-ICP-04 v8.1, 7.1.2.3"),
    "nested_string": ("notice", "{name}: o valor veio dentro de outro valor.", _FIELDS_RULE),
    "short_person_block": ("warning", "{name}: só {found} posições; não chega ao fim do CPF.", _FIELDS_RULE),
    "string_charset": ("notice", "{name}: há caracteres fora do conjunto do tipo declarado.", "ITU-T X.680, 41"),
    "unexpected_string_type": ("notice", "{name}: tipo {found}, fora da norma (OCTET STRING ou PrintableString).", "DOC-ICP-04, 7.1.2.2-a"),
    # the subject
    "cn_number_mismatch": ("notice", "O nome termina em {found}, que não é o CPF ou CNPJ do titular.", "Leiaute RFB v5.0"),
    "cn_too_long": ("notice", "O nome do titular tem {found} caracteres; o limite é 64.", f"{_RFC5280}, anexo A.1"),
    "unsorted_set": ("notice", "Partes do nome fora da ordem do DER.", f"{_X690}, 11.6"),
    # the extensions
    "conflicting_policies": ("warning", "As políticas são de perfis que não combinam.", "DOC-ICP-04.01, tabela 1"),
    "cps_uri_mismatch": ("notice", "O qualificador da política não é o endereço que diz ser.", f"{_RFC5280}, 4.2.1.4"),
    "duplicate_extension": ("warning", "A extensão {oid} aparece mais de uma vez.", f"{_RFC5280}, 4.2"),
    "explicit_default": ("notice", "Um valor padrão foi escrito por extenso.", f"{_X690}, 11.5"),
    "malformed_extension": ("warning", "A extensão {oid} está danificada.", f"{_RFC5280}, 4.2"),
    "no_san": ("notice", "O certificado não tem a extensão onde ficam os campos da ICP-Brasil.", "DOC-ICP-04, 7.1.2.2"),
    "san_critical": ("notice", "A extensão dos campos está marcada como crítica.", "DOC-ICP-04, 7.1.2.2"),
    # the encoding
    "indefinite_length": ("notice", "Codificação BER de comprimento indefinido.", f"{_X690}, 10.1"),
    "malformed": ("error", "Não é um certificado inteiro: {problem}.", f"{_RFC5280}, 4.1"),
    "malformed_date": ("warning", "A data {name} da validade está ilegível.", f"{_RFC5280}, 4.1.2.5"),
    "malformed_name": ("warning", "O nome {name} está danificado.", f"{_RFC5280}, 4.1.2.4"),
    "non_minimal_length": ("notice", "Um comprimento ocupa mais octetos que o necessário.", f"{_X690}, 10.1"),
    "serial_not_positive": ("notice", "O número de série não é positivo.", f"{_RFC5280}, 4.1.2.2"),
    "trailing_data": ("notice", "Há dados sobrando depois do fim de {where}.", _X690),
    # the moment
    "expired": ("warning", "O certificado venceu em {date}.", f"{_RFC5280}, 4.1.2.5"),
    "not_yet_valid": ("warning", "O certificado só vale a partir de {date}.", f"{_RFC5280}, 4.1.2.5"),
}  # fmt: skip

CODES = frozenset(_CATALOGUE)


def finding(code: str, **facts: object) -> Finding:
    """The finding of that code, its message filled with the facts."""
    severity, message, citation = _CATALOGUE[code]
    return Finding(code, severity, message.format(**facts), citation)
