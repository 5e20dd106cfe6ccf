"""What others build on: names, codes, the tree of errors, and a quick start."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import guiche.sources
from certificates import e_cnpj, pem
from guiche.sources import Found, Reading, Source, SourceError, errors, read, read_text
from guiche.sources.missing import Missing

PADARIA = e_cnpj().der()


def all_errors() -> list[type[SourceError]]:
    """Those of the library; the desk has one of its own."""
    found: list[type[SourceError]] = [SourceError]
    for error in found:
        own = (each for each in error.__subclasses__() if each.__module__ == error.__module__)
        found += own
    return found


def test_everything_said_to_be_public_is_there() -> None:
    for name in guiche.sources.__all__:
        assert hasattr(guiche.sources, name), name
    exported = {getattr(guiche.sources, name) for name in guiche.sources.__all__ if "Error" in name}
    assert exported == set(all_errors())


def test_the_tree_drawn_is_the_tree_there_is() -> None:
    lines = re.findall(r"^([│├└─ ]*)(\w+Error)\b *(.*)$", errors.__doc__ or "", re.MULTILINE)
    drawn = {name: (len(indent) // 4, rest.strip()) for indent, name, rest in lines}
    assert set(drawn) == {error.__name__ for error in all_errors()}
    for error in all_errors():
        depth = len([base for base in error.__mro__ if base in all_errors()]) - 1
        assert drawn[error.__name__][0] == depth, error
        if "code" in vars(error):
            assert drawn[error.__name__][1] == error.code


def test_codes_are_stable_and_distinct() -> None:
    codes = [error.code for error in all_errors() if "code" in vars(error)]
    assert len(codes) == len(set(codes))
    assert set(codes) == {
        *("not_found", "no_permission", "not_a_file", "unreadable", "empty_file", "too_large"),
        *("no_certificate", "text_without_value", "damaged", "password_required"),
        *("wrong_password", "too_many_iterations", "unsupported_encryption"),
        *("archive_encrypted", "archive_nested", "archive_too_large", "holds_key"),
        *("missing", "store_in_use", "store_obsolete", "store_failed"),
        "signer_missing",
        *("cloud_denied", "cloud_expired", "cloud_client", "cloud_refused", "cloud_down"),
        "cloud_answer",
        *("no_module", "wrong_module", "module_failed", "module_silent"),
        *("token_failed", "token_removed", "no_token", "unknown_token", "no_reader_service"),
    }


MESSAGES = [
    errors.NotFoundError(),
    errors.NoPermissionError(),
    errors.NotAFileError("uma pasta"),
    errors.UnreadableError("Input/output error"),
    errors.EmptyFileError(),
    errors.TooLargeError("O arquivo", 3 << 30, 10 << 20),
    errors.TooLargeError("A entrada", None, 10 << 20),
    errors.NoCertificateError("É um PDF."),
    errors.TextWithoutValueError(shown_by="do OpenSSL"),
    errors.SignerMissingError("O certificado de quem assinou não está no documento."),
    errors.DamagedError("faltam 10 bytes no fim"),
    errors.PasswordRequiredError(),
    errors.WrongPasswordError(),
    errors.TooManyIterationsError(2**31 - 1, 1_000_000),
    errors.UnsupportedEncryptionError("RC4"),
    errors.EncryptedArchiveError(),
    errors.NestedArchiveError(),
    errors.ArchiveTooLargeError("tem mais de 10000 arquivos"),
    errors.MissingError(Missing("a biblioteca lxml", 'pip install "guiche[documents]"')),
    errors.MissingError(Missing("o Windows: só ele tem este repositório")),
    errors.StoreInUseError(),
    errors.OldStoreError("cert8.db", "Abra o perfil em um Firefox 58 ou mais novo."),
    errors.StoreFailedError("erro 0x5 do Windows"),
    errors.CloudDeniedError("BirdID"),
    errors.CloudExpiredError("SerproID"),
    errors.CloudClientError("SerproID"),
    errors.CloudRefusedError("SerproID", "unsupported_response_type"),
    errors.CloudDownError("SerproID", "não houve conexão"),
    errors.CloudAnswerError("SerproID", "faltou a lista de certificados"),
    errors.NoModuleError(),
    errors.WrongModuleError("não é uma biblioteca"),
    errors.ModuleFailedError("caiu (SIGSEGV)"),
    errors.ModuleSilentError(30),
    errors.TokenFailedError("um certificado", "o conteúdo está vazio"),
    errors.TokenRemovedError(),
    errors.NoTokenError(),
    errors.UnknownTokenError(),
    errors.NoReaderServiceError("sudo systemctl start pcscd.socket"),
]


@pytest.mark.parametrize("error", MESSAGES, ids=lambda error: type(error).__name__)
def test_a_message_says_what_was_found_and_what_to_do(error: SourceError) -> None:
    sentences = re.findall(r"[^.!?]+[.!?](?=\s|$)", error.message)
    assert len(sentences) >= 2 or ";" in error.message, error.message
    assert error.message[0].isupper()
    assert error.message.endswith(".")
    assert len(error.message) < 200
    assert re.search(
        r"\b(Peça|Informe|Confira|Copie|Cole|Envie|Extraia|Verifique|Informe-a|envie|Instale|Feche|Abra"
        r"|Encaixe|Encaixe-o|Retire|Exporte|Inicie)\b",
        error.message,
    )


def test_the_place_nearest_to_the_cause_stays() -> None:
    inner, outer = Source("a.zip/b.pfx", "pkcs12", 0), Source("a.zip", "zip", 0)
    assert errors.WrongPasswordError().at(inner).at(outer).source == inner
    assert str(errors.EmptyFileError()) == errors.EmptyFileError().message


def test_values_are_values() -> None:
    one, two = read(PADARIA, "a.cer"), read(PADARIA, "a.cer")
    assert one == two
    assert isinstance(one, Reading)
    assert isinstance(one.found[0], Found)
    assert one.found[0].source._asdict() == {"name": "a.cer", "kind": "der", "index": 0}
    with pytest.raises(AttributeError):
        one.found[0].der = b""  # type: ignore[misc]


def test_the_reading_of_what_was_found() -> None:
    found = read(PADARIA, "a.cer").found[0]
    assert found.inspect().to_dict(found.source)["source"] == {
        "name": "a.cer",
        "kind": "der",
        "index": 0,
    }
    pasted = read_text("31 32 33 34 35 36 37", "colado").found[0]
    contract = pasted.inspect().to_dict(pasted.source)
    assert contract["sha256"] is None
    assert contract["source"]["kind"] == "text"


HEAVY = (
    "asn1crypto",
    "pyexpat",
    "cryptography",
    "Cryptodome",
    "olefile",
    "email",
    "zipfile",
    "dataclasses",
)


@pytest.mark.parametrize("kind", ["DER", "PEM"])
def test_a_certificate_is_read_without_anything_heavy(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "um.cer"
    path.write_bytes(PADARIA if kind == "DER" else pem(PADARIA).encode())
    code = f"""
import sys
before = set(sys.modules)
from guiche.sources import read_path
assert read_path({str(path)!r}).found[0].inspect().enrolment.number
print(" ".join(sorted(name for name in set(sys.modules) - before if name in {HEAVY!r})))
"""
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert output.stdout.split() == []
