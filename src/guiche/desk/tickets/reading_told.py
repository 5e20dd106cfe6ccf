"""A reading as its holder is given it: the public contract in Portuguese, keys and codes.

Keys have no accents, as all of that file. What is not in the tables stays as it stands, so that
nothing is kept back from the holder.
"""

from collections.abc import Mapping
from typing import Any

from guiche.icpbrasil import Profile, Reason
from guiche.portfolio.report.words import REASONS

KEYS = {
    "source": "origem", "kind": "formato", "index": "posicao", "sent": "mandado_por",
    "device": "dispositivo", "label": "rotulo", "maker": "fabricante", "model": "modelo",
    "serial": "numero_de_serie", "signature": "assinatura", "numbers": "numeros",
    "count": "de_quantas", "signs": "o_que_assina", "verified": "conferida",
    "sha256": "impressao_digital_sha256", "profile": "perfil", "certificate_type": "tipo",
    "icp_brasil": "diz_ser_da_icp_brasil", "holder": "titular", "responsible": "responsavel",
    "name": "nome", "cnpj": "cnpj", "cpf": "cpf", "email": "e_mail",
    "birth_date": "data_de_nascimento", "nis": "nis", "rg": "rg", "rg_issuer": "rg_orgao",
    "rg_state": "rg_uf", "enrolment": "cei", "status": "situacao", "reason": "motivo",
    "number": "numero", "formatted": "numero_escrito", "evidence": "bytes_que_o_sustentam",
    "oid": "oid", "type": "tipo", "hex": "hexadecimal", "text": "texto", "value": "valor",
    "fields": "campos_da_icp_brasil", "validity": "validade", "not_before": "desde",
    "not_after": "ate", "issuer": "emissor", "registration_authority": "autoridade_de_registro",
    "trust": "cadeia", "at": "em", "root": "raiz", "path": "caminho", "revocation": "revogacao",
    "why": "por_que", "date": "data", "this_update": "desta_data",
    "next_update": "proxima_data", "findings": "observacoes", "code": "codigo",
    "severity": "gravidade", "message": "mensagem", "citation": "fonte",
}  # fmt: skip
"""Of the contract -> of the file."""

_STATUSES = {
    "present": "tem", "doubtful": "a conferir", "blank": "em branco", "absent": "sem o campo",
    "not_applicable": "não se aplica", "unreadable": "não lido", "valid": "em vigor",
    "expired": "vencido", "not_yet": "ainda não vale", "unchecked": "não conferida",
    "trusted": "confiável", "could_not_tell": "não foi possível saber",
    "unknown_root": "raiz desconhecida", "expired_path": "cadeia vencida",
    "not_verifiable": "não foi possível conferir", "good": "não revogado", "revoked": "revogado",
    "unknown": "não se sabe",
}  # fmt: skip
_SEVERITIES = {"error": "erro", "warning": "atenção", "notice": "nota"}
_CODES: Mapping[str, Mapping[str, str]] = {
    "status": _STATUSES,
    "severity": _SEVERITIES,
    "profile": {profile.value: profile.label for profile in Profile},
    "reason": {reason.value: REASONS[reason] for reason in Reason if REASONS.get(reason)},
    "sent": {"customer": "cliente"},
}


def told(contract: Any) -> Any:
    """The same in Portuguese.

    >>> told({"enrolment": {"status": "blank", "reason": "zeros"}, "icp_brasil": True})
    {'cei': {'situacao': 'em branco', 'motivo': 'o campo está preenchido com zeros'}, \
'diz_ser_da_icp_brasil': True}
    """
    if isinstance(contract, list):
        return [told(each) for each in contract]
    if not isinstance(contract, Mapping):
        return contract
    return {KEYS.get(key, key): _value(key, value) for key, value in contract.items()}


def _value(key: str, value: Any) -> Any:
    known = _CODES.get(key, {})
    return known.get(value, value) if isinstance(value, str) else told(value)
