"""The `guiche` command: its entry imports next to nothing, so that Ctrl-C finds it ready."""

import contextlib
import io
import os
import sys

FAILED, INTERRUPTED = 2, 130


def main() -> None:
    """Entry point of the `guiche` script.

    Exits with what the command answers, 130 after Ctrl-C, and 2 on any failure: 0 and 1 are answers
    of `inspect`, which no failure may give.
    """
    status = FAILED
    try:
        _mend_streams()
        from guiche.cli.group import run

        status = run()
    except KeyboardInterrupt:
        _say("Interrompido.")
        status = INTERRUPTED
    except OSError as error:
        _flushed()
        _say(f"Não consegui continuar: {error.strerror or error}.")
    except Exception:
        sys.excepthook(*sys.exc_info())
        _say("O Guichê falhou. Mostre estas linhas a quem cuida dele.")
    finally:
        if not _flushed():
            _say("Não consegui escrever o resultado inteiro.")
            sys.exit(FAILED)
    sys.exit(status)


def _mend_streams() -> None:
    """A stream that the caller closed is None; without a place for the answer there is no point."""
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show “ or ç gets a question mark, not a traceback.
            stream.reconfigure(errors="replace")
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        _say("A saída padrão está fechada: não há onde responder.")
        sys.exit(FAILED)


def _flushed() -> bool:
    """Whether all that was printed got out; a stream that fails (a full disk) is given up."""
    whole = True
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            # The interpreter flushes once more at its end, and would exit with 120.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            whole = False
    return whole


def _say(sentence: str) -> None:
    with contextlib.suppress(OSError):
        print(sentence, file=sys.stderr)
