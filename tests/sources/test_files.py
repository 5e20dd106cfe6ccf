"""Places: what is wrong with a path is said in one line, before anything is read."""

import io
import os
import socket
import stat
import sys
import zipfile
from pathlib import Path

import pytest

from certificates import e_cnpj
from guiche.sources import (
    MAX_INPUT,
    EmptyFileError,
    NoPermissionError,
    NotAFileError,
    NotFoundError,
    SourceError,
    TooLargeError,
    UnreadableError,
    read_path,
    read_text_path,
)
from sources import pfx

PADARIA = e_cnpj().der()


def test_a_file_under_the_path_it_was_given_by(tmp_path: Path) -> None:
    path = tmp_path / "padaria.cer"
    path.write_bytes(PADARIA)
    for given in (path, str(path)):
        assert read_path(given).found[0].source == (str(path), "der", 0)
    path.write_bytes(pfx.usual(PADARIA, "segredo"))
    assert read_path(path, passwords=["segredo"]).found[0].der == PADARIA


def test_a_link_to_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.cer").write_bytes(PADARIA)
    (tmp_path / "b.cer").symlink_to("a.cer")
    assert read_path(tmp_path / "b.cer").found[0].der == PADARIA


def test_text(tmp_path: Path) -> None:
    path = tmp_path / "colado.txt"
    path.write_bytes("31 32 33 34 35 36 37".encode("utf-16"))
    assert read_text_path(path).found[0].other_names[0].content == b"1234567"


def error_of(path: Path | str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read_path(path)
    assert caught.value.source == (str(path), "unknown", 0)
    return caught.value


def test_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "solto.cer").symlink_to("nada")
    for path in (tmp_path / "nada.cer", tmp_path / "solto.cer", tmp_path / "x" / "y"):
        assert isinstance(error_of(path), NotFoundError)
    with pytest.raises(NotFoundError):
        read_path("a\0b.cer")


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fila")
    listener = socket.socket(socket.AF_UNIX)
    with listener:
        listener.bind(str(tmp_path / "s"))
        for path, words in (
            (tmp_path, "pasta"),
            (tmp_path / "fila", "fila"),
            (tmp_path / "s", "soquete"),
            ("/dev/zero", "dispositivo"),
        ):
            error = error_of(path)
            assert isinstance(error, NotAFileError)
            assert words in error.message


def test_a_file_of_3_gb_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "backup.pfx"
    with path.open("wb") as file:
        file.truncate(3 << 30)
    error = error_of(path)
    assert isinstance(error, TooLargeError)
    assert "3,0 GB" in error.message


def test_a_file_that_grows_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cresce.cer"
    path.write_bytes(bytes(MAX_INPUT + 1))
    before = os.stat_result((stat.S_IFREG, *[0] * 9))
    monkeypatch.setattr("guiche.sources.files.os.fstat", lambda descriptor: before)
    assert isinstance(error_of(path), TooLargeError)


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "fechado.cer"
    path.write_bytes(PADARIA)

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    # Root may read anything, so that no mode of the file would do.
    monkeypatch.setattr("os.open", refuse)
    assert isinstance(error_of(path), NoPermissionError)


def test_a_failing_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ruim.cer"
    path.write_bytes(PADARIA)

    def fail(*_: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("os.open", fail)
    error = error_of(path)
    assert isinstance(error, UnreadableError)
    assert "Input/output error" in error.message
    assert isinstance(error_of("x" * 5000), UnreadableError)


def test_empty(tmp_path: Path) -> None:
    path = tmp_path / "vazio.cer"
    path.touch()
    assert isinstance(error_of(path), EmptyFileError)


def given(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, PADARIA)
    assert read_path("-").found[0].source == ("entrada padrão", "der", 0)
    given(monkeypatch, b"31 32 33 34 35 36 37")
    assert read_text_path("-").found[0].source == ("entrada padrão", "text", 0)
    given(monkeypatch, bytes(MAX_INPUT + 1))
    with pytest.raises(TooLargeError, match="entrada"):
        read_path("-")


def test_a_name_that_would_take_over_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "ana\x1b[31m\n.cer"
    path.write_bytes(PADARIA)
    assert read_path(path).found[0].source.name == f"{tmp_path}/ana?[31m?.cer"


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_every_name_can_be_shown(tmp_path: Path) -> None:
    hostile = tmp_path / "a\x1b[2J\n\u202e.cer"
    hostile.write_bytes(PADARIA)
    assert read_path(hostile).found[0].source.name == f"{tmp_path}/a?[2J??.cer"
    with zipfile.ZipFile(hostile, "w") as archive:
        archive.writestr("b\x1b\n\u202e.cer", PADARIA[:-9])
    with pytest.raises(SourceError) as caught:
        read_path(hostile)
    assert caught.value.source.name == f"{tmp_path}/a?[2J??.cer/b???.cer"
    with pytest.raises(SourceError) as caught:
        read_text_path(hostile)
    assert str(caught.value).isprintable()
    hostile.unlink()
    with pytest.raises(SourceError) as caught:
        read_path(hostile)
    assert str(caught.value).isprintable()
