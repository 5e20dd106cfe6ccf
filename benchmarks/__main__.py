"""Prints every figure that the product promises, with what came out on this machine.

`make bench` measures all; `make bench ARGS="library pkcs12"` measures some.
"""

import platform
import sys

from benchmarks import (
    api,
    command,
    deliveries,
    desk,
    folder,
    history,
    library,
    opening,
    pages,
    pkcs12,
    search,
    submit,
    supervisor,
    sweep,
    trust,
)

SUITES = {
    "command": command.figures,
    "library": library.figures,
    "pkcs12": pkcs12.figures,
    "folder": folder.figures,
    "desk": desk.figures,
    "search": search.figures,
    "pages": pages.figures,
    "history": history.figures,
    "deliveries": deliveries.figures,
    "opening": opening.figures,
    "submit": submit.figures,
    "sweep": sweep.figures,
    "supervisor": supervisor.figures,
    "trust": trust.figures,
    "api": api.figures,
}


def main(names: list[str]) -> int:
    """Runs the suites of these names, all without any; 1 where a figure was missed."""
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    missed = False
    for name in names or SUITES:
        for figure in SUITES[name]():
            mark = {True: "ok", False: "MISSED", None: "not measured"}[figure.reached]
            missed |= figure.reached is False
            print(f"{figure.name}\n    target {figure.target}; {figure.result}  [{mark}]")
            sys.stdout.flush()
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
