"""What is found about the path of a certificate, in the form of the reader's findings.

A code is a promise: renaming one needs a major version. Each message ends with the next step.
"""

from guiche.icpbrasil.findings import Finding, Severity

_RFC5280 = "RFC 5280"
_ALGORITHMS = "DOC-ICP-01.01"
_NOT_ACCEPT = "Não aceite o certificado: peça um emitido por uma AC da ICP-Brasil."

_CATALOGUE: dict[str, tuple[Severity, str, str]] = {
    # the moment
    "expired": ("warning", "O certificado venceu em {date}. O cliente precisa emitir outro.", f"{_RFC5280}, 4.1.2.5"),
    "not_yet_valid": ("warning", "O certificado só vale a partir de {date}. Confira o relógio do computador, ou espere.", f"{_RFC5280}, 4.1.2.5"),
    "ca_expired": ("warning", "A cadeia está vencida: {name} venceu em {date}. Para algo assinado antes, confira na data da assinatura.", f"{_RFC5280}, 6.1.3"),
    "ca_not_yet_valid": ("warning", "A cadeia ainda não valia: {name} só vale a partir de {date}. Confira a data pedida.", f"{_RFC5280}, 6.1.3"),
    "path_never_in_force": ("warning", "Os certificados da cadeia nunca valeram todos ao mesmo tempo. Peça ao cliente que confirme com a AC onde o comprou.", f"{_RFC5280}, 6.1.3"),
    "date_unreadable": ("warning", "A validade de {name} não se lê. Peça o certificado de novo; se repetir, mostre-o a quem cuida do Guichê.", f"{_RFC5280}, 4.1.2.5"),
    # the end of the path
    "unknown_root": ("error", f"A cadeia termina em “{{name}}”, que não é uma raiz da ICP-Brasil. {_NOT_ACCEPT}", "DOC-ICP-01"),
    "lookalike_root": ("error", "“{name}” usa o nome de uma raiz da ICP-Brasil e não é ela (SHA-256 {sha256}); pode ser de homologação. Não aceite o certificado e avise quem cuida da segurança.", "DOC-ICP-01"),
    "outside_icp_brasil": ("error", f"Quem emitiu, “{{name}}”, não é da ICP-Brasil. {_NOT_ACCEPT}", "DOC-ICP-01"),
    "issuer_missing": ("warning", "Falta aqui o certificado da AC “{name}”, e sem ele não se chega à raiz. Atualize com guiche trust update, ou busque-o com --fetch.", f"{_RFC5280}, 6.1"),
    "no_anchors": ("warning", "Nenhuma raiz da ICP-Brasil está instalada aqui. Instale com guiche trust update.", "DOC-ICP-01"),
    # the links
    "signature_mismatch": ("error", "A assinatura não é da AC “{name}”: o arquivo foi alterado, ou não foi ela que o emitiu. Peça o arquivo de novo; se repetir, não aceite o certificado.", f"{_RFC5280}, 6.1.3"),
    "not_an_authority": ("error", f"Quem assinou, “{{name}}”, não é uma AC. {_NOT_ACCEPT}", f"{_RFC5280}, 4.2.1.9"),
    "path_rule": ("error", "A cadeia quebra uma regra ({rule}). Não aceite o certificado e mostre esta linha a quem cuida do Guichê.", f"{_RFC5280}, 6.1"),
    "unverifiable_signature": ("warning", "A assinatura de “{name}” usa {what}, que não se confere aqui; isso não quer dizer que seja falsa. Confira no verificador do ITI (validar.iti.gov.br).", _ALGORITHMS),
    "unverifiable_structure": ("warning", "“{name}” está escrito de um modo que não se confere aqui; isso não quer dizer que seja falso. Confira no verificador do ITI (validar.iti.gov.br).", f"{_RFC5280}, 4.1"),
    # strength and use
    "weak_signature": ("warning", "“{name}” foi assinado com {what}, que hoje é fraco. Na próxima emissão, use uma AC atual.", _ALGORITHMS),
    "weak_key": ("warning", "A chave de “{name}” tem {bits} bits; hoje o mínimo é 2048. Na próxima emissão, use uma chave maior.", _ALGORITHMS),
    "wrong_use": ("warning", "O certificado não serve para {use}: {what}. Escolha outro certificado do cliente.", f"{_RFC5280}, 4.2.1.3 e 4.2.1.12"),
    # revocation
    "revoked": ("error", "O certificado foi revogado em {date}{reason}. Não serve mais: o cliente precisa emitir outro.", f"{_RFC5280}, 5.3"),
    "on_hold": ("error", "O certificado está suspenso desde {date}. Peça ao cliente que fale com a AC onde o comprou.", f"{_RFC5280}, 5.3.1"),
    "revoked_later": ("warning", "Na data pedida valia; foi revogado depois, em {date}{reason}. Para uso de hoje, o cliente precisa emitir outro.", f"{_RFC5280}, 5.3"),
    "ca_revoked": ("error", f"A AC “{{name}}” foi revogada em {{date}}{{reason}}. {_NOT_ACCEPT}", f"{_RFC5280}, 5.3"),
    "revocation_unknown": ("warning", "Não deu para saber se “{name}” foi revogado: {why}", f"{_RFC5280}, 6.3"),
}  # fmt: skip

CODES = frozenset(_CATALOGUE)


def finding(code: str, **facts: object) -> Finding:
    """The finding of that code, its message filled with the facts."""
    severity, message, citation = _CATALOGUE[code]
    return Finding(code, severity, message.format(**facts), citation)
