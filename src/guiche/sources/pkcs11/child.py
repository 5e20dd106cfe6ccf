"""The program that a module is loaded into: what the module does, it does to this process alone.

`python -m guiche.sources.pkcs11.child MODULE SECONDS` writes one JSON object a line:

    {"token": {"label": "…", "maker": "…", "model": "…", "serial": "…"}}   what follows is its
    {"certificate": "<base64>"}                                            "" where it has no value
    {"problem": "removed", "words": "DeviceRemoved"}
    {"end": true}

Problems: `unsupported` (python-pkcs11 cannot be loaded), `not_loaded` (the module cannot), `failed`
(it answers with an error), `removed`, `unknown` (a card of another kind), `blank` (a token that was
never initialised), `none` and `many` (certificates of a token).
"""

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress

_MAX_MEMORY = 4 * 1024**3

Say = Callable[..., None]
"""Writes one answer."""


def main(module: str, seconds: str) -> None:
    """Tells of all tokens of the module. Ends after `seconds` even where nobody ends it."""
    _confine(float(seconds))
    say = _voice()
    try:
        from guiche.sources.pkcs11 import tokens
    except ImportError as error:
        say(problem="unsupported", words=str(error))
    else:
        tokens.tell(module, say)
    say(end=True)


def _confine(seconds: float) -> None:
    """No endless life, no endless memory, and no image of that memory left on the disk."""
    with suppress(ImportError):  # Windows has neither
        import resource
        import signal

        signal.alarm(int(seconds) + 1)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY, _MAX_MEMORY))


def _voice() -> Say:
    """Writes to what was standard output; what the module prints there goes nowhere."""
    # A duplicate is not inherited by programs that the module starts.
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    def say(**answer: object) -> None:
        print(json.dumps(answer), file=answers, flush=True)

    return say


if __name__ == "__main__":
    main(*sys.argv[1:])
