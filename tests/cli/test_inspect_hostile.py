"""`guiche inspect` among hostile files, names, streams and keys: one line each, and it goes on."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from certificates import CEI, ZEROS, Certificate, e_cnpj
from certificates import der as asn1

unix_only = pytest.mark.skipif(os.name == "nt", reason="é do Unix")
COMMAND = [sys.executable, "-m", "guiche"]


def guiche(
    *arguments: str | Path, stdin: str = "", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "inspect", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        env={**os.environ, **(env or {})},
    )


def shell(words: str) -> subprocess.CompletedProcess[str]:
    """The command with the redirections of a shell."""
    return subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m guiche {words}'],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )


@pytest.fixture
def present(tmp_path: Path) -> Path:
    path = tmp_path / "com.cer"
    path.write_bytes(e_cnpj(cei=CEI).der())
    return path


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """A PKCS#12 without a key, whose password is `senha`."""
    certificate = x509.load_der_x509_certificate(e_cnpj(cei=CEI).der())
    sealed = BestAvailableEncryption(b"senha")
    path = tmp_path / "loja.pfx"
    path.write_bytes(serialize_key_and_certificates(None, None, None, [certificate], sealed))
    return path


@unix_only
def test_a_path_that_cannot_be_looked_at_is_one_line(present: Path) -> None:
    result = guiche("a" * 5000, present)
    assert len(result.stderr.splitlines()) == 1
    assert "Tem CEI" in result.stdout
    assert result.returncode == 2


# Root reads everything, unless it gives the right away.
NOT_ALMIGHTY = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]


@unix_only
def test_a_file_in_a_closed_folder_is_one_line(present: Path) -> None:
    closed = present.parent / "fechada"
    closed.mkdir(mode=0)
    result = subprocess.run(
        [
            *(NOT_ALMIGHTY if os.geteuid() == 0 else []),
            *COMMAND,
            "inspect",
            closed / "a.cer",
            present,
        ],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    closed.chmod(0o700)
    assert "Sem permissão" in result.stderr
    assert "Tem CEI" in result.stdout
    assert result.returncode == 2


@unix_only
def test_a_loop_of_links_in_a_folder_is_one_line(present: Path) -> None:
    folder = present.parent
    for name in ("a", "m", "z"):
        (folder / name).symlink_to(name)
    (folder / "nada").symlink_to("não existe")
    for number in range(5):
        (folder / f"{number}.cer").write_bytes(present.read_bytes())
    result = guiche(folder)
    assert result.stdout.count("Tem CEI") == 6
    errors = [line for line in result.stderr.splitlines() if str(folder) in line]
    assert sorted(line.partition(":")[0] for line in errors) == [
        str(folder / name) for name in ("a", "m", "z")
    ]
    assert "pasta" not in result.stderr
    assert result.returncode == 2


SPOOF = "LOJA\n\x1b[2J\x1b[32mTem CEI: 11.583.00249/85.\u202e\u2028\x9b2J"


def shown(text: str) -> str:
    """What is left when our own styles are taken out."""
    return re.sub(r"\x1b\[\d+m", "", text)


@pytest.mark.parametrize("arguments", [[], ["--verbose"], ["--cei", CEI]])
@pytest.mark.parametrize(
    "certificate",
    [e_cnpj(cei=ZEROS, cn=SPOOF), e_cnpj(cei=asn1.utf8(SPOOF))],
    ids=["name", "number"],
)
def test_a_certificate_neither_commands_the_terminal_nor_speaks_in_our_name(
    tmp_path: Path, certificate: Certificate, arguments: list[str]
) -> None:
    path = tmp_path / "loja.cer"
    path.write_bytes(certificate.der())
    result = guiche(*arguments, path, env={"FORCE_COLOR": "1"})
    lines = shown(result.stdout).split("\n")
    assert all(line.isprintable() for line in lines)
    assert not any(line.strip().startswith("Tem CEI") for line in lines)
    assert "\x1b[1m" in result.stdout  # our own style stays
    assert result.returncode == 1


@unix_only
def test_a_file_name_neither_commands_the_terminal_nor_speaks_in_our_name(tmp_path: Path) -> None:
    name = "a\x1b[2J\nTem CEI: 1\u202e.cer"
    result = guiche(tmp_path / name, "--\x1b[2J\n", env={"FORCE_COLOR": "1"})
    assert result.stderr.rstrip("\n").isprintable()
    assert guiche(tmp_path / name).stderr.rstrip("\n").isprintable()
    (tmp_path / name).write_bytes(e_cnpj(cei=ZEROS).der())
    result = guiche(tmp_path / name)
    assert all(line.isprintable() for line in result.stdout.split("\n"))
    assert "a?[2J?Tem CEI: 1?.cer" in result.stdout
    assert "?[2J?" in guiche("--cei", "\x1b[2J\n", tmp_path / name).stderr


@pytest.mark.parametrize("number", [asn1.utf8(SPOOF), asn1.tlv(0x1E, b"\xd8\x00\x00a")])
def test_json_is_one_printable_line(tmp_path: Path, number: bytes) -> None:
    path = tmp_path / "loja.cer"
    path.write_bytes(e_cnpj(cei=number, cn=SPOOF).der())
    line = guiche("--json", path).stdout
    assert line.removesuffix("\n").isprintable()
    assert SPOOF in json.loads(line)["holder"]["name"]


@unix_only
def test_a_password_comes_from_the_first_line_of_a_plain_text(
    present: Path, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "fila")
    (tmp_path / "longa").write_bytes(b"a" * 5000)
    (tmp_path / "utf16").write_bytes("senha\n".encode("utf-16"))
    (tmp_path / "binário").write_bytes(bytes(range(128, 256)))
    for bad in ("fila", "longa", "utf16", "binário", ".", "não existe", "/dev/zero"):
        result = guiche("--password-file", tmp_path / bad, present)
        assert result.returncode == 2, bad
        assert "senha" in result.stderr
        assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("text", ["senha", "\ufeffsenha\r\noutra", "senha\n" + "a" * 5000])
def test_a_password_file_may_have_a_mark_and_line_ends(locked: Path, text: str) -> None:
    file = locked.with_name("senha.txt")
    file.write_bytes(text.encode())
    assert "Tem CEI" in guiche("--password-file", file, locked).stdout
    assert "Tem CEI" in guiche("--password-file", "-", locked, stdin=text).stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("", "Uso: guiche"),
        ("--", "Falta informar o comando."),
        ("nada", "Esse comando não existe."),
        ("inspect", "Falta informar CAMINHO..."),
        ("inspect --nada", "A opção --nada não existe."),
        ("inspect --json=1 -", "A opção --json não leva valor."),
        ("inspect --cei", "A opção --cei precisa de um valor."),
        ("inspect --cei 1 -", "“1” não tem os 12 dígitos de um CEI."),
        ("web sobra mais", "Sobrou argumento: sobra mais."),
        ("web --port abc", "--port precisa ser um número de 1 a 65535."),
        ("web --port 99999", "--port precisa ser um número de 1 a 65535."),
    ],
)
def test_usage_errors_are_in_portuguese(arguments: str, sentence: str) -> None:
    result = subprocess.run(
        [*COMMAND, *arguments.split()], capture_output=True, encoding="utf-8", timeout=60
    )
    assert result.stderr.startswith(sentence)
    assert result.returncode == 2


@unix_only
@pytest.mark.parametrize("streams", ["<&-", "2>&-", "<&- 2>&-"])
def test_a_closed_stream_that_is_not_needed_changes_nothing(present: Path, streams: str) -> None:
    result = shell(f'inspect "{present}" {streams}')
    assert result.stdout.startswith("Tem CEI")
    assert result.stderr == ""
    assert result.returncode == 0


@unix_only
def test_closed_standard_input_is_empty() -> None:
    result = shell("inspect - <&-")
    assert result.stderr.startswith("entrada padrão: Está vazio.")
    assert result.returncode == 2


@unix_only
@pytest.mark.parametrize("option", ["", "--json"])
@pytest.mark.parametrize("stream", [">&-", ">/dev/full", ">/dev/full 2>&1", ">&- 2>&-"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_answer_that_cannot_be_written_is_an_error(
    present: Path, option: str, stream: str, unbuffered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    result = shell(f'inspect {option} "{present}" {stream}')
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == (0 if "2>" in stream else 1)
    assert "Traceback" not in result.stderr


@unix_only
def test_an_error_that_cannot_be_written_is_still_an_error(present: Path) -> None:
    assert shell(f'inspect "{present}" nada.cer 2>/dev/full').returncode == 2


@pytest.mark.parametrize("encoding", ["ascii", "cp437", "cp850", "latin-1"])
def test_a_poor_encoding_loses_letters_and_json_none(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.cer"
    path.write_bytes(e_cnpj(cei="1234567", cn="LOJA “AÇAÍ”").der())
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    command = [*COMMAND, "inspect", "-v", str(path), "não existe.cer"]
    result = subprocess.run(command, capture_output=True, env=environment)
    assert "Traceback" not in result.stderr.decode(encoding)
    assert "Titular: LOJA" in result.stdout.decode(encoding)
    assert result.returncode == 2
    result = subprocess.run([*command, "--json"], capture_output=True, env=environment)
    assert json.loads(result.stdout.splitlines()[0])["holder"]["name"] == "LOJA “AÇAÍ”"


@unix_only
def test_a_password_that_is_no_text_is_wrong(locked: Path) -> None:
    environment = {**os.environb, b"GUICHE_PASSWORD": b"\xff\xe9"}
    result = subprocess.run(
        [*COMMAND, "inspect", str(locked)], capture_output=True, encoding="utf-8", env=environment
    )
    assert "A senha não confere" in result.stderr
    assert result.returncode == 2


@unix_only
@pytest.mark.parametrize("module", ["click", "guiche.icpbrasil", "cryptography"])
def test_ctrl_c_during_any_import_ends_with_130(locked: Path, module: str) -> None:
    script = f"""
import os, signal, sys
class Finder:
    def find_spec(name, path, target=None):
        if name == "{module}":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder)
from guiche.cli import main
main()
"""
    result = subprocess.run(
        [sys.executable, "-c", script, "inspect", locked],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "GUICHE_PASSWORD": "senha"},
    )
    assert result.stderr.strip() == "Interrompido."
    assert result.returncode == 130


def test_a_failure_of_the_program_is_neither_answer(present: Path) -> None:
    script = (
        "import guiche.sources; del guiche.sources.read_path; from guiche.cli import main; main()"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, "inspect", present], capture_output=True, encoding="utf-8"
    )
    assert result.stderr.endswith("Mostre estas linhas a quem cuida dele.\n")
    assert result.returncode == 2
