"""Why a source gave no certificate.

SourceError
├── PlaceError                      the bytes could not be fetched
│   ├── NotFoundError               not_found
│   ├── NoPermissionError           no_permission
│   ├── NotAFileError               not_a_file
│   └── UnreadableError             unreadable
├── EmptyFileError                  empty_file
├── TooLargeError                   too_large
├── NoCertificateError              no_certificate
│   ├── TextWithoutValueError       text_without_value
│   └── SignerMissingError          signer_missing
├── DamagedError                    damaged
├── HoldsKeyError                   holds_key
├── MissingError                    missing
├── StoreError                      a store of this machine was not read
│   ├── StoreInUseError             store_in_use
│   ├── OldStoreError               store_obsolete
│   └── StoreFailedError            store_failed
├── DeviceError                     a token or card, or the module that reads it
│   ├── NoModuleError               no_module
│   ├── WrongModuleError            wrong_module
│   ├── ModuleFailedError           module_failed
│   ├── ModuleSilentError           module_silent
│   ├── TokenFailedError            token_failed
│   ├── TokenRemovedError           token_removed
│   └── NoTokenError                no_token
│       ├── UnknownTokenError       unknown_token
│       └── NoReaderServiceError    no_reader_service
├── ProtectionError                 the content is enciphered
│   ├── PasswordRequiredError       password_required
│   ├── WrongPasswordError          wrong_password
│   ├── TooManyIterationsError      too_many_iterations
│   └── UnsupportedEncryptionError  unsupported_encryption
├── ArchiveError                    a ZIP that is not opened
│   ├── EncryptedArchiveError       archive_encrypted
│   ├── NestedArchiveError          archive_nested
│   └── ArchiveTooLargeError        archive_too_large
└── CloudError                      the provider of a cloud certificate gave none
    ├── CloudDeniedError            cloud_denied
    ├── CloudExpiredError           cloud_expired
    ├── CloudClientError            cloud_client
    ├── CloudRefusedError           cloud_refused
    ├── CloudDownError              cloud_down
    └── CloudAnswerError            cloud_answer

The code is public and stable. The message is for the person who chose the file, in pt-BR: what was
found and what to do next; it names neither the file (`source` does) nor any of its content.
"""

from typing import ClassVar, Self

from guiche.icpbrasil import Malformed
from guiche.icpbrasil.wording import number
from guiche.sources.found import Source, size_in_words
from guiche.sources.missing import Missing

ASK_FOR_CER = "Peça o certificado em arquivo .cer."
_ASK_BY_ITS_PROGRAM = "Exporte o certificado (.cer) pelo programa do token."


class SourceError(Exception):
    """A source that gave no certificate; `source` tells which one and how far it was recognised.

    `others` are the errors of the other members, where one input had several and all failed.
    """

    code: ClassVar[str]

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.source = Source("", "unknown", 0)
        self.others: tuple[SourceError, ...] = ()

    def __str__(self) -> str:
        return f"{self.source.name}: {self.message}" if self.source.name else self.message

    def at(self, source: Source) -> Self:
        """The same error, placed; a place that was set nearer to the cause stays."""
        if not self.source.name:
            self.source = source
        return self


class PlaceError(SourceError):
    """The bytes could not be fetched."""


class NotFoundError(PlaceError):
    """There is nothing at that path."""

    code = "not_found"

    def __init__(self) -> None:
        super().__init__("Não existe. Confira o caminho e o nome.")


class NoPermissionError(PlaceError):
    """The system refuses to open it."""

    code = "no_permission"

    def __init__(self) -> None:
        super().__init__("Sem permissão para ler. Copie para uma pasta sua ou peça acesso.")


class NotAFileError(PlaceError):
    """A folder, a device, a pipe."""

    code = "not_a_file"

    def __init__(self, what: str) -> None:
        super().__init__(f"É {what}, não um arquivo. Informe o arquivo do certificado.")


class UnreadableError(PlaceError):
    """The system failed while reading; `reason` is its own wording."""

    code = "unreadable"

    def __init__(self, reason: str) -> None:
        super().__init__(f"O sistema não conseguiu ler ({reason}). Copie e tente de novo.")


class EmptyFileError(SourceError):
    """No byte, or nothing but blanks."""

    code = "empty_file"

    def __init__(self) -> None:
        super().__init__("Está vazio. Peça que enviem o certificado de novo.")


class TooLargeError(SourceError):
    """Over the limit of its format; `size` is in bytes, None where the end was not reached."""

    code = "too_large"

    def __init__(self, what: str, size: int | None, limit: int) -> None:
        found = f"{what} tem {size_in_words(size)}" if size else f"{what} é grande demais"
        super().__init__(f"{found}; o limite é {size_in_words(limit)}. {ASK_FOR_CER}")


class NoCertificateError(SourceError):
    """Read to the end, and there is no certificate inside; `found` says what is there instead."""

    code = "no_certificate"

    def __init__(self, found: str, advice: str = ASK_FOR_CER) -> None:
        super().__init__(f"{found} {advice}")


class TextWithoutValueError(NoCertificateError):
    """A text that names the fields and does not show what they hold."""

    code = "text_without_value"

    def __init__(self, *, shown_by: str) -> None:
        super().__init__(
            f"O texto {shown_by} traz o nome dos campos sem o conteúdo.",
            "Envie o próprio certificado (.cer ou .pem).",
        )


class SignerMissingError(NoCertificateError):
    """A signature whose signer's certificate is not there, or not known among others."""

    code = "signer_missing"


class DamagedError(SourceError):
    """Recognised, and cannot be read to its end."""

    code = "damaged"

    def __init__(self, problem: str, advice: str = "Peça que enviem de novo.") -> None:
        super().__init__(f"Está danificado: {problem}. {advice}")

    @classmethod
    def of(cls, error: ValueError) -> Self:
        """In the reader's words where they are; a structure of another shape has none."""
        return cls(str(error) if isinstance(error, Malformed) else "a estrutura não é a esperada")


class HoldsKeyError(SourceError):
    """It holds a private key, and the reader was told to open no such thing."""

    code = "holds_key"

    def __init__(self) -> None:
        super().__init__("Este arquivo tem a chave privada. Peça o .cer.")


class MissingError(SourceError):
    """The machine lacks what reads this source."""

    code = "missing"

    def __init__(self, missing: Missing) -> None:
        # The command stands in quotes, so that its end is seen.
        bring = f"Instale com “{missing.command}”." if missing.command else ASK_FOR_CER
        super().__init__(f"Falta {missing.what}. {bring}")


class StoreError(SourceError):
    """A store of this machine was not read."""


class StoreInUseError(StoreError):
    """Another program was writing for as long as we waited."""

    code = "store_in_use"

    def __init__(self) -> None:
        super().__init__("Outro programa está gravando nele agora. Feche o navegador e repita.")


class OldStoreError(StoreError):
    """In a format that nothing on this machine reads any more; `what` names it."""

    code = "store_obsolete"

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(f"Guarda os certificados no formato antigo ({what}). {advice}")


class StoreFailedError(StoreError):
    """The system did not hand it out; `reason` is its own wording."""

    code = "store_failed"

    def __init__(self, reason: str) -> None:
        super().__init__(f"O sistema não abriu os certificados ({reason}). {ASK_FOR_CER}")


class DeviceError(SourceError):
    """A token or card, or the PKCS#11 module that reads it."""


class NoModuleError(DeviceError):
    """No module that the table knows is on this machine."""

    code = "no_module"

    def __init__(self) -> None:
        super().__init__(
            "Não achei neste computador o programa de nenhum token. "
            "Instale o do fabricante, ou informe o módulo PKCS#11 dele."
        )


class WrongModuleError(DeviceError):
    """The file is no PKCS#11 module, or none for this machine."""

    code = "wrong_module"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Não serve de módulo PKCS#11: {reason}. Informe o do programa do token, para este "
            "sistema."
        )


class ModuleFailedError(DeviceError):
    """The module crashed, ended its process, or answered with an error."""

    code = "module_failed"

    def __init__(self, how: str) -> None:
        super().__init__(
            f"O módulo {how}. Retire e encaixe o token e tente de novo; se repetir, instale a "
            "versão atual do programa do token."
        )


class ModuleSilentError(DeviceError):
    """The module did not come to its end in time, and was ended."""

    code = "module_silent"

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"O módulo não terminou em {seconds:.0f} s e foi encerrado. Feche outros programas que "
            "usam o token, retire-o, encaixe de novo e tente outra vez."
        )


class TokenFailedError(DeviceError):
    """The token is there, and did not give what it holds, or one certificate of it."""

    code = "token_failed"

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"O token não entregou {what} ({reason}). {_ASK_BY_ITS_PROGRAM}")


class TokenRemovedError(DeviceError):
    """It stopped answering while it was read."""

    code = "token_removed"

    def __init__(self) -> None:
        super().__init__(
            "O token foi retirado ou parou de responder no meio da leitura. Encaixe-o e tente de "
            "novo."
        )


class NoTokenError(DeviceError):
    """No token that could be read is there; `found` says what is."""

    code = "no_token"

    def __init__(
        self,
        found: str = "Não há token nem cartão encaixado neste computador.",
        advice: str = "Encaixe o do cliente e tente de novo.",
    ) -> None:
        super().__init__(f"{found} {advice}")


class UnknownTokenError(NoTokenError):
    """One is there, and the module does not know its kind."""

    code = "unknown_token"

    def __init__(self) -> None:
        super().__init__(
            "Há um token ou cartão que este módulo não conhece.",
            "Instale o programa do fabricante dele, ou informe o módulo certo.",
        )


class NoReaderServiceError(NoTokenError):
    """Nobody serves the readers, so that no token can be seen; `command` starts the service."""

    code = "no_reader_service"

    def __init__(self, command: str) -> None:
        super().__init__(
            "O serviço de leitoras deste computador (pcscd) não responde.",
            f"Inicie com “{command}” e tente de novo.",
        )


class ProtectionError(SourceError):
    """The certificates are enciphered and were not reached."""


class PasswordRequiredError(ProtectionError):
    """No password was given, and neither the empty nor the absent one opens it."""

    code = "password_required"

    def __init__(self) -> None:
        super().__init__("Precisa da senha. Informe-a, ou peça o certificado em arquivo .cer.")


class WrongPasswordError(ProtectionError):
    """None of the passwords given opens it."""

    code = "wrong_password"

    def __init__(self) -> None:
        super().__init__(
            "A senha não confere. Verifique maiúsculas e acentos, ou peça o certificado em .cer."
        )


class TooManyIterationsError(ProtectionError):
    """The key derivations it asks for, in sum, would hold the machine for too long."""

    code = "too_many_iterations"

    def __init__(self, wanted: int, limit: int) -> None:
        # A count of thousands of digits is an attack, and would fill the screen.
        many = number(wanted) if wanted < 1 << 64 else "um número absurdo de"
        super().__init__(
            f"Pede {many} rodadas de cálculo para abrir; o limite é {number(limit)}. {ASK_FOR_CER}"
        )


class UnsupportedEncryptionError(ProtectionError):
    """Enciphered by a scheme that is not read here."""

    code = "unsupported_encryption"

    def __init__(self, scheme: str) -> None:
        super().__init__(f"A proteção usa {scheme}, e isso não é lido aqui. {ASK_FOR_CER}")


class ArchiveError(SourceError):
    """A ZIP that is not opened."""


class EncryptedArchiveError(ArchiveError):
    """Members of the ZIP have a password."""

    code = "archive_encrypted"

    def __init__(self) -> None:
        super().__init__("O ZIP tem senha. Extraia os arquivos e envie o .cer.")


class NestedArchiveError(ArchiveError):
    """A ZIP within a ZIP."""

    code = "archive_nested"

    def __init__(self) -> None:
        super().__init__("É um ZIP dentro de outro. Extraia-o e envie o arquivo de dentro.")


class ArchiveTooLargeError(ArchiveError):
    """Too many members, or too much once unpacked; nothing was unpacked."""

    code = "archive_too_large"

    def __init__(self, problem: str) -> None:
        super().__init__(f"O ZIP {problem}. Extraia os certificados e envie só eles.")


class CloudError(SourceError):
    """The provider of a cloud certificate gave none; `provider` is its name.

    The message quotes nothing that was sent or received but codes of a closed list.
    """

    def __init__(self, provider: str, message: str) -> None:
        super().__init__(message)
        self.at(Source(provider, "psc", 0))


class CloudDeniedError(CloudError):
    """The person refused, at the provider, or let the time pass."""

    code = "cloud_denied"

    def __init__(self, provider: str) -> None:
        super().__init__(
            provider,
            "O pedido foi recusado no celular. Comece de novo e autorize, ou envie o arquivo .cer.",
        )


class CloudExpiredError(CloudError):
    """The code or token is used up, too old, or was given to somebody else."""

    code = "cloud_expired"

    def __init__(self, provider: str) -> None:
        super().__init__(
            provider,
            f"A autorização do {provider} não vale mais. Comece de novo e autorize em seguida, ou "
            "envie o arquivo .cer.",
        )


class CloudClientError(CloudError):
    """The provider does not know this application, or its secret is another."""

    code = "cloud_client"

    def __init__(self, provider: str) -> None:
        super().__init__(
            provider,
            f"O {provider} não reconheceu esta aplicação. Confira em Ajustes o client_id, o "
            "client_secret e o endereço de retorno, ou envie o arquivo .cer.",
        )


class CloudRefusedError(CloudError):
    """The provider refused the request; `reason` is its code, or how it was refused."""

    code = "cloud_refused"

    def __init__(self, provider: str, reason: str) -> None:
        super().__init__(
            provider,
            f"O {provider} recusou o pedido ({reason}). Comece de novo; se repetir, envie o "
            "arquivo .cer.",
        )


class CloudDownError(CloudError):
    """No answer in time, or the provider says that it is not well."""

    code = "cloud_down"

    def __init__(self, provider: str, reason: str = "fora do ar") -> None:
        super().__init__(
            provider,
            f"O {provider} não respondeu ({reason}). Tente em alguns minutos, ou envie o arquivo "
            ".cer.",
        )


class CloudAnswerError(CloudError):
    """What came back is no answer of a PSC; `problem` says what is wrong with it."""

    code = "cloud_answer"

    def __init__(self, provider: str, problem: str) -> None:
        super().__init__(
            provider,
            f"A resposta não é a de um provedor de nuvem: {problem}. Confira em Ajustes o endereço "
            f"do {provider}, ou envie o arquivo .cer.",
        )
