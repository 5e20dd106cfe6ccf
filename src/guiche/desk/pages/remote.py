r"""Ler no PC do cliente: what a technician reads aloud, and the line that a customer pastes.

The certificate is on the customer's computer, which is not the technician's. The line needs neither
installation nor administrator: it copies the public certificates of `Cert:\CurrentUser\My` as PEM.
It must run on Windows PowerShell 2.0 to 5.1 and on PowerShell 7, hence

- `clip` and not `Set-Clipboard`, which is newer; ASCII alone, which every code page leaves alone;
- nothing that asks for a key: neither `PrivateKey` nor an export, so no token asks for its PIN;
- a first line that is always there, so that a computer without certificates does not leave in the
  clipboard what was in it before;
- `ForEach-Object` and no `%`, no `!`, no double quote: the box Executar and cmd.exe change those.
"""

from typing import NamedTuple

MARK = "CERTIFICADOS DESTE WINDOWS"
"""The first line of what is copied."""

LINE = (
    f"&{{'{MARK}';Get-ChildItem Cert:\\CurrentUser\\My|ForEach-Object{{"
    "'-----BEGIN CERTIFICATE-----';[Convert]::ToBase64String($_.RawData,'InsertLineBreaks');"
    "'-----END CERTIFICATE-----'}}|clip"
)
"""For a window of PowerShell that is open."""

RUN = f'powershell -NoProfile -Command "{LINE}"'
"""For the box Executar, which takes 259 characters, and for cmd.exe.

Not for PowerShell itself, which would put its own `$_` into the double quotes.
"""

NOTHING_THERE = (
    "O Windows do cliente não mostrou nenhum certificado. Se é token ou cartão, peça que o conecte "
    "e repita; se é outro usuário do Windows, que entre com ele. Senão, peça o .cer."
)


def is_empty(text: str) -> bool:
    """Whether the line was carried out and found no certificate."""
    return MARK in text and "BEGIN CERTIFICATE" not in text


class Way(NamedTuple):
    """One way from the customer's computer to this page."""

    key: str
    title: str
    say: str
    """Read aloud, or sent as a message."""
    then: str
    """What the technician does next."""


WAYS = (
    Way(
        "linha",
        "Uma linha no Executar",
        "Vou mandar uma linha de texto. Copie a linha inteira. Segure a tecla Windows e aperte R; "
        "na caixa que abre, cole com Ctrl+V e tecle Enter. Uma janela pisca e some. Depois volte à "
        "nossa conversa, cole com Ctrl+V e envie. Isso copia só a parte pública dos certificados: "
        "não instala nada e não usa a senha nem o PIN.",
        "Copie o que o cliente mandou e tecle Ctrl+V em qualquer lugar desta página. "
        "Com vários certificados, você escolhe o dele; os outros não são guardados.",
    ),
    Way(
        "janela",
        "O texto da janela do certificado",
        "Abra o menu Iniciar, digite Opções da Internet e tecle Enter. Na guia Conteúdo, clique em "
        "Certificados e dê dois cliques no seu. Na guia Detalhes, clique em Nome Alternativo Para "
        "o Requerente. Clique no quadro de baixo, tecle Ctrl+A, depois Ctrl+C, e cole na nossa "
        "conversa com Ctrl+V.",
        "Copie o texto e tecle Ctrl+V em qualquer lugar desta página.",
    ),
    Way(
        "cer",
        "O arquivo .cer",
        "Abra o menu Iniciar, digite Opções da Internet e tecle Enter. Na guia Conteúdo, clique em "
        "Certificados, depois no seu, e em Exportar. Clique em Avançar, escolha Não, não exportar "
        "a chave privada, e Avançar até o fim. Dê um nome ao arquivo e me mande. Se alguma janela "
        "pedir o PIN, clique em Cancelar e me avise.",
        "Solte o arquivo em qualquer lugar desta página.",
    ),
    Way(
        "mensagem",
        "Um arquivo por e-mail ou WhatsApp",
        "Pode me mandar o arquivo do certificado que termina em .cer. Se o e-mail bloquear, troque "
        "o final do nome para .txt, ou ponha o arquivo em um ZIP sem senha. Não mande a senha, nem "
        "o arquivo que termina em .pfx.",
        "Solte aqui o anexo, o ZIP ou a própria mensagem (.eml ou .msg), com qualquer nome: o "
        "Guichê olha o conteúdo.",
    ),
    Way(
        "documento",
        "Um documento que o cliente assinou",
        "Você tem algo assinado com este certificado? Serve um PDF, um arquivo .p7s ou o XML de "
        "uma nota fiscal. Pode me mandar: o certificado está dentro, e nem a senha nem o PIN são "
        "precisos.",
        "Solte o arquivo em qualquer lugar desta página, e confira se quem assinou é o cliente. O "
        "documento não é guardado.",
    ),
)
